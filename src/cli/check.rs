//! `plumbrule check`: reads portfolios, judges them and reports what came of it. Owns the order of these steps
//! and what they mean for the exit code.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::reports::{self, Report};
use super::terminal::{self, Color};
use super::{CLEAN, Done, EXIT_CODES, FAILED, FINDINGS, book, complain, files, judging, progress, watch};
use crate::analysis::{self, Options};
use crate::diagnostic::{Detail, Diagnostic, Severity};
use crate::outcome::{About, Run};
use crate::report::{FORMATS, Format};
use crate::rule::{Catalogue, Extent};
use crate::rulebook;
use crate::shelf::Shelf;
use crate::source::{Place, Sources};
use crate::syntax::MAX_FILE_BYTES;
use crate::workspace::{Disk, Found};

const EXAMPLES: &str = "\
Examples:
  plumbrule check
  plumbrule check deals/ --as-of 2026-11-24
  plumbrule check deals/red-river.plumb --output-format concise
  plumbrule check - --stdin-filename deals/red-river.plumb < unsaved.plumb
  plumbrule check --report sarif=plumbrule.sarif --report junit=plumbrule.xml
  plumbrule check --select no-measurable-target --statistics";

const SETTINGS: &str = "\
Settings:
  flags win over what is set in `plumbrule.toml`; `plumbrule config` shows what holds";

/// Checks proposals
#[derive(clap::Args)]
#[command(after_long_help = format!("{EXAMPLES}\n\n{SETTINGS}\n\n{EXIT_CODES}"))]
pub(super) struct Args {
    /// Files and folders to report on; the portfolios in which they lie are read whole
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Checks again whenever a proposal, a setting or a rule changes, until Ctrl-C
    #[arg(long, conflicts_with_all = ["show_files", "stdin_filename"])]
    watch: bool,
    #[command(flatten)]
    judging: judging::Args,
    #[command(flatten)]
    book: book::Args,
    #[command(flatten)]
    selection: Files,
    #[command(flatten)]
    output: Output,
}

/// Which files count.
#[derive(clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Files")]
struct Files {
    /// The file whose text comes from standard input where a path is `-`, saved or not
    #[arg(long, value_name = "PATH", aliases = ["stdin-filepath", "stdin-file-path"])]
    stdin_filename: Option<PathBuf>,
    /// Leaves out what the settings leave out also where it is named as PATH; for hooks, which name all files
    #[arg(long)]
    force_exclude: bool,
    /// Lists the files that would be read, and which of them would be reported on; checks nothing
    #[arg(long)]
    show_files: bool,
}

/// What is shown, and where.
#[derive(clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Output")]
struct Output {
    /// How to show findings
    #[arg(long, value_name = "FORMAT", default_value = default_format(), value_parser = formats())]
    output_format: &'static Format,
    /// Also writes a report into a file, in any of these formats; may be given again
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = Report::parse)]
    reports: Vec<Report>,
    /// The least severity that makes the exit code 1; else what the settings say, else `error`
    #[arg(long, value_name = "SEVERITY", value_parser = judging::severities())]
    fail_on: Option<Severity>,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,
    /// Only findings, no last lines; not for `summary`, which is only these
    #[arg(short, long)]
    quiet: bool,
    /// For each rule, how often it came to which verdict
    #[arg(long)]
    statistics: bool,
}

impl Args {
    fn reads_stdin(&self) -> bool {
        self.paths.iter().any(|path| path.as_os_str() == "-")
    }
}

fn default_format() -> &'static str {
    FORMATS.first().map_or("", |format| format.name)
}

