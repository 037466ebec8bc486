//! Changes that would clear a finding: owns where a field that is missing is written, and how. Applies nothing.

use super::eval::Evaluator;
use crate::diagnostic::{Edit, Fix};
use crate::model::EntityId;
use crate::rule::{Access, EditPlan, Expr, FixPlan, How, Node, Rule};
use crate::schema::Slot;
use crate::source::{Place, Span};

impl Evaluator<'_, '_> {
    /// The fixes of a rule that fit the finding whose variables are bound.
    pub(super) fn fixes(&mut self, rule: &Rule) -> Vec<Fix> {
        rule.fixes.iter().filter_map(|plan| self.fix(plan)).collect()
    }

    fn fix(&mut self, plan: &FixPlan) -> Option<Fix> {
        if plan.when.as_ref().is_some_and(|when| !self.truth(when).holds()) {
            return None;
        }
        let edits: Option<Vec<Edit>> = plan.edits.iter().map(|edit| self.edit(edit)).collect();
        Some(Fix { title: plan.title.clone(), applicability: plan.applicability, edits: edits? })
    }

    fn edit(&mut self, plan: &EditPlan) -> Option<Edit> {
        match plan {
            EditPlan::Insert { field, into, text } => {
                let entity = self.entity(into)?;
                let text = self.fill_code(text);
                self.insertion(entity, field, &text)
            }
            EditPlan::Replace { place, text } => {
                let (entity, slot) = self.field_of(place)?;
                let text = self.fill_code(text);
                Some(Edit { place: self.written_at(entity, slot)?, text })
            }
        }
    }

    fn field_of(&mut self, place: &Expr) -> Option<(EntityId, Slot)> {
        let Node::Field(base, Access::Entity(_, per_kind)) = &place.node else { return None };
        let entity = self.entity(base)?;
        match per_kind.get(self.world.model.kind(entity).0 as usize)? {
            How::Field(slot) => Some((entity, *slot)),
            _ => None,
        }
    }

    fn written_at(&self, entity: EntityId, slot: Slot) -> Option<Place> {
        let file = self.world.model.entity(entity)?.file;
        self.world.model.cell(entity, slot).map(|cell| Place { file, span: cell.span })
    }

    /// Writes a field at the end of a block, on a line of its own where the block has lines; a field that says
    /// `unknown` is replaced.
    fn insertion(&self, id: EntityId, field: &str, value: &str) -> Option<Edit> {
        let (model, schema) = (self.world.model, self.world.schema);
        let entity = model.entity(id)?;
        let slot = schema.kind(entity.kind)?.slot(model.names.get(field)?)?;
        if let Some(place) = self.written_at(id, slot) {
            return Some(Edit { place, text: value.to_owned() });
        }
        let text = &self.world.sources.get(entity.file)?.text;
        let body = text.get(entity.head.end as usize..entity.body_end as usize)?;
        let kept = body.trim_end();
        let at = entity.head.end + kept.len() as u32;
        let inner = body.split_once('{').map_or("", |(_, inner)| inner);
        let text = match inner.split_once('\n') {
            Some((_, lines)) => {
                let first = lines.lines().find(|line| !line.trim().is_empty()).unwrap_or("  ");
                let indent = first.get(..first.len() - first.trim_start().len()).unwrap_or("");
                format!("\n{indent}{field}: {value}")
            }
            None if inner.trim().is_empty() => format!(" {field}: {value}"),
            None => format!("; {field}: {value}"),
        };
        Some(Edit { place: Place { file: entity.file, span: Span { start: at, end: at } }, text })
    }
}
