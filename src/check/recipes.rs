//! What goes into what: owns `upstream` and `convert`, and which recipes they rest on. Knows recipes only by
//! the fields `product`, `ingredient`, `role` and `factor` of the kind `recipe`.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::memo::Memo;
use super::value::{Quantity, Value};
use super::world::World;
use crate::model::{Confidence, EntityId};
use crate::schema::Slot;
use crate::value::{Interval, Truth};

/// All recipes, by what they make.
#[derive(Debug, Default)]
pub(super) struct Recipes {
    by_product: FxHashMap<EntityId, Vec<Recipe>>,
    closures: Memo<EntityId, Arc<Closure>>,
    /// The field that holds the factor.
    pub factor_slot: Option<Slot>,
}

#[derive(Clone, Copy, Debug)]
struct Recipe {
    fact: EntityId,
    ingredient: EntityId,
    /// Whether the ingredient ends in the product, and is not only used beside it.
    certain: bool,
    /// Whether its evidence can carry an error.
    sound: bool,
    factor: Option<Interval>,
}

/// What one item is made of.
#[derive(Debug, Default)]
struct Closure {
    /// Items that certainly go into it, with the recipe that leads one step nearer to it and the next item.
    certain: FxHashMap<EntityId, (EntityId, EntityId)>,
    possible: FxHashSet<EntityId>,
}

impl Recipes {
    pub(super) fn new(world: &World<'_>) -> Recipes {
        let mut recipes = Recipes::default();
        let Some(kind) = world.schema.kind_named("recipe") else { return recipes };
        let slot = |name: &str| world.schema.kind(kind)?.slot(world.model.names.get(name)?);
        let (Some(product), Some(ingredient), role) = (slot("product"), slot("ingredient"), slot("role"))
        else {
            return recipes;
        };
        recipes.factor_slot = slot("factor");
        for fact in world.of_kinds(crate::schema::KindSet::one(kind)).iter().copied() {
            let (Some(made), Some(goes_in)) =
                (world.value(fact, product).entity(), world.value(fact, ingredient).entity())
            else {
                continue;
            };
            let (certain, possible) = match role.map(|role| world.value(fact, role)) {
                Some(Value::Enum(id, ordinal)) => world.schema.get_enum(id).map_or((true, true), |roles| {
                    (roles.certain >> ordinal & 1 == 1, roles.possible >> ordinal & 1 == 1)
                }),
                _ => (true, true),
            };
            if !certain && !possible {
                continue;
            }
            let sound = world
                .model
                .provenance(fact, None)
                .is_some_and(|known| known.confidence > Confidence::Inferred && !known.disputed);
            let factor = match recipes.factor_slot.map(|slot| world.value(fact, slot)) {
                Some(Value::Amount(Quantity::Written(at))) => world.model.amount(at),
                _ => None,
            };
            let factor = factor.map(|amount| amount.interval);
            let recipe = Recipe { fact, ingredient: goes_in, certain, sound, factor };
            recipes.by_product.entry(made).or_default().push(recipe);
        }
        recipes
    }

    /// Whether `ingredient` is `item`, or what `item` is made of; unknown if it is only used beside it, or if
    /// nothing is known of how `item` is made.
    pub(super) fn upstream(&self, ingredient: EntityId, item: EntityId) -> Truth {
        if ingredient == item {
            return Truth::True;
        }
        let closure = self.closure(item);
        if closure.certain.contains_key(&ingredient) {
            Truth::True
        } else if closure.possible.contains(&ingredient) || !self.by_product.contains_key(&item) {
            Truth::Unknown
        } else {
            Truth::False
        }
    }

    /// The recipes that make it certain that `ingredient` goes into `item`.
    pub(super) fn chain(&self, ingredient: EntityId, item: EntityId) -> Vec<EntityId> {
        let closure = self.closure(item);
        let mut facts = Vec::new();
        let mut here = ingredient;
        while here != item {
            let Some((fact, next)) = closure.certain.get(&here).copied() else { break };
            facts.push(fact);
            here = next;
        }
        facts
    }

    /// How much of `ingredient` one of `item` takes, over all recipes that state it.
    pub(super) fn factor(&self, ingredient: EntityId, item: EntityId) -> Option<Interval> {
        let direct = self.by_product.get(&item)?.iter().filter(|recipe| recipe.ingredient == ingredient);
        direct.filter_map(|recipe| recipe.factor).reduce(Interval::join)
    }

    fn closure(&self, item: EntityId) -> Arc<Closure> {
        self.closures.get_or(item, || Arc::new(self.find_closure(item)))
    }

    fn find_closure(&self, item: EntityId) -> Closure {
        let mut closure = Closure::default();
        // Recipes that can carry an error are followed first, so that a chain rests on a weak one only where
        // there is no other.
        for sound_only in [true, false] {
            let mut waiting: Vec<EntityId> = closure.certain.keys().copied().chain([item]).collect();
            while let Some(made) = waiting.pop() {
                for recipe in self.by_product.get(&made).into_iter().flatten().filter(|recipe| recipe.certain)
                {
                    let fresh =
                        recipe.ingredient != item && !closure.certain.contains_key(&recipe.ingredient);
                    if fresh && (recipe.sound || !sound_only) {
                        closure.certain.insert(recipe.ingredient, (recipe.fact, made));
                        waiting.push(recipe.ingredient);
                    }
                }
            }
        }
        let mut waiting = vec![item];
        while let Some(made) = waiting.pop() {
            for recipe in self.by_product.get(&made).into_iter().flatten() {
                if closure.possible.insert(recipe.ingredient) {
                    waiting.push(recipe.ingredient);
                }
            }
        }
        closure
    }
}
