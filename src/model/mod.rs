//! What was said: owns entities, their values in base units, and names resolved across files, of facts and
//! proposals alike. Knows no rule, relation or file system; reading never fails, it leaves values unreadable.

mod amount;
mod card;
mod cell;
mod dates;
mod deal;
mod entity;
mod facts;
mod fields;
mod join;
mod load;
mod load_facts;
mod read;
mod resolve;
mod short;
mod values;

pub use card::{Card, title};
pub use cell::{Cell, Item, Written};
pub use entity::{Entity, Standing};
pub use facts::{Confidence, Group, GroupId, Provenance, ProvenanceId};
pub use load::{Text, load_portfolio};
pub use load_facts::load_facts;
pub use read::{ReadValue, read_place, read_value};

use std::sync::Arc;

use facts::Bearers;
use rustc_hash::FxHashMap;
use values::Joined;

use crate::names::{Names, Symbol};
use crate::schema::{KindId, KindSet, Measure, Schema, Slot};
use crate::source::{FileId, Place};
use crate::value::Interval;

/// Number of an entity; those inside an entity follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId(pub u32);

/// A number with what it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Amount {
    /// In base units.
    pub interval: Interval,
    /// The base units.
    pub measure: Measure,
    /// What it is an amount of.
    pub of: Option<EntityId>,
}

/// What is known of a field.
#[derive(Clone, Copy, Debug)]
pub enum FieldState {
    /// Not written, and without default.
    Missing,
    /// Written here, or the default.
    Written(Cell, FileId),
    /// Nothing can be known: the entity is a free name.
    Opaque,
}

/// Entities of one portfolio, the facts before them.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// All names met.
    pub names: Names,
    entities: Vec<Entity>,
    values: Joined,
    // What only facts have is shared by all portfolios.
    groups: Arc<Vec<Group>>,
    provenances: Arc<Vec<Provenance>>,
    /// Of each fact; facts come first, so the index is the entity's.
    fact_provenance: Vec<Option<ProvenanceId>>,
    /// Of fact fields with evidence of their own.
    cell_provenance: FxHashMap<(EntityId, Slot), ProvenanceId>,
    /// By kind: the few fields of it that have one, with the number of its cell.
    defaults: Vec<Vec<(Slot, u32, FileId)>>,
    /// Names of facts, their aliases and trade names.
    known: Arc<FxHashMap<Symbol, Bearers>>,
    /// Blocks that stand in no other, by the number of their name.
    top: Vec<Option<EntityId>>,
    /// Blocks directly inside one that holds more than [`MAX_SCANNED`], by their name.
    crowded: FxHashMap<(EntityId, Symbol), EntityId>,
    /// Free names, by what they may stand for.
    free: FxHashMap<(KindSet, Symbol), EntityId>,
    singles: FxHashMap<KindId, EntityId>,
    facts_end: u32,
}

/// The number of nothing, where room is scarce.
const NONE: u32 = u32::MAX;

/// Most entities inside another that are gone through in search of a name; more get a table.
const MAX_SCANNED: u32 = 64;

impl Model {
    /// The entity of that number.
    #[must_use]
    pub fn entity(&self, id: EntityId) -> Option<&Entity> {
        self.entities.get(id.0 as usize)
    }

    /// The kind of an entity; entities are numbered by this model only.
    #[must_use]
    pub fn kind(&self, id: EntityId) -> KindId {
        self.entity(id).map_or(KindId(0), |entity| entity.kind)
    }

    /// Blocks that are not facts, in document order.
    pub fn declared(&self) -> impl Iterator<Item = EntityId> {
        let all = (self.facts_end..self.entities.len() as u32).map(EntityId);
        all.filter(|id| self.standing(*id) == Standing::Declared)
    }

    /// How an entity came to be.
    #[must_use]
    pub fn standing(&self, id: EntityId) -> Standing {
        self.entity(id).map_or(Standing::Implied, |entity| entity.standing)
    }

    /// All blocks and facts, facts first.
    pub fn all(&self) -> impl Iterator<Item = EntityId> {
        let all = (0..self.entities.len() as u32).map(EntityId);
        all.filter(|id| self.standing(*id) == Standing::Declared)
    }

