//! Reads one file at a time: owns the limits in bytes and the strict decoding of UTF-8. Waits for nothing and
//! reads no more than the limit, whatever a path leads to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::string::FromUtf8Error;
use std::sync::atomic::{AtomicU64, Ordering};

use super::disk::Disk;
use super::slips;
use crate::diagnostic::Diagnostic;
use crate::source::{Origin, SourceFile, Sources, Span};
use crate::syntax::MAX_FILE_BYTES;
use crate::threads;

/// Most bytes that a run reads of all files together.
pub const MAX_TOTAL_BYTES: u64 = 1024 * 1024 * 1024;

/// Least files that are worth a thread of their own.
const MIN_FILES_FOR_THREAD: usize = 200;

/// Least bytes of a file that is read on several threads.
const MIN_BYTES_FOR_THREADS: u64 = 1024 * 1024;

/// Reads the files of a run, and tells of those that it cannot read.
pub(super) struct Reader<'a> {
    /// Where they lie.
    pub(super) disk: &'a Disk,
    /// Where texts go.
    pub(super) sources: &'a mut Sources,
    /// Where mistakes go.
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
    file_limit: u64,
    total_limit: u64,
    /// Bytes that may still be read; none once a file did not fit.
    left: Option<u64>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        disk: &'a Disk,
        sources: &'a mut Sources,
        diagnostics: &'a mut Vec<Diagnostic>,
    ) -> Self {
        let (file_limit, total_limit) = (MAX_FILE_BYTES, MAX_TOTAL_BYTES);
        Self { disk, sources, diagnostics, file_limit, total_limit, left: Some(total_limit) }
    }

    /// The text of a file.
    pub(super) fn text(&mut self, path: &Path) -> Option<String> {
        self.accept(path, None)
    }

    /// What the files hold, for [`Reader::accept`]. Many are read on several threads. Where they might hold more than a
    /// run may read, some are left.
    pub(super) fn read_ahead(&self, paths: &[&Path]) -> Vec<Option<Bytes>> {
        let room = AtomicU64::new(self.left.unwrap_or(0));
        let read = |path: &&Path| {
            let left = room.load(Ordering::Relaxed);
            let read = (left > 0).then(|| self.bytes(path))?;
            let length = read.as_ref().map_or(0, |bytes| bytes.len() as u64);
            room.fetch_sub(length.min(left), Ordering::Relaxed);
            Some(read)
        };
        let share = match paths.len() / MIN_FILES_FOR_THREAD {
            0 | 1 => paths.len(),
            worth => paths.len().div_ceil(worth.min(threads::most())),
        };
        let hands: Vec<&[&Path]> = paths.chunks(share.max(1)).collect();
        let read = threads::on_each(hands, |hand| hand.iter().map(read).collect::<Vec<_>>());
        read.into_iter().flatten().collect()
    }

    /// The text of a file, which may have been read ahead.
    pub(super) fn accept(&mut self, path: &Path, read: Option<Bytes>) -> Option<String> {
        let left = self.left?;
        let name = || self.disk.name(path);
        let bytes = match read.unwrap_or_else(|| self.bytes(path)) {
            Ok(bytes) => bytes,
            Err(why) => {
                self.diagnostics.push(slips::unread(&name(), &why));
                return None;
            }
        };
        self.left = left.checked_sub(bytes.len() as u64);
        if self.left.is_none() {
            self.diagnostics.push(slips::unread(&name(), &Unread::RunTooLarge(self.total_limit)));
            return None;
        }
        String::from_utf8(bytes).map_err(|error| self.wrong_bytes(&self.disk.name(path), &error)).ok()
    }

    fn bytes(&self, path: &Path) -> Bytes {
        match self.disk.unsaved(path) {
            Some(text) => within(text.to_vec(), self.file_limit),
            None => bytes(path, self.file_limit),
        }
    }

    /// Tells of the first byte that is not UTF-8, and keeps the text in which it is underlined.
    fn wrong_bytes(&mut self, name: &str, error: &FromUtf8Error) {
        let bytes = error.as_bytes();
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            let file = self.sources.add(SourceFile::new(name, "", Origin::Portfolio));
            self.diagnostics.push(slips::utf16(name, file));
            return;
        }
        // Up to the wrong byte the text is as in the file; there it has a replacement to underline.
        let text = String::from_utf8_lossy(bytes);
        let start = error.utf8_error().valid_up_to();
        let span = Span::new(start, start + char::REPLACEMENT_CHARACTER.len_utf8());
        let is_cut = error.utf8_error().error_len().is_none();
        let file = self.sources.add(SourceFile::new(name, text, Origin::Portfolio));
        self.diagnostics.push(slips::not_utf8(name, file, span, is_cut));
    }
}

/// What a file holds.
pub(super) type Bytes = Result<Vec<u8>, Unread>;

