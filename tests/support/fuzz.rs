//! What must hold of any text: owns the targets of the fuzz runs and their invariants. Each target draws its input
//! from a number, so that a failure can be repeated by that number alone.

use std::path::Path;

use plumbrule::diagnostic::{Diagnostic, FactRef, Hop, Label, Note, NoteKind, Severity};
use plumbrule::outcome::{Portfolio, Run};
use plumbrule::report::{FORMATS, Style};
use plumbrule::source::{FileId, Origin, Place, SourceFile, Sources, Span};
use plumbrule::syntax::{self, Pieces, Reader, View};

use crate::drafts::Drafts;
use crate::draw::Draw;
use crate::library::Library;

/// A trial by its number.
type Trial = fn(&mut Bench, u64);

/// What is tried, by name.
pub(crate) const TARGETS: [(&str, Trial); 4] = [
    ("parse", Bench::parse),
    ("check", Bench::check),
    ("portfolio", Bench::portfolio),
    ("formats", Bench::formats),
];

/// All that trials need, made once.
pub(crate) struct Bench {
    library: Library,
    drafts: Drafts,
    schema: jsonschema::Validator,
    /// Findings of rules and mistakes in texts that came up, so that a run that met nothing is seen.
    pub(crate) findings: usize,
    pub(crate) mistakes: usize,
}

impl Bench {
    /// With the examples and the schema of the project at `root`.
    pub(crate) fn new(root: &Path) -> Self {
        let library = Library::load();
        let drafts = Drafts::read(&root.join("examples"), &library.book);
        let schema = std::fs::read_to_string(root.join("docs/schema/plumbrule-1.json")).unwrap();
        let schema = jsonschema::draft202012::new(&serde_json::from_str(&schema).unwrap()).unwrap();
        Bench { library, drafts, schema, findings: 0, mistakes: 0 }
    }

    fn draw(target: u64, number: u64) -> Draw {
        Draw::new(number, target, 0)
    }

    /// Text to tree: places hold, what is read without a word of complaint is read to its last byte, and what is read
    /// piece by piece, by the faster lane where it can, is what the whole gives.
    fn parse(&mut self, number: u64) {
        let text = self.drafts.slipped(&mut Self::draw(1, number));
        let mut said = Vec::new();
        let trees = syntax::read(FileId(0), &text, &mut said);
        let (mut reader, mut pieces) = (Reader::default(), Pieces::new(FileId(0), &text));
        let (mut by_lane, mut told) = (Vec::new(), Vec::new());
        while let Some(tree) = reader.read_next(&mut pieces, &mut told) {
            by_lane.push(format!("{tree:?}"));
        }
        assert_eq!(
            by_lane,
            trees.iter().map(|tree| format!("{tree:?}")).collect::<Vec<_>>(),
            "the same trees"
        );
        assert_eq!([pieces.diagnostics, told].concat(), said, "and mistakes");
        let mut sources = Sources::default();
        sources.add(SourceFile::new("a.plumb", text.as_str(), Origin::Portfolio));
        said.iter().for_each(|found| spans_hold(&sources, found));
        self.mistakes += said.len();
        if said.is_empty() {
            all_is_read(&text, &trees);
        }
    }

    /// Slipped text through all steps and into every format.
    fn check(&mut self, number: u64) {
        let mut draw = Self::draw(2, number);
        let texts: Vec<_> = (0..1 + draw.below(2)).map(|_| self.drafts.slipped(&mut draw)).collect();
        self.judged(&texts, &mut draw);
    }

    /// A portfolio that is mostly understood, now and then with a slip.
    fn portfolio(&mut self, number: u64) {
        let mut draw = Self::draw(3, number);
        let mut texts: Vec<_> = self.drafts.portfolio(&mut draw).into_iter().map(|(_, text)| text).collect();
        if draw.chance(30) {
            let at = draw.below(texts.len());
            self.drafts.slip(&mut texts[at], &mut draw);
        }
        self.judged(&texts, &mut draw);
    }

    fn judged(&mut self, texts: &[String], draw: &mut Draw) {
        let names: Vec<_> = (0..texts.len()).map(|number| format!("{number}.plumb")).collect();
        let texts: Vec<_> =
            names.iter().zip(texts).map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let style = style(draw);
        let first = self.library.check(&texts, |run, _| {
            self.findings += run.findings.iter().filter(|found| found.as_of.is_some()).count();
            self.mistakes += run.findings.iter().filter(|found| found.as_of.is_none()).count();
            run.findings.iter().for_each(|found| spans_hold(&run.sources, found));
            written(run, &style, &self.schema)
        });
        let second = self.library.check(&texts, |run, _| written(run, &style, &self.schema));
        for (format, (first, second)) in FORMATS.iter().zip(first.iter().zip(&second)) {
            assert_eq!(first, second, "{}: twice the same", format.name);
        }
    }

    /// Findings that no rule makes, with harmful words and places anywhere, into every format.
    fn formats(&mut self, number: u64) {
        let mut draw = Self::draw(4, number);
        let mut run = Run {
            portfolios: vec![Portfolio { root: ".".into(), ..Portfolio::default() }],
            ..Run::default()
        };
        for _ in 0..1 + draw.below(2) {
            let name = self.drafts.words(&mut draw) + ".plumb";
            let text = self.drafts.slipped(&mut draw);
            run.sources.add(SourceFile::new(name, text, Origin::Portfolio));
        }
        for _ in 0..draw.below(4) {
            let finding = finding(&self.drafts, &run.sources, &mut draw);
            run.findings.push(Box::new(finding));
        }
        self.findings += run.findings.len();
        written(&run, &style(&mut draw), &self.schema);
    }
}

