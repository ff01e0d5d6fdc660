//! The walk over the tree of one Go file: one cursor, without recursion; what a subtree is asked on the
//! way is bounded by [`LOOK`].

use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use tree_sitter::{Node, Tree};

use super::{Call, Function, GoFile, Key, Shape, Text};
use crate::backends::words;
use crate::source::{LineIndex, Span};

/// Nodes that one look into a subtree visits at most.
const LOOK: usize = 200;
/// Longest text that can be a name, in bytes.
const LONGEST_NAME: usize = 100;
/// Longest source text that is kept, in bytes.
const LONGEST_WORD: usize = 200;
/// Arguments of a call that are looked at.
const MAX_ARGUMENTS: usize = 6;

/// Reads one parsed file.
pub(in crate::backends) fn collect(text: &str, tree: &Tree) -> GoFile {
    let mut reader = Reader {
        text,
        file: GoFile { lines: LineIndex::new(text.as_bytes()), ..GoFile::default() },
        function: None,
        sends: Vec::new(),
        values: Vec::new(),
        assigned: Vec::new(),
        elided: Vec::new(),
        sent: FxHashSet::default(),
        flows: Vec::new(),
        declared: FxHashSet::default(),
    };
    let mut cursor = tree.walk();
    'walk: loop {
        reader.enter(cursor.node());
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                break 'walk;
            }
        }
    }
    reader.finish()
}

struct Reader<'t> {
    text: &'t str,
    file: GoFile,
    function: Option<usize>,
    /// Ends of the sending calls around the walk.
    sends: Vec<usize>,
    /// Ends of the values around the walk that name a type.
    values: Vec<usize>,
    /// Ends of the assignments around the walk, with the variable.
    assigned: Vec<(usize, Option<SmolStr>)>,
    /// Lists and maps around the walk, with the type that their elements leave out.
    elided: Vec<Elided>,
    /// Variables that something sends.
    sent: FxHashSet<(Option<usize>, SmolStr)>,
    /// Variables and what they were made from.
    flows: Vec<(Option<usize>, SmolStr, Vec<SmolStr>)>,
    /// Starts of names that declare and do not mention.
    declared: FxHashSet<usize>,
}

/// `[]Message{{Type: "order_created"}}`: the elements do not repeat their type.
struct Elided {
    body: usize,
    end: usize,
    element: SmolStr,
}

impl<'t> Reader<'t> {
    fn enter(&mut self, node: Node<'t>) {
        let start = node.start_byte();
        if self.function.and_then(|at| self.file.functions.get(at)).is_some_and(|it| start >= it.end) {
            self.function = None;
        }
        // What stands further in ends first, so only the tops can be over.
        while self.sends.pop_if(|end| start >= *end).is_some() {}
        while self.values.pop_if(|end| start >= *end).is_some() {}
        while self.assigned.pop_if(|(end, _)| start >= *end).is_some() {}
        while self.elided.pop_if(|it| start >= it.end).is_some() {}
        match node.kind() {
            "package_clause" => {
                self.file.package = node.named_child(0).map(|it| self.word(it)).unwrap_or_default();
            }
            "import_spec" => {
                if let Some(Text::Literal(path)) =
                    node.child_by_field_name("path").and_then(|it| self.text(it))
                {
                    self.file.imports.push(path);
                }
            }
            "const_spec" | "var_spec" => self.constant(node),
            "type_spec" => self.struct_type(node),
            "function_declaration" | "method_declaration" => self.declaration(node),
            "method_elem" | "method_spec" | "field_declaration" | "parameter_declaration" => {
                let mut cursor = node.walk();
                let names = node.children_by_field_name("name", &mut cursor).map(|it| it.start_byte());
                self.declared.extend(names);
            }
            "short_var_declaration" | "assignment_statement" => self.assignment(node),
            "send_statement" => self.send_statement(node),
            "call_expression" => self.call(node),
            "composite_literal" => self.composite(node),
            "literal_value" => self.elided(node),
            "expression_case" => {
                if let Some(values) = node.child_by_field_name("value") {
                    self.compared(values);
                }
            }
            "binary_expression" => {
                let operator = node.child_by_field_name("operator").map(|it| it.kind());
                if matches!(operator, Some("==" | "!=")) {
                    self.compared(node);
                }
            }
            "interpreted_string_literal" | "raw_string_literal" => self.string(node),
            "identifier" | "field_identifier" | "type_identifier" if !self.declared.remove(&start) => {
                let mention = (self.word(node), self.function);
                self.file.mentions.entry(mention).or_insert_with(|| span(node));
            }
            _ => {}
        }
    }