/// Why a file was not read.
#[derive(Debug)]
pub(super) enum Unread {
    /// A pipe, a device or a folder.
    NoPlainFile,
    /// Over the limit of one file.
    TooLarge(u64),
    /// Over the limit of all files.
    RunTooLarge(u64),
    /// What the system says.
    System(io::ErrorKind),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Unread::System(error.kind())
    }
}

fn bytes(path: &Path, limit: u64) -> Bytes {
    // To open a device may already set it going, so its kind is asked for first, and once more of what was
    // opened.
    if !fs::metadata(path)?.is_file() {
        return Err(Unread::NoPlainFile);
    }
    let file = open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(Unread::NoPlainFile);
    }
    if metadata.len() > limit {
        return Err(Unread::TooLarge(limit));
    }
    if metadata.len() >= MIN_BYTES_FOR_THREADS
        && let Some(bytes) = on_threads(&file, metadata.len() as usize)
    {
        return Ok(bytes);
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    // It may grow while it is read, or not tell its length.
    file.take(limit + 1).read_to_end(&mut bytes)?;
    within(bytes, limit)
}

/// A large file, read in parts at once: most of the time goes into touching memory for the first time. Nothing if that
/// fails or the file is no longer of that length.
#[cfg(unix)]
fn on_threads(file: &File, length: usize) -> Option<Vec<u8>> {
    use std::os::unix::fs::FileExt;
    let mut bytes = vec![0; length];
    let share = length.div_ceil(threads::most());
    let parts = bytes.chunks_mut(share).enumerate().collect();
    let read = threads::on_each(parts, |(number, part)| file.read_exact_at(part, (number * share) as u64));
    let is_whole = read.iter().all(Result::is_ok) && file.read_at(&mut [0], length as u64).ok()? == 0;
    is_whole.then_some(bytes)
}

#[cfg(not(unix))]
fn on_threads(_: &File, _: usize) -> Option<Vec<u8>> {
    None
}

fn within(bytes: Vec<u8>, limit: u64) -> Bytes {
    if bytes.len() as u64 > limit { Err(Unread::TooLarge(limit)) } else { Ok(bytes) }
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    // A pipe that took the place of the file meanwhile must not keep the run waiting for a writer.
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn limits_hold_for_a_file_and_for_all() {
        let folder = std::env::temp_dir().join(format!("plumbrule-read-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let disk = Disk::from_here();
        let (mut sources, mut diagnostics) = (Sources::default(), Vec::new());
        let mut reader = Reader::new(&disk, &mut sources, &mut diagnostics);
        (reader.file_limit, reader.total_limit, reader.left) = (4, 6, Some(6));
        let read: Vec<bool> = ["1234", "12345", "12", "1", ""]
            .iter()
            .map(|text| {
                let path = folder.join(text.len().to_string());
                fs::write(&path, text).unwrap();
                reader.text(&path).is_some()
            })
            .collect();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(read, [true, false, true, false, false]);
        let messages: Vec<_> = diagnostics.iter().map(|found| found.message.as_str()).collect();
        assert!(messages[0].ends_with("is larger than 4 bytes, so it was not read"), "{messages:?}");
        assert!(messages[1].starts_with("the files hold more than 6 bytes;"), "{messages:?}");
        assert_eq!(messages.len(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_in_parts_is_whole_or_nothing() {
        let path = std::env::temp_dir().join(format!("plumbrule-parts-{}", std::process::id()));
        let text: Vec<u8> = (0..100_003_u32).map(|number| (number % 251) as u8).collect();
        fs::write(&path, &text).unwrap();
        let file = File::open(&path).unwrap();
        let read = [text.len(), text.len() - 1, text.len() + 1].map(|length| on_threads(&file, length));
        fs::remove_file(&path).unwrap();
        assert_eq!(read, [Some(text), None, None]);
    }

    #[test]
    fn what_is_read_ahead_counts_in_the_order_of_the_files() {
        let folder = std::env::temp_dir().join(format!("plumbrule-ahead-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (files, room) = (3 * MIN_FILES_FOR_THREAD, 2 * MIN_FILES_FOR_THREAD + 50);
        let paths: Vec<PathBuf> = (0..files).map(|number| folder.join(number.to_string())).collect();
        paths.iter().for_each(|path| fs::write(path, "1").unwrap());
        let disk = Disk::from_here();
        let (mut sources, mut diagnostics) = (Sources::default(), Vec::new());
        let mut reader = Reader::new(&disk, &mut sources, &mut diagnostics);
        reader.left = Some(room as u64);
        let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
        let ahead = reader.read_ahead(&paths);
        let is_read = |(path, read): (&&Path, _)| reader.accept(path, read).is_some();
        let read: Vec<bool> = paths.iter().zip(ahead).map(is_read).collect();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(read, (0..files).map(|number| number < room).collect::<Vec<_>>());
        assert_eq!(diagnostics.len(), 1);
    }
}
