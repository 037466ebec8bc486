//! Reads the proposals of one portfolio on several threads: owns how its texts, and the names in them, are dealt out.
//! What comes of it does not depend on the number of threads.

use std::num::NonZero;
use std::thread;

use super::Model;
use super::join::Part;
use super::load::{Loader, Text};
use crate::schema::Schema;
use crate::source::Span;
use crate::syntax::{Pieces, Reader, View};

/// Least bytes of text that are worth a thread of their own.
const MIN_BYTES_FOR_THREAD: usize = 128 * 1024;
/// Least names to be found that are worth a thread of their own.
const MIN_NAMES_FOR_THREAD: usize = 8 * 1024;

/// A text or a stretch of it, for one thread.
type Stretch<'t> = (Text<'t>, Span);

/// Reads all texts on top of the facts.
pub(super) fn read(schema: &Schema, facts: &Model, texts: &[Text<'_>]) -> Part {
    let total: usize = texts.iter().map(|text| text.text.len()).sum();
    let hands = deal(texts, total / (total / MIN_BYTES_FOR_THREAD).clamp(1, most_threads()));
    let parts: Option<Vec<Part>> =
        on_threads(&hands, |hand| read_part(schema, facts, hand)).into_iter().collect();
    // Where a text was cut inside of something, it must be read from its start.
    let parts = parts.unwrap_or_else(|| read_part(schema, facts, &whole(texts)).into_iter().collect());
    let joined = parts.into_iter().reduce(|mut whole, part| {
        whole.append(part, facts);
        whole
    });
    joined.unwrap_or_else(|| Part::of(facts))
}

/// Seeks names, in their order.
pub(super) fn seek<T: Sync, R: Send>(names: &[T], find: impl Fn(&[T]) -> Vec<R> + Sync) -> Vec<R> {
    let hands = (names.len() / MIN_NAMES_FOR_THREAD).clamp(1, most_threads());
    let hands: Vec<&[T]> = names.chunks(names.len().div_ceil(hands).max(1)).collect();
    on_threads(&hands, |hand| find(hand)).into_iter().flatten().collect()
}

fn most_threads() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

fn on_threads<T: Sync, R: Send>(hands: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    thread::scope(|scope| {
        let (first, rest) = hands.split_at(hands.len().min(1));
        let others: Vec<_> = rest.iter().map(|hand| scope.spawn(|| work(hand))).collect();
        let own: Vec<R> = first.iter().map(&work).collect();
        // A part that fails must not look like one that says nothing.
        let other = |thread: thread::ScopedJoinHandle<'_, R>| {
            thread.join().unwrap_or_else(|failure| std::panic::resume_unwind(failure))
        };
        own.into_iter().chain(others.into_iter().map(other)).collect()
    })
}

fn whole<'t>(texts: &[Text<'t>]) -> Vec<Stretch<'t>> {
    texts.iter().map(|text| (*text, Span::new(0, text.text.len()))).collect()
}

/// Texts in order, about so many bytes for each thread. A text is cut where a `}` stands in the first column, since a
/// block most likely ends there.
fn deal<'t>(texts: &[Text<'t>], share: usize) -> Vec<Vec<Stretch<'t>>> {
    let mut hands = vec![Vec::new()];
    let mut dealt = 0;
    for (text, mut left) in whole(texts) {
        while !left.of(text.text).is_empty() {
            let room = (share * hands.len()).saturating_sub(dealt);
            let cut = seam(text.text, left.start as usize + room).unwrap_or(left.end);
            let (stretch, rest) = (Span { end: cut, ..left }, Span { start: cut, ..left });
            dealt += (stretch.end - stretch.start) as usize;
            if let Some(hand) = hands.last_mut() {
                hand.push((text, stretch));
            }
            if dealt >= share * hands.len() {
                hands.push(Vec::new());
            }
            left = rest;
        }
    }
    hands.retain(|hand| !hand.is_empty());
    hands
}

/// The first line after a place that follows one with a `}` in its first column.
fn seam(text: &str, from: usize) -> Option<u32> {
    let rest = text.as_bytes().get(from..)?;
    let brace = memchr::memmem::find(rest, b"\n}")? + 1;
    let line = memchr::memchr(b'\n', rest.get(brace..)?)? + 1;
    Some((from + brace + line) as u32)
}

/// Reads what one thread has to; nothing if a stretch does not end where a block ends.
fn read_part(schema: &Schema, facts: &Model, hand: &[Stretch<'_>]) -> Option<Part> {
    let mut part = Part::of(facts);
    let mut loader = Loader::new(schema, std::mem::take(&mut part.model), &mut part.diagnostics);
    loader.model.reserve(hand.iter().map(|(_, span)| (span.end - span.start) as usize).sum());
    let mut reader = Reader::default();
    for (text, span) in hand {
        let Text { file, text } = *text;
        let mut pieces = Pieces::of_stretch(file, text, *span);
        while let Some(tree) = reader.read_next(&mut pieces, loader.diagnostics) {
            for view in View::roots(file, text, tree) {
                loader.entry(view, None);
            }
            loader.resolve_near(&|_| text);
        }
        if pieces.failed {
            return None;
        }
        part.over_limit |= pieces.over_limit;
        loader.diagnostics.append(&mut pieces.diagnostics);
    }
    let Loader { model, pending, .. } = loader;
    (part.model, part.pending) = (model, pending);
    Some(part)
}

impl Part {
    /// Nothing but the facts.
    fn of(facts: &Model) -> Self {
        Part { model: facts.clone(), pending: Vec::new(), diagnostics: Vec::new(), over_limit: false }
    }
}
