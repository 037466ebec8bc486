//! What rules see while they run: owns the tables made once per portfolio (entities by kind, look-ups, as-of
//! dates, parameters). Knows no rule in particular.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashSet;

use super::gather::Run;
use super::graph::{Ends, Graph};
use super::memo::{Memo, Shared};
use super::recipes::Recipes;
use super::value::{Quantity, Value};
use crate::model::{Amount, EntityId, FieldState, Item, Model, ReadValue, Written, read_place};
use crate::outcome::AsOf;
use crate::rule::{Catalogue, Index};
use crate::schema::{Field, KindId, KindSet, Measure, Schema, Slot};
use crate::source::Sources;
use crate::value::{Dates, Day, Interval, Ratio};

/// Everything that an expression can ask for.
pub(super) struct World<'a> {
    pub sources: &'a Sources,
    pub schema: &'a Schema,
    pub model: &'a Model,
    pub catalogue: &'a Catalogue,
    pub recipes: Recipes,
    pub parameters: Vec<ReadValue>,
    pub graphs: Vec<Shared<Graph>>,
    pub run: Run<'a>,
    /// The entities of kinds of which each portfolio has one.
    singles: Vec<EntityId>,
    month: Option<Measure>,
    day: Option<Measure>,
    /// Ends of searches that depend on no variable, by their numbers.
    pub end_sets: Vec<OnceLock<Ends>>,
    /// Sets of ends by what is in them, and how many there are.
    end_numbers: Memo<Arc<[EntityId]>, u32>,
    ends: AtomicU32,
    referenced: OnceLock<FxHashSet<EntityId>>,
    /// The entities of each kind.
    by_kind: Vec<Arc<[EntityId]>>,
    of_several: Memo<KindSet, Arc<[EntityId]>>,
    lookups: Vec<OnceLock<Lookup>>,
}

/// From entities to those that name them.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    /// Named entity and naming entity, sorted.
    pairs: Vec<(EntityId, EntityId)>,
    /// Those whose field is missing or unknown: they may name anything.
    pub open: Vec<EntityId>,
    /// Those that say themselves that it is unknown, behind the scope in which they stand, sorted.
    unsaid: Vec<(Option<EntityId>, EntityId)>,
    /// How many of those stand in no scope.
    anywhere: usize,
}

/// Rows of a [`Lookup`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Referrers<'t> {
    naming: &'t [(EntityId, EntityId)],
    unsaid: [&'t [(Option<EntityId>, EntityId)]; 2],
}

impl<'t> Referrers<'t> {
    /// How many name the entity, and how many may.
    pub(super) fn lengths(self) -> (usize, usize) {
        (self.naming.len(), self.unsaid.iter().map(|row| row.len()).sum())
    }

    /// Those that name the entity, in document order.
    pub(super) fn naming(self) -> impl Iterator<Item = EntityId> + use<'t> {
        self.naming.iter().map(|(_, naming)| *naming)
    }

    /// Those that say that it is unknown whom they name.
    pub(super) fn unsaid(self) -> impl Iterator<Item = EntityId> + use<'t> {
        self.unsaid.into_iter().flatten().map(|(_, naming)| *naming)
    }
}

impl Lookup {
    /// Those that name an entity, in document order, behind it.
    fn pairs(&self, named: EntityId) -> &[(EntityId, EntityId)] {
        let first = self.pairs.partition_point(|(known, _)| *known < named);
        let behind = self.pairs.get(first..).unwrap_or(&[]);
        let count = behind.iter().take_while(|(known, _)| *known == named).count();
        behind.get(..count).unwrap_or(&[])
    }

    /// Those that name an entity, in document order.
    pub(super) fn naming(&self, named: EntityId) -> impl Iterator<Item = EntityId> {
        self.pairs(named).iter().map(|(_, naming)| *naming)
    }

