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
    format!("{schema:#}\n")
}
