//! `--watch`: after each change a report, however the change was made. Waits for what must come, and for no time.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::folder::{BAD, Folder};

/// Far more than a report takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A command that watches, with what it writes on both streams in the order of writing.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn begin(folder: &Folder, arguments: &str) -> Self {
        let (reader, writer) = std::io::pipe().unwrap();
        let mut command = folder.command(&format!("check --watch -q --output-format concise {arguments}"));
        let child = command.stdout(writer.try_clone().unwrap()).stderr(writer).spawn().unwrap();
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            let lines = BufReader::new(reader).lines().map_while(Result::ok);
            lines.for_each(|line| drop(sender.send(line)));
        });
        Self { child, lines }
    }

    /// Reads reports until one has just these lines.
    fn until(&self, expected: &[&str]) {
        let mut before = Vec::new();
        loop {
            let mut report = Vec::new();
            loop {
                let line = self.lines.recv_timeout(PATIENCE);
                assert!(line.is_ok(), "{expected:?} does not come after {before:?}");
                let line = line.unwrap();
                if line.starts_with("checked in ") {
                    break;
                }
                report.push(line);
            }
            if report.len() == expected.len() && report.iter().zip(expected).all(|(a, b)| a.starts_with(b)) {
                return;
            }
            before = report;
        }
    }

    /// Ends it as Ctrl-C does; nothing more may have been written.
    #[cfg(unix)]
    fn interrupt(mut self) -> (ExitStatus, Vec<String>) {
        let kill = std::process::Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        let mut said = Vec::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => said.push(line),
                Err(why) => {
                    let is_over = why == std::sync::mpsc::RecvTimeoutError::Disconnected;
                    assert!(is_over, "it goes on; does what starts the tests ignore Ctrl-C?");
                    return (self.child.wait().unwrap(), said);
                }
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Saves as many editors do: beside the file, and then in its place.
fn save(folder: &Folder, file: &str, text: &[u8]) {
    folder.write("beside.tmp", text);
    let path = folder.path().join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::rename(folder.path().join("beside.tmp"), path).unwrap();
}

const A: &str = "deals/a.plumb:1:1: error[not-utf8]";
const B: &str = "deals/b.plumb:1:1: error[not-utf8]";

#[test]
fn proposals_may_change_in_any_way() {
    let folder = Folder::of("plumbrule.toml deals/a.plumb");
    let path = |name: &str| folder.path().join(name);
    let watch = Watch::begin(&folder, "");
    watch.until(&[]);
    folder.write("deals/a.plumb", BAD);
    watch.until(&[A]);
    save(&folder, "deals/b.plumb", BAD);
    watch.until(&[A, B]);
    save(&folder, "deals/a.plumb", b"#");
    watch.until(&[B]);
    fs::rename(path("deals"), path("old")).unwrap();
    watch.until(&["old/b.plumb:1:1: error[not-utf8]"]);
    fs::rename(path("old"), path("deals")).unwrap();
    watch.until(&[B]);
    fs::remove_file(path("deals/b.plumb")).unwrap();
    watch.until(&[]);
    save(&folder, "deals/more/c.plumb", BAD);
    watch.until(&["deals/more/c.plumb:1:1: error[not-utf8]"]);
    fs::remove_dir_all(path("deals")).unwrap();
    watch.until(&["error[no-files]: no `.plumb` file under `.`"]);
    save(&folder, "deals/b.plumb", BAD);
    watch.until(&[B]);
    assert!(watch.lines.try_recv().is_err(), "a report without a change");
}

#[test]
fn a_folder_that_is_named_may_go_and_come_back() {
    let folder = Folder::of("deals/plumbrule.toml deals/a.plumb");
    let (here, away) = (folder.path().join("deals"), folder.path().join("away"));
    let watch = Watch::begin(&folder, "deals");
    watch.until(&[]);
    fs::rename(&here, &away).unwrap();
    watch.until(&["error[not-found]: `deals` does not exist"]);
    fs::write(away.join("b.plumb"), BAD).unwrap();
    fs::rename(&away, &here).unwrap();
    watch.until(&[B]);
}

#[cfg(unix)]
#[test]
fn a_file_of_the_same_length_and_time_is_another_one() {
    let folder = Folder::of("plumbrule.toml deals/a.plumb=#");
    let (path, new) = (folder.path().join("deals/a.plumb"), folder.path().join("new"));
    let watch = Watch::begin(&folder, "");
    watch.until(&[]);
    fs::write(&new, BAD).unwrap();
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    fs::File::options().write(true).open(&new).unwrap().set_modified(time).unwrap();
    fs::rename(&new, &path).unwrap();
    watch.until(&[A]);
}

#[test]
fn settings_rules_and_ignore_files_are_watched() {
    let rule = |severity: &str| {
        let text = "rule has-plant \"a plant\" {
  severity: SEVERITY
  for each f: facility
  message \"`{f}` is a plant\"
  label primary f: \"here\"
  example bad { expect has-plant at f; facility f { country: US } }
  example good { proposal p { status: mou } }
}
";
        text.replace("SEVERITY", severity)
    };
    let folder = Folder::of("plumbrule.toml=extend=['base.toml'] base.toml deals/a.plumb deals/b.plumb");
    folder.write("deals/a.plumb", b"proposal p { facility f { country: US } }");
    folder.write("own/has-plant.plumb", rule("note").as_bytes());
    let watch = Watch::begin(&folder, "--rules own --select has-plant");
    watch.until(&["deals/a.plumb:1:14: note[has-plant]"]);
    save(&folder, "own/has-plant.plumb", rule("error").as_bytes());
    watch.until(&["deals/a.plumb:1:14: error[has-plant]"]);
    save(&folder, "base.toml", b"rules.has-plant = 'warning'");
    watch.until(&["deals/a.plumb:1:14: warning[has-plant]"]);
    save(&folder, "plumbrule.toml", b"fail-one = 'note'");
    watch.until(&["plumbrule.toml:1:1: error[unknown-setting]"]);
    save(&folder, "plumbrule.toml", b"");
    watch.until(&["deals/a.plumb:1:14: error[has-plant]"]);
    save(&folder, ".gitignore", b"a.plumb");
    watch.until(&[]);
    fs::remove_file(folder.path().join(".gitignore")).unwrap();
    watch.until(&["deals/a.plumb:1:14: error[has-plant]"]);
    save(&folder, "deals/plumbrule.toml", b"exclude = ['*']");
    watch.until(&["error[no-files]"]);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_without_a_word() {
    use std::os::unix::process::ExitStatusExt;
    let folder = Folder::of("plumbrule.toml deals/a.plumb");
    let watch = Watch::begin(&folder, "");
    watch.until(&[]);
    let (status, said) = watch.interrupt();
    assert_eq!((status.signal(), said), (Some(2), vec![]));
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let folder = Folder::of("plumbrule.toml a.plumb");
    for (arguments, words) in [
        ("-", "error: standard input can be read only once"),
        ("- --stdin-filename a.plumb", "error: the argument '--watch' cannot be used with '--stdin-filename"),
        ("--show-files", "error: the argument '--watch' cannot be used with '--show-files'"),
    ] {
        let ran = folder.run(&format!("check --watch {arguments}"));
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{arguments}");
        assert!(ran.err.starts_with(words), "{arguments}: {}", ran.err);
    }
}
