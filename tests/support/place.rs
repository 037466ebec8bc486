//! Where a finding lands: the path of a block, and of a field in it, from an offset. Counts braces, which is good
//! enough for tidy examples; may not know what a kind or a field means.

/// The path of the innermost block around an offset.
pub(crate) fn entity_at(text: &str, offset: usize) -> String {
    let mut path: Vec<(String, usize)> = Vec::new();
    let (mut at, mut depth) = (0, 0);
    for line in text.split_inclusive('\n') {
        let code = line.split(" #").next().unwrap();
        for (index, character) in code.char_indices() {
            let here = at + index;
            if character == '{' {
                depth += 1;
                let head = code[..index].rsplit(['{', ';', '}']).next().unwrap();
                let name = head.split_whitespace().nth(1).unwrap_or("").to_owned();
                let head_start = at + index - head.trim_start().len();
                if head_start <= offset {
                    path.push((name, depth));
                }
            } else if character == '}' {
                if here <= offset {
                    path.retain(|(_, level)| *level < depth);
                }
                depth -= 1;
            }
            if here > offset && character == '{' && path.last().is_some_and(|(_, level)| *level == depth) {
                return names(&path);
            }
        }
        at += line.len();
        if at > offset {
            break;
        }
    }
    names(&path)
}

fn names(path: &[(String, usize)]) -> String {
    path.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(".")
}
