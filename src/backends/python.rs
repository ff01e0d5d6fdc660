//! Whether a text in Python is sent: the argument of a call that sends, or part of what one is given.

use super::words;

/// How far back the brackets around a text are looked for, in bytes.
const LOOK_BACK: usize = 4_000;
/// Calls that hand on what they are given in another form.
const FORMS: &[&str] = &["dict", "dumps", "jsonify", "str", "list", "tuple", "encode", "bytes"];
/// Words that may stand before a bracket and are no calls.
const KEYWORDS: &[&str] =
    &["and", "assert", "await", "elif", "else", "if", "in", "is", "lambda", "not", "or", "return", "yield"];
/// Keys under which a message says what it is.
const TAGS: &[&str] = &["type", "event", "eventType", "event_type", "messageType", "message_type", "action"];
/// Attributes of a class by which its messages say what they are.
const ATTRIBUTES: &[&str] = &["__event_name__", "event_name", "event_type", "message_type", "topic", "type"];
/// Words in the names of enumerations whose members are message types.
const MESSAGES: &[&str] = &["Channel", "Event", "Message", "Msg", "Notification", "Signal", "Topic"];

/// Whether the text between two quotes is sent. `before` ends before the opening quote, `after` begins
/// behind the closing one.
pub(super) fn is_sent(before: &str, after: &str) -> bool {
    // `{"orders": …}`, `page["orders"]`
    if after.trim_start().starts_with(':') && !before.trim_end().ends_with('=') {
        return false;
    }
    let mut rest = tail(before);
    let mut key = key_of(rest);
    let mut in_dict = false;
    while let Some((head, opener)) = around(rest) {
        let name = word_before(head);
        let is_plain = name.is_empty() || KEYWORDS.contains(&name);
        match opener {
            '{' => {
                // A set is no message.
                if key.is_none() && !in_dict {
                    return false;
                }
                in_dict = true;
            }
            '[' if head.trim_end().ends_with([')', ']']) || !is_plain => return false,
            '(' if is_plain || FORMS.contains(&name) => {}
            '(' => {
                let declares = head.strip_suffix(name).is_some_and(|it| it.trim_end().ends_with("def"));
                return !declares && words::receives("", name) == Some(false);
            }
            _ => {}
        }
        rest = head;
        key = key.or_else(|| key_of(rest));
    }
    // `payload = {"type": "orders"}` is sent later; `ORDERS = "orders"` names it for whoever sends it.
    if in_dict { key.is_some_and(|it| TAGS.contains(&it)) } else { names_it(rest) }
}

/// The end of a text, on the border of a character.
fn tail(text: &str) -> &str {
    let from = text.len().saturating_sub(LOOK_BACK);
    (from..=text.len()).find_map(|from| text.get(from..)).unwrap_or_default()
}

/// What stands before the innermost bracket that is still open, and that bracket.
fn around(text: &str) -> Option<(&str, char)> {
    let mut depth = 0_usize;
    let mut quote: Option<char> = None;
    for (at, it) in text.char_indices().rev() {
        match (quote, it) {
            (Some(open), _) if it == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(it),
            (None, ')' | ']' | '}') => depth += 1,
            (None, '(' | '[' | '{') if depth == 0 => return Some((text.get(..at)?, it)),
            (None, '(' | '[' | '{') => depth -= 1,
            _ => {}
        }
    }
    None
}

fn is_word(it: char) -> bool {
    it.is_alphanumeric() || it == '_'
}

/// The word at the end of a text.
fn word_before(text: &str) -> &str {
    let stem = text.trim_end_matches(is_word);
    text.get(stem.len()..).unwrap_or_default()
}

/// The key before a value: `"type": `, `type=`.
fn key_of(before: &str) -> Option<&str> {
    let before = before.trim_end();
    let named = before.strip_suffix(':').or_else(|| before.strip_suffix('='))?.trim_end();
    let named = named.strip_suffix(['"', '\'']).unwrap_or(named);
    Some(word_before(named)).filter(|it| !it.is_empty())
}

/// Whether the line gives a constant or a tag its value: `ORDERS = `, `payload["type"] = `, and in a class
/// of messages `event_name = `.
fn names_it(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let Some(target) = line.trim().strip_suffix('=').map(str::trim_end) else { return false };
    let name = target.split([':', ' ']).next().unwrap_or_default();
    let class = class_around(before);
    if !name.is_empty() && name.chars().all(|it| it.is_uppercase() || it.is_ascii_digit() || it == '_') {
        return class.is_none_or(|it| !it.contains("Enum") || is_of_messages(it));
    }
    if class.is_some() && ATTRIBUTES.contains(&name) {
        return true;
    }
    let item = target.strip_suffix(']').map(|it| it.trim_end_matches(['"', '\'']));
    item.is_some_and(|it| TAGS.contains(&word_before(it)))
}

/// The head of the class whose attribute the last line is: `StepDone(EventBase):`.
fn class_around(before: &str) -> Option<&str> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut lines = before.rsplit('\n');
    let own = indent(lines.next()?);
    let outer = lines.find(|it| !it.trim().is_empty() && indent(it) < own)?;
    outer.trim_start().strip_prefix("class ")
}

/// Whether the name at the beginning of a class's head says that it lists messages.
fn is_of_messages(head: &str) -> bool {
    let name = head.split(['(', ':']).next().unwrap_or_default();
    MESSAGES.iter().any(|it| name.contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(code: &str) -> bool {
        let (before, rest) = code.split_once("'ready'").unwrap();
        is_sent(before, rest)
    }

    #[test]
    fn texts_that_calls_send() {
        for code in [
            "emit('ready')",
            "socketio.emit('ready', {'id': 1})",
            "event_stream(type='ready')",
            "publish({'type': 'ready', 'id': 1})",
            "send(json.dumps({'id': f(1), 'type': 'ready'}))",
            "await layer.group_send(group, {\n  'type': 'ready',\n})",
            "payload = {'type': 'ready'}",
            "payload['type'] = 'ready'",
            "READY = 'ready'",
            "READY: str = 'ready'",
            "Message(type='ready')",
            "notify('a (b', 'ready')",
            "class PressReady(EventBase):\n    \"\"\"Ready.\"\"\"\n\n    __event_name__ = 'ready'",
            "class Ready(BaseModel):\n    sheet: int\n    type: Literal['x'] = 'ready'",
            "class PressEvents(str, Enum):\n    READY = 'ready'",
            "class Names:\n    READY = 'ready'",
        ] {
            assert!(sent(code), "{code}");
        }
    }

    #[test]
    fn texts_that_only_stand_there() {
        for code in [
            "page['ready']",
            "page.get('ready')",
            "publish({'ready': 1})",
            "marshal_with(model, envelope='ready')",
            "if state in ('ready', 'done'):",
            "def load(state='ready'):",
            "state = 'ready'",
            "return 'ready'",
            "parser.add_argument('ready')",
            "tokens = {'ready', 'done'}",
            "rows = {'title': 'ready'}",
            "logger.info('ready')",
            "class Kind(str, Enum):\n    LATE = 'late'\n    READY = 'ready'",
            "class Sheet(BaseModel):\n    state: str = 'ready'",
            "def load():\n    type = 'ready'",
        ] {
            assert!(!sent(code), "{code}");
        }
    }
}