    /// Messages leave through variables too: `data, _ := json.Marshal(message); hub.broadcast <- data`.
    fn finish(mut self) -> GoFile {
        for _ in 0..3 {
            for (function, name, from) in &self.flows {
                if self.sent.contains(&(*function, name.clone())) {
                    self.sent.extend(from.iter().map(|it| (*function, it.clone())));
                }
            }
        }
        for shape in &mut self.file.shapes {
            let variable = shape.variable.take().map(|it| (shape.function, it));
            shape.sent |= variable.is_some_and(|it| self.sent.contains(&it));
        }
        self.file
    }

    fn word(&self, node: Node<'_>) -> SmolStr {
        let range = node.byte_range();
        // Nobody reads the end of a long text, and copying each would cost its depth.
        let end = range.end.min(range.start + LONGEST_WORD);
        SmolStr::new(self.text.get(range.start..end).unwrap_or_default())
    }

    /// The content of a string literal, escapes and all.
    fn content(&self, node: Node<'_>) -> &'t str {
        let text = self.text.get(node.byte_range()).unwrap_or_default();
        text.get(1..text.len().saturating_sub(1)).unwrap_or_default()
    }

    /// A text that can name something; conversions such as `string(TypeOrder)` are seen through.
    fn text(&self, node: Node<'t>) -> Option<Text> {
        let mut node = node;
        for _ in 0..8 {
            match node.kind() {
                "interpreted_string_literal" | "raw_string_literal" => {
                    let content = self.content(node);
                    let fits = !content.is_empty() && content.len() <= LONGEST_NAME;
                    let plain =
                        !content.contains(|it: char| it.is_whitespace() || it == '\\' || it.is_control());
                    return (fits && plain).then(|| Text::Literal(SmolStr::new(content)));
                }
                "identifier" => return Some(Text::Name(self.word(node))),
                "selector_expression" => {
                    let operand = node.child_by_field_name("operand")?;
                    let field = node.child_by_field_name("field")?;
                    let plain = operand.kind() == "identifier";
                    return plain.then(|| Text::Member(self.word(operand), self.word(field)));
                }
                "literal_element" | "parenthesized_expression" => node = node.named_child(0)?,
                "call_expression" => {
                    let name = self.word(node.child_by_field_name("function")?);
                    let converts = name == "string"
                        || ["Type", "Event", "Kind", "Name", "Topic"].iter().any(|end| name.ends_with(end));
                    let arguments = node.child_by_field_name("arguments")?;
                    if !converts || arguments.named_child_count() != 1 {
                        return None;
                    }
                    node = arguments.named_child(0)?;
                }
                _ => return None,
            }
        }
        None
    }

    /// The names in a subtree.
    fn names_in(&self, node: Node<'t>) -> Vec<SmolStr> {
        let mut names = Vec::new();
        let mut cursor = node.walk();
        for _ in 0..LOOK {
            if cursor.node().kind() == "identifier" {
                names.push(self.word(cursor.node()));
            }
            if cursor.goto_first_child() {
                continue;
            }
            loop {
                if cursor.goto_next_sibling() {
                    break;
                }
                if !cursor.goto_parent() {
                    return names;
                }
            }
        }
        names
    }

    fn constant(&mut self, node: Node<'t>) {
        let mut cursor = node.walk();
        let names: Vec<_> = node.children_by_field_name("name", &mut cursor).take(LOOK).collect();
        self.declared.extend(names.iter().map(Node::start_byte));
        let values = node.child_by_field_name("value");
        for (at, name) in names.iter().enumerate() {
            let value = values.and_then(|it| child(it, at)).and_then(|it| self.text(it));
            let Some(value) = value else { continue };
            match self.function {
                Some(function) => {
                    self.file.locals.entry((function, self.word(*name))).or_default().push(value)
                }
                None => self.file.constants.push((self.word(*name), value)),
            }
        }
        if let (Some(values), [name]) = (values, names.as_slice()) {
            self.flow(self.word(*name), values, node.end_byte());
        }
    }

    fn flow(&mut self, name: SmolStr, from: Node<'t>, end: usize) {
        self.flows.push((self.function, name.clone(), self.names_in(from)));
        self.assigned.push((end, Some(name)));
    }

    fn struct_type(&mut self, node: Node<'t>) {
        let (Some(name), Some(body)) = (node.child_by_field_name("name"), node.child_by_field_name("type"))
        else {
            return;
        };
        self.declared.insert(name.start_byte());
        let Some(list) = body.named_child(0).filter(|_| body.kind() == "struct_type") else { return };
        let mut fields = Vec::new();
        let mut cursor = list.walk();
        for field in list.named_children(&mut cursor).filter(|it| it.kind() == "field_declaration") {
            let tag = field.child_by_field_name("tag").map_or("", |it| self.content(it));
            let json = tag.split_once("json:\"").map_or("", |(_, rest)| rest);
            let json = json.split([',', '"']).next().unwrap_or_default();
            let mut names = field.walk();
            for name in field.children_by_field_name("name", &mut names) {
                fields.push((self.word(name), SmolStr::new(json)));
            }
        }
        self.file.structs.push((self.word(name), fields));
    }

    fn declaration(&mut self, node: Node<'t>) {
        let Some(name) = node.child_by_field_name("name") else { return };
        self.declared.insert(name.start_byte());
        let receiver = node.child_by_field_name("receiver").map(|it| self.word(it)).unwrap_or_default();
        // `(h *Hub)`, `(h *Hub[T])`
        let receiver = receiver.trim_matches(['(', ')', ' ']).split('[').next().unwrap_or_default();
        let receiver = receiver.rsplit([' ', '*']).next().unwrap_or_default();
        let mut parameters = Vec::new();
        if let Some(list) = node.child_by_field_name("parameters") {
            let mut cursor = list.walk();
            for declared in list.named_children(&mut cursor) {
                let mut names = declared.walk();
                parameters
                    .extend(declared.children_by_field_name("name", &mut names).map(|it| self.word(it)));
            }
        }
        self.function = Some(self.file.functions.len());
        self.file.functions.push(Function {
            receiver: SmolStr::new(receiver),
            name: self.word(name),
            parameters,
            end: node.end_byte(),
        });
    }

    fn assignment(&mut self, node: Node<'t>) {
        let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right"))
        else {
            return;
        };
        let Some(target) = left.named_child(0) else { return };
        let value = right.named_child(0).and_then(|it| self.text(it));
        match target.kind() {
            "identifier" => {
                let name = self.word(target);
                if let (Some(function), Some(value)) = (self.function, value) {
                    self.file.locals.entry((function, name.clone())).or_default().push(value);
                }
                self.flow(name, right, node.end_byte());
            }
            // `message.Type = "order_created"`, `message["type"] = "order_created"`
            "selector_expression" | "index_expression" => {
                let key = match (target.child_by_field_name("field"), target.child_by_field_name("index")) {
                    (Some(field), _) => Some(Key::Field(self.word(field))),
                    (_, Some(index)) => match self.text(index) {
                        Some(Text::Literal(key)) => Some(Key::Text(key)),
                        _ => None,
                    },
                    _ => None,
                };
                let variable = target.child_by_field_name("operand").filter(|it| it.kind() == "identifier");
                if let (Some(key), Some(value)) = (key, value) {
                    let variable = variable.map(|it| self.word(it));
                    self.shape(SmolStr::default(), vec![(key, value, span(node))], variable);
                }
            }
            _ => {}
        }
    }

    fn send_statement(&mut self, node: Node<'t>) {
        let channel = node.child_by_field_name("channel").map(|it| self.word(it));
        if channel.is_some_and(|name| words::is_outgoing(&name)) {
            self.send(node);
        }
    }

    /// What stands in this node is sent.
    fn send(&mut self, node: Node<'t>) {
        self.sends.push(node.end_byte());
        let names = self.names_in(node);
        self.sent.extend(names.into_iter().map(|name| (self.function, name)));
    }

    fn call(&mut self, node: Node<'t>) {
        let (Some(callee), Some(list)) =
            (node.child_by_field_name("function"), node.child_by_field_name("arguments"))
        else {
            return;
        };
        let (receiver, name) = match callee.kind() {
            "identifier" => (SmolStr::default(), self.word(callee)),
            "selector_expression" => {
                let operand = callee.child_by_field_name("operand");
                // Of a chain `io.To(room).Emit`, the names before are not needed.
                let operand = operand.filter(|it| it.end_byte() - it.start_byte() <= LONGEST_NAME);
                let Some(field) = callee.child_by_field_name("field") else { return };
                (operand.map(|it| self.word(it)).unwrap_or_default(), self.word(field))
            }
            _ => return,
        };
        let mut cursor = list.walk();
        let nodes: Vec<_> = list.named_children(&mut cursor).take(MAX_ARGUMENTS).collect();
        let written = |at: usize| nodes.get(at).map(|it| self.word(*it));
        // An answer to one request is no push: `writeJSON(w, …)`, `send(c, http.StatusOK, …)`.
        let is_writer = |it: &str| matches!(it, "w" | "rw" | "writer");
        let answers = is_writer(&receiver)
            || written(0).is_some_and(|it| is_writer(&it))
            || nodes.iter().any(|it| self.word(*it).starts_with("http.Status"));
        if words::is_sending(&name) && !answers {
            self.send(list);
        }
        // `fmt.Fprintf(w, "event: %s\ndata: %s\n\n", kind, data)`
        for (at, argument) in nodes.iter().enumerate().filter(|(_, it)| it.kind().ends_with("string_literal"))
        {
            let format = self.content(*argument);
            let Some(line) = ["event: %", "event:%"].iter().find_map(|mark| format.find(mark)) else {
                continue;
            };
            let verbs = format.get(..line).unwrap_or_default().matches('%').count();
            let value = nodes.get(at + 1 + verbs).and_then(|it| self.text(*it));
            if let Some(value) = value {
                self.sends.push(node.end_byte());
                self.shape(SmolStr::default(), vec![(Key::EventLine, value, span(node))], None);
            }
        }
        let arguments: Vec<_> = nodes.iter().map(|it| self.text(*it)).collect();
        if name == "SSEvent"
            && let Some(Some(value)) = arguments.first()
        {
            self.sends.push(node.end_byte());
            self.shape(SmolStr::default(), vec![(Key::EventLine, value.clone(), span(node))], None);
        } else if arguments.iter().any(Option::is_some) {
            let call = Call { receiver, name, arguments, function: self.function, span: span(node) };
            self.file.calls.push(call);
        }
    }

    fn composite(&mut self, node: Node<'t>) {
        let (Some(kind), Some(body)) = (node.child_by_field_name("type"), node.child_by_field_name("body"))
        else {
            return;
        };
        let field = match kind.kind() {
            "slice_type" | "array_type" | "implicit_length_array_type" => "element",
            "map_type" => "value",
            // Inside a struct, nothing is left out.
            _ => "",
        };
        let element = kind.child_by_field_name(field).map(|it| self.type_name(it)).unwrap_or_default();
        self.elided.push(Elided { body: body.start_byte(), end: node.end_byte(), element });
        match field {
            "element" => {}
            "value" => self.value(SmolStr::default(), body),
            // A query of a database: `bson.M{"type": …}`.
            _ if self.word(kind).starts_with("bson.") => {}
            _ => self.value(self.type_name(kind), body),
        }
    }

    fn elided(&mut self, node: Node<'t>) {
        if let Some(list) = self.elided.last().filter(|it| it.body != node.start_byte()) {
            let element = list.element.clone();
            if !element.is_empty() {
                self.value(element, node);
            }
        }
    }

    /// The name of a type, without pointer and package.
    fn type_name(&self, node: Node<'t>) -> SmolStr {
        let text = self.text.get(node.byte_range()).unwrap_or_default();
        let text = text.split('[').next().unwrap_or_default();
        let name = text.trim_start_matches('*').rsplit('.').next().unwrap_or_default();
        SmolStr::new(name.get(..name.len().min(LONGEST_NAME)).unwrap_or_default())
    }

    fn value(&mut self, type_name: SmolStr, body: Node<'t>) {
        let mut texts = Vec::new();
        let mut cursor = body.walk();
        for (at, element) in body.named_children(&mut cursor).take(LOOK).enumerate() {
            if element.kind() != "keyed_element" {
                if let Some(text) = self.text(element) {
                    texts.push((Key::Position(at), text, span(element)));
                }
                continue;
            }
            let (Some(key), Some(value)) = (element.named_child(0), element.named_child(1)) else { continue };
            let key_text = self.text(key);
            let key = match key_text {
                Some(Text::Name(name)) if !type_name.is_empty() => {
                    self.declared.insert(key.start_byte());
                    Key::Field(name)
                }
                Some(Text::Literal(name)) => {
                    // `map[string]Handler{"order": handleOrder}` tells messages apart.
                    if matches!(self.handler(value), Some(true)) {
                        let text = Text::Literal(name.clone());
                        self.file.compared.push((text, self.function, span(key)));
                    }
                    Key::Text(name)
                }
                _ => {
                    if let Some(text) = key_text
                        && matches!(self.handler(value), Some(true))
                    {
                        self.file.compared.push((text, self.function, span(key)));
                    }
                    continue;
                }
            };
            if let Some(text) = self.text(value) {
                texts.push((key, text, span(element)));
            }
        }
        if !texts.is_empty() {
            let variable = self.assigned.last().and_then(|(_, name)| name.clone());
            self.shape(type_name, texts, variable);
            self.values.push(body.end_byte());
        }
    }

    /// Whether the value of an element is code: a function, or a name that sounds like one.
    fn handler(&self, element: Node<'t>) -> Option<bool> {
        let value = element.named_child(0)?;
        let name = self.word(value);
        Some(match value.kind() {
            "func_literal" => true,
            "identifier" | "selector_expression" => {
                let last = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
                last.starts_with("handle") || last.starts_with("on") || last.ends_with("handler")
            }
            _ => false,
        })
    }

    fn shape(&mut self, type_name: SmolStr, texts: Vec<(Key, Text, Span)>, variable: Option<SmolStr>) {
        self.file.shapes.push(Shape {
            type_name,
            texts,
            function: self.function,
            sent: !self.sends.is_empty(),
            nested: !self.values.is_empty(),
            variable,
        });
    }

    fn compared(&mut self, values: Node<'t>) {
        let mut cursor = values.walk();
        for value in values.named_children(&mut cursor).take(LOOK) {
            if let Some(text) = self.text(value) {
                self.file.compared.push((text, self.function, span(value)));
            }
        }
    }

    /// Server-sent events and JSON that stand in a string: `"event: order\n"`, `{"type":"order"}`.
    fn string(&mut self, node: Node<'t>) {
        let content = self.content(node);
        let mut found = Vec::new();
        if let Some((before, line)) = content.split_once("event:")
            && (before.is_empty() || before.ends_with("\\n") || before.ends_with('\n'))
            && let Some(name) = line.trim_start_matches(' ').split("\\n").next()
            && line.contains('\n') | line.contains("\\n")
        {
            found.push((Key::EventLine, name.lines().next().unwrap_or_default()));
        }
        for (key, quote) in [("type", "\""), ("event", "\""), ("type", "\\\""), ("event", "\\\"")] {
            let value = content.split_once(&format!("{quote}{key}{quote}")).and_then(|(_, rest)| {
                let rest = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix(quote)?;
                rest.split_once(quote).map(|(value, _)| value)
            });
            found.extend(value.map(|value| (Key::Text(SmolStr::new_static(key)), value)));
        }
        for (key, name) in found {
            let plain = |it: char| it.is_alphanumeric() || "_-.:/".contains(it);
            if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(plain) {
                continue;
            }
            let text = Text::Literal(SmolStr::new(name));
            let variable = self.assigned.last().and_then(|(_, name)| name.clone());
            let is_line = key == Key::EventLine;
            self.shape(SmolStr::default(), vec![(key, text, span(node))], variable);
            if let Some(shape) = self.file.shapes.last_mut().filter(|_| is_line) {
                shape.sent = true;
            }
        }
    }
}

fn child(node: Node<'_>, at: usize) -> Option<Node<'_>> {
    node.named_child(at.try_into().ok()?)
}

fn span(node: Node<'_>) -> Span {
    let at = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
    Span { start: at(node.start_byte()), end: at(node.end_byte()) }
}
