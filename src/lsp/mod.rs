//! The language server: owns the conversation with an editor, from the first message to the last, and when it is
//! told what. What is told comes from `analysis`; it neither opens files nor knows a rule.

mod desk;
mod diagnostics;
mod hover;
mod page;
mod place;
mod requests;
mod uri;
mod wire;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{self, Read, Write};

use gen_lsp_types as lsp;
use gen_lsp_types::json_rpc::{Id, RequestObject};
use gen_lsp_types::{ErrorCodes, LspNotificationMethod, Notification, Request};
use serde_json::{Value, json};

use desk::Desk;
pub use desk::Settings;
use place::Unit;
use requests::HANDLERS;
use wire::Incoming;

/// Serves one editor until it is done; whether it said that it would leave.
pub fn serve(input: impl Read + Send + 'static, out: &mut dyn Write, settings: Settings) -> io::Result<bool> {
    let incoming = wire::listen(input);
    let mut server = Server {
        out,
        desk: Desk::new(settings),
        state: State::New,
        client: Client::default(),
        sent: BTreeMap::new(),
        asked_for: BTreeMap::new(),
        told: BTreeSet::new(),
        pages: BTreeMap::new(),
        asked: 0,
    };
    let mut waiting = VecDeque::new();
    loop {
        waiting.extend(incoming.try_iter());
        if waiting.is_empty() {
            // Nobody waits for an answer, so there is time to tell what was not asked for.
            server.tell()?;
            match incoming.recv() {
                Ok(message) => waiting.push_back(message),
                Err(_) => break,
            }
        }
        let Some(message) = waiting.pop_front() else { continue };
        if server.hear(message, &waiting)? == Step::Leave {
            break;
        }
    }
    Ok(server.state == State::Leaving)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Stay,
    Leave,
}

/// Where the conversation is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Talking,
    Leaving,
}

/// What the editor can do.
#[derive(Default)]
struct Client {
    /// Asks for the diagnostics of open texts itself; those of others have to be sent.
    asks: bool,
    /// Asks anew when it is told that there is reason to.
    asks_anew: bool,
    /// Watches files if it is asked to.
    watches: bool,
}

impl Client {
    /// Reads what is needed and no more: an editor may send what no version of the protocol knows.
    fn of(params: &Value) -> Self {
        let can = |path: &str| params.pointer(&format!("/capabilities/{path}"));
        let says = |path: &str| can(path) == Some(&Value::Bool(true));
        Self {
            asks: can("textDocument/diagnostic").is_some_and(Value::is_object),
            asks_anew: says("workspace/diagnostics/refreshSupport"),
            watches: says("workspace/didChangeWatchedFiles/dynamicRegistration"),
        }
    }
}

struct Server<'o> {
    out: &'o mut dyn Write,
    desk: Desk,
    state: State,
    client: Client,
    /// What was sent last of each file.
    sent: Shown,
    /// What there was to ask for last.
    asked_for: Shown,
    /// What was told that concerns no file.
    told: BTreeSet<String>,
    /// Pages as they were given last, by code.
    pages: BTreeMap<String, String>,
    /// How often the editor was asked for something.
    asked: i64,
}

