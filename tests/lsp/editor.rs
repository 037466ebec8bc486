//! An editor with the abilities of a real one: starts the built server, keeps what it is shown, and fails if the
//! server does not answer. Knows the protocol and no rule.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// Abilities by the name of the editor.
pub(crate) const EDITORS: [(&str, &str); 4] = [
    ("vscode", include_str!("editors/vscode.json")),
    ("neovim", include_str!("editors/neovim.json")),
    ("emacs", include_str!("editors/emacs.json")),
    ("debian-stable", include_str!("editors/debian-stable.json")),
];

/// Longer than any answer takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Editor {
    child: Child,
    input: Option<ChildStdin>,
    output: Receiver<Value>,
    folder: PathBuf,
    /// What the server said of itself.
    pub(crate) server: Value,
    asks: bool,
    asked: i64,
    open: BTreeSet<String>,
    versions: BTreeMap<String, i64>,
    /// Diagnostics by URI, as they were told last.
    shown: BTreeMap<String, Value>,
    /// Versions by URI, as they were told last.
    told: BTreeMap<String, i64>,
    /// Methods of what the server sent of its own accord.
    pub(crate) heard: Vec<String>,
}

impl Editor {
    /// An editor that has greeted the server.
    pub(crate) fn start(folder: &Path, abilities: &str) -> Self {
        Self::start_with(folder, abilities, &[])
    }

    /// The same, where the server is started with flags.
    pub(crate) fn start_with(folder: &Path, abilities: &str, flags: &[&str]) -> Self {
        let mut editor = Self::spawn(folder, flags);
        let abilities: Value = serde_json::from_str(abilities).unwrap();
        editor.asks = abilities["textDocument"]["diagnostic"].is_object();
        let root = editor.uri("");
        let params = json!({"processId": null, "rootUri": root, "capabilities": abilities});
        editor.server = editor.ask("initialize", params).unwrap();
        editor.tell("initialized", json!({}));
        editor
    }

    /// An editor that has said nothing yet.
    pub(crate) fn silent(folder: &Path) -> Self {
        Self::spawn(folder, &[])
    }

    fn spawn(folder: &Path, flags: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plumbrule"));
        command.arg("lsp").args(flags).current_dir(folder).env("SOURCE_DATE_EPOCH", "1795478400");
        if folder.join("rules").exists() {
            command.args(["--rules", "rules"]);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (sender, output) = channel();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            while let Some(message) = read(&mut reader) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Self {
            input: child.stdin.take(),
            child,
            output,
            folder: folder.to_owned(),
            server: Value::Null,
            asks: false,
            asked: 0,
            open: BTreeSet::new(),
            versions: BTreeMap::new(),
            shown: BTreeMap::new(),
            told: BTreeMap::new(),
            heard: Vec::new(),
        }
    }

    pub(crate) fn uri(&self, file: &str) -> String {
        let path = self.folder.join(file);
        let coded = |byte: u8| match byte {
            b'/' | b'-' | b'.' => char::from(byte).to_string(),
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        };
        format!("file://{}", path.to_str().unwrap().bytes().map(coded).collect::<String>())
    }

    /// Sends bytes as they are.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        // A server that is gone is found out when its answer is missing.
        let _ = self.input.as_mut().unwrap().write_all(bytes);
    }

    fn send_message(&mut self, message: &Value) {
        let body = message.to_string();
        self.send(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    pub(crate) fn tell(&mut self, method: &str, params: Value) {
        self.send_message(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// The result, or the code of the error.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Result<Value, i64> {
        self.asked += 1;
        let id = self.asked;
        self.send_message(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        let answer = self.until(|message| message.get("method").is_none() && message["id"] == id);
        match answer.get("error") {
            Some(error) => Err(error["code"].as_i64().unwrap()),
            None => Ok(answer["result"].clone()),
        }
    }

    /// Takes note of all messages up to one.
    pub(crate) fn until(&mut self, is_wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.output.recv_timeout(PATIENCE).expect("the server is silent");
            self.hear(&message);
            if is_wanted(&message) {
                return message;
            }
        }
    }

    fn hear(&mut self, message: &Value) {
        let Some(method) = message["method"].as_str() else { return };
        self.heard.push(method.to_owned());
        let params = &message["params"];
        if method == "textDocument/publishDiagnostics" {
            let uri = params["uri"].as_str().unwrap().to_owned();
            self.told.extend(params["version"].as_i64().map(|version| (uri.clone(), version)));
            self.shown.insert(uri, params["diagnostics"].clone());
        } else if let Some(id) = message.get("id") {
            let answer = json!({"jsonrpc": "2.0", "id": id, "result": null});
            self.send_message(&answer);
        }
    }

    pub(crate) fn open(&mut self, file: &str, text: &str) {
        let uri = self.uri(file);
        self.open.insert(file.to_owned());
        self.versions.insert(uri.clone(), 1);
        let document = json!({"uri": uri, "languageId": "plumb", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
    }

    pub(crate) fn change(&mut self, file: &str, changes: Value) {
        let uri = self.uri(file);
        let version = self.versions.entry(uri.clone()).or_default();
        *version += 1;
        let document = json!({"uri": uri, "version": *version});
        self.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
    }

    pub(crate) fn close(&mut self, file: &str) {
        let uri = self.uri(file);
        self.open.remove(file);
        self.versions.remove(&uri);
        self.tell("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    }

    /// Waits until what is shown in a file is that of its text.
    pub(crate) fn wait(&mut self, file: &str) {
        let uri = self.uri(file);
        if self.asks {
            self.ask("textDocument/diagnostic", json!({"textDocument": {"uri": uri}})).unwrap();
            return;
        }
        while self.told.get(&uri) != self.versions.get(&uri) {
            self.until(|message| message["method"] == "textDocument/publishDiagnostics");
        }
    }

    /// What is shown in all files now, without those in which nothing is.
    pub(crate) fn shown(&mut self) -> BTreeMap<String, Value> {
        // An answer comes behind all that was found before.
        let first = self.open.first().unwrap().clone();
        self.hover(&first, 0, 0);
        let mut shown = self.shown.clone();
        let asked_for = if self.asks { self.open.clone() } else { BTreeSet::new() };
        for file in asked_for {
            let uri = self.uri(&file);
            let known = shown.get(&uri);
            assert!(known.is_none_or(|list| *list == json!([])), "sent what is asked for: {known:?}");
            let report = self.ask("textDocument/diagnostic", json!({"textDocument": {"uri": uri}})).unwrap();
            shown.insert(uri, report["items"].clone());
        }
        shown.retain(|_, list| *list != json!([]));
        shown
    }

    /// What hovering over the first occurrence of a word in a text shows.
    pub(crate) fn hover(&mut self, file: &str, line: usize, character: usize) -> Value {
        let uri = self.uri(file);
        let position = json!({"line": line, "character": character});
        self.ask("textDocument/hover", json!({"textDocument": {"uri": uri}, "position": position})).unwrap()
    }

    /// Leaves as the protocol has it; the exit code.
    pub(crate) fn leave(mut self) -> Option<i32> {
        assert_eq!(self.ask("shutdown", Value::Null), Ok(Value::Null));
        self.tell("exit", Value::Null);
        self.end()
    }

    /// The exit code after the pipe was closed.
    pub(crate) fn end(mut self) -> Option<i32> {
        drop(self.input.take());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // A test that failed leaves no server behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(input: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            header => length = header.strip_prefix("Content-Length: ")?.parse().ok()?,
        }
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
