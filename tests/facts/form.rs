//! Owns the forms: which tables there are, their columns and keys, and what may stand in a column.
//! May not know how a table becomes facts.

/// The columns of one table; `source`, `as_of` and `confidence` follow its own in every table.
pub(crate) struct Form {
    pub(crate) name: &'static str,
    pub(crate) key: &'static str,
    pub(crate) own: &'static str,
}

impl Form {
    /// All columns in order.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.own.split(' ').chain(["source", "as_of", "confidence"])
    }

    /// Where the key columns stand.
    pub(crate) fn key_places(&self) -> impl Iterator<Item = usize> {
        self.key.split(' ').filter_map(|key| self.columns().position(|column| column == key))
    }
}

const fn form(name: &'static str, key: &'static str, own: &'static str) -> Form {
    Form { name, key, own }
}

/// Every table that may stand in the folder.
pub(crate) const FORMS: &[Form] = &[
    form("agencies", "id", "id name synonyms country groups notes"),
    form("aliases", "alias", "alias id table context"),
    form("benchmark_countries", "id", "id name country"),
    form(
        "capacity",
        "id",
        "id operator site country stage product capacity_min capacity_max unit basis status target_date notes",
    ),
    form("chemical_classes", "id", "id class"),
    form(
        "chemicals",
        "id",
        "id name synonyms cas formula kind terminal china_share_pct china_share_basis china_share_year notes",
    ),
    form("control_classes", "kind", "kind class notes"),
    form("control_links", "control item", "control item"),
    form(
        "controls",
        "id",
        "id issuer number title kind announced in_force_from suspended_from suspended_to claimed_extension_to \
         status_at_2026_11_24 targets elements reagents_named items legal_effect extraterritorial de_minimis_pct \
         notes url_official",
    ),
    form(
        "countries",
        "alpha2",
        "alpha2 alpha3 name aliases iso_status covered_nation covered_nation_basis us_fta msp msp_forum \
         msp_forum_confidence cm_ministerial_2026_02 us_framework_2026_02 eu_member g7 notes",
    ),
    form("country_parts", "id", "id part_of"),
    form("families", "id", "id name members chain stages stage_aliases notes"),
    form("groups", "id", "id name of members means"),
    form("material_counts", "id", "id counted_as"),
    form("material_forms", "id", "id form"),
    form("material_stages", "id", "id stage"),
    form(
        "materials",
        "id",
        "id name kind symbol_or_formula atomic_number class_usgs class_cn molar_mass_g_mol metal_mass_fraction \
         metal_to_oxide_factor ree_wt_pct_min ree_wt_pct_max china_share_pct china_share_basis china_share_year \
         cn_control aliases notes",
    ),
    form("pillars", "id", "id name"),
    form(
        "prices",
        "id",
        "id item kind value_min value_max currency unit usd_per_kg_min usd_per_kg_max basis date valid_from valid_to \
         seller buyer terms flags",
    ),
    form("processes", "id", "id name synonyms stage needs"),
    form(
        "reagents",
        "id",
        "id name synonyms cas formula role process_stage china_dominant china_dominant_confidence china_share_pct \
         china_share_basis china_share_year cn_control cn_control_confidence cn_control_basis non_cn_producers \
         producers_confidence substitutes notes",
    ),
    form(
        "recipes",
        "product ingredient",
        "product ingredient role route factor_min factor_max factor_unit min_confidence max_confidence family stage \
         basis notes",
    ),
    form("stage_needs", "id", "id needs"),
    form(
        "stages",
        "id",
        "order id name takes_in puts_out key_reagents yield_pct_min yield_pct_max yield_confidence \
         lead_time_years_min lead_time_years_max lead_time_basis china_share_pct china_share_year non_cn_summary notes",
    ),
    form("trade_names", "name", "name id"),
    form(
        "us_rules",
        "id",
        "id issuer citation title kind in_force_from in_force_to covered_nations threshold_pct threshold_basis stages \
         effect notes",
    ),
];

/// Columns whose parts must be ids of another table; `items` are the three tables of things one buys.
pub(crate) const REFERENCES: &[(&str, &str, &str)] = &[
    ("agencies", "country", "countries"),
    ("agencies", "groups", "groups"),
    ("benchmark_countries", "country", "countries"),
    ("capacity", "country", "countries"),
    ("capacity", "stage", "stages"),
    ("chemical_classes", "id", "items"),
    ("control_links", "control", "controls"),
    ("control_links", "item", "items"),
    ("controls", "kind", "control_classes"),
    ("controls", "reagents_named", "reagents"),
    ("country_parts", "id", "countries"),
    ("country_parts", "part_of", "countries"),
    ("families", "members", "items"),
    ("families", "chain", "stages"),
    ("families", "stages", "stages"),
    ("material_counts", "id", "items"),
    ("material_counts", "counted_as", "materials"),
    ("material_forms", "id", "chemicals"),
    ("material_stages", "id", "items"),
    ("material_stages", "stage", "stages"),
    ("materials", "cn_control", "controls"),
    ("processes", "stage", "stages"),
    ("reagents", "cn_control", "controls"),
    ("reagents", "process_stage", "stages"),
    ("recipes", "product", "items"),
    ("recipes", "ingredient", "items"),
    ("recipes", "family", "families"),
    ("recipes", "stage", "stages"),
    ("stage_needs", "id", "stages"),
    ("stages", "key_reagents", "reagents"),
    ("trade_names", "id", "reagents"),
    ("us_rules", "covered_nations", "countries"),
];

/// Columns whose parts come from a list; an empty cell is allowed but for `confidence`.
pub(crate) const WORDS: &[(&str, &str, &str)] = &[
    ("aliases", "table", "materials reagents chemicals families stages agencies countries"),
    ("chemical_classes", "class", CHEMICAL_CLASSES),
    ("control_classes", "class", "material reagent equipment technology assistance destination entity-list"),
    ("controls", "status_at_2026_11_24", "in-force suspended disputed superseded unverified"),
    ("groups", "of", "agency country material"),
    ("material_forms", "form", MATERIAL_FORMS),
    ("materials", "kind", MATERIAL_FORMS),
    ("materials", "class_usgs", "light heavy none"),
    ("processes", "needs", CHEMICAL_CLASSES),
    ("reagents", "china_dominant", "yes likely no unknown"),
    ("reagents", "china_dominant_confidence", CONFIDENCE),
    ("reagents", "cn_control_confidence", CONFIDENCE),
    ("recipes", "role", "feedstock reagent electrolyte electrode energy member"),
    ("recipes", "min_confidence", CONFIDENCE),
    ("recipes", "max_confidence", CONFIDENCE),
    ("stage_needs", "needs", CHEMICAL_CLASSES),
];

/// How sure a source makes a fact, the surest first.
pub(crate) const CONFIDENCE: &str = "read computed trade-press inferred memory";
const CHEMICAL_CLASSES: &str =
    "extractant acid precipitant collector lixiviant electrolyte reductant diluent other";
const MATERIAL_FORMS: &str = "element oxide metal alloy magnet concentrate intermediate aggregate";

/// Columns beside `as_of` that hold an ISO date or nothing.
pub(crate) const DATES: &[(&str, &str)] = &[
    ("controls", "announced"),
    ("controls", "in_force_from"),
    ("controls", "suspended_from"),
    ("controls", "suspended_to"),
    ("controls", "claimed_extension_to"),
    ("prices", "date"),
    ("prices", "valid_from"),
    ("prices", "valid_to"),
    ("us_rules", "in_force_from"),
    ("us_rules", "in_force_to"),
];
