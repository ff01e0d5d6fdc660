//! The JSON Schema of the config, from the types that read it and the rules that there are.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::file::ConfigFile;

/// The JSON Schema. `rules`: id and summary of each rule.
pub fn schema<'a>(rules: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<ConfigFile>().to_value();
    let level = |(id, summary): (&str, &str)| {
        (id.to_owned(), json!({ "$ref": "#/$defs/Level", "description": summary }))
    };
    let properties: Map<String, Value> = rules.map(level).collect();
    if let Some(levels) = schema.pointer_mut("/$defs/RuleLevels").and_then(Value::as_object_mut) {
        levels.insert("properties".to_owned(), Value::Object(properties));
        levels.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    unwrap_lines(&mut schema, 0);
    format!("{schema:#}\n")
}

/// Comments are wrapped for readers of the source; descriptions are not.
fn unwrap_lines(value: &mut Value, depth: usize) {
    // Schemas of our own types are a few levels deep.
    if depth > 64 {
        return;
    }
    match value {
        Value::Object(entries) => {
            if let Some(Value::String(text)) = entries.get_mut("description") {
                *text =
                    text.split("\n\n").map(|part| part.replace('\n', " ")).collect::<Vec<_>>().join("\n\n");
            }
            entries.values_mut().for_each(|it| unwrap_lines(it, depth + 1));
        }
        Value::Array(items) => items.iter_mut().for_each(|it| unwrap_lines(it, depth + 1)),
        _ => {}
    }
}
