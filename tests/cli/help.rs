//! What helps to write a command: help in groups with examples that run, what was meant by a slip, and what is made from
//! the arguments for shells and for `man`.

use crate::folder::Folder;

/// All commands, as the help lists them; those of a command behind it.
fn commands() -> Vec<String> {
    let out = Folder::new().run("--help").out;
    let (_, list) = out.split_once("Commands:\n").unwrap();
    let names = list.lines().map_while(|line| line.strip_prefix("  "));
    let names = names.map(|line| line.split(' ').next().unwrap().to_owned());
    names.chain(["new rule".to_owned()]).collect()
}

/// The lines below `Examples:`, each up to a remark.
fn examples(help: &str) -> Vec<&str> {
    let Some((_, examples)) = help.split_once("\nExamples:\n") else { return Vec::new() };
    let lines = examples.lines().map_while(|line| line.strip_prefix("  "));
    lines.map(|line| line.split("  ").next().unwrap()).collect()
}

#[test]
fn examples_of_the_help_are_right_as_they_stand() {
    let mut run = 0;
    for command in [String::new()].into_iter().chain(commands()) {
        let help = Folder::new().run(&format!("{command} --help")).out;
        for example in examples(&help) {
            let folder = Folder::of("plumbrule.toml deals/red-river.plumb our-rules/x");
            let own = example.strip_prefix("source <(").map_or(example, |own| own.trim_end_matches(')'));
            let arguments = own.strip_prefix("plumbrule ").unwrap();
            let arguments =
                arguments.split([' ', '|']).take_while(|word| !["<", ">", ">>", ""].contains(word));
            let arguments = arguments.collect::<Vec<_>>().join(" ");
            let ran = folder.run(&arguments);
            let is_wrong = ["unexpected", "unrecognized", "invalid", "required"];
            assert!(!is_wrong.iter().any(|word| ran.err.contains(word)), "{example}: {}", ran.err);
            assert!(ran.code == Some(0) || example.contains("our-rules"), "{example}: {ran:?}");
            run += 1;
        }
    }
    assert!(run >= 15, "{run} examples");
}

#[test]
fn help_comes_in_groups_and_is_short_where_it_is_asked_for_in_short() {
    let folder = Folder::new();
    let (short, long) = (folder.run("check -h").out, folder.run("check --help").out);
    for heading in ["Arguments:", "Options:", "Rules and settings:", "Files:", "Output:"] {
        assert!(
            short.contains(&format!("\n{heading}\n")) && long.contains(&format!("\n{heading}\n")),
            "{heading}"
        );
    }
    assert!(long.contains("\nExamples:\n") && long.contains("\nExit codes:\n"));
    assert!(!short.contains("Examples:") && short.lines().count() < 50, "{short}");
}

/// Slips, and what is said of them.
const SLIPS: &[(&str, &str)] = &[
    ("chekc", "'check'"),
    ("check --sellect a", "'--select'"),
    ("check --output-format jsn", "'json'"),
    ("check --report jsn=a", "`json`"),
    ("check --fail-on eror", "'error'"),
    ("check --color alwys", "'always'"),
    ("check --select no-price-flor", "`no-price-floor`"),
    ("check --ignore no-price-floor,no-price-flor", "`no-price-floor`"),
    ("check --param high-exposur=3%", "`high-exposure`"),
    ("check --rules ruls", "`rules`"),
    ("check --config deals/plumbrul.toml", "`deals/plumbrule.toml`"),
    ("check deals/a.plum", "`deals/a.plumb`"),
    ("check deal/a.plumb", "`deals/a.plumb`"),
    ("config deal", "`deals`"),
    ("explain no-price-flor", "`no-price-floor`"),
    ("explain missing-brce", "`missing-brace`"),
    ("facts chinna", "`China`"),
    ("schema facilty", "`facility`"),
    ("new ruel x", "'rule'"),
    ("test ruls", "`rules`"),
    ("completions bsh", "'bash'"),
    ("man chek", "`check`"),
    ("man new ruel", "`rule`"),
];

#[test]
fn a_slip_is_told_with_what_was_meant() {
    let folder = Folder::of("deals/plumbrule.toml deals/a.plumb rules/x.plumb");
    for (arguments, meant) in SLIPS {
        let ran = folder.run(arguments);
        let text = ran.out + &ran.err;
        let is_said = text
            .lines()
            .any(|line| line.contains(meant) && (line.contains("did you mean") || line.contains("similar")));
        assert!(is_said, "{arguments}: {text}");
        assert_ne!(ran.code, Some(0), "{arguments}");
    }
}

#[test]
fn every_shell_and_the_manual_know_every_command() {
    let folder = Folder::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = folder.run(&format!("completions {shell}")).out;
        for word in
            commands().iter().flat_map(|command| command.split(' ')).chain(["no-price-floor", "sarif"])
        {
            // What comes behind the flag of a value, elvish and PowerShell do not ask for.
            let is_value = ["no-price-floor", "sarif"].contains(&word);
            let is_asked = !is_value || !["elvish", "powershell"].contains(&shell);
            assert!(!is_asked || script.contains(word), "{shell}: {word}");
        }
    }
    for command in commands() {
        let page = folder.run(&format!("man {command}"));
        assert_eq!((page.code, page.err.as_str()), (Some(0), ""), "{command}");
        assert!(
            page.out.starts_with(&format!(".TH plumbrule\\-{} 1 ", command.replace(' ', "\\-"))),
            "{command}"
        );
    }
    assert!(folder.run("man check").out.contains("\n.SH EXIT CODES\n"));
}
