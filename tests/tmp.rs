//! Temporary
use plumbrule::{analysis::*, outcome::Run, report::*, rulebook::*, source::*, value::Day};
#[test]
fn load() {
    let mut s = Sources::default();
    let mut d = vec![];
    let t = std::time::Instant::now();
    let b = Rulebook::load(&mut s, &Additions::default(), &mut d);
    println!("{:?} rules {} facts {}", t.elapsed(), b.catalogue.rules.len(), b.facts.len());
    for x in d.iter().take(60) {
        let f = s.get(x.primary.place.file).unwrap();
        let p = f.position(x.primary.place.span.start);
        println!(
            "{}:{}:{} {} [{}] {} | {:?}",
            f.name, p.line, p.column, x.message, x.code, x.primary.text, x.help
        );
    }
    println!("{} diags", d.len());
    let dir = std::env::var("DIR").unwrap_or("examples/allied-magnets".into());
    let mut files = vec![];
    let mut names: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "plumb"))
        .collect();
    names.sort();
    for p in names {
        files.push(s.add(SourceFile::new(
            p.display().to_string(),
            std::fs::read_to_string(&p).unwrap(),
            Origin::Portfolio,
        )));
    }
    let t = std::time::Instant::now();
    let c = check(
        &s,
        &b,
        &Input { root: dir, files: files.clone(), named: files },
        &Options { as_of: None, today: Day::parse("2026-11-24").unwrap(), select: vec![], ignore: vec![] },
    );
    println!("{:?}", t.elapsed());
    let run = Run { sources: s, findings: c.findings, portfolios: vec![c.portfolio], ..Default::default() };
    let f = FORMATS.iter().find(|f| f.name == std::env::var("FMT").unwrap_or("full".into())).unwrap();
    let mut out = vec![];
    f.write(&run, &Style { color: false, width: 80, quiet: false, statistics: true }, &mut out).unwrap();
    println!("{}", String::from_utf8(out).unwrap());
}
