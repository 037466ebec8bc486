//! The other engine: policy and portfolio in, answers out. May not know how answers are compared.

use std::error::Error;
use std::fs;
use std::path::Path;

use regorus::{Engine, Value};

/// The sets of proposals that the policy's `answers` hold, by question.
pub(crate) fn answers(policy: &Path, input: &Path) -> Result<Value, Box<dyn Error>> {
    let mut engine = Engine::new();
    engine.add_policy_from_file(policy)?;
    engine.set_input(Value::from_json_str(&fs::read_to_string(input)?)?);
    Ok(engine.eval_rule("data.headline.answers".to_owned())?)
}

/// What the raced process prints.
pub(crate) fn print_counts(policy: &Path, input: &Path) -> Result<(), Box<dyn Error>> {
    for (question, proposals) in answers(policy, input)?.as_object()? {
        println!("{question} {}", proposals.as_set()?.len());
    }
    Ok(())
}