    /// Those that may mean an entity of a scope: they stand in it too, or one of both belongs to no scope. What
    /// lies in another scope has to be named by that, which nobody who does not know it does.
    fn unsaid(&self, scope: Option<EntityId>) -> [&[(Option<EntityId>, EntityId)]; 2] {
        if scope.is_none() {
            return [&self.unsaid, &[]];
        }
        // Those without a scope come first.
        let (anywhere, scoped) = self.unsaid.split_at_checked(self.anywhere).unwrap_or_default();
        let first = scoped.partition_point(|(known, _)| *known < scope);
        let here = scoped.get(first..).unwrap_or(&[]);
        let count = here.iter().take_while(|(known, _)| *known == scope).count();
        [anywhere, here.get(..count).unwrap_or(&[])]
    }
}

impl<'a> World<'a> {
    pub(super) fn new(
        sources: &'a Sources,
        schema: &'a Schema,
        model: &'a Model,
        catalogue: &'a Catalogue,
        run: Run<'a>,
    ) -> Self {
        let unit = |name: &str| {
            model.names.get(name).and_then(|name| schema.units.get(name)).map(|(measure, _)| measure)
        };
        let mut world = Self {
            sources,
            schema,
            model,
            catalogue,
            recipes: Recipes::default(),
            parameters: Vec::new(),
            graphs: catalogue.relations.iter().map(|_| Shared::default()).collect(),
            run,
            singles: schema
                .kinds()
                .filter(|(_, kind)| kind.single)
                .filter_map(|(kind, _)| model.single(kind))
                .collect(),
            month: unit("month"),
            day: unit("day"),
            end_sets: (0..catalogue.end_sets).map(|_| OnceLock::new()).collect(),
            end_numbers: Memo::default(),
            ends: AtomicU32::new(1),
            referenced: OnceLock::new(),
            by_kind: by_kind(schema, model),
            of_several: Memo::default(),
            lookups: catalogue.indexes.iter().map(|_| OnceLock::new()).collect(),
        };
        world.parameters = schema.parameters().iter().map(|known| world.parameter(known.value)).collect();
        world.recipes = Recipes::new(&world);
        world
    }

    fn parameter(&self, place: crate::source::Place) -> ReadValue {
        let text = self.sources.get(place.file).map_or("", |file| &file.text);
        // Loading the rules has told what is wrong with it.
        read_place(text, place, self.schema, &self.model.names).unwrap_or(ReadValue::Unknown)
    }

    /// The name of an entity as its own block spells it.
    pub(super) fn spelling(&self, id: EntityId) -> &str {
        let Some(entity) = self.model.entity(id) else { return "" };
        let head = self.sources.words(crate::source::Place { file: entity.file, span: entity.head });
        // A head is a kind and a name; a free name is all there is.
        let known = self.model.name(id);
        let own = head.len().checked_sub(known.len()).and_then(|kind| head.get(kind..));
        own.filter(|own| own.eq_ignore_ascii_case(known)).unwrap_or(known)
    }

    /// The path by which a user would write an entity: `red-river.plant`.
    pub(super) fn path(&self, id: EntityId) -> String {
        let mut names: Vec<&str> = self.model.around(id).map(|outer| self.spelling(outer)).collect();
        names.reverse();
        names.push(self.spelling(id));
        names.join(".")
    }

    /// Whether any field names an entity.
    pub(super) fn is_referenced(&self, id: EntityId) -> bool {
        self.referenced.get_or_init(|| self.model.references().collect()).contains(&id)
    }

    /// All entities of some kinds, in document order.
    pub(super) fn of_kinds(&self, kinds: KindSet) -> Arc<[EntityId]> {
        let of = |kind: KindId| self.by_kind.get(usize::from(kind.0)).map(Arc::clone).unwrap_or_default();
        let mut each = kinds.iter();
        match (each.next(), each.next()) {
            (None, _) => Arc::default(),
            (Some(only), None) => of(only),
            _ => self.of_several.get_or(kinds, || {
                let mut all: Vec<EntityId> = kinds.iter().flat_map(|kind| of(kind).to_vec()).collect();
                all.sort();
                all.into()
            }),
        }
    }

