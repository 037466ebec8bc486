//! What blocks say, apart from the blocks: owns cells, items and amounts by their numbers, and how a name that waits in
//! one of them is replaced by what it stands for. Knows no block and no order in which names are sought.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::cell::Kept;
use super::{Amount, Cell, EntityId, Item, NONE, Written};
use crate::names::Symbol;
use crate::schema::Measure;
use crate::source::Span;
use crate::value::{Interval, Ratio};

/// Values that follow each other, with the numbers at which they begin. What they say of each other counts from there, so
/// that nothing in them changes when they are put behind others.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    first: Numbers,
    cells: Vec<Kept>,
    items: Vec<KeptItem>,
    /// Cells, and items without their shares, that take more room than most.
    apart: Vec<Cell>,
    amounts: Amounts,
}

/// An item as a cell, with the number of its share, or of none.
#[derive(Clone, Copy, Debug)]
struct KeptItem {
    cell: Kept,
    share: u32,
}

/// Amounts in the order of their numbers. Most are exact, and take half the room of what may lie between two numbers.
#[derive(Clone, Debug, Default)]
struct Amounts {
    all: Vec<Exact>,
    /// Of those that are not exact, by their place: the greatest value.
    greatest: FxHashMap<usize, Ratio>,
}

/// A number with what it counts; if it is not all, the least.
#[derive(Clone, Debug)]
struct Exact {
    number: Ratio,
    measure: Measure,
    /// The number of what it is an amount of, or of nothing; of its name, as long as that waits to be found.
    of: u32,
}

/// Numbers of a cell, an item and an amount.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Numbers {
    pub cells: u32,
    pub items: u32,
    pub amounts: u32,
}

/// Where a name waits to be found.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spot {
    /// In a cell.
    Cell(u32),
    /// In an item of a list.
    Item(u32),
}

/// A name that waits to be found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub spot: Spot,
    pub name: Symbol,
    /// How many quotation marks stand on each side of it.
    pub marks: u8,
    /// The words of its cell or item.
    pub words: Span,
    /// Whether it is what an amount is of, and comes last in those words; else it comes first.
    pub of_amount: bool,
}

impl Numbers {
    /// Both together.
    pub(super) fn and(self, more: Self) -> Self {
        Self {
            cells: self.cells + more.cells,
            items: self.items + more.items,
            amounts: self.amounts + more.amounts,
        }
    }
}

impl Values {
    /// None yet, of which the first will have these numbers.
    pub(super) fn from(first: Numbers) -> Self {
        Self { first, ..Self::default() }
    }

    /// Makes room for what a text of so many bytes usually says.
    pub(super) fn reserve(&mut self, bytes: usize) {
        self.cells.reserve(bytes / 24);
        self.items.reserve(bytes / 160);
        self.amounts.all.reserve(bytes / 128);
    }

    /// How many there are.
    pub(super) fn count(&self) -> Numbers {
        let Self { cells, items, amounts, .. } = self;
        Numbers { cells: cells.len() as u32, items: items.len() as u32, amounts: amounts.all.len() as u32 }
    }

    /// The numbers that come next.
    pub(super) fn next(&self) -> Numbers {
        self.first.and(self.count())
    }

    /// Adds a cell, and says what is kept of it.
    pub(super) fn add_cell(&mut self, cell: Cell) -> Kept {
        let kept = Kept::new(cell, &mut self.apart);
        self.cells.push(kept);
        kept
    }

    /// Adds what is kept of a cell as one whose words stand at another place.
    pub(super) fn add_again(&mut self, cell: Kept, start: u32) {
        self.cells.push(cell.again(start));
    }

    /// Puts the last cell before so many others.
    pub(super) fn move_last_cell(&mut self, others: u32) {
        let from = self.cells.len().saturating_sub(others as usize + 1);
        self.cells.get_mut(from..).into_iter().for_each(|cells| cells.rotate_right(1));
    }

    pub(super) fn add_item(&mut self, Item { span, value, share }: Item) {
        let cell = Kept::new(Cell { span, value }, &mut self.apart);
        self.items.push(KeptItem { cell, share: share.unwrap_or(NONE) });
    }

