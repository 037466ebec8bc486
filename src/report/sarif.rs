//! SARIF 2.1.0, as code scanning of GitHub takes it. Owns the shapes and the limits of the upload; may not leave out
//! what it cuts without saying so.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::ser::{Serialize, Serializer};

use crate::diagnostic::{Code, Diagnostic, Hop, Severity};
use crate::outcome::Run;
use crate::source::{Place, Position, Sources, Unit};

use super::clean::clean;
use super::layout::Layout;
use super::region::Region;
use super::tally::{grouped, plural};
use super::{Style, labels, spoken};

/// Levels of brackets that are broken into lines: log, runs, run, results, and each result.
const OPEN_LEVELS: usize = 6;
/// Results that GitHub takes from one run; one more, and it refuses them all.
const MAX_RESULTS: usize = 25_000;
/// Related places of one result that GitHub keeps.
const MAX_RELATED: usize = 100;
/// Characters of a rule's description that GitHub takes.
const MAX_DESCRIPTION: usize = 1_024;
/// Stands for the folder in which plumbrule was run, so that no name of a machine or a user is told.
const ROOT: &str = "%SRCROOT%";

pub(super) fn write(run: &Run, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Scan::of(run)],
    };
    log.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Layout::open(OPEN_LEVELS)))?;
    writeln!(out)
}

#[derive(serde::Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Scan<'a>; 1],
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Scan<'a> {
    tool: Tool<'a>,
    automation_details: Id<'a>,
    original_uri_base_ids: BTreeMap<&'static str, Base>,
    column_kind: &'static str,
    invocations: [Invocation<'a>; 1],
    results: Results<'a>,
}

impl<'a> Scan<'a> {
    fn of(run: &'a Run) -> Self {
        let results = Results::of(run);
        let mut codes: Vec<&Code> = results.shown.iter().map(|(finding, _)| &finding.code).collect();
        codes.sort();
        codes.dedup();
        let rules = codes.iter().map(|code| Descriptor::of(code, run)).collect();
        let base = Base { description: text("the folder in which plumbrule was run") };
        Self {
            tool: Tool {
                driver: Driver { name: "plumbrule", semantic_version: env!("CARGO_PKG_VERSION"), rules },
            },
            automation_details: Id { id: "plumbrule/" },
            original_uri_base_ids: BTreeMap::from([(ROOT, base)]),
            column_kind: "unicodeCodePoints",
            invocations: [Invocation::of(run, results.left_out)],
            results: Results { codes, ..results },
        }
    }
}

#[derive(serde::Serialize)]
struct Text {
    text: String,
}

fn text(text: impl Into<String>) -> Text {
    Text { text: text.into() }
}

#[derive(serde::Serialize)]
struct Id<'a> {
    id: &'a str,
}

#[derive(serde::Serialize)]
struct Base {
    description: Text,
}

#[derive(serde::Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor<'a>>,
}

/// A rule or a language diagnostic.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor<'a> {
    id: &'a str,
    short_description: Text,
    full_description: Text,
    help: Help,
    default_configuration: Configuration,
    properties: Properties<'a>,
}

#[derive(serde::Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(serde::Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(serde::Serialize)]
struct Properties<'a> {
    tags: Vec<&'a str>,
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    problem_severity: &'static str,
}

impl<'a> Descriptor<'a> {
    /// Where nothing is known of a code, it speaks for itself.
    fn of(code: &'a Code, run: &'a Run) -> Self {
        let id = code.as_str();
        let about = run.known.iter().find(|about| about.code == *code);
        let title = about.map_or(id, |about| &about.title);
        let mut paragraphs: Vec<String> = about.map_or(Vec::new(), |about| paragraphs(&about.doc));
        let description = paragraphs.first().map_or(title, String::as_str);
        let description = description.chars().take(MAX_DESCRIPTION).collect::<String>();
        let why = about.and_then(|about| about.why.as_deref());
        paragraphs.extend(why.map(|why| format!("Why: {why}")));
        paragraphs.push(format!("`plumbrule explain {id}` shows examples."));
        let help = paragraphs.join("\n\n");
        let severity = about.map_or(Severity::Error, |about| about.severity);
        Self {
            id,
            short_description: text(title),
            full_description: text(description),
            help: Help { markdown: format!("# {title}\n\n{help}"), text: help },
            default_configuration: Configuration { level: severity.as_str() },
            properties: Properties {
                tags: about.iter().map(|about| about.pack.as_str()).collect(),
                precision: "high",
                problem_severity: match severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                    Severity::Note => "recommendation",
                },
            },
        }
    }
}