impl Server<'_> {
    fn hear(&mut self, message: Incoming, waiting: &VecDeque<Incoming>) -> io::Result<Step> {
        match message {
            Incoming::Malformed(code, why) => wire::write(self.out, &wire::refusal(Id::Null, code, why))?,
            Incoming::Request { id, method, params } => self.answer(id, &method, params, waiting)?,
            Incoming::Notification { method, params } => {
                if method == lsp::ExitNotification::METHOD.as_str() {
                    return Ok(Step::Leave);
                }
                if self.state == State::Talking {
                    self.note(method.as_str().into(), params)?;
                }
            }
        }
        Ok(Step::Stay)
    }

    fn answer(
        &mut self,
        id: Id,
        method: &str,
        params: Value,
        waiting: &VecDeque<Incoming>,
    ) -> io::Result<()> {
        let is_taken_back = waiting.iter().any(|later| cancels(later, &id));
        let is_first = method == lsp::InitializeRequest::METHOD.as_str();
        let refusal = match self.state {
            _ if is_taken_back => Some((ErrorCodes::Custom(TAKEN_BACK), "taken back".to_owned())),
            State::New if !is_first => {
                Some((ErrorCodes::ServerNotInitialized, "`initialize` comes first".into()))
            }
            State::Talking if is_first => {
                Some((ErrorCodes::InvalidRequest, "`initialize` came already".into()))
            }
            State::Leaving => {
                Some((ErrorCodes::InvalidRequest, "after `shutdown` nothing is answered".into()))
            }
            _ => None,
        };
        let answer = match refusal {
            Some(refusal) => Err(refusal),
            None if is_first => Ok(self.initialize(&params)),
            None if method == lsp::ShutdownRequest::METHOD.as_str() => {
                self.state = State::Leaving;
                Ok(Value::Null)
            }
            None => self.handle(method, params)?,
        };
        match answer {
            Ok(result) => wire::write(self.out, &json!({"jsonrpc": "2.0", "id": id, "result": result})),
            Err((code, why)) => wire::write(self.out, &wire::refusal(id, code, why)),
        }
    }

    /// Answers from texts as they are now. What was found in them is told before, so that no answer runs ahead.
    fn handle(&mut self, method: &str, params: Value) -> io::Result<Result<Value, (ErrorCodes, String)>> {
        let Some(handler) = HANDLERS.iter().find(|handler| handler.method == method) else {
            return Ok(Err((ErrorCodes::MethodNotFound, format!("`{method}` is not answered"))));
        };
        self.tell()?;
        if method == lsp::TextDocumentContentRequest::METHOD.as_str() {
            self.keep_page(&params);
        }
        let answer = (handler.answer)(&self.desk, params);
        Ok(answer.map_err(|error| (ErrorCodes::InvalidParams, error.to_string())))
    }

    fn initialize(&mut self, params: &Value) -> Value {
        self.state = State::Talking;
        self.client = Client::of(params);
        let offered = params.pointer("/capabilities/general/positionEncodings").and_then(Value::as_array);
        let is_offered = |kind: &str| offered.is_some_and(|all| all.iter().any(|one| one == kind));
        // What texts are kept in costs least; the other is what every editor can do.
        let (unit, encoding) = if is_offered("utf-8") {
            (Unit::Bytes, lsp::PositionEncodingKind::UTF8)
        } else {
            (Unit::Utf16, lsp::PositionEncodingKind::UTF16)
        };
        self.desk.unit = unit;
        self.desk.asks_for_pages =
            params.pointer("/capabilities/workspace/textDocumentContent").is_some_and(Value::is_object);
        let sync = lsp::TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(lsp::TextDocumentSyncKind::Incremental),
            save: Some(true.into()),
            ..lsp::TextDocumentSyncOptions::default()
        };
        let mut capabilities = lsp::ServerCapabilities {
            position_encoding: Some(encoding),
            text_document_sync: Some(sync.into()),
            ..lsp::ServerCapabilities::default()
        };
        HANDLERS.iter().for_each(|handler| (handler.offer)(&mut capabilities));
        json!({
            "capabilities": capabilities,
            "serverInfo": {"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")},
        })
    }

    /// Takes note of something that has no answer. What is not understood changes nothing.
    fn note(&mut self, method: LspNotificationMethod<'_>, params: Value) -> io::Result<()> {
        match method {
            LspNotificationMethod::Initialized => self.watch(),
            LspNotificationMethod::TextDocumentDidOpen => {
                if let Some(lsp::DidOpenTextDocumentParams { text_document: opened }) = parsed(params) {
                    self.desk.open(opened.uri, opened.version, opened.text);
                }
                Ok(())
            }
            LspNotificationMethod::TextDocumentDidChange => {
                let Some(lsp::DidChangeTextDocumentParams { text_document: text, content_changes }) =
                    parsed(params)
                else {
                    return Ok(());
                };
                match self.desk.edit(&text.text_document_identifier.uri, text.version, content_changes) {
                    Ok(()) => Ok(()),
                    Err(why) => self.say(&why),
                }
            }
            LspNotificationMethod::TextDocumentDidClose => {
                if let Some(lsp::DidCloseTextDocumentParams { text_document }) = parsed(params) {
                    self.desk.close(&text_document.uri);
                }
                Ok(())
            }
            LspNotificationMethod::TextDocumentDidSave
            | LspNotificationMethod::WorkspaceDidChangeWatchedFiles => {
                self.desk.changed_on_disk();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Asks the editor to tell of files that change on disk.
    fn watch(&mut self) -> io::Result<()> {
        if !self.client.watches {
            return Ok(());
        }
        let watchers: Vec<Value> = ["**/*.plumb", "**/plumbrule.toml", "**/.gitignore", "**/.ignore"]
            .iter()
            .map(|pattern| json!({"globPattern": pattern}))
            .collect();
        let registration = lsp::Registration {
            id: "files".to_owned(),
            method: lsp::DidChangeWatchedFilesNotification::METHOD.to_string(),
            register_options: Some(json!({"watchers": watchers})),
        };
        self.ask::<lsp::RegistrationRequest>(lsp::RegistrationParams { registrations: vec![registration] })
    }

    /// Tells what changed since it was told last.
    fn tell(&mut self) -> io::Result<()> {
        if self.state != State::Talking {
            return Ok(());
        }
        self.desk.settle();
        self.tell_of_no_file()?;
        let found = diagnostics::by_file(&self.desk);
        let mut now: Shown = found.into_iter().map(|(name, list)| (name.to_owned(), (None, list))).collect();
        for (name, document) in self.desk.documents() {
            now.entry(name.to_owned()).or_default().0 = Some(document.version);
        }
        let is_asked_for = |version: Option<i32>| self.client.asks && version.is_some();
        let (asked_for, sent) = now.into_iter().partition(|(_, (version, _))| is_asked_for(*version));
        self.send(sent)?;
        self.let_ask(asked_for)?;
        self.turn_pages()
    }

    /// Sends what is shown in each file where that changed; nothing, where nothing is to be shown any more.
    fn send(&mut self, now: Shown) -> io::Result<()> {
        let before = std::mem::replace(&mut self.sent, now);
        let changed = self.sent.iter().filter(|(name, now)| before.get(*name) != Some(now));
        let gone = before.keys().filter(|name| !self.sent.contains_key(*name));
        let nothing = (None, Vec::new());
        for (name, (version, list)) in changed.chain(gone.map(|name| (name, &nothing))) {
            let Some(uri) = self.desk.uri(name) else { continue };
            let params = lsp::PublishDiagnosticsParams { uri, version: *version, diagnostics: list.clone() };
            let message = RequestObject::from_notification::<lsp::PublishDiagnosticsNotification>(params);
            wire::write(self.out, &message)?;
        }
        Ok(())
    }

    /// An editor that asks does so for a text that it changed; that there is news of another it has to be told.
    fn let_ask(&mut self, now: Shown) -> io::Result<()> {
        let before = std::mem::replace(&mut self.asked_for, now);
        let is_news = self.asked_for.iter().any(|(name, (version, list))| {
            before.get(name).is_some_and(|(told, known)| told == version && known != list)
        });
        if is_news && self.client.asks_anew { self.ask::<lsp::DiagnosticRefreshRequest>(()) } else { Ok(()) }
    }

    /// Keeps what an editor is given for a page.
    fn keep_page(&mut self, params: &Value) {
        let asked = parsed::<lsp::TextDocumentContentParams>(params.clone());
        let code = asked.and_then(|asked| uri::code(&asked.uri));
        let page = code.and_then(|code| page::page(&self.desk, &code).map(|text| (code, text)));
        self.pages.extend(page);
    }

    /// An editor keeps a page until it is told that there is another.
    fn turn_pages(&mut self) -> io::Result<()> {
        let desk = &self.desk;
        let now = |(code, given): (&String, &String)| {
            page::page(desk, code).filter(|text| text != given).map(|text| (code.clone(), text))
        };
        let turned: Vec<(String, String)> = self.pages.iter().filter_map(now).collect();
        for (code, text) in turned {
            let uri = uri::of_page(&code);
            self.pages.insert(code, text);
            self.ask::<lsp::TextDocumentContentRefreshRequest>(lsp::TextDocumentContentRefreshParams {
                uri,
            })?;
        }
        Ok(())
    }

    /// Says once what concerns no file, and once more if it was over and is back.
    fn tell_of_no_file(&mut self) -> io::Result<()> {
        let now: BTreeSet<String> =
            diagnostics::of_no_file(&self.desk).map(|finding| finding.message.clone()).collect();
        let before = std::mem::replace(&mut self.told, now.clone());
        now.difference(&before).try_for_each(|message| self.say(message))
    }

    fn say(&mut self, message: &str) -> io::Result<()> {
        let params = lsp::ShowMessageParams { kind: lsp::MessageType::Error, message: message.to_owned() };
        wire::write(self.out, &RequestObject::from_notification::<lsp::ShowMessageNotification>(params))
    }

    fn ask<R: Request>(&mut self, params: R::Params) -> io::Result<()> {
        self.asked += 1;
        wire::write(self.out, &RequestObject::from_request::<R>(self.asked.into(), params))
    }
}

/// What is shown in each file, with the version of its text if it is open.
type Shown = BTreeMap<String, (Option<i32>, Vec<lsp::Diagnostic>)>;

/// What the protocol answers to a request that was taken back.
const TAKEN_BACK: i32 = -32800;

fn cancels(message: &Incoming, id: &Id) -> bool {
    match message {
        Incoming::Notification { method, params } if method == lsp::CancelNotification::METHOD.as_str() => {
            params.get("id") == serde_json::to_value(id).ok().as_ref()
        }
        _ => false,
    }
}

fn parsed<T: serde::de::DeserializeOwned>(params: Value) -> Option<T> {
    serde_json::from_value(params).ok()
}
