//! Owns forms of a text that are hard to read and say the same: on one line, with other line ends, in other
//! alphabets. Knows no more of a text than quotation marks and braces.

/// The text on one line, with what separates lines in their stead.
pub(crate) fn on_one_line(text: &str) -> String {
    let joined = |line: &str| match line.trim() {
        "" => String::new(),
        block if block.ends_with('{') => format!("{block} "),
        rest => format!("{rest}; "),
    };
    text.lines().map(joined).collect()
}

/// With the line ends of other systems.
pub(crate) fn with_carriage_returns(text: &str) -> String {
    text.replace('\n', "\r\n")
}

/// With titles and offices of other alphabets, and a remark in one before each block.
pub(crate) fn in_other_alphabets(text: &str) -> String {
    let words = [
        ("Department of ", "Ведомство по "),
        ("Trading house", "商社"),
        ("Oxide refinery", "Оксидный завод"),
        ("Solvent extraction line", "خط الاستخلاص بالمذيبات"),
        ("Magnet scrap recycling", "磁石リサイクル"),
        ("Separation pilot, scaled up", "Trennanlage, größer als zuvor"),
        ("\nproposal ", "\n# 案 🧲 – Entwurf\nproposal "),
    ];
    words.iter().fold(text.to_owned(), |text, (plain, other)| text.replace(plain, other))
}
