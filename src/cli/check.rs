//! `plumbrule check`: reads portfolios, judges them and reports what came of it. Owns the order of these steps
//! and what they mean for the exit code.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::terminal::{self, Color};
use super::{CLEAN, Done, EXIT_CODES, FAILED, FINDINGS, book};
use crate::analysis::{self, Input, Options};
use crate::diagnostic::{Diagnostic, Severity};
use crate::outcome::Run;
use crate::report::{FORMATS, Format};
use crate::rule::Catalogue;
use crate::source::{Place, Sources, Span};
use crate::syntax::MAX_FILE_BYTES;
use crate::value::Day;
use crate::workspace::Disk;

const EXAMPLES: &str = "\
Examples:
  plumbrule check
  plumbrule check deals/ --as-of 2026-11-24
  plumbrule check deals/red-river.plumb --output-format concise
  plumbrule check - --stdin-filename deals/red-river.plumb < unsaved.plumb
  plumbrule check --select no-measurable-target --statistics";

/// Checks proposals
#[derive(clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(super) struct Args {
    /// Files and folders to report on; the portfolios in which they lie are read whole
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// The file whose text comes from standard input where a path is `-`, saved or not
    #[arg(long, value_name = "PATH", aliases = ["stdin-filepath", "stdin-file-path"])]
    stdin_filename: Option<PathBuf>,
    /// How to show findings
    #[arg(long, value_name = "FORMAT", default_value = default_format(), value_parser = formats())]
    output_format: &'static Format,
    /// The day for which the proposals are judged, as `2026-11-24`; else what they say, else today
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<Day>,
    /// Only these rules, separated by commas
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Not these rules, separated by commas
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Also what waivers silence
    #[arg(long)]
    no_waivers: bool,
    /// Sets a threshold of the rules for this run; may be given again
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    parameters: Vec<(String, String)>,
    #[command(flatten)]
    book: book::Args,
    /// The least severity that makes the exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = severities())]
    fail_on: Severity,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,
    /// Only findings, no last lines
    #[arg(short, long)]
    quiet: bool,
    /// For each rule, how often it came to which verdict
    #[arg(long)]
    statistics: bool,
}

fn default_format() -> &'static str {
    FORMATS.first().map_or("", |format| format.name)
}

fn formats() -> impl TypedValueParser<Value = &'static Format> {
    let values = FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.doc));
    PossibleValuesParser::new(values)
        .try_map(|name| FORMATS.iter().find(|format| format.name == name).ok_or("there is no such format"))
}

fn severities() -> impl TypedValueParser<Value = Severity> {
    let words = [Severity::Error, Severity::Warning, Severity::Note].map(Severity::as_str);
    PossibleValuesParser::new(words).try_map(|word| Severity::parse(&word).ok_or("there is no such severity"))
}

fn day(text: &str) -> Result<Day, &'static str> {
    Day::parse(text).ok_or("write a single day as year-month-day, as in `2026-11-24`")
}

