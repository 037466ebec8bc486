//! One finding a line, in the shape that `json` gives it, for programs that read line by line.

use std::io::{self, Write};

use serde::ser::Serialize;

use crate::outcome::Run;

use super::Style;
use super::json::findings;
use super::layout::Layout;

pub(super) fn write(run: &Run, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    for finding in findings(run) {
        finding.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Layout::open(0)))?;
        writeln!(out)?;
    }
    Ok(())
}