fn paragraphs(doc: &str) -> Vec<String> {
    let paragraphs = doc.split("\n\n").map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.filter(|text| !text.is_empty()).collect()
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification<'a>>,
}

#[derive(serde::Serialize)]
struct Notification<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    descriptor: Option<Id<'a>>,
    level: &'static str,
    message: Text,
}

impl<'a> Invocation<'a> {
    /// What concerns the run as a whole is no result: GitHub refuses a file with a result that has no place.
    fn of(run: &'a Run, left_out: usize) -> Self {
        let of_run =
            run.findings.iter().filter(|finding| region(finding.primary.place, &run.sources).is_none());
        let notifications = of_run.map(|finding| Notification {
            descriptor: Some(Id { id: finding.code.as_str() }),
            level: finding.severity.as_str(),
            message: text(message(finding, &[])),
        });
        let cut = (left_out > 0).then(|| {
            let (count, most) = (grouped(left_out), grouped(MAX_RESULTS));
            let are = plural(left_out, "finding is", "findings are");
            let said =
                format!("{count} more {are} not listed, since GitHub takes {most}; these are the gravest.");
            Notification { descriptor: None, level: "warning", message: text(said) }
        });
        Self {
            execution_successful: !run.incomplete,
            tool_execution_notifications: notifications.chain(cut).collect(),
        }
    }
}

/// The findings that have a place; each result is made when it is written.
struct Results<'a> {
    sources: &'a Sources,
    codes: Vec<&'a Code>,
    shown: Vec<(&'a Diagnostic, String)>,
    left_out: usize,
}

impl<'a> Results<'a> {
    fn of(run: &'a Run) -> Self {
        let numbered = run.findings.iter().map(AsRef::as_ref).zip(run.fingerprints());
        let mut shown: Vec<_> =
            numbered.filter(|(finding, _)| region(finding.primary.place, &run.sources).is_some()).collect();
        let left_out = shown.len().saturating_sub(MAX_RESULTS);
        if left_out > 0 {
            shown.sort_by_key(|(finding, _)| std::cmp::Reverse(finding.severity));
            shown.truncate(MAX_RESULTS);
        }
        Self { sources: &run.sources, codes: Vec::new(), shown, left_out }
    }
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.shown.iter().map(|(finding, fingerprint)| {
            let rule_index = self.codes.binary_search(&&finding.code).unwrap_or_default();
            Finding::of(finding, fingerprint, rule_index, self.sources)
        }))
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_flows: Vec<CodeFlow>,
    partial_fingerprints: BTreeMap<&'static str, &'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix<'a>>,
}

impl<'a> Finding<'a> {
    fn of(finding: &'a Diagnostic, fingerprint: &'a str, rule_index: usize, sources: &'a Sources) -> Self {
        let related = related(finding, sources);
        let label = Some(clean(&finding.primary.text).into_owned()).filter(|text| !text.is_empty());
        Self {
            rule_id: finding.code.as_str(),
            rule_index,
            level: finding.severity.as_str(),
            message: text(message(finding, &related)),
            locations: Location::at(finding.primary.place, None, label, sources).into_iter().collect(),
            related_locations: related.into_iter().take(MAX_RELATED).collect(),
            code_flows: CodeFlow::of(&finding.beyond().route, sources).into_iter().collect(),
            partial_fingerprints: BTreeMap::from([("primaryLocationLineHash", fingerprint)]),
            fixes: finding.beyond().fixes.iter().filter_map(|fix| Fix::of(fix, sources)).collect(),
        }
    }
}

/// The labels beside the primary one, numbered as the message links them.
fn related(finding: &Diagnostic, sources: &Sources) -> Vec<Location> {
    let labels = labels::labels(finding).into_iter().skip(1);
    let located = labels.filter_map(|label| {
        let said = clean(&label.text).into_owned();
        let said = if said.is_empty() { spoken::words(label.place, sources) } else { said };
        Location::at(label.place, None, Some(said), sources)
    });
    located.zip(1..).map(|(location, id)| Location { id: Some(id), ..location }).collect()
}