    /// Its number among these.
    pub(super) fn add_amount(&mut self, amount: Amount) -> u32 {
        let number = self.count().amounts;
        self.amounts.add(amount);
        number
    }

    /// The same of something that has a name.
    pub(super) fn add_amount_of(&mut self, amount: Amount, name: Symbol) -> u32 {
        let number = self.add_amount(amount);
        if let Some(amount) = self.amounts.all.last_mut() {
            amount.of = name.index() as u32;
        }
        number
    }

    /// The amount of that number among these.
    pub(super) fn own_amount(&self, number: u32) -> Option<Amount> {
        self.amounts.get(number as usize)
    }

    fn amount(&self, number: u32) -> Option<Amount> {
        self.amounts.get(place(number, self.first.amounts))
    }

    fn cell(&self, number: u32) -> Option<Cell> {
        let cell = self.cells.get(place(number, self.first.cells))?.cell(&self.apart);
        let value = match cell.value {
            Written::Amount(at) => Written::Amount(self.first.amounts + at),
            Written::List(from, count) => Written::List(self.first.items + from, count),
            other => other,
        };
        Some(Cell { value, ..cell })
    }

    fn items(&self, first: u32, count: u32) -> Option<impl Iterator<Item = Item>> {
        let at = place(first, self.first.items);
        let items = self.items.get(at..at.checked_add(count as usize)?)?;
        Some(items.iter().map(|kept| self.whole(kept)))
    }

    fn item(&self, number: u32) -> Option<Item> {
        self.items.get(place(number, self.first.items)).map(|kept| self.whole(kept))
    }

    fn whole(&self, KeptItem { cell, share }: &KeptItem) -> Item {
        let Cell { span, value } = cell.cell(&self.apart);
        Item { span, value, share: (*share != NONE).then(|| self.first.amounts + share) }
    }

    /// Puts them behind others, so that their numbers grow by as much.
    pub(super) fn follow(&mut self, others: Numbers) {
        self.first = self.first.and(others);
    }

    /// Offers the names that wait in some cells, each with the place of its cell among them, by their new numbers, and
    /// replaces those for which there is an answer.
    // Called once, for each block.
    #[inline(always)]
    pub(super) fn offer(
        &mut self,
        wanted: Range<u32>,
        renamed: impl Fn(Symbol) -> Symbol,
        mut answer: impl FnMut(usize, Open) -> Option<Written>,
    ) {
        let Self { first, cells, items, apart, amounts } = self;
        let wanted = place(wanted.start, first.cells)..place(wanted.end, first.cells);
        // Says which items a list has, that they are offered, too.
        let mut settle = |kept: &mut Kept, at: usize, spot: Spot| {
            let Cell { span: words, value } = kept.cell(apart);
            let (name, marks, of_amount) = match value {
                Written::Name(name, marks) => (name, marks, false),
                Written::AmountOf(number, marks) => (amounts.name_of(number)?, marks, true),
                Written::List(from, count) => return Some((from, count)),
                Written::Overfull(from, count) => {
                    kept.say(Written::Unreadable, apart);
                    return Some((from, count));
                }
                _ => return None,
            };
            let open = Open { spot, name: renamed(name), marks, words, of_amount };
            if let Some(answer) = answer(at, open) {
                kept.say(amounts.replaced(value, answer), apart);
            }
            None
        };
        for (at, kept) in cells.get_mut(wanted.clone()).into_iter().flatten().enumerate() {
            if kept.is_settled() {
                continue;
            }
            let number = first.cells + (wanted.start + at) as u32;
            let Some((from, count)) = settle(kept, at, Spot::Cell(number)) else { continue };
            let list = items.iter_mut().enumerate().skip(from as usize).take(count as usize);
            for (number, item) in list {
                settle(&mut item.cell, at, Spot::Item(first.items + number as u32));
            }
        }
    }

    /// Replaces the name that waits in a spot.
    fn set(&mut self, spot: Spot, answer: Written) {
        let Self { first, cells, items, apart, amounts } = self;
        let kept = match spot {
            Spot::Cell(at) => cells.get_mut(place(at, first.cells)),
            Spot::Item(at) => items.get_mut(place(at, first.items)).map(|item| &mut item.cell),
        };
        if let Some(kept) = kept {
            let value = amounts.replaced(kept.cell(apart).value, answer);
            kept.say(value, apart);
        }
    }
}

