//! Temporary
use plumbrule::{rulebook::*, source::Sources};
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
}
