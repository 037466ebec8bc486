//! What stands behind a dot, as a value: fields as they are written, blocks inside, blocks that name one, parts of
//! amounts and groups. Knows no condition.

use super::eval::Evaluator;
use super::value::Value;
use super::world::Referrers;
use crate::model::{EntityId, FieldState, Item, Written};
use crate::rule::{Access, Expr, How, Node};
use crate::schema::{Field, KindSet, Many, Slot};
use crate::source::{FileId, Place};
use crate::value::Truth;

impl<'w, 'a> Evaluator<'w, 'a> {
    /// What a word behind a dot means for an entity.
    pub(super) fn how<'e>(&self, id: EntityId, per_kind: &'e [How]) -> &'e How {
        per_kind.get(self.world.model.kind(id).0 as usize).unwrap_or(&How::Nothing)
    }

    /// What stands behind a dot.
    pub(super) fn access(&mut self, base: &Value, access: &Access) -> Value {
        match (access, base) {
            (Access::Entity(_, per_kind), _) => match base.entity() {
                Some(id) => self.property(id, per_kind),
                None => Value::Unknown,
            },
            (Access::Id, _) => match base.entity().map(|id| self.world.path(id)) {
                Some(path) => self.scratch.text(&path),
                None => Value::Unknown,
            },
            (Access::Title, _) => match base.entity().and_then(|id| self.world.title(id)) {
                Some(title) => self.scratch.text(title),
                None => Value::Unknown,
            },
            (Access::Of, Value::Amount(of)) => {
                self.quantity(*of).and_then(|amount| amount.of).map_or(Value::Unknown, Value::Entity)
            }
            (Access::Who, _) => base.entity().map_or(Value::Unknown, Value::Entity),
            (Access::Share, Value::Share(_, share)) => share.map_or(Value::Unknown, Value::Amount),
            (Access::Key, Value::Group(items)) => self.scratch.key(*items),
            (Access::Items, Value::Group(items)) => Value::List(*items),
            (_, Value::Path(route)) => self.path_part(*route, access),
            (_, Value::Step(route, at)) => self.step_part(*route, *at, access),
            _ => Value::Unknown,
        }
    }

    /// What a word behind a dot comes to for an entity.
    pub(super) fn property(&mut self, id: EntityId, per_kind: &[How]) -> Value {
        match self.how(id, per_kind) {
            How::Field(slot) => self.field(id, *slot),
            How::Inside(kinds) => {
                let inside = self.inside(id, *kinds);
                Value::List(self.scratch.list(inside.map(Value::Entity)))
            }
            How::Referrers(index) => {
                let referrers = self.referrers(id, *index);
                let begun = self.scratch.gather();
                referrers.naming().for_each(|id| self.scratch.add(Value::Entity(id), Truth::True));
                referrers.unsaid().for_each(|id| self.scratch.add(Value::Entity(id), Truth::Unknown));
                Value::List(self.scratch.gathered_list(begun))
            }
            How::Nothing if per_kind.iter().any(|how| matches!(how, How::Inside(_) | How::Referrers(_))) => {
                Value::List(self.scratch.list([]))
            }
            How::Nothing => Value::Unknown,
        }
    }

    /// Blocks of some kinds inside an entity, in written order.
    pub(super) fn inside(
        &mut self,
        id: EntityId,
        kinds: KindSet,
    ) -> impl Iterator<Item = EntityId> + use<'w, 'a> {
        let model = self.world.model;
        self.spend(model.inside(id).count());
        model.inside(id).filter(move |inner| kinds.has(model.kind(*inner)))
    }

    /// Those that name an entity in the fields of an index, and those that may.
    pub(super) fn referrers(&mut self, id: EntityId, index: usize) -> Referrers<'w> {
        let world = self.world;
        let referrers = world.referrers(id, index);
        let (naming, unsaid) = referrers.lengths();
        self.spend(naming + unsaid);
        referrers
    }

    /// What a field of an entity comes to.
    pub(super) fn field(&mut self, id: EntityId, slot: Slot) -> Value {
        let FieldState::Written(cell, file) = self.world.model.field(id, slot) else { return Value::Unknown };
        match cell.value {
            Written::Text(span) => self.scratch.text(self.world.sources.words(Place { file, span })),
            Written::List(first, count) => {
                let field = self.world.schema.field(self.world.model.kind(id), slot);
                field.map_or(Value::Unknown, |field| self.list(first, count, file, field))
            }
            one => self.world.one(id, slot, one),
        }
    }

    fn list(&mut self, first: u32, count: u32, file: FileId, field: &Field) -> Value {
        let model = self.world.model;
        let begun = self.scratch.gather();
        for item in model.items(first, count) {
            match item.value {
                Written::Group(group) => {
                    let members = model.group(group).map_or(&[][..], |group| &group.members);
                    members.iter().for_each(|member| self.scratch.add(Value::Entity(*member), Truth::True));
                }
                Written::Entity(id) if field.ty.many == Many::Shares => {
                    let share = self.world.share(&item, count == 1);
                    let member = self.scratch.share(id, share);
                    self.scratch.add(member, Truth::True);
                }
                Written::Text(span) => {
                    let text = self.scratch.text(self.world.sources.words(Place { file, span }));
                    self.scratch.add(text, Truth::True);
                }
                other => {
                    let value = self.world.written(other, field);
                    let known = !matches!(value, Value::Unknown);
                    self.scratch.add(value, if known { Truth::True } else { Truth::Unknown });
                }
            }
        }
        Value::List(self.scratch.gathered_list(begun))
    }

    /// Whether an entity or a word is among those that a field lists, without making values of them; `None` if that
    /// cannot be asked so.
    pub(super) fn among_listed(&mut self, value: &Value, list: &Expr) -> Option<Truth> {
        let Node::Field(base, Access::Entity(_, per_kind)) = &list.node else { return None };
        let id = self.entity(base)?;
        let How::Field(slot) = self.how(id, per_kind) else { return None };
        let model = self.world.model;
        let FieldState::Written(cell, _) = model.field(id, *slot) else { return None };
        let Written::List(first, count) = cell.value else { return None };
        let words = self.world.schema.field(model.kind(id), *slot)?.ty.words();
        let same = |item: Item| match (item.value, value) {
            (Written::Entity(id), Value::Entity(asked) | Value::Share(asked, _)) => (id == *asked).into(),
            (Written::Group(group), Value::Entity(asked) | Value::Share(asked, _)) => {
                model.group(group).is_some_and(|group| group.members.contains(asked)).into()
            }
            (Written::Enum(word), Value::Enum(of, asked)) => (words == Some(*of) && word == *asked).into(),
            _ => Truth::Unknown,
        };
        let plain = matches!(value, Value::Entity(_) | Value::Share(..) | Value::Enum(..));
        plain.then(|| model.items(first, count).map(same).max().unwrap_or(Truth::False))
    }

    /// `has(x.f)`
    pub(super) fn has(&mut self, base: &Expr, access: &Access) -> Truth {
        match self.presence(base, access) {
            Presence::Nothing | Presence::Unknown => Truth::False,
            Presence::Unreadable => Truth::Unknown,
            Presence::Something => Truth::True,
        }
    }

    /// `missing(x.f)`
    pub(super) fn missing(&mut self, base: &Expr, access: &Access) -> Truth {
        matches!(self.presence(base, access), Presence::Nothing).into()
    }

    fn presence(&mut self, base: &Expr, access: &Access) -> Presence {
        let value = if let Access::Entity(_, per_kind) = access {
            let Some(id) = self.entity(base) else { return Presence::Nothing };
            match self.how(id, per_kind) {
                How::Field(slot) => return Presence::of(self.world.model.field(id, *slot)),
                How::Nothing => return Presence::Nothing,
                _ => self.property(id, per_kind),
            }
        } else {
            let base = self.eval(base);
            self.access(&base, access)
        };
        if value.is_known() { Presence::Something } else { Presence::Nothing }
    }
}

/// What is said behind a dot, whatever it comes to.
#[derive(Clone, Copy, Debug)]
enum Presence {
    Nothing,
    /// That it is unknown; or nobody can know.
    Unknown,
    Unreadable,
    Something,
}

impl Presence {
    fn of(field: FieldState) -> Presence {
        match field {
            FieldState::Missing => Presence::Nothing,
            FieldState::Opaque => Presence::Unknown,
            FieldState::Written(cell, _) => match cell.value {
                Written::Unknown => Presence::Unknown,
                Written::Unreadable => Presence::Unreadable,
                _ => Presence::Something,
            },
        }
    }
}