    /// How many entities there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entities.len()
    }

    /// Whether there is no entity at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entities.is_empty()
    }

    /// Whether it is a fact and no part of a proposal.
    #[must_use]
    pub fn is_fact(&self, id: EntityId) -> bool {
        id.0 < self.facts_end
    }

    /// The entities inside another, at any depth, in written order.
    pub fn inside(&self, id: EntityId) -> impl Iterator<Item = EntityId> {
        (id.0 + 1..self.entity(id).map_or(0, |entity| entity.end)).map(EntityId)
    }

    /// The entities directly inside another, in written order.
    fn parts(&self, id: EntityId) -> impl Iterator<Item = (EntityId, &Entity)> {
        let mut next = id.0 + 1;
        let end = self.entity(id).map_or(0, |entity| entity.end);
        std::iter::from_fn(move || {
            let part = EntityId(next);
            let entity = self.entity(part).filter(|_| next < end)?;
            next = entity.end;
            Some((part, entity))
        })
    }

    /// Whether there is more inside an entity than is gone through for a name.
    fn is_crowded(&self, id: EntityId) -> bool {
        self.entity(id).is_some_and(|entity| entity.end - id.0 > MAX_SCANNED)
    }

    /// Makes room for what a text of so many bytes usually says.
    fn reserve(&mut self, bytes: usize) {
        self.entities.reserve(bytes / 96);
        self.names.reserve(bytes / 512);
    }

    /// Puts an entity behind the others, with nothing inside it, and says its number.
    fn add(&mut self, mut entity: Entity) -> EntityId {
        let id = EntityId(self.entities.len() as u32);
        entity.end = id.0 + 1;
        self.entities.push(entity);
        id
    }

    /// The block of that name directly inside another: the first, if there are several.
    fn part_named(&self, around: EntityId, name: Symbol) -> Option<EntityId> {
        if self.is_crowded(around) {
            return self.crowded.get(&(around, name)).copied();
        }
        self.parts(around).find(|(_, part)| part.named && part.name == name).map(|(id, _)| id)
    }

    /// The block of that name that stands in no other: the first, if there are several.
    fn top(&self, name: Symbol) -> Option<EntityId> {
        self.top.get(name.index()).copied().flatten()
    }

    /// The block around an entity.
    #[must_use]
    pub fn parent(&self, id: EntityId) -> Option<EntityId> {
        self.entity(id)?.parent()
    }

    /// The blocks around an entity, nearest first.
    pub fn around(&self, id: EntityId) -> impl Iterator<Item = EntityId> {
        std::iter::successors(self.parent(id), |here| self.parent(*here))
    }

    /// What is known of a field of an entity.
    #[must_use]
    #[inline]
    pub fn field(&self, id: EntityId, slot: Slot) -> FieldState {
        let Some(entity) = self.entity(id) else { return FieldState::Missing };
        if entity.standing == Standing::Free {
            return FieldState::Opaque;
        }
        let bit = 1_u64 << slot.0;
        if entity.written & bit != 0 {
            let before = (entity.written & (bit - 1)).count_ones();
            if let Some(cell) = self.values.cell(entity.first_cell + before) {
                return FieldState::Written(cell, entity.file);
            }
        }
        let defaults = self.defaults.get(entity.kind.0 as usize).map_or(&[][..], Vec::as_slice);
        let default = defaults.iter().find(|(own, ..)| *own == slot);
        let default = default.and_then(|(_, cell, file)| Some((self.values.cell(*cell)?, *file)));
        default.map_or(FieldState::Missing, |(cell, file)| FieldState::Written(cell, file))
    }

    /// The one entity that a field names, if it names one.
    #[must_use]
    pub fn named(&self, id: EntityId, slot: Slot) -> Option<EntityId> {
        match self.field(id, slot) {
            FieldState::Written(Cell { value: Written::Entity(named), .. }, _) => Some(named),
            _ => None,
        }
    }

    /// The field's cell if it is written in the block itself.
    #[must_use]
    pub fn cell(&self, id: EntityId, slot: Slot) -> Option<Cell> {
        let entity = self.entity(id)?;
        let bit = 1_u64 << slot.0;
        let before = (entity.written & (bit - 1)).count_ones();
        (entity.written & bit != 0).then(|| self.values.cell(entity.first_cell + before)).flatten()
    }

    /// Where the value of a field stands; the head of its block if it is not written there.
    #[must_use]
    pub fn place_of(&self, id: EntityId, slot: Slot) -> Option<Place> {
        match self.cell(id, slot) {
            Some(cell) => Some(Place { file: self.entity(id)?.file, span: cell.span }),
            None => self.place(id),
        }
    }

    /// Where an entity stands: its head.
    #[must_use]
    pub fn place(&self, id: EntityId) -> Option<Place> {
        self.entity(id).map(|entity| Place { file: entity.file, span: entity.head })
    }

    /// The amount of that index.
    #[must_use]
    pub fn amount(&self, index: u32) -> Option<Amount> {
        self.values.amount(index)
    }

    /// The item of that number; those of a list follow each other.
    #[must_use]
    pub fn item(&self, number: u32) -> Option<Item> {
        self.values.item(number)
    }

    /// The items of a list, one after the other.
    pub fn items(&self, first: u32, count: u32) -> impl Iterator<Item = Item> {
        self.values.items(first, count)
    }

    /// The group of that number.
    #[must_use]
    pub fn group(&self, id: GroupId) -> Option<&Group> {
        self.groups.get(id.0 as usize)
    }

    /// The group of that name.
    #[must_use]
    pub fn group_named(&self, name: Symbol) -> Option<GroupId> {
        self.groups.iter().position(|group| group.name == name).map(|at| GroupId(at as u16))
    }

    /// The fact of one of these kinds that bears a name.
    #[must_use]
    pub fn fact_named(&self, name: Symbol, kinds: KindSet) -> Option<EntityId> {
        let known = self.known.get(&name)?;
        known.iter().map(|known| known.fact).find(|fact| kinds.has(self.kind(*fact)))
    }

    /// Everything that fields name, each as often as it is named.
    pub fn references(&self) -> impl Iterator<Item = EntityId> {
        self.values.named()
    }

    /// The names under which facts are known, with the fact: ids, aliases and trade names.
    pub fn known_names(&self) -> impl Iterator<Item = (&str, EntityId)> {
        let facts = self.known.iter().flat_map(|(name, known)| known.iter().map(|known| (*name, known.fact)));
        facts.map(|(name, fact)| (self.names.text(name), fact))
    }

    /// The evidence for a fact, or for one of its fields.
    #[must_use]
    pub fn provenance(&self, fact: EntityId, slot: Option<Slot>) -> Option<&Provenance> {
        let own = slot.and_then(|slot| self.cell_provenance.get(&(fact, slot))).copied();
        let id = own.or_else(|| self.fact_provenance.get(fact.0 as usize).copied().flatten())?;
        self.provenances.get(id.0 as usize)
    }

    /// The evidence of that number.
    #[must_use]
    pub fn evidence(&self, id: ProvenanceId) -> Option<&Provenance> {
        self.provenances.get(id.0 as usize)
    }

    /// The name of an entity as it was first spelled.
    #[must_use]
    pub fn name(&self, id: EntityId) -> &str {
        self.entity(id).map_or("", |entity| self.names.text(entity.name))
    }

    /// The nearest block around an entity, itself included, whose kind bounds a scope.
    #[must_use]
    pub fn scope(&self, schema: &Schema, id: EntityId) -> Option<EntityId> {
        self.entity(id)?;
        let is_scope = |id: &EntityId| schema.kind(self.kind(*id)).is_some_and(|kind| kind.scope);
        std::iter::once(id).chain(self.around(id)).find(is_scope)
    }

    /// The entity of a kind of which each portfolio has one, written or implied.
    #[must_use]
    pub fn single(&self, kind: KindId) -> Option<EntityId> {
        self.singles.get(&kind).copied()
    }
}
