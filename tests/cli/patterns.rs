//! Patterns in settings that nothing matches: told where they stand, and never where anything may match them.

use crate::folder::Folder;

/// Settings, and the patterns of which it is told.
const CASES: &[(&str, &[&str])] = &[
    ("exclude = ['old/', 'd.plumb', 'c.*', 'p/deals']", &[]),
    ("exclude = ['odl/', 'old']", &["odl/"]),
    ("include = ['deals/', '/a.plumb', 'old/']", &["/a.plumb"]),
    ("report-exclude = ['old/**', 'partners/']", &["partners/"]),
    ("overrides = [{ paths = ['deals/', 'xx'], rules = {} }, { paths = ['y'], rules = {} }]", &["xx", "y"]),
    // What one setting keeps from another is there all the same.
    ("exclude = ['old/']\nreport-exclude = ['old/c.plumb']\ninclude = ['deals/']", &[]),
    // Patterns that take back; files that are no proposals; what git ignores, there or not; another portfolio.
    ("exclude = ['*.old', '!nothing', 'notes.md']", &["*.old"]),
    ("exclude = ['built', 'made/', '/made/']", &[]),
    ("report-exclude = ['more.plumb', 'inner/']", &[]),
    ("extend = ['base.toml']", &[]),
];

#[test]
fn a_pattern_that_nothing_matches_is_told_and_fails_nothing() {
    for (settings, expected) in CASES {
        let folder = Folder::of(
            "deals/a.plumb old/c.plumb p/deals/d.plumb notes.md built/x inner/portfolio.plumb inner/more.plumb",
        );
        folder.write(".gitignore", b"made/\n/built\n");
        folder.write("base.toml", b"exclude = ['nothing']");
        folder.write("plumbrule.toml", settings.as_bytes());
        // However the run is narrowed, the same is told.
        for paths in [
            "",
            "deals",
            "deals/a.plumb --force-exclude",
            "deals/a.plumb old/c.plumb",
            "- --stdin-filename new.plumb",
        ] {
            let ran = folder.run(&format!("check -q --output-format concise {paths}"));
            let found: Vec<&str> = ran.out.lines().collect();
            assert_eq!((found.len(), ran.code), (expected.len(), Some(0)), "{settings} | {paths} {found:?}");
            for (line, pattern) in found.iter().zip(*expected) {
                let end = format!(": warning[unmatched-pattern]: no file or folder matches `{pattern}`");
                assert!(line.starts_with("plumbrule.toml:1:") && line.ends_with(&end), "{line}");
            }
        }
        let listed = folder.run("check --show-files");
        assert_eq!((listed.code, listed.err.matches("unmatched").count()), (Some(0), expected.len()));
        // Settings that are chosen may be meant for other folders.
        assert!(!folder.run("check --config plumbrule.toml").out.contains("unmatched"), "{settings}");
    }
}

#[test]
fn a_slip_in_a_pattern_is_recognised() {
    let folder = Folder::of("old/c.plumb a.plumb plumbrule.toml=exclude=['odl/']");
    let ran = folder.run("check -q --fail-on warning");
    assert!(ran.out.contains("^^^ did you mean `old`?"), "{}", ran.out);
    assert_eq!(ran.code, Some(1), "as any other warning");
}