impl Amounts {
    fn add(&mut self, Amount { interval, measure, of }: Amount) {
        if interval.lo != interval.hi {
            self.greatest.insert(self.all.len(), interval.hi);
        }
        self.all.push(Exact { number: interval.lo, measure, of: of.map_or(NONE, |of| of.0) });
    }

    fn get(&self, place: usize) -> Option<Amount> {
        let least = self.all.get(place)?;
        let greatest = if self.greatest.is_empty() { None } else { self.greatest.get(&place) };
        let interval = Interval { lo: least.number, hi: greatest.copied().unwrap_or(least.number) };
        Some(Amount { interval, measure: least.measure, of: least.of() })
    }

    /// The name of what one is of, as long as it waits to be found.
    fn name_of(&self, number: u32) -> Option<Symbol> {
        self.all.get(number as usize).map(|amount| Symbol::at(amount.of))
    }

    /// What stands in the place of a name for which there is an answer. An amount stays what it is, whatever becomes of
    /// the name beside it.
    fn replaced(&mut self, value: Written, answer: Written) -> Written {
        let Written::AmountOf(number, _) = value else { return answer };
        if let Some(amount) = self.all.get_mut(number as usize) {
            amount.of = if let Written::Entity(id) = answer { id.0 } else { NONE };
        }
        Written::Amount(number)
    }
}

impl Exact {
    fn of(&self) -> Option<EntityId> {
        (self.of != NONE).then_some(EntityId(self.of))
    }
}

/// Where a number lies among those from `first` on; a lower one lies nowhere.
fn place(number: u32, first: u32) -> usize {
    number.checked_sub(first).map_or(usize::MAX, |place| place as usize)
}

/// The values of facts and of all parts of a portfolio, as each was read: none is copied to stand behind another.
#[derive(Clone, Debug, Default)]
pub(super) struct Joined(Vec<Values>);

impl Joined {
    /// Puts values behind those that are there; their numbers go on where the others end.
    pub(super) fn add(&mut self, values: Values) {
        self.0.push(values);
    }

    /// The numbers that come next.
    pub(super) fn next(&self) -> Numbers {
        self.0.last().map_or_else(Numbers::default, Values::next)
    }

    #[inline]
    pub(super) fn cell(&self, number: u32) -> Option<Cell> {
        self.0.iter().rev().find_map(|values| values.cell(number))
    }

    #[inline]
    pub(super) fn amount(&self, number: u32) -> Option<Amount> {
        self.0.iter().rev().find_map(|values| values.amount(number))
    }

    /// Items of one list, which lie together.
    pub(super) fn items(&self, first: u32, count: u32) -> impl Iterator<Item = Item> {
        self.0.iter().rev().find_map(|values| values.items(first, count)).into_iter().flatten()
    }

    pub(super) fn item(&self, number: u32) -> Option<Item> {
        self.0.iter().rev().find_map(|values| values.item(number))
    }

    /// Replaces the name that waits in a spot.
    pub(super) fn set(&mut self, spot: Spot, answer: Written) {
        let holds = |values: &&mut Values| match spot {
            Spot::Cell(at) => values.first.cells <= at,
            Spot::Item(at) => values.first.items <= at,
        };
        if let Some(values) = self.0.iter_mut().rev().find(holds) {
            values.set(spot, answer);
        }
    }

    /// All entities that are named, each as often as it is.
    pub(super) fn named(&self) -> impl Iterator<Item = EntityId> {
        let named = |cell: Cell| match cell.value {
            Written::Entity(id) => Some(id),
            _ => None,
        };
        self.0.iter().flat_map(move |Values { cells, items, apart, amounts, .. }| {
            let cells = cells.iter().chain(items.iter().map(|item| &item.cell));
            cells
                .filter_map(move |kept| named(kept.cell(apart)))
                .chain(amounts.all.iter().filter_map(Exact::of))
        })
    }
}
