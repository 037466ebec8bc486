//! `group x in … by key`: owns how members come under their keys.

use std::ops::ControlFlow;

use super::eval::{Evaluator, Range};
use super::value::Value;
use crate::rule::{Expr, Source};
use crate::value::Truth;

impl Evaluator<'_, '_> {
    /// Members under their keys, in the order in which the keys first come up. A member whose key is unknown is
    /// possible in every group; one whose key is a list stands under each of its values.
    pub(super) fn group(&mut self, source: &Source, key: &Expr) -> Value {
        let mut keys: Vec<Value> = Vec::new();
        // Under which key, by its number; under none, anywhere.
        let mut placed: Vec<(Option<usize>, Value, Truth)> = Vec::new();
        let range = self.members(source, &mut |own, member, truth, _| {
            let found = match own.eval(key) {
                Value::List(list) => own.scratch.certain(list).to_vec(),
                Value::Unknown => Vec::new(),
                single => vec![single],
            };
            if found.is_empty() {
                placed.push((None, member, Truth::Unknown));
            }
            for key in found {
                if !own.spend(keys.len()) {
                    return ControlFlow::Break(());
                }
                let known = keys.iter().position(|known| own.equal(known, &key) == Some(Truth::True));
                let at = known.unwrap_or(keys.len());
                if known.is_none() {
                    keys.push(key);
                }
                placed.push((Some(at), member, truth));
            }
            ControlFlow::Continue(())
        });
        if range == Range::Unknown {
            return Value::Unknown;
        }
        // Those that may stand anywhere come last in each group.
        placed.sort_by_key(|(at, ..)| at.unwrap_or(usize::MAX));
        let known = placed.partition_point(|(at, ..)| at.is_some());
        let (known, anywhere) = placed.split_at(known);
        let mut known = known.iter().peekable();
        let mut groups = Vec::new();
        for (at, key) in keys.into_iter().enumerate() {
            self.scratch.list([key]);
            let begun = self.scratch.gather();
            while let Some((_, member, truth)) = known.next_if(|(own, ..)| *own == Some(at)) {
                self.scratch.add(*member, *truth);
            }
            anywhere.iter().for_each(|(_, member, _)| self.scratch.add(*member, Truth::Unknown));
            groups.push(Value::Group(self.scratch.gathered_list(begun)));
        }
        Value::List(self.scratch.list(groups))
    }
}
