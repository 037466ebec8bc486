//! What words mean, shown where they stand.

use serde_json::json;

use crate::editor::{EDITORS, Editor};
use crate::folder::Folder;

const TEXT: &str = "\
proposal d \"n° 🧲\" { # nothing
  materials: [NdPr-oxide, Dy-oxide]
  facility plant \"Méroé\" { stage: separation; country: Japan; capacity: 450 t/yr of NdPr-oxide; start: 2028-Q2
    reagent extractant { item: P507; supplier: kanto } }
  waive no-price-floor { reason: \"n° 🧲\"; by: \"me\" }
}
supplier kanto \"Kanto Chemical\" { country: Vietnam }
";

#[test]
fn a_word_says_what_it_is_about() {
    // The words under the pointer, what is marked, and a part of what is shown; nothing, where there is nothing to say.
    let cases = [
        ("no-price-floor {", "no-price-floor", "**no-price-floor**: nothing holds the price of what is made"),
        ("facility plant", "facility", "**facility**: "),
        ("capacity: 450", "capacity", "**facility.capacity**: "),
        ("waive no", "waive", "**waive**: "),
        ("Dy-oxide]", "Dy-oxide", "**material dysprosium-oxide**"),
        ("Japan;", "Japan", "source: "),
        ("NdPr-oxide; start", "450 t/yr of NdPr-oxide", "- also: "),
        ("P507;", "P507", "**chemical P507**"),
        ("kanto }", "kanto", "**supplier kanto**: Kanto Chemical"),
        ("extractant {", "", ""),
        ("# nothing", "", ""),
        ("Kanto Chemical", "", ""),
        ("2028-Q2", "", ""),
    ];
    for (name, abilities) in EDITORS {
        let folder = Folder::new(&[("plumbrule.toml".to_owned(), String::new())].into());
        let mut editor = Editor::start(folder.path(), abilities);
        let in_bytes = editor.server["capabilities"]["positionEncoding"] == "utf-8";
        let column = |line: &str, at: usize| if in_bytes { at } else { line[..at].encode_utf16().count() };
        editor.open("d.plumb", TEXT);
        for (words, marked, expected) in cases {
            let (number, line) = TEXT.lines().enumerate().find(|(_, line)| line.contains(words)).unwrap();
            let shown = editor.hover("d.plumb", number, column(line, line.find(words).unwrap()));
            if marked.is_empty() {
                assert!(shown.is_null(), "{name} {words}: {shown}");
                continue;
            }
            let text = shown["contents"]["value"].as_str().unwrap_or_default();
            assert!(text.contains(expected), "{name} {words}: {shown}");
            let start = line.find(words).unwrap();
            let from = line[..start + marked.len()].rfind(marked).or(line.find(marked)).unwrap();
            let end = |at: usize| json!({"line": number, "character": column(line, at)});
            assert_eq!(
                shown["range"],
                json!({"start": end(from), "end": end(from + marked.len())}),
                "{words}"
            );
        }
        assert_eq!(editor.leave(), Some(0));
    }
}
