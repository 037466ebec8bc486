//! What the run came to and nothing else: the last lines of the other formats, for whoever counts findings before
//! reading them.

use std::io::{self, Write};

use crate::outcome::Run;

use super::paint::Painter;
use super::tally::{self, Block};
use super::{Style, columns};

pub(super) fn write(run: &Run, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut blocks = tally::blocks(run, style.statistics);
    // Who has seen no finding does not ask why its rule exists.
    if let Some(Block::Pointer(text)) = blocks.last_mut() {
        *text = "`--output-format concise` lists the findings".to_owned();
    }
    columns::draw(blocks, style, &mut Painter::new(out, style.color))
}
