//! Short words for a piece of code: `api.orders.load()`, `POLL_MS`, `5000`.

use super::program::Program;
use super::value::At;
use crate::facts::{BinaryOp, Expr, ExprId, FileFacts, JsxTag};

/// Longest label, in characters.
const MAX_LABEL: usize = 60;

impl Program {
    /// A few words for an expression, from its shape: arguments are left out.
    pub fn label(&self, at: At) -> String {
        let mut text = String::new();
        write(self.facts(at.file), at.expr, 0, &mut text);
        if text.chars().count() > MAX_LABEL {
            text = text.chars().take(MAX_LABEL - 1).collect();
            text.push('…');
        }
        text
    }
}

fn write(facts: &FileFacts, expr: ExprId, depth: u32, out: &mut String) {
    if depth > 12 || out.len() > 4 * MAX_LABEL {
        out.push('…');
        return;
    }
    let part = |expr: ExprId, out: &mut String| write(facts, expr, depth + 1, out);
    match facts.expr(expr) {
        Expr::Ident { name, .. } => out.push_str(name),
        Expr::This => out.push_str("this"),
        Expr::Super => out.push_str("super"),
        Expr::Number(number) => out.push_str(&number.to_string()),
        Expr::Text(text) => {
            out.push('"');
            out.push_str(text);
            out.push('"');
        }
        Expr::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Expr::Null => out.push_str("null"),
        Expr::Undefined => out.push_str("undefined"),
        Expr::Member { object, name } => {
            part(*object, out);
            out.push('.');
            out.push_str(name);
        }
        Expr::Index { object, index } => {
            part(*object, out);
            out.push('[');
            part(*index, out);
            out.push(']');
        }
        Expr::Call { callee, construct, .. } => {
            if *construct {
                out.push_str("new ");
            }
            part(*callee, out);
            out.push_str("()");
        }
        Expr::Await(value) => part(*value, out),
        Expr::Unary { value, .. } => {
            out.push('!');
            part(*value, out);
        }
        Expr::Binary { op, left, right } => {
            part(*left, out);
            out.push_str(match op {
                BinaryOp::Add => " + ",
                BinaryOp::Subtract => " - ",
                BinaryOp::Multiply => " * ",
                BinaryOp::Divide => " / ",
                BinaryOp::Remainder => " % ",
                BinaryOp::Power => " ** ",
                BinaryOp::And => " && ",
                BinaryOp::Or => " || ",
                BinaryOp::Nullish => " ?? ",
                BinaryOp::Equal => " === ",
                BinaryOp::NotEqual => " !== ",
                BinaryOp::Less => " < ",
                BinaryOp::AtMost => " <= ",
                BinaryOp::More => " > ",
                BinaryOp::AtLeast => " >= ",
                BinaryOp::InstanceOf => " instanceof ",
                BinaryOp::Other => " … ",
            });
            part(*right, out);
        }
        Expr::Conditional { test, yes, no } => {
            part(*test, out);
            out.push_str(" ? ");
            part(*yes, out);
            out.push_str(" : ");
            part(*no, out);
        }
        Expr::Assign { target, .. } => {
            part(*target, out);
            out.push_str(" = …");
        }
        Expr::Function(_) => out.push_str("() => …"),
        Expr::ImportCall(specifier) => {
            out.push_str("import(");
            part(*specifier, out);
            out.push(')');
        }
        Expr::Jsx { tag: JsxTag::Component(tag), .. } => {
            out.push('<');
            part(*tag, out);
            out.push('>');
        }
        _ => out.push('…'),
    }
}

/// Whether a name is a hook's by React's convention: `useOrders`.
pub(super) fn names_hook(name: &str) -> bool {
    name.strip_prefix("use").is_some_and(|rest| rest.starts_with(char::is_uppercase))
}

/// Whether a name is a component's or a hook's by React's convention.
pub(super) fn names_component_or_hook(name: &str) -> bool {
    name.starts_with(char::is_uppercase) || names_hook(name)
}
