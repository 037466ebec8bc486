//! The one table of what may stand in `plumbrule.toml`: the reader, `plumbrule config`, `plumbrule init`, the
//! JSON Schema and the docs all come from it. Knows no text and no value.

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// As written before `=` or between brackets.
    pub key: &'static str,
    /// What its value may be.
    pub kind: Kind,
    /// The value where it is not set, as written in the file; empty if there is none.
    pub default: &'static str,
    /// What it does, in a sentence.
    pub meaning: &'static str,
    /// How it is written, as lines of the file.
    pub example: &'static str,
}

/// What a value may be.
#[derive(Debug)]
pub enum Kind {
    /// One of some words.
    OneOf(&'static [&'static str]),
    /// A day, or `today`.
    Day,
    /// `true` or `false`.
    YesNo,
    /// A value of the language, in quotes.
    Quoted,
    /// Some texts of one sort.
    List(Sort),
    /// Names, each with a value.
    Table(&'static Kind),
    /// Blocks of settings, each begun by its name in double brackets.
    Blocks(&'static [Setting]),
}

/// What a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Patterns of paths, as in `.gitignore`.
    Patterns,
    /// Paths of files and folders.
    Paths,
}

impl Sort {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Sort::Patterns => "patterns",
            Sort::Paths => "paths",
        }
    }
}

/// The severities, and the word for none.
const LEVELS: Kind = Kind::OneOf(&["error", "warning", "note", OFF]);
/// The word for a rule that does not run.
pub(super) const OFF: &str = "off";

/// All settings. Tables come last, as TOML wants it.
pub static SETTINGS: &[Setting] = &[
    Setting {
        key: "extend",
        kind: Kind::List(Sort::Paths),
        default: "[]",
        meaning: "Files whose settings hold where this one is silent; of several the last wins. Tables are joined name by name, anything else is replaced whole.",
        example: "extend = [\"../common.toml\"]",
    },
    Setting {
        key: "rule-folders",
        kind: Kind::List(Sort::Paths),
        default: "[]",
        meaning: "Folders with rules, facts or kinds of your own, as with `--rules`, which adds to them.",
        example: "rule-folders = [\"our-rules\"]",
    },
    Setting {
        key: "include",
        kind: Kind::List(Sort::Patterns),
        default: "[\"*.plumb\"]",
        meaning: "Only these `.plumb` files are read.",
        example: "include = [\"drafts/\", \"shared/\"]",
    },
    Setting {
        key: "exclude",
        kind: Kind::List(Sort::Patterns),
        default: "[]",
        meaning: "These files and folders are not read: nothing in them is evidence.",
        example: "exclude = [\"archive/\", \"*.old.plumb\"]",
    },
    Setting {
        key: "report-exclude",
        kind: Kind::List(Sort::Patterns),
        default: "[]",
        meaning: "These files are read as evidence, but what is found in them is only counted.",
        example: "report-exclude = [\"partners/\"]",
    },
    Setting {
        key: "fail-on",
        kind: Kind::OneOf(&["error", "warning", "note"]),
        default: "\"error\"",
        meaning: "The least severity that makes the exit code 1; `--fail-on` wins over it.",
        example: "fail-on = \"warning\"",
    },
    Setting {
        key: "as-of",
        kind: Kind::Day,
        default: "",
        meaning: "The day for which all proposals are judged, whatever day they give themselves; `today` is the day of the run. `--as-of` wins over it. Where it is not set, a proposal's own day holds, else that of the portfolio, else today.",
        example: "as-of = \"2026-11-24\"",
    },
    Setting {
        key: "packs",
        kind: Kind::Table(&Kind::YesNo),
        default: "{}",
        meaning: "Packs of rules to run or not, by name; all run where nothing is said. `--select` wins over it.",
        example: "[packs]\nchain = false",
    },
    Setting {
        key: "rules",
        kind: Kind::Table(&LEVELS),
        default: "{}",
        meaning: "How much a rule weighs at most: `error`, `warning` or `note`. It may still say less, for the reasons it gives; `off` turns it off. `--select` and `--ignore` win over it.",
        example: "[rules]\nno-measurable-target = \"warning\"",
    },
    Setting {
        key: "parameters",
        kind: Kind::Table(&Kind::Quoted),
        default: "{}",
        meaning: "Thresholds of the rules, in quotes; a finding that reads one says so. `--param` wins over it.",
        example: "[parameters]\nhigh-exposure = \"40%\"",
    },
    Setting {
        key: "overrides",
        kind: Kind::Blocks(OVERRIDES),
        default: "[]",
        meaning: "Other weights of rules for what is found in some files; of several that name a rule, the last wins.",
        example: "[[overrides]]\npaths = [\"pilots/\"]\nrules = { no-measurable-target = \"note\" }",
    },
];

/// What stands in a block of `overrides`.
static OVERRIDES: &[Setting] = &[
    Setting {
        key: "paths",
        kind: Kind::List(Sort::Patterns),
        default: "",
        meaning: "The files for which they hold.",
        example: "paths = [\"pilots/\"]",
    },
    Setting {
        key: "rules",
        kind: Kind::Table(&LEVELS),
        default: "",
        meaning: "As `rules` above, for these files.",
        example: "rules = { no-measurable-target = \"note\" }",
    },
];