/// The sentence, then links to the evidence, which are shown only if the message names them, then what remains
/// to be said.
fn message(finding: &Diagnostic, related: &[Location]) -> String {
    let mut lines = vec![format!("{}.", without_links(&clean(&finding.message)))];
    let links = related.iter().take(MAX_RELATED).filter_map(|at| Some((at.id?, &at.message.as_ref()?.text)));
    let links: Vec<_> = links.map(|(id, said)| format!("[{}]({id})", link_text(said))).collect();
    if !links.is_empty() {
        let more = related.len().saturating_sub(MAX_RELATED);
        let more = if more > 0 { format!(" and {} more", grouped(more)) } else { String::new() };
        lines.push(format!("see: {}{more}", links.join(", ")));
    }
    let rest = spoken::chosen(finding, &["path", "sum", "when", "lack", "note", "fix"]);
    lines.extend(rest.iter().map(|line| without_links(line)));
    lines.join("\n")
}

fn link_text(text: &str) -> String {
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

/// A text in which nothing is read as a link.
fn without_links(text: &str) -> String {
    text.replace("](", "\\](")
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Range,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Range {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

impl Location {
    fn at(place: Place, id: Option<usize>, said: Option<String>, sources: &Sources) -> Option<Self> {
        let Region { file, start, end } = region(place, sources)?;
        let physical_location =
            Physical { artifact_location: Artifact::of(file), region: Range::of(start, end) };
        Some(Self { id, physical_location, message: said.map(text) })
    }
}

impl Range {
    fn of(start: Position, end: Position) -> Self {
        Self {
            start_line: start.line,
            start_column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

impl Artifact {
    fn of(file: &str) -> Self {
        if file.starts_with('/') {
            return Self { uri: format!("file://{}", encoded(file)), uri_base_id: None };
        }
        Self { uri: encoded(file), uri_base_id: Some(ROOT) }
    }
}

fn region(place: Place, sources: &Sources) -> Option<Region<'_>> {
    Region::of(place, sources, Unit::CodePoints)
}

/// A name as a part of a URI.
fn encoded(name: &str) -> String {
    let mut uri = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// A route, hop by hop.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct CodeFlow {
    thread_flows: [ThreadFlow; 1],
}

#[derive(serde::Serialize)]
struct ThreadFlow {
    locations: Vec<Step>,
}

#[derive(serde::Serialize)]
struct Step {
    location: Location,
}

impl CodeFlow {
    /// None where fewer than two hops have a place: that is no route to follow.
    fn of(route: &[Hop], sources: &Sources) -> Option<Self> {
        let hops = route.windows(2).filter_map(|pair| match pair {
            [from, to] => Location::at(to.place?, None, Some(hop(from, to)), sources),
            _ => None,
        });
        let locations: Vec<_> = hops.map(|location| Step { location }).collect();
        (locations.len() > 1).then_some(Self { thread_flows: [ThreadFlow { locations }] })
    }
}

fn hop(from: &Hop, to: &Hop) -> String {
    let item = to.item.as_ref().map_or(String::new(), |item| format!(" with {}", clean(item)));
    let removes = if to.removes_all { ", which every route passes" } else { "" };
    format!("{} to {}{item}{removes}", clean(&from.entity), clean(&to.entity))
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix<'a> {
    description: Text,
    artifact_changes: Vec<Change<'a>>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    artifact_location: Artifact,
    replacements: Vec<Replacement<'a>>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Range,
    inserted_content: Content<'a>,
}

#[derive(serde::Serialize)]
struct Content<'a> {
    text: &'a str,
}

impl<'a> Fix<'a> {
    /// None if any of its edits has no place: a part of a fix is none.
    fn of(fix: &'a crate::diagnostic::Fix, sources: &'a Sources) -> Option<Self> {
        let mut files: BTreeMap<&str, Vec<Replacement<'a>>> = BTreeMap::new();
        for edit in &fix.edits {
            let Region { file, start, end } = region(edit.place, sources)?;
            let deleted_region = Range::of(start, end);
            let inserted_content = Content { text: &edit.text };
            files.entry(file).or_default().push(Replacement { deleted_region, inserted_content });
        }
        let changes = files
            .into_iter()
            .map(|(file, replacements)| Change { artifact_location: Artifact::of(file), replacements });
        let changes: Vec<_> = changes.collect();
        (!changes.is_empty())
            .then(|| Self { description: text(clean(&fix.title)), artifact_changes: changes })
    }
}