fn formats() -> impl TypedValueParser<Value = &'static Format> {
    let values = FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.doc));
    PossibleValuesParser::new(values)
        .try_map(|name| FORMATS.iter().find(|format| format.name == name).ok_or("there is no such format"))
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Done {
    let choice = args.book.choice(args.selection.force_exclude);
    if args.selection.show_files {
        return files::show(&args.paths, &choice, out);
    }
    if !reports::are_apart(&args.output.reports) {
        return Done { code: FAILED, written: Ok(()) };
    }
    let Output { output_format, quiet, .. } = &args.output;
    if *quiet && output_format.detail == Detail::Count {
        let name = output_format.name;
        complain(&format!(
            "error: `--quiet` leaves out the last lines, and `{name}` shows nothing else: leave out one of the two\n"
        ));
        return Done { code: FAILED, written: Ok(()) };
    }
    if !args.watch {
        let run = judge(args);
        let done = show(&args.output, &run, out);
        // The process ends, and the system takes all of it back at once.
        std::mem::forget(run);
        return done;
    }
    if args.reads_stdin() {
        complain("error: standard input can be read only once, so `--watch` cannot wait for changes in it\n");
        return Done { code: FAILED, written: Ok(()) };
    }
    watch::run(&args.paths, &choice, out, || judge(args), |run, out| show(&args.output, run, out))
}

fn show(output: &Output, run: &Run, out: &mut dyn Write) -> Done {
    let style = terminal::style(output.color, output.quiet, output.statistics);
    let reported = reports::write(&output.reports, run, &terminal::in_file(style));
    let code = if reported { exit_code(run) } else { FAILED };
    Done { code, written: output.output_format.write(run, &style, out) }
}

/// A mistake in the text is an error, so it fails the run at any level.
fn exit_code(run: &Run) -> u8 {
    match (run.incomplete, run.findings.iter().any(|finding| run.fails(finding))) {
        (true, _) => FAILED,
        (false, true) => FINDINGS,
        (false, false) => CLEAN,
    }
}

fn judge(args: &Args) -> Run {
    let mut run = Run { as_of_flag: args.judging.as_of.map(|day| day.to_string()), ..Run::default() };
    let mut said = Vec::new();
    let detail = reports::detail(&args.output.reports).max(args.output.output_format.detail);
    let options = Options { detail, ..args.judging.options() };
    // Drawn until the run is over; where somebody types, it would be in the way.
    let is_typed = args.reads_stdin() && io::stdin().is_terminal();
    let _line = (!is_typed).then(|| progress::Line::of(&options.progress));
    let choice = args.book.choice(args.selection.force_exclude);
    let mut disk = Disk::from_here();
    let found = match over_disk(args, &mut disk, &mut run.sources) {
        Ok(paths) => disk.find(&paths, &choice, &mut run.sources, &mut said),
        Err(slip) => {
            said.push(*slip);
            Vec::new()
        }
    };
    let detail = found.iter().map(|found| found.input.detail(&options)).max();
    let shelf = Shelf::new(&args.judging.parameters, Extent::of(detail), &mut run.sources);
    let mut shelf = shelf.for_rules(&options.select);
    // Where nothing was found, what the command line says of rules is looked at all the same.
    let none = Found { rules: args.book.folders.clone(), ..Found::default() };
    let nothing = found.is_empty().then_some(&none);
    let books =
        found.iter().chain(nothing).map(|found| shelf.book(found, &disk, &mut run.sources, &mut said));
    let books: Vec<_> = books.collect();
    let catalogues: Vec<&Catalogue> = books.iter().flatten().map(|book| &book.catalogue).collect();
    let is_sound = shelf.knows(&options, &mut run.sources, &mut said);
    run.incomplete = said.iter().any(|found| found.severity == Severity::Error);
    let slips = said.len();
    run.findings = said.into_iter().map(Box::new).collect();
    let fail_on =
        |found: &Found| args.output.fail_on.or(found.input.settings.fail_on()).unwrap_or(Severity::Error);
    run.fail_on = found.iter().map(fail_on).min().unwrap_or(Severity::Error);
    for found in found.iter().filter(|found| fail_on(found) != run.fail_on) {
        run.fail_on_in.extend(found.input.files.iter().map(|file| (*file, fail_on(found))));
    }
    for (found, book) in found.iter().zip(&books) {
        let Some(book) = book.as_ref().filter(|_| is_sound) else { continue };
        options.progress.enter(books.len());
        let mut checked = analysis::check(&run.sources, book, &found.input, &options);
        run.findings.append(&mut checked.findings);
        run.portfolios.push(checked.portfolio);
        run.packs_off.extend(checked.packs_off);
        run.incomplete |= checked.incomplete;
        if !args.watch {
            // As with the run: to take it apart would take longer than to end.
            std::mem::forget(checked.model);
        }
    }
    run.packs_off.sort();
    run.packs_off.dedup();
    if run.portfolios.len() != 1 || slips > 0 {
        // Portfolios may share settings, and so what is wrong with them.
        analysis::sort(&run.sources, &mut run.findings);
    }
    if options.detail == Detail::Full {
        run.known = known(&run, &catalogues);
    }
    if !args.watch {
        // The same holds here: nothing more is loaded.
        std::mem::forget(shelf);
    }
    run
}

