//! Findings as editors show them: owns their form, and the report in which an editor asks for them. Knows nothing of
//! when they are told.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use gen_lsp_types as lsp;
use rustc_hash::FxHasher;

use super::desk::Desk;
use super::{place, uri};
use crate::diagnostic::{Diagnostic, Severity};
use crate::report;
use crate::source::Place;

/// Waivers that do nothing may be greyed out.
const UNNECESSARY: [&str; 1] = ["waiver-unused"];

/// What is shown in each file that anything is said of.
pub(super) fn by_file(desk: &Desk) -> BTreeMap<&str, Vec<lsp::Diagnostic>> {
    let mut files: BTreeMap<&str, Vec<lsp::Diagnostic>> = BTreeMap::new();
    for finding in desk.findings() {
        let Some(shown) = shown(desk, finding) else { continue };
        files.entry(desk.sources().name(finding.primary.place.file)).or_default().push(shown);
    }
    files
}

/// What is said of no file.
pub(super) fn of_no_file(desk: &Desk) -> impl Iterator<Item = &Diagnostic> {
    desk.findings().filter(|finding| location(desk, finding.primary.place).is_none())
}

/// A finding at its place; none if that is in no file.
fn shown(desk: &Desk, finding: &Diagnostic) -> Option<lsp::Diagnostic> {
    let lsp::Location { range, .. } = location(desk, finding.primary.place)?;
    let tag = UNNECESSARY.contains(&finding.code.as_str()).then_some(lsp::DiagnosticTag::Unnecessary);
    let related = related(desk, finding);
    Some(lsp::Diagnostic {
        range,
        severity: Some(match finding.severity {
            Severity::Error => lsp::DiagnosticSeverity::Error,
            Severity::Warning => lsp::DiagnosticSeverity::Warning,
            Severity::Note => lsp::DiagnosticSeverity::Information,
        }),
        code: Some(finding.code.as_str().to_owned().into()),
        code_description: page(desk, finding.code.as_str()).map(|href| lsp::CodeDescription { href }),
        source: Some(env!("CARGO_PKG_NAME").to_owned()),
        message: lsp::Message::String(message(finding)),
        tags: tag.map(|tag| vec![tag]),
        related_information: (!related.is_empty()).then_some(related),
        data: None,
    })
}

/// The sentence, what it means where it is underlined, and what to write.
fn message(finding: &Diagnostic) -> String {
    let mut lines = vec![finding.message.clone()];
    lines.extend(Some(&finding.primary.text).filter(|text| !text.is_empty()).cloned());
    lines.extend(finding.beyond().help.as_ref().map(|help| format!("help: {help}")));
    lines.join("\n")
}

/// The labels beside the primary one, and each place of a route. A link of a route has its number.
fn related(desk: &Desk, finding: &Diagnostic) -> Vec<lsp::DiagnosticRelatedInformation> {
    let labels = report::labels(finding);
    let is_link = |place: Place| finding.beyond().route.iter().any(|hop| hop.place == Some(place));
    let hops = finding.beyond().route.iter().filter_map(|hop| Some((hop.place?, hop.entity.as_str())));
    let unlabelled = hops.filter(|(place, _)| labels.iter().all(|label| label.place != *place));
    let labels = labels.iter().enumerate().filter(|(at, label)| *at > 0 || is_link(label.place));
    let all = labels.map(|(_, label)| (label.place, &*label.text)).chain(unlabelled);
    all.filter_map(|(place, text)| {
        let words = if text.is_empty() { desk.sources().words(place) } else { text };
        Some(lsp::DiagnosticRelatedInformation {
            location: location(desk, place)?,
            message: words.to_owned(),
        })
    })
    .collect()
}

fn location(desk: &Desk, place: Place) -> Option<lsp::Location> {
    let file = desk.sources().get(place.file)?;
    let uri = desk.uri(&file.name)?;
    Some(lsp::Location { uri, range: place::range(file, place.span, desk.unit) })
}

/// Where a rule or a language diagnostic is explained. An editor that cannot ask for a page can still open the file of a
/// team's own rule; a shipped one is in no file.
fn page(desk: &Desk, code: &str) -> Option<lsp::Uri> {
    if desk.asks_for_pages {
        return Some(uri::of_page(code));
    }
    let known = desk.explanation(code)?;
    uri::of(desk.sources().name(known.place.file))
}

/// Answers what is shown in one file, unless the editor knows it already.
pub(super) fn document(desk: &Desk, params: &lsp::DocumentDiagnosticParams) -> lsp::DocumentDiagnosticReport {
    let name = desk.name(&params.text_document.uri).unwrap_or_default();
    let here = desk.findings().filter(|found| desk.sources().name(found.primary.place.file) == name);
    let items: Vec<lsp::Diagnostic> = here.filter_map(|finding| shown(desk, finding)).collect();
    let mut hasher = FxHasher::default();
    serde_json::to_vec(&items).unwrap_or_default().hash(&mut hasher);
    let result_id = format!("{:x}", hasher.finish());
    if params.previous_result_id.as_ref() == Some(&result_id) {
        return lsp::RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: lsp::UnchangedDocumentDiagnosticReport { result_id },
        }
        .into();
    }
    lsp::RelatedFullDocumentDiagnosticReport {
        related_documents: None,
        full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport {
            result_id: Some(result_id),
            items,
        },
    }
    .into()
}
