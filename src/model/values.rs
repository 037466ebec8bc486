//! What blocks say, apart from the blocks: owns cells, items and amounts by their numbers, and how a name that waits in
//! one of them is replaced by what it stands for. Knows no block and no order in which names are sought.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::{Amount, Cell, EntityId, Item, Written};
use crate::names::Symbol;
use crate::schema::Measure;
use crate::source::Span;
use crate::value::{Interval, Ratio};

/// Values that follow each other, with the numbers at which they begin.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    first: Numbers,
    cells: Vec<Cell>,
    items: Vec<Item>,
    amounts: Amounts,
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
    /// The number of what it is an amount of, or of no entity.
    of: u32,
}

/// The number of no entity.
const NONE: u32 = u32::MAX;

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

/// How the numbers in values change that are put behind others.
pub(super) struct Shift<F> {
    /// How many others there are.
    pub by: Numbers,
    /// The new number of a name.
    pub symbol: F,
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

    pub(super) fn add_cell(&mut self, cell: Cell) {
        self.cells.push(cell);
    }

    /// Puts the last cell before so many others.
    pub(super) fn move_last_cell(&mut self, others: u32) {
        let from = self.cells.len().saturating_sub(others as usize + 1);
        self.cells.get_mut(from..).into_iter().for_each(|cells| cells.rotate_right(1));
    }

    pub(super) fn add_item(&mut self, item: Item) {
        self.items.push(item);
    }

    /// Its number.
    pub(super) fn add_amount(&mut self, amount: Amount) -> u32 {
        let number = self.next().amounts;
        self.amounts.add(amount);
        number
    }

    pub(super) fn amount(&self, number: u32) -> Option<Amount> {
        self.amounts.get(place(number, self.first.amounts))
    }

    fn cell(&self, number: u32) -> Option<&Cell> {
        self.cells.get(place(number, self.first.cells))
    }

    fn items(&self, first: u32, count: u32) -> Option<&[Item]> {
        let at = place(first, self.first.items);
        self.items.get(at..at.checked_add(count as usize)?)
    }

    /// Puts them behind others, so that their numbers grow by as much.
    pub(super) fn follow(&mut self, others: Numbers) {
        self.first = self.first.and(others);
    }

    /// Gives what some cells say its new numbers. Offers the names that wait in them, each with the place of its cell
    /// among them, and replaces those for which there is an answer.
    // Called once, for each block.
    #[inline(always)]
    pub(super) fn offer(
        &mut self,
        wanted: Range<u32>,
        shift: Option<&Shift<impl Fn(Symbol) -> Symbol>>,
        mut answer: impl FnMut(usize, Open) -> Option<Written>,
    ) {
        let Self { first, cells, items, amounts } = self;
        let wanted = place(wanted.start, first.cells)..place(wanted.end, first.cells);
        for (at, cell) in cells.get_mut(wanted.clone()).into_iter().flatten().enumerate() {
            if let Some(shift) = shift {
                shift.value(&mut cell.value);
            }
            let (Written::List(from, count) | Written::Overfull(from, count)) = cell.value else {
                let open =
                    Open::of(cell.value, cell.span, Spot::Cell(first.cells + (wanted.start + at) as u32));
                if let Some(answer) = open.and_then(|open| answer(at, open)) {
                    replace(&mut cell.value, answer, amounts, first.amounts);
                }
                continue;
            };
            for (number, item) in
                items.iter_mut().enumerate().skip(place(from, first.items)).take(count as usize)
            {
                if let Some(shift) = shift {
                    shift.value(&mut item.value);
                    item.share = item.share.map(|at| at + shift.by.amounts);
                }
                let open = Open::of(item.value, item.span, Spot::Item(first.items + number as u32));
                if let Some(answer) = open.and_then(|open| answer(at, open)) {
                    replace(&mut item.value, answer, amounts, first.amounts);
                }
            }
            if let Written::Overfull(..) = cell.value {
                cell.value = Written::Unreadable;
            }
        }
    }

    /// Replaces the name that waits in a spot.
    fn set(&mut self, spot: Spot, answer: Written) {
        let Self { first, cells, items, amounts } = self;
        let value = match spot {
            Spot::Cell(at) => cells.get_mut(place(at, first.cells)).map(|cell| &mut cell.value),
            Spot::Item(at) => items.get_mut(place(at, first.items)).map(|item| &mut item.value),
        };
        if let Some(value) = value {
            replace(value, answer, amounts, first.amounts);
        }
    }
}

impl<F: Fn(Symbol) -> Symbol> Shift<F> {
    fn value(&self, value: &mut Written) {
        match value {
            Written::Amount(at) => *at += self.by.amounts,
            Written::List(first, _) | Written::Overfull(first, _) => *first += self.by.items,
            Written::Name(name, _) => *name = (self.symbol)(*name),
            Written::AmountOf(at, name, _) => (*at, *name) = (*at + self.by.amounts, (self.symbol)(*name)),
            _ => {}
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
}

impl Exact {
    fn of(&self) -> Option<EntityId> {
        (self.of != NONE).then_some(EntityId(self.of))
    }
}

impl Open {
    fn of(value: Written, words: Span, spot: Spot) -> Option<Self> {
        match value {
            Written::Name(name, marks) => Some(Self { spot, name, marks, words, of_amount: false }),
            Written::AmountOf(_, name, marks) => Some(Self { spot, name, marks, words, of_amount: true }),
            _ => None,
        }
    }
}

/// Where a number lies among those from `first` on; a lower one lies nowhere.
fn place(number: u32, first: u32) -> usize {
    number.checked_sub(first).map_or(usize::MAX, |place| place as usize)
}

/// An amount stays what it is, whatever becomes of the name beside it.
fn replace(value: &mut Written, answer: Written, amounts: &mut Amounts, first: u32) {
    let Written::AmountOf(number, ..) = *value else {
        *value = answer;
        return;
    };
    *value = Written::Amount(number);
    if let (Written::Entity(id), Some(amount)) = (answer, amounts.all.get_mut(place(number, first))) {
        amount.of = id.0;
    }
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
    pub(super) fn cell(&self, number: u32) -> Option<&Cell> {
        self.0.iter().rev().find_map(|values| values.cell(number))
    }

    #[inline]
    pub(super) fn amount(&self, number: u32) -> Option<Amount> {
        self.0.iter().rev().find_map(|values| values.amount(number))
    }

    /// Items of one list, which lie together.
    pub(super) fn items(&self, first: u32, count: u32) -> &[Item] {
        self.0.iter().rev().find_map(|values| values.items(first, count)).unwrap_or(&[])
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
        let named = |written: Written| match written {
            Written::Entity(id) => Some(id),
            _ => None,
        };
        self.0.iter().flat_map(move |Values { cells, items, amounts, .. }| {
            let cells = cells.iter().filter_map(move |cell| named(cell.value));
            let items = items.iter().filter_map(move |item| named(item.value));
            cells.chain(items).chain(amounts.all.iter().filter_map(Exact::of))
        })
    }
}
