//! Reads `kind`, `enum`, `unit`, `parameter`, `refused` and `sign` declarations into a `Schema`. Mistakes in
//! them are located like any other; what could be read is kept.

use std::sync::Arc;

use super::types::{Base, Many, Type, Word};
use super::units::{Refused, Sign};
use super::{Enum, EnumId, Field, Kind, KindId, KindSet, MAX_FIELDS, MAX_KINDS, Parameter, Schema, Slot};
use crate::diagnostic::{Diagnostic, Severity};
use crate::names::{Symbol, nearest};
use crate::source::{FileId, Place, Span};
use crate::syntax::{Class, Piece, Shape, Tree, Value, View};
use crate::value::Ratio;

/// One schema, facts or rule file.
#[derive(Clone, Copy, Debug)]
pub struct Declarations<'a> {
    /// The file.
    pub file: FileId,
    /// Its text.
    pub text: &'a str,
    /// What all of it needs, and what is none of the following for sure.
    pub trees: &'a [Tree],
    /// Stretches of facts, which are read one after the other.
    pub facts: &'a [Span],
    /// Rules and pages, which are read one after the other.
    pub rules: &'a [Piece],
}

impl<'a> Declarations<'a> {
    /// The outermost entries of its trees.
    pub fn entries(self) -> impl Iterator<Item = View<'a>> {
        self.trees.iter().flat_map(move |tree| View::roots(self.file, self.text, tree))
    }

    /// The outermost blocks of a keyword in its trees.
    pub fn blocks(self, keyword: &'static str) -> impl Iterator<Item = View<'a>> {
        self.entries().filter(move |view| view.shape() == Shape::Block && view.keyword() == keyword)
    }
}