    /// A set of ends; the same entities are the same set.
    pub(super) fn ends(&self, entities: Arc<[EntityId]>) -> Ends {
        let number = || self.ends.fetch_add(1, Ordering::Relaxed);
        Ends::Entities(self.end_numbers.get_or(Arc::clone(&entities), number), entities)
    }

    /// The table of an index, made when first asked for.
    pub(super) fn lookup(&self, index: usize) -> &Lookup {
        static NONE: Lookup = Lookup { pairs: Vec::new(), open: Vec::new(), unsaid: Vec::new(), anywhere: 0 };
        let (Some(made), Some(index)) = (self.lookups.get(index), self.catalogue.indexes.get(index)) else {
            return &NONE;
        };
        made.get_or_init(|| self.make_lookup(index))
    }

    fn make_lookup(&self, index: &Index) -> Lookup {
        let mut slots: Vec<Vec<Slot>> = vec![Vec::new(); self.schema.kinds().count()];
        for (kind, slot) in &index.fields {
            slots.get_mut(kind.0 as usize).into_iter().for_each(|slots| slots.push(*slot));
        }
        let kinds = index.fields.iter().map(|(kind, _)| KindSet::one(*kind));
        let mut lookup = Lookup::default();
        for id in self.of_kinds(kinds.fold(KindSet::EMPTY, KindSet::union)).iter().copied() {
            for slot in slots.get(self.model.kind(id).0 as usize).into_iter().flatten() {
                match self.model.field(id, *slot) {
                    FieldState::Written(cell, _) => match cell.value {
                        Written::Entity(named) => lookup.pairs.push((named, id)),
                        Written::List(first, count) => {
                            let named = self.model.items(first, count).filter_map(|item| match item.value {
                                Written::Entity(named) => Some((named, id)),
                                _ => None,
                            });
                            lookup.pairs.extend(named);
                        }
                        Written::Unknown | Written::Unreadable => {
                            lookup.open.push(id);
                            lookup.unsaid.push((self.scope_around(id), id));
                        }
                        _ => {}
                    },
                    FieldState::Missing => lookup.open.push(id),
                    FieldState::Opaque => {}
                }
            }
        }
        lookup.unsaid.sort_unstable();
        lookup.anywhere = lookup.unsaid.partition_point(|(scope, _)| scope.is_none());
        lookup.pairs.sort_unstable();
        lookup.pairs.dedup();
        lookup
    }

    /// The block around an entity that bounds a scope.
    fn scope_around(&self, id: EntityId) -> Option<EntityId> {
        self.model.scope(self.schema, self.model.parent(id)?)
    }