fn style(draw: &mut Draw) -> Style {
    Style { color: false, width: 20 + draw.below(300), quiet: draw.chance(30), statistics: draw.chance(30) }
}

fn finding(drafts: &Drafts, sources: &Sources, draw: &mut Draw) -> Diagnostic {
    let count = sources.iter().count();
    let place = |draw: &mut Draw| {
        let file = FileId(draw.below(count) as u32);
        let length = sources.get(file).unwrap().text.len();
        let (start, end) = (draw.below(length + 3) as u32, draw.below(length + 3) as u32);
        Place { file, span: Span { start, end } }
    };
    let severity = [Severity::Note, Severity::Warning, Severity::Error][draw.below(3)];
    let primary = place(draw);
    let mut finding = Diagnostic::new("some-rule", severity, drafts.words(draw), primary.file, primary.span);
    finding.primary.text = drafts.words(draw);
    let said = finding.beyond_mut();
    for _ in 0..draw.below(4) {
        said.related.push(Label { place: place(draw), text: drafts.words(draw) });
    }
    for _ in 0..draw.below(3) {
        said.notes
            .push(Note { kind: NoteKind::ALL[draw.below(NoteKind::ALL.len())], text: drafts.words(draw) });
        let (step, block) = (draw.chance(80).then(|| place(draw)), draw.chance(80).then(|| place(draw)));
        said.route.push(Hop {
            entity: drafts.words(draw),
            item: None,
            removes_all: draw.chance(50),
            place: step,
            block,
        });
        let mut words = || drafts.words(draw);
        let (id, text, source) = (words(), words(), words());
        said.facts.push(FactRef { id, text, source, as_of: "2026-01-01".into(), confidence: "read".into() });
    }
    said.help = draw.chance(50).then(|| drafts.words(draw));
    finding
}

/// Every place of a finding lies in its text, between characters.
fn spans_hold(sources: &Sources, found: &Diagnostic) {
    let places =
        std::iter::once(found.primary.place).chain(found.beyond().related.iter().map(|label| label.place));
    for place in places.chain(found.beyond().route.iter().filter_map(|hop| hop.place)) {
        let text = &sources.get(place.file).unwrap_or_else(|| panic!("in no file: {found:?}")).text;
        let (start, end) = (place.span.start as usize, place.span.end as usize);
        assert!(start <= end && end <= text.len(), "outside: {found:?}");
        assert!(text.is_char_boundary(start) && text.is_char_boundary(end), "inside a character: {found:?}");
    }
    let portfolio = sources.get(found.primary.place.file).map(|file| file.origin);
    assert_eq!(portfolio, Some(Origin::Portfolio), "points at shipped text: {found:?}");
    assert!(!found.message.is_empty(), "says nothing: {found:?}");
}

/// What stands between atoms is blank, a comment, or a sign that the tree stands for.
fn all_is_read(text: &str, trees: &[syntax::Tree]) {
    fn gather(view: View<'_>, atoms: &mut Vec<Span>) {
        atoms.extend(view.atoms().iter().map(|atom| atom.span));
        view.inside().for_each(|inner| gather(inner, atoms));
    }
    let mut atoms = Vec::new();
    let views = trees.iter().flat_map(|tree| View::roots(FileId(0), text, tree));
    views.for_each(|view| gather(view, &mut atoms));
    atoms.sort_unstable();
    let ends = std::iter::once(0).chain(atoms.iter().map(|atom| atom.end as usize));
    let starts = atoms.iter().map(|atom| atom.start as usize).chain(std::iter::once(text.len()));
    for (end, start) in ends.zip(starts) {
        assert!(end <= start, "read twice at {start}: {text}");
        let mut rest = text[end..start].trim_start_matches('\u{feff}');
        while let Some(sign) = rest.chars().next() {
            rest = match sign {
                '#' => rest.split_once('\n').map_or("", |(_, rest)| rest),
                ' ' | '\t' | '\r' | '\n' | ':' | ';' | '{' | '}' => &rest[1..],
                _ => panic!("passed over: {rest:?} in {text}"),
            };
        }
    }
}

/// All formats in turn; what each may not hold.
fn written(run: &Run, style: &Style, schema: &jsonschema::Validator) -> Vec<String> {
    let write = |format: &plumbrule::report::Format| {
        let mut out = Vec::new();
        format.write(run, style, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        let obeyed = |c: &char| {
            c.is_control() && *c != '\n'
                || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert_eq!(out.chars().find(obeyed), None, "{}: {out:?}", format.name);
        if format.name == "json" {
            let json: serde_json::Value = serde_json::from_str(&out).unwrap();
            assert!(schema.is_valid(&json), "the schema does not describe {out}");
            assert_eq!(json["findings"].as_array().unwrap().len(), run.findings.len());
        }
        // A log that a CI runner reads may hold any format; only the one for GitHub gives it orders.
        if format.name == "github" {
            let orders = out.lines().filter(|line| line.starts_with("::")).count();
            let severities = [Severity::Note, Severity::Warning, Severity::Error];
            // GitHub shows ten of a kind.
            let shown: usize = severities.map(|severity| run.count(severity).min(10)).iter().sum();
            assert_eq!(orders, shown, "{out}");
        } else {
            let order = |line: &str| line.trim_start().starts_with("::");
            assert_eq!(out.lines().find(|line| order(line)), None, "{}", format.name);
        }
        // Azure takes these for orders anywhere in a line.
        for order in ["##[", "##vso["] {
            assert!(!out.contains(order), "{}: {out}", format.name);
        }
        out
    };
    FORMATS.iter().map(write).collect()
}