/// Reads the declarations of all files; their order does not matter.
pub fn load(files: &[Declarations<'_>], diagnostics: &mut Vec<Diagnostic>) -> Schema {
    let mut loader = Loader { schema: Schema::default(), diagnostics };
    let entries = files.iter().flat_map(|file| file.entries());
    let blocks = entries.filter(|view| view.shape() == Shape::Block && KEYWORDS.contains(&view.keyword()));
    let blocks: Vec<View<'_>> = blocks.collect();
    let all = |keyword| blocks.iter().copied().filter(move |view| view.keyword() == keyword);
    loader.units(all("unit").collect());
    all("refused").for_each(|view| loader.refused(view));
    all("sign").for_each(|view| loader.sign(view));
    all("enum").for_each(|view| loader.declare_enum(view));
    all("kind").for_each(|view| loader.name_kind(view));
    let kinds: Vec<View<'_>> = all("kind").collect();
    loader.specialise(&kinds);
    kinds.iter().for_each(|view| loader.fields(*view));
    loader.inherit();
    kinds.iter().for_each(|view| loader.attributes(*view));
    loader.index();
    all("parameter").for_each(|view| loader.parameter(view));
    loader.schema
}

/// Words that begin declarations of the schema.
pub const KEYWORDS: [&str; 6] = ["unit", "refused", "sign", "enum", "kind", "parameter"];
const KIND_ATTRIBUTES: [&str; 16] = [
    "plural",
    "is",
    "inside",
    "anywhere",
    "abstract",
    "open",
    "fact",
    "scope",
    "single",
    "amounts_of",
    "called",
    "dated",
    "carries",
    "states",
    "doc",
    "example",
];
const FIELD_ATTRIBUTES: [&str; 8] =
    ["type", "dimension", "required", "default", "reverse", "doc", "example", "states"];

struct Loader<'d> {
    schema: Schema,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl Loader<'_> {
    fn error(&mut self, place: Place, message: impl Into<String>, label: impl Into<String>) {
        let found =
            Diagnostic::new("schema-error", Severity::Error, message, place.file, place.span).label(label);
        self.diagnostics.push(found);
    }

    fn intern(&mut self, word: &str) -> Symbol {
        self.schema.names.intern(word)
    }

    /// Complains of fields that the declaration does not have.
    fn check_attributes(&mut self, view: View<'_>, known: &[&'static str]) {
        for field in view.fields().filter(|field| !known.contains(&field.keyword())) {
            let (written, what) = (field.keyword(), view.keyword());
            let near = nearest(written, known.iter().copied());
            let place = field.at(field.atoms().first().map_or(field.head().span, |name| name.span));
            let label = near.map_or_else(
                || format!("known are {}", known.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            let found = Diagnostic::new(
                "unknown-field",
                Severity::Error,
                format!("`{what}` has no `{written}`"),
                place.file,
                place.span,
            );
            self.diagnostics.push(found.label(label));
        }
    }

    /// The name of a declaration, if it has one that is still free.
    fn fresh_name(&mut self, view: View<'_>, taken: impl Fn(&Schema, Symbol) -> bool) -> Option<Symbol> {
        let Some(token) = view.name_token() else {
            let what = view.keyword();
            self.error(
                view.head(),
                format!("this {what} has no name"),
                format!("write `{what} NAME {{ … }}`"),
            );
            return None;
        };
        let (what, written) = (view.keyword(), view.words(token));
        let name = self.intern(written);
        if taken(&self.schema, name) {
            let message = format!("{what} `{written}` is declared twice");
            let place = view.at(token.span);
            let found = Diagnostic::new("duplicate-id", Severity::Error, message, place.file, place.span)
                .label("again here");
            self.diagnostics.push(found.help("choose another name: nothing that is shipped is overridden"));
            return None;
        }
        Some(name)
    }

    fn units(&mut self, views: Vec<View<'_>>) {
        let (derived, roots): (Vec<View<'_>>, Vec<View<'_>>) =
            views.into_iter().partition(|view| view.field("is").is_some());
        for view in roots {
            self.check_attributes(view, &["dimension", "also", "doc"]);
            let Some(name) = self.fresh_name(view, |schema, name| schema.units.get(name).is_some()) else {
                continue;
            };
            match view.field("dimension") {
                Some(dimension) if self.schema.units.add_root(name, dimension.words()) => {
                    self.unit_aliases(view, name)
                }
                Some(_) => self.error(view.head(), "there are too many base units", "one too many"),
                None => self.error(
                    view.head(),
                    "this unit has neither `dimension` nor `is`",
                    "what does it measure?",
                ),
            }
        }
        self.derived_units(derived);
    }

    /// Units that are so many of another, in whatever order they are declared.
    fn derived_units(&mut self, mut waiting: Vec<View<'_>>) {
        loop {
            let before = waiting.len();
            waiting.retain(|view| !self.derived_unit(*view));
            if waiting.is_empty() || waiting.len() == before {
                break;
            }
        }
        for view in waiting {
            let is = view.field("is").map_or(view.head(), Value::place);
            self.error(
                is,
                "this unit is not so many of a known unit",
                "write a number and a unit, as in `1000 kg`",
            );
        }
    }

    fn derived_unit(&mut self, view: View<'_>) -> bool {
        let Some(is) = view.field("is") else { return false };
        let (number, unit) = match is.atoms {
            [number, unit] if unit.class == Class::Word => (number.span.of(is.text), unit.span.of(is.text)),
            _ => return false,
        };
        let (Some(factor), unit) = (Ratio::parse(&number.replace(',', "")), self.intern(unit)) else {
            return false;
        };
        if self.schema.units.get(unit).is_none() {
            return false;
        }
        self.check_attributes(view, &["is", "also", "shown", "doc"]);
        if let Some(name) = self.fresh_name(view, |schema, name| schema.units.get(name).is_some()) {
            self.schema.units.add_derived(name, factor, unit);
            match view.field("shown").map(Value::words) {
                Some("above") => self.schema.units.show_in(name, false),
                Some("below") => self.schema.units.show_in(name, true),
                _ => {}
            }
            self.unit_aliases(view, name);
        }
        true
    }

    fn unit_aliases(&mut self, view: View<'_>, name: Symbol) {
        for alias in view.field("also").into_iter().flat_map(Value::parts) {
            let alias = self.intern(&alias.prose());
            self.schema.units.add_alias(alias, name);
        }
    }

    fn refusal(&mut self, view: View<'_>, known: &[&'static str]) -> Option<Refused> {
        self.check_attributes(view, known);
        let Some(write) = view.field("write") else {
            self.error(view.head(), "it is not said what to write instead", "add `write: \"…\"`");
            return None;
        };
        let because = view.field("because").map(|value| value.prose().into_owned()).unwrap_or_default();
        let certain = view.field("certain").is_some_and(Value::is_yes);
        Some(Refused { write: write.prose().into_owned(), because, certain })
    }

    fn refused(&mut self, view: View<'_>) {
        let Some(name) = self.fresh_name(view, |schema, name| schema.units.refused(name).is_some()) else {
            return;
        };
        if let Some(refused) = self.refusal(view, &["write", "because", "certain"]) {
            self.schema.units.refuse(name, refused);
        }
    }

    fn sign(&mut self, view: View<'_>) {
        let Some(refused) = self.refusal(view, &["mark", "write", "because", "certain"]) else { return };
        match view.field("mark") {
            Some(mark) => self.schema.units.add_sign(Sign { mark: mark.prose().into_owned(), refused }),
            None => self.error(view.head(), "this sign has no `mark`", "add `mark: \"…\"`"),
        }
    }

    fn declare_enum(&mut self, view: View<'_>) {
        self.check_attributes(view, &["ordered", "values", "certain", "possible", "doc"]);
        let taken = |schema: &Schema, name| schema.enums_by_name.contains_key(&name);
        let Some(name) = self.fresh_name(view, taken) else { return };
        let words = |field| view.field(field).into_iter().flat_map(Value::parts);
        let values: Vec<Symbol> = words("values").map(|value| self.intern(&value.prose())).collect();
        if values.is_empty() {
            self.error(view.head(), "this enum has no values", "add `values: […]`");
        }
        let mut set = |field| {
            let ordinals = words(field).filter_map(|value| {
                let value = self.intern(&value.prose());
                values.iter().position(|known| *known == value)
            });
            ordinals.fold(0_u64, |set, ordinal| set | 1 << (ordinal % 64))
        };
        let (certain, possible) = (set("certain"), set("possible"));
        let ordered = view.field("ordered").is_some_and(Value::is_yes);
        let id = EnumId(self.schema.enums.len() as u16);
        self.schema.enums.push(Enum { name, values, ordered, certain, possible });
        self.schema.enums_by_name.insert(name, id);
    }

    fn name_kind(&mut self, view: View<'_>) {
        self.check_attributes(view, &KIND_ATTRIBUTES);
        let taken = |schema: &Schema, name| schema.kind_of(name).is_some();
        let Some(name) = self.fresh_name(view, taken) else { return };
        if self.schema.kinds.len() >= MAX_KINDS {
            self.error(view.head(), format!("a schema can have {MAX_KINDS} kinds"), "one too many");
            return;
        }
        let id = KindId(self.schema.kinds.len() as u8);
        let plural = view.field("plural").map(|plural| self.intern(plural.words()));
        let yes = |field| view.field(field).is_some_and(Value::is_yes);
        self.schema.kinds.push(Kind {
            name,
            title: view.title().unwrap_or_default().into_owned(),
            plural,
            is: None,
            family: KindSet::one(id),
            inside: KindSet::EMPTY,
            anywhere: yes("anywhere"),
            is_abstract: yes("abstract"),
            open: yes("open"),
            fact: yes("fact"),
            scope: yes("scope"),
            single: yes("single"),
            amounts_of: yes("amounts_of"),
            shown_by_title: view.field("called").is_some_and(|called| called.words() == "title"),
            dated: None,
            carries: None,
            states: view.field("states").map(|states| states.prose().into_owned()),
            fields: Vec::new(),
            field_names: Vec::new(),
            required: 0,
            place: view.head(),
        });
        let by_name = &mut self.schema.kinds_by_name;
        by_name.resize(by_name.len().max(name.index() + 1), None);
        by_name.get_mut(name.index()).into_iter().for_each(|kind| *kind = Some(id));
    }

    fn kind_of(&self, view: View<'_>) -> Option<KindId> {
        let id = view.name().and_then(|name| self.schema.kind_named(name))?;
        // A second declaration of a name was refused; its body is not read into the first.
        self.schema.kind(id).filter(|kind| kind.place == view.head()).map(|_| id)
    }

    /// Resolves `is` and gathers families; a circle of `is` is cut where it closes.
    fn specialise(&mut self, views: &[View<'_>]) {
        for view in views {
            let (Some(id), Some(is)) = (self.kind_of(*view), view.field("is")) else { continue };
            match self.schema.kind_named(is.words()) {
                Some(base) if !self.ancestors(base).contains(&id) => {
                    if let Some(kind) = self.schema.kinds.get_mut(id.0 as usize) {
                        kind.is = Some(base);
                    }
                }
                Some(_) => self.error(is.place(), "this kind specialises itself", "through this one"),
                None => self.undefined_kind(is),
            }
        }
        for id in (0..self.schema.kinds.len() as u8).map(KindId) {
            for ancestor in self.ancestors(id) {
                if let Some(kind) = self.schema.kinds.get_mut(ancestor.0 as usize) {
                    kind.family = kind.family.union(KindSet::one(id));
                }
            }
        }
    }

    /// A kind and those that it specialises, nearest first.
    fn ancestors(&self, id: KindId) -> Vec<KindId> {
        let mut line = vec![id];
        while let Some(next) = line.last().and_then(|last| self.schema.kind(*last)).and_then(|kind| kind.is) {
            line.push(next);
        }
        line
    }

    fn undefined_kind(&mut self, written: Value<'_>) {
        let names = self.schema.kinds.iter().map(|kind| self.schema.names.text(kind.name));
        let near = nearest(written.words(), names).map(|near| format!("did you mean `{near}`?"));
        let message = format!("there is no kind `{}`", written.words());
        let span = written.span();
        let found = Diagnostic::new("undefined-reference", Severity::Error, message, written.file, span);
        self.diagnostics.push(found.label(near.unwrap_or_else(|| "not declared in any schema file".into())));
    }

    fn fields(&mut self, view: View<'_>) {
        let Some(id) = self.kind_of(view) else { return };
        for block in view.blocks("field") {
            self.check_attributes(block, &FIELD_ATTRIBUTES);
            let Some(token) = block.name_token() else {
                self.error(block.head(), "this field has no name", "write `field NAME { … }`");
                continue;
            };
            let name = self.intern(block.words(token));
            let Some(ty) = self.field_type(block) else { continue };
            let reverse = block.field("reverse").map(|reverse| self.intern(reverse.words()));
            let text = |field| block.field(field).map(|value| Arc::from(value.prose()));
            let field = Field {
                name,
                ty,
                required: block.field("required").is_some_and(Value::is_yes),
                default: block.field("default").map(Value::place),
                reverse,
                doc: text("doc").unwrap_or_default(),
                example: block.field("example").map(|value| Arc::from(value.words())),
                states: text("states"),
                place: block.at(token.span),
            };
            let Some(kind) = self.schema.kinds.get_mut(id.0 as usize) else { continue };
            if kind.slot(name).is_some() {
                self.error(block.at(token.span), "this kind has that field already", "again here");
            } else {
                kind.field_names.push(name);
                kind.fields.push(field);
            }
        }
    }

    fn field_type(&mut self, block: View<'_>) -> Option<Type> {
        let Some(value) = block.field("type") else {
            self.error(block.head(), "this field has no type", "add `type: …`");
            return None;
        };
        let words: Vec<&str> = value.atoms.iter().map(|token| token.span.of(value.text)).collect();
        let (many, rest) = match words.as_slice() {
            ["list", "of", rest @ ..] => (Many::List, rest),
            ["shares", "of", rest @ ..] => (Many::Shares, rest),
            rest => (Many::One, rest),
        };
        let mut bases: Vec<Base> = Vec::new();
        for word in rest.iter().filter(|word| **word != "or") {
            let base = self.base(word, block)?;
            match (bases.last_mut(), base) {
                (Some(Base::Kinds(kinds)), Base::Kinds(more)) => *kinds = kinds.union(more),
                (_, base) => bases.push(base),
            }
        }
        if bases.is_empty() {
            self.error(value.place(), "this type names nothing", "write a value type, an enum or a kind");
            return None;
        }
        Some(Type::new(many, bases))
    }

    fn base(&mut self, word: &str, block: View<'_>) -> Option<Base> {
        let fixed = |loader: &Self, word, text| {
            loader.schema.units.parse_dimension(text).map(|d| Base::Quantity(word, vec![d]))
        };
        let base = match word {
            "quantity" => Some(Base::Quantity(Word::Quantity, self.dimensions(block))),
            "money" => fixed(self, Word::Money, "money"),
            "duration" => fixed(self, Word::Duration, "time"),
            "percent" => fixed(self, Word::Percent, "ratio"),
            "number" => fixed(self, Word::Number, "ratio"),
            "date" => Some(Base::Date),
            "yes-no" => Some(Base::YesNo),
            "text" => Some(Base::Text),
            name => match (self.schema.enum_named(name), self.schema.kind_named(name)) {
                (Some(id), _) => Some(Base::Enum(id)),
                (None, Some(id)) => self.schema.kind(id).map(|kind| Base::Kinds(kind.family)),
                (None, None) => None,
            },
        };
        if base.is_none() {
            let value = block.field("type").map_or(block.head(), Value::place);
            let (kinds, enums) =
                (self.schema.kinds.iter().map(|kind| kind.name), self.schema.enums.iter().map(|e| e.name));
            let names: Vec<&str> = kinds.chain(enums).map(|name| self.schema.names.text(name)).collect();
            let near = nearest(word, names.into_iter()).map(|near| format!("did you mean `{near}`?"));
            let message = format!("`{word}` is no value type, enum or kind");
            let found =
                Diagnostic::new("undefined-reference", Severity::Error, message, value.file, value.span);
            self.diagnostics
                .push(found.label(near.unwrap_or_else(|| "not declared in any schema file".into())));
        }
        base
    }

    fn dimensions(&mut self, block: View<'_>) -> Vec<super::Dimension> {
        let mut known = Vec::new();
        for part in block.field("dimension").into_iter().flat_map(Value::parts) {
            match self.schema.units.parse_dimension(part.words()) {
                Some(dimension) => known.push(dimension),
                None => self.error(part.place(), "no unit has this dimension", "not declared by any `unit`"),
            }
        }
        known
    }

    /// Puts the fields of a general kind before those of its specialisations.
    fn inherit(&mut self) {
        let own = self.schema.kinds.iter_mut().map(|kind| std::mem::take(&mut kind.fields));
        let own: Vec<Vec<Field>> = own.collect();
        for id in (0..self.schema.kinds.len() as u8).map(KindId) {
            let line = self.ancestors(id);
            let mut fields: Vec<Field> = Vec::new();
            for field in line.iter().rev().filter_map(|kind| own.get(kind.0 as usize)).flatten() {
                if !fields.iter().any(|known| known.name == field.name) {
                    fields.push(field.clone());
                }
            }
            let too_many = fields.get(MAX_FIELDS).map(|field| field.place);
            if let Some(place) = too_many {
                self.error(place, format!("a kind can have {MAX_FIELDS} fields"), "one too many");
            }
            fields.truncate(MAX_FIELDS);
            let inherited =
                line.get(1).and_then(|base| self.schema.kind(*base)).map(|base| (base.open, base.amounts_of));
            if let Some(kind) = self.schema.kinds.get_mut(id.0 as usize) {
                let required = fields.iter().enumerate().filter(|(_, field)| field.required);
                kind.required = required.fold(0, |all, (slot, _)| all | 1 << slot);
                kind.field_names = fields.iter().map(|field| field.name).collect();
                kind.fields = fields;
                if let Some((open, amounts_of)) = inherited {
                    kind.open |= open;
                    kind.amounts_of |= amounts_of;
                }
                if kind.amounts_of {
                    self.schema.amounts_of = self.schema.amounts_of.union(kind.family);
                }
            }
        }
    }

    /// Makes kinds and fields known by the names that list their blocks.
    fn index(&mut self) {
        let Schema { kinds, kinds_by_plural, fields_by_reverse, .. } = &mut self.schema;
        for (kind, id) in kinds.iter().zip((0..).map(KindId)) {
            if let Some(plural) = kind.plural {
                kinds_by_plural.entry(plural).or_insert(id);
            }
            for (field, slot) in kind.fields.iter().zip((0..).map(Slot)) {
                if let Some(reverse) = field.reverse {
                    fields_by_reverse.entry(reverse).or_default().push((id, slot));
                }
            }
        }
    }

    /// Attributes that refer to kinds or fields; a specialised kind takes them over.
    fn attributes(&mut self, view: View<'_>) {
        let Some(id) = self.kind_of(view) else { return };
        let line: Vec<KindId> = self.ancestors(id);
        let mut inside = KindSet::EMPTY;
        for part in view.field("inside").into_iter().flat_map(Value::parts) {
            match self.schema.kind_named(part.words()).and_then(|id| self.schema.kind(id)) {
                Some(kind) => inside = inside.union(kind.family),
                None => self.undefined_kind(part),
            }
        }
        let dated = self.slot_attribute(view, id, "dated");
        let carries = self.slot_attribute(view, id, "carries");
        let base = line.get(1).and_then(|base| self.schema.kind(*base));
        let base = base.map(|base| (base.fact, base.inside, base.dated, base.carries));
        if let Some(kind) = self.schema.kinds.get_mut(id.0 as usize) {
            let (base_fact, base_inside, base_dated, base_carries) = base.unwrap_or_default();
            // What says where in a proposal it stands is no fact, whatever it specialises.
            kind.fact |= base_fact && inside.is_empty();
            kind.inside = if inside.is_empty() { base_inside } else { inside };
            kind.dated = dated.or(base_dated);
            kind.carries = carries.or(base_carries);
        }
    }

    fn slot_attribute(&mut self, view: View<'_>, id: KindId, attribute: &str) -> Option<Slot> {
        let value = view.field(attribute)?;
        let name = self.intern(value.words());
        let slot = self.schema.kind(id).and_then(|kind| kind.slot(name));
        if slot.is_none() {
            self.error(
                value.place(),
                format!("`{attribute}` names no field of this kind"),
                "not a field here",
            );
        }
        slot
    }

    fn parameter(&mut self, view: View<'_>) {
        self.check_attributes(view, &["value", "why", "source"]);
        let taken = |schema: &Schema, name| schema.parameters.iter().any(|known| known.name == name);
        let Some(name) = self.fresh_name(view, taken) else { return };
        let text = |field| view.field(field).map(|value| value.prose().into_owned());
        let (Some(value), Some(why)) = (view.field("value"), text("why")) else {
            self.error(view.head(), "a parameter needs `value` and `why`", "one of them is missing");
            return;
        };
        let place = value.place();
        self.schema.parameters.push(Parameter {
            name,
            value: place,
            default: place,
            why,
            source: text("source"),
        });
    }
}