/// The paths to look at. What stands on standard input lies over its file, as if it were saved.
fn over_disk(args: &Args, disk: &mut Disk, sources: &mut Sources) -> Result<Vec<PathBuf>, Box<Diagnostic>> {
    let mut paths = args.paths.clone();
    let mut slip = |argument: &str, message: String, label: &str| {
        let Place { file, span } = sources.argument("check", argument);
        let slip = Diagnostic::new("not-readable", Severity::Error, message, file, span);
        Err(Box::new(slip.label(label)))
    };
    match (&args.selection.stdin_filename, paths.iter_mut().find(|path| path.as_os_str() == "-")) {
        (None, None) => Ok(paths),
        (Some(name), Some(path)) => match text_of_stdin() {
            Ok(text) => {
                disk.lay(name, text);
                path.clone_from(name);
                Ok(paths)
            }
            Err(error) => slip("-", format!("standard input cannot be read: {}", error.kind()), "not read"),
        },
        (None, Some(_)) => {
            let message = "standard input has no name, so nothing says to which proposals it belongs";
            slip("-", message.to_owned(), "say with `--stdin-filename` which file it is")
        }
        (Some(_), None) => {
            let message = "`--stdin-filename` names what comes from standard input, which no path asks for";
            slip("--stdin-filename", message.to_owned(), "give `-` as a path, too")
        }
    }
}

/// One byte more than may be: that there is too much is said where all files are read.
fn text_of_stdin() -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    io::stdin().lock().take(MAX_FILE_BYTES + 1).read_to_end(&mut text)?;
    Ok(text)
}

/// What the catalogues know of the codes that were found, by code.
fn known(run: &Run, catalogues: &[&Catalogue]) -> Vec<About> {
    let codes: BTreeSet<&str> = run.findings.iter().map(|finding| finding.code.as_str()).collect();
    let explain = |code| {
        let own = catalogues.iter().find_map(|catalogue| catalogue.explanation(code));
        own.cloned().or_else(|| rulebook::page(&run.sources, code))
    };
    let known = codes.into_iter().filter_map(explain).map(|known| About {
        code: known.id,
        title: known.title,
        pack: known.pack,
        severity: known.severity,
        doc: known.doc,
        why: known.why,
    });
    known.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    #[test]
    fn the_worst_that_happened_decides_the_exit_code() {
        use Severity::{Error, Note, Warning};
        let cases = [
            (None, Note, false, CLEAN),
            (None, Error, true, FAILED),
            (Some(Error), Error, false, FINDINGS),
            (Some(Error), Error, true, FAILED),
            (Some(Warning), Error, false, CLEAN),
            (Some(Warning), Warning, false, FINDINGS),
            (Some(Note), Warning, false, CLEAN),
            (Some(Note), Note, false, FINDINGS),
        ];
        for (severity, fail_on, incomplete, code) in cases {
            let finding = |severity| Diagnostic::new("x", severity, "x", FileId(0), Span::default());
            let findings = severity.map(finding).map(Box::new).into_iter().collect();
            let run = Run { findings, incomplete, fail_on, ..Run::default() };
            assert_eq!(exit_code(&run), code, "{severity:?} {fail_on} {incomplete}");
        }
    }
}
