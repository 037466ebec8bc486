//! Messages as they cross the pipe: owns framing, its limits, and what is answered to what is no message. Knows no
//! method.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::sync::mpsc::{Receiver, sync_channel};

use gen_lsp_types::ErrorCodes;
use gen_lsp_types::json_rpc::{Error, Id, RequestObject, ResponseObject};
use serde_json::Value;

/// Most bytes of one message: a text of 256 MiB is too large to be typed in.
pub(super) const MAX_MESSAGE_BYTES: u64 = 64 * 1024 * 1024;
/// Most bytes of one line of a header.
const MAX_HEADER_BYTES: u64 = 8 * 1024;
/// Messages that are read ahead; a client that sends more has to wait.
const READ_AHEAD: usize = 256;

const LENGTH: &str = "content-length:";

/// What a client sent.
#[derive(Debug)]
pub(super) enum Incoming {
    /// Has an answer.
    Request { id: Id, method: String, params: Value },
    /// Has none.
    Notification { method: String, params: Value },
    /// No message; the answer says why.
    Malformed(ErrorCodes, String),
}

/// Reads messages on a thread of its own, so that it is seen what waits behind the one that is worked on.
pub(super) fn listen(input: impl Read + Send + 'static) -> Receiver<Incoming> {
    let (sender, receiver) = sync_channel(READ_AHEAD);
    std::thread::spawn(move || {
        let mut input = BufReader::new(input);
        while let Ok(Some(message)) = read(&mut input) {
            if sender.send(message).is_err() {
                return;
            }
        }
    });
    receiver
}

/// The next message; none at the end of the input. After something malformed the next header is sought.
fn read(input: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    loop {
        let Some(length) = header(input)? else { return Ok(None) };
        let body = match length {
            Err(why) => return Ok(Some(Incoming::Malformed(ErrorCodes::ParseError, why))),
            Ok(length) if length > MAX_MESSAGE_BYTES => {
                io::copy(&mut input.by_ref().take(length), &mut io::sink())?;
                let why = format!("a message of {length} bytes is over the limit of {MAX_MESSAGE_BYTES}");
                return Ok(Some(Incoming::Malformed(ErrorCodes::InvalidRequest, why)));
            }
            Ok(length) => {
                let mut body = Vec::new();
                input.by_ref().take(length).read_to_end(&mut body)?;
                body
            }
        };
        if let Some(message) = message(&body) {
            return Ok(Some(message));
        }
    }
}

/// The length that a header states; none at the end of the input. A header may begin behind the rest of a body
/// whose length was not understood.
fn header(input: &mut impl BufRead) -> io::Result<Option<Result<u64, String>>> {
    let mut length = Err("a header without `Content-Length`".to_owned());
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.by_ref().take(MAX_HEADER_BYTES).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let words = String::from_utf8_lossy(&line).trim_end().to_ascii_lowercase();
        if words.is_empty() && line.ends_with(b"\n") {
            return Ok(Some(length));
        }
        if let Some((_, value)) = words.rsplit_once(LENGTH) {
            let value = value.trim();
            length = value.parse().map_err(|_| format!("`{value}` is no length"));
        }
    }
}

/// What a body says; none if it is the answer to something that was asked for, since nothing depends on it.
fn message(body: &[u8]) -> Option<Incoming> {
    match serde_json::from_slice::<RequestObject>(body) {
        Ok(object) => {
            let (method, id, params) = object.into_parts();
            let params = params.unwrap_or(Value::Null);
            match id {
                _ if method.is_empty() => None,
                Some(id) => Some(Incoming::Request { id, method, params }),
                None => Some(Incoming::Notification { method, params }),
            }
        }
        Err(error) => {
            let code = if error.is_data() { ErrorCodes::InvalidRequest } else { ErrorCodes::ParseError };
            Some(Incoming::Malformed(code, error.to_string()))
        }
    }
}

/// Writes a message.
pub(super) fn write(out: &mut dyn Write, message: &impl serde::Serialize) -> io::Result<()> {
    let body = serde_json::to_vec(message)?;
    write!(out, "Content-Length: {}\r\n\r\n", body.len())?;
    out.write_all(&body)?;
    out.flush()
}

/// An answer that says why there is none.
pub(super) fn refusal(id: Id, code: ErrorCodes, message: impl Into<String>) -> ResponseObject {
    ResponseObject::from_error(id, Error { code, message: message.into(), data: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    /// Methods of all messages, `!` for each that is malformed.
    fn methods(bytes: &[u8]) -> Vec<String> {
        let mut input = bytes;
        let mut methods = Vec::new();
        while let Some(message) = read(&mut input).unwrap() {
            methods.push(match message {
                Incoming::Request { method, .. } | Incoming::Notification { method, .. } => method,
                Incoming::Malformed(..) => "!".to_owned(),
            });
        }
        methods
    }

    #[test]
    fn the_message_after_a_malformed_one_is_read() {
        let deep = "[".repeat(200_000);
        let after = framed(r#"{"jsonrpc":"2.0","method":"after"}"#);
        let cases = [
            framed("{"),
            framed("[]"),
            framed(r#"{"jsonrpc":"2.0","id":{},"method":"x"}"#),
            framed(r#"{"jsonrpc":"2.0","id":1.5,"method":"x"}"#),
            framed(&deep),
            framed("\u{0}\u{feff}"),
            "Content-Length: -1\r\n\r\n{}".to_owned(),
            "Content-Length: 99999999999999999999999\r\n\r\n{}".to_owned(),
            "Content-Type: x\r\n\r\n{}".to_owned(),
            "no header at all\r\n\r\n".to_owned(),
        ];
        for case in cases {
            assert_eq!(methods((case.clone() + &after).as_bytes()), ["!", "after"], "{case:.60}");
        }
        let large =
            format!("Content-Length: {}\r\n\r\n{}", MAX_MESSAGE_BYTES + 1, " ".repeat(64 << 20) + " ");
        assert_eq!(methods((large + &after).as_bytes()), ["!", "after"]);
    }

    #[test]
    fn an_end_in_the_midst_of_a_message_ends_the_input() {
        assert_eq!(methods(b"Content-Length: 18446744073709551615\r\n\r\n{}"), ["!"]);
        assert_eq!(methods(b"Content-Length: 20\r\n\r\n{}"), ["!"]);
        assert!(methods(b"Content-Length: 20\r\n").is_empty());
        assert!(methods(framed(r#"{"jsonrpc":"2.0","id":1,"result":null}"#).as_bytes()).is_empty());
    }
}
