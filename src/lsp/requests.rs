//! What an editor may ask: one row of [`HANDLERS`] each, with how an editor is told of it and a pure function that answers
//! it. Knows no feature from within.

use gen_lsp_types as lsp;
use gen_lsp_types::{Request, ServerCapabilities};
use serde::de::Error;
use serde_json::Value;

use super::desk::Desk;
use super::{diagnostics, hover, page, place, uri};
use crate::analysis::Checked;
use crate::rulebook::Rulebook;
use crate::source::{FileId, SourceFile, Sources, Span};

/// A request that is answered.
pub(super) struct Handler {
    /// As the protocol calls it.
    pub(super) method: &'static str,
    /// Tells of it.
    pub(super) offer: fn(&mut ServerCapabilities),
    /// Answers it from parameters; fails only if these are not what the protocol says.
    pub(super) answer: fn(&Desk, Value) -> serde_json::Result<Value>,
}

/// All requests that are answered.
pub(super) static HANDLERS: &[Handler] = &[
    Handler {
        method: lsp::DocumentDiagnosticRequest::METHOD.as_str(),
        offer: |can| {
            let all = lsp::DiagnosticOptions {
                identifier: None,
                inter_file_dependencies: true,
                workspace_diagnostics: false,
                ..lsp::DiagnosticOptions::default()
            };
            can.diagnostic_provider = Some(all.into());
        },
        answer: |desk, params| answer::<lsp::DocumentDiagnosticRequest>(desk, params, diagnostics::document),
    },
    Handler {
        method: lsp::HoverRequest::METHOD.as_str(),
        offer: |can| can.hover_provider = Some(true.into()),
        answer: |desk, params| {
            answer::<lsp::HoverRequest>(desk, params, |desk, params| {
                let spot = spot(desk, &params.text_document_position_params)?;
                hover::hover(&spot).map(|(span, text)| shown(desk, spot.text, span, text))
            })
        },
    },
    Handler {
        method: lsp::TextDocumentContentRequest::METHOD.as_str(),
        offer: |can| {
            let pages = lsp::TextDocumentContentOptions { schemes: vec![uri::PAGES.to_owned()] };
            can.workspace.get_or_insert_default().text_document_content = Some(pages.into());
        },
        answer: |desk, params| {
            let asked: lsp::TextDocumentContentParams = serde_json::from_value(params)?;
            let text = uri::code(&asked.uri).and_then(|code| page::page(desk, &code));
            let text = text.ok_or_else(|| serde_json::Error::custom("there is no rule of that name"))?;
            serde_json::to_value(lsp::TextDocumentContentResult { text })
        },
    },
];

fn answer<R: Request>(
    desk: &Desk,
    params: Value,
    answer: fn(&Desk, &R::Params) -> R::Result,
) -> serde_json::Result<Value> {
    serde_json::to_value(answer(desk, &serde_json::from_value(params)?))
}

/// A place in a text, with all that is known around it.
pub(super) struct Spot<'a> {
    /// All texts.
    pub(super) sources: &'a Sources,
    /// What holds.
    pub(super) book: &'a Rulebook,
    /// What came of the portfolio.
    pub(super) checked: &'a Checked,
    /// The text's number.
    pub(super) file: FileId,
    /// The text.
    pub(super) text: &'a SourceFile,
    /// The byte.
    pub(super) offset: u32,
}

/// The place that an editor points at; none if it is in no text that is judged.
fn spot<'a>(desk: &'a Desk, at: &lsp::TextDocumentPositionParams) -> Option<Spot<'a>> {
    let (file, book, checked) = desk.judged(&desk.name(&at.text_document.uri)?)?;
    let text = desk.sources().get(file)?;
    let offset = place::offset(text, at.position, desk.unit)?;
    Some(Spot { sources: desk.sources(), book, checked, file, text, offset })
}

fn shown(desk: &Desk, text: &SourceFile, span: Span, value: String) -> lsp::Hover {
    let contents = lsp::MarkupContent { kind: lsp::MarkupKind::Markdown, value };
    lsp::Hover { contents: contents.into(), range: Some(place::range(text, span, desk.unit)) }
}