    /// The entities that name one in the fields of an index, and those that may: they say that it is unknown.
    pub(super) fn referrers(&self, id: EntityId, index: usize) -> Referrers<'_> {
        let lookup = self.lookup(index);
        let unsaid =
            if lookup.unsaid.is_empty() { [&[][..]; 2] } else { lookup.unsaid(self.scope_around(id)) };
        Referrers { naming: lookup.pairs(id), unsaid }
    }

    /// The as-of date that holds for an entity: the flag's, its scope's, the portfolio's, the day of the run.
    pub(super) fn as_of(&self, id: EntityId) -> Day {
        let said = || self.dated(id).map(|(_, dates)| dates.last);
        self.run.as_of.map(|(day, _)| day).or_else(said).unwrap_or(self.run.today)
    }

    /// The as-of date that holds for an entity, with what set it.
    pub(super) fn as_of_source(&self, id: EntityId) -> AsOf {
        let set_by = match (self.run.as_of, self.dated(id)) {
            (Some((_, by)), _) => by.to_owned(),
            (None, Some((dated, _))) => self.dating_field(dated),
            (None, None) => "today".into(),
        };
        AsOf { date: self.as_of(id).to_string(), set_by }
    }

    /// The nearest block that dates an entity, and the date: one around it, else one of which each portfolio
    /// has one.
    fn dated(&self, id: EntityId) -> Option<(EntityId, Dates)> {
        let around = std::iter::once(id).chain(self.model.around(id)).chain(self.singles.iter().copied());
        around.into_iter().find_map(|dated| {
            let slot = self.schema.kind(self.model.kind(dated))?.dated?;
            match self.model.cell(dated, slot)?.value {
                Written::Dates(dates) => Some((dated, dates)),
                _ => None,
            }
        })
    }

    fn dating_field(&self, dated: EntityId) -> String {
        let kind = self.model.kind(dated);
        let field = self.schema.kind(kind).and_then(|kind| kind.field(kind.dated?));
        let name = field.map_or("", |field| self.schema.names.text(field.name));
        let file = self.model.entity(dated).map_or("", |entity| self.sources.name(entity.file));
        format!("`{name}` in {file}")
    }

    /// Dates moved by a length of time; `None` if that is neither months nor days.
    pub(super) fn later(&self, from: Dates, span: &Amount) -> Option<Dates> {
        let (least, most) = (span.interval.lo.floor(), ceiling(span.interval.hi));
        if Some(span.measure) == self.month || span.interval == Interval::ZERO {
            return Some(Dates { first: from.first.plus_months(least), last: from.last.plus_months(most) });
        }
        (Some(span.measure) == self.day)
            .then(|| Dates { first: from.first.plus_days(least), last: from.last.plus_days(most) })
    }

    /// The share that is written beside a part of a list; one alone is all of it.
    pub(super) fn share(&self, item: &Item, alone: bool) -> Option<Interval> {
        let share = item.share.and_then(|at| self.model.amount(at)).map(|amount| amount.interval);
        share.or(alone.then(|| Interval::point(Ratio::ONE)))
    }

    /// The title of an entity.
    pub(super) fn title(&self, id: EntityId) -> Option<&'a str> {
        crate::model::title(self.model, self.sources, id)
    }

    /// What a field says where that is one thing and no text; unknown otherwise.
    pub(super) fn value(&self, id: EntityId, slot: Slot) -> Value {
        match self.model.field(id, slot) {
            FieldState::Written(cell, _) => self.one(id, slot, cell.value),
            _ => Value::Unknown,
        }
    }

    /// What is written in a field of an entity, where that is one thing and no text.
    pub(super) fn one(&self, id: EntityId, slot: Slot, written: Written) -> Value {
        match written {
            Written::Entity(id) => Value::Entity(id),
            Written::Amount(index) => Value::Amount(Quantity::Written(index)),
            other => match self.schema.field(self.model.kind(id), slot) {
                Some(field) => self.written(other, field),
                None => Value::Unknown,
            },
        }
    }

    /// The same for a field that was looked up.
    pub(super) fn written(&self, written: Written, field: &Field) -> Value {
        match written {
            Written::Entity(id) => Value::Entity(id),
            Written::Enum(ordinal) => field.ty.words().map_or(Value::Unknown, |id| Value::Enum(id, ordinal)),
            Written::YesNo(yes) => Value::Truth(yes.into()),
            Written::Dates(dates) => Value::Dates(dates),
            Written::Amount(index) => Value::Amount(Quantity::Written(index)),
            Written::Unknown
            | Written::Unreadable
            | Written::Name(..)
            | Written::AmountOf(..)
            | Written::Overfull(..)
            | Written::Group(_)
            | Written::Text(_)
            | Written::List(..) => Value::Unknown,
        }
    }
}

/// All blocks and facts of each kind, in document order.
fn by_kind(schema: &Schema, model: &Model) -> Vec<Arc<[EntityId]>> {
    let mut by_kind: Vec<Vec<EntityId>> = vec![Vec::new(); schema.kinds().count()];
    for id in model.all() {
        by_kind.get_mut(usize::from(model.kind(id).0)).into_iter().for_each(|of_kind| of_kind.push(id));
    }
    by_kind.into_iter().map(Arc::from).collect()
}

fn ceiling(ratio: Ratio) -> i64 {
    let floor = ratio.floor();
    if ratio.is_finite() && ratio.as_whole().is_none() { floor.saturating_add(1) } else { floor }
}
