//! Made-up values for every variable of a notice, for checks and for previews without a ticket.

use liquid::Object;
use liquid::model::Value;

use super::engine::Variables;
use super::notice::Variable;

/// An example for each of these variables.
pub fn sample<'v>(variables: impl Iterator<Item = &'v Variable>) -> Variables {
    let mut all = Object::new();
    let mut item = Object::new();
    for variable in variables {
        let value = Value::scalar(variable.example.to_owned());
        match variable.name.split_once('.') {
            Some(("item", field)) => {
                item.insert(field.to_owned().into(), value);
            }
            Some((object, field)) => {
                let held = all
                    .entry(object.to_owned())
                    .or_insert_with(|| Value::Object(Object::new()));
                if let Value::Object(fields) = held {
                    fields.insert(field.to_owned().into(), value);
                }
            }
            None => {
                all.insert(variable.name.into(), value);
            }
        }
    }
    if let (Some(Value::Object(digest)), false) = (all.get_mut("digest"), item.is_empty()) {
        let items = vec![Value::Object(item.clone()), Value::Object(item)];
        digest.insert("items".into(), Value::Array(items));
    }
    all
}