fn parameter(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("write a name, `=` and a value")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Done {
    let run = judge(args);
    let style = terminal::style(args.color, args.quiet, args.statistics);
    Done { code: exit_code(&run, args.fail_on), written: args.output_format.write(&run, &style, out) }
}

/// A mistake in the text is an error, so it fails the run at any level.
fn exit_code(run: &Run, fail_on: Severity) -> u8 {
    match (run.incomplete, run.findings.iter().any(|finding| finding.severity >= fail_on)) {
        (true, _) => FAILED,
        (false, true) => FINDINGS,
        (false, false) => CLEAN,
    }
}

fn judge(args: &Args) -> Run {
    let mut run = Run { as_of_flag: args.as_of.map(|day| day.to_string()), ..Run::default() };
    let book = book::load(&args.book, &args.parameters, &mut run.sources, &mut run.findings);
    let Some(book) = book.filter(|book| choice_is_sound(args, &book.catalogue, &mut run)) else {
        run.incomplete = true;
        sort(&mut run);
        return run;
    };
    let mut unread = Vec::new();
    let inputs = find(args, &mut run.sources, &mut unread);
    run.incomplete = !unread.is_empty();
    run.findings.append(&mut unread);
    let epoch = std::env::var("SOURCE_DATE_EPOCH").ok();
    let options = Options {
        as_of: args.as_of,
        today: Day::today(epoch.as_deref()),
        select: args.select.clone(),
        ignore: args.ignore.clone(),
        waive: !args.no_waivers,
        detail: args.output_format.detail,
    };
    for input in &inputs {
        let mut checked = analysis::check(&run.sources, &book, input, &options);
        run.findings.append(&mut checked.findings);
        run.portfolios.push(checked.portfolio);
        run.incomplete |= checked.incomplete;
    }
    sort(&mut run);
    run
}

/// Reads the portfolios of the paths. What stands on standard input lies over its file, as if it were saved.
fn find(args: &Args, sources: &mut Sources, unread: &mut Vec<Diagnostic>) -> Vec<Input> {
    let mut disk = Disk::from_here();
    let mut paths = args.paths.clone();
    let is_stdin = |path: &Path| path == Path::new("-");
    match (&args.stdin_filename, paths.iter_mut().find(|path| is_stdin(path))) {
        (None, None) => {}
        (Some(name), Some(path)) => match text_of_stdin() {
            Ok(text) => {
                disk.lay(name, text);
                path.clone_from(name);
            }
            Err(error) => {
                let message = format!("standard input cannot be read: {}", error.kind());
                unread.push(slip(sources, "-", message, "not read"));
                return Vec::new();
            }
        },
        (None, Some(_)) => {
            let message = "standard input has no name, so nothing says to which proposals it belongs";
            unread.push(slip(sources, "-", message, "say with `--stdin-filename` which file it is"));
            return Vec::new();
        }
        (Some(_), None) => {
            let message = "`--stdin-filename` names what comes from standard input, which no path asks for";
            unread.push(slip(sources, "--stdin-filename", message, "give `-` as a path, too"));
            return Vec::new();
        }
    }
    disk.find(&paths, &args.book.folders, sources, unread)
}

/// One byte more than may be: that there is too much is said where all files are read.
fn text_of_stdin() -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    io::stdin().lock().take(MAX_FILE_BYTES + 1).read_to_end(&mut text)?;
    Ok(text)
}

fn slip(sources: &mut Sources, argument: &str, message: impl Into<String>, label: &str) -> Diagnostic {
    let place = book::argument(sources, "check", argument);
    Diagnostic::new("not-readable", Severity::Error, message, place.file, place.span).label(label)
}

/// By file name, place and code; what concerns the run as a whole has no file and comes first.
fn sort(run: &mut Run) {
    let Run { sources, findings, .. } = run;
    findings.sort_by(|a, b| {
        let key = |found: &Diagnostic| (found.primary.place.span, found.code.clone());
        let name = |found: &Diagnostic| sources.name(found.primary.place.file);
        name(a).cmp(name(b)).then_with(|| key(a).cmp(&key(b))).then_with(|| a.message.cmp(&b.message))
    });
}

/// Whether all rules exist that the command line names: one that does not would choose nothing and look as if
/// it had chosen.
fn choice_is_sound(args: &Args, catalogue: &Catalogue, run: &mut Run) -> bool {
    let before = run.findings.len();
    for (flag, ids) in [("--select", &args.select), ("--ignore", &args.ignore)] {
        if ids.iter().any(|id| catalogue.rule(id).is_none()) {
            unknown_rules(flag, ids, catalogue, run);
        }
    }
    run.findings.len() == before
}

fn unknown_rules(flag: &str, ids: &[String], catalogue: &Catalogue, run: &mut Run) {
    let whole = book::argument(&mut run.sources, flag, &ids.join(","));
    let mut start = 0;
    for id in ids {
        let span = Span::new(start, start + id.len());
        start += id.len() + 1;
        if catalogue.rule(id).is_none() {
            run.findings.push(book::unknown_rule(id, catalogue, Place { span, ..whole }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

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
            let run =
                Run { findings: severity.map(finding).into_iter().collect(), incomplete, ..Run::default() };
            assert_eq!(exit_code(&run, fail_on), code, "{severity:?} {fail_on} {incomplete}");
        }
    }
}
