//! The JSON Schema of `plumbrule.toml`, for editors that complete and check it. Made from the table alone.

use serde_json::{Map, Value, json};

use super::table::{Kind, SETTINGS, Setting};

/// The schema as text.
#[must_use]
pub fn json_schema() -> String {
    let mut schema = object(SETTINGS);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("plumbrule.toml");
    schema["description"] = json!(
        "Settings of a portfolio of proposals. Ids of rules, packs and parameters are not listed here, since a team may have its own; `plumbrule check` knows them."
    );
    format!("{schema:#}\n")
}

/// Settings that may stand together. In a block all are needed: with one of them missing it changes nothing.
fn object(rows: &[Setting]) -> Value {
    let properties: Map<String, Value> = rows.iter().map(|row| (row.key.to_owned(), property(row))).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn property(row: &Setting) -> Value {
    let mut property = kind(&row.kind);
    property["description"] = json!(row.meaning);
    if let Ok(default) = serde_json::from_str::<Value>(row.default) {
        property["default"] = default;
    }
    property
}

fn kind(kind_of: &Kind) -> Value {
    match kind_of {
        Kind::OneOf(words) => json!({ "enum": words }),
        Kind::Day => json!({ "type": "string", "pattern": "^(today|[0-9]{4}-[0-9]{2}-[0-9]{2})$" }),
        Kind::YesNo => json!({ "type": "boolean" }),
        Kind::Quoted => json!({ "type": "string", "pattern": "\\S" }),
        Kind::List(_) => json!({ "type": "array", "items": { "type": "string", "pattern": "\\S" } }),
        Kind::Table(inner) => json!({ "type": "object", "additionalProperties": kind(inner) }),
        Kind::Blocks(rows) => {
            let mut block = object(rows);
            block["required"] = json!(rows.iter().map(|row| row.key).collect::<Vec<_>>());
            json!({ "type": "array", "items": block })
        }
    }
}
