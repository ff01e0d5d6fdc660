//! Message types for which a handler stands ready, while no route leads to it.

use heck::ToUpperCamelCase;

use super::model::{LooseHandler, Message, Spot};
use crate::facts::{Expr, PathKey, PropertyKey};
use crate::link::eval::Evaluator;
use crate::link::program::Program;
use crate::link::timer::Step;
use crate::link::value::{At, Value};
use crate::source::{FileId, Role};
use crate::vocabulary::{Confidence, MessageVerdict};

impl Program {
    /// Calls messages unrouted that have a handler and no route. `open`: some route takes messages
    /// whose names could not be seen, so that nothing can be said.
    pub(super) fn find_unrouted(&self, messages: &mut [Message], loose: &[LooseHandler], open: bool) {
        if open || messages.iter().all(|it| it.routed.is_empty()) {
            return;
        }
        for message in messages.iter_mut().filter(|it| it.routed.is_empty() && !it.protocol) {
            let waiting = loose.iter().find(|it| it.messages.contains(&message.name)).map(|it| Spot {
                place: it.place,
                owner: it.owner.clone(),
                label: it.name.to_string(),
                live: it.live,
                confidence: it.confidence,
            });
            if let Some(spot) = waiting.or_else(|| self.supplied_and_unread(&message.name)) {
                message.verdict = MessageVerdict::Unrouted;
                message.confidence = Confidence::Likely;
                message.chain.push(Step { place: spot.place, label: format!("handler: {}", spot.label) });
                message.subscribed.push(spot);
            }
        }
    }

    /// The function that some code supplies as `onOrderShipped` although no code reads that member.
    fn supplied_and_unread(&self, message: &str) -> Option<Spot> {
        let spelled = message.to_upper_camel_case();
        // `onError`, `onChange`: one word names much else.
        if spelled.chars().filter(|it| it.is_uppercase()).count() < 2 {
            return None;
        }
        let key = format!("on{spelled}");
        let files: Vec<FileId> = self.mentions_of(&key);
        if files.iter().any(|file| self.reads_member(*file, &key)) {
            return None;
        }
        let product =
            files.into_iter().filter(|it| self.file(*it).is_some_and(|it| it.role == Role::Product));
        product.into_iter().find_map(|file| {
            let facts = self.facts(file);
            let properties = facts.nodes.iter().flat_map(|node| match &node.expr {
                Expr::Object(properties) | Expr::Jsx { attributes: properties, .. } => &**properties,
                _ => &[],
            });
            let mut named =
                properties.filter(|it| matches!(&it.key, PropertyKey::Name(name) if *name == key));
            let supplied = named.find(|it| {
                let values = Evaluator::new(self).eval(At { file, expr: it.value }, &None);
                values.iter().any(|it| matches!(it, Value::Function { .. }))
            })?;
            Some(self.spot(At { file, expr: supplied.value }, key.clone(), Confidence::Likely))
        })
    }

    /// Whether a file reads a member of that name, or takes it out of something.
    pub(super) fn reads_member(&self, file: FileId, name: &str) -> bool {
        let facts = self.facts(file);
        facts.nodes.iter().any(|node| matches!(&node.expr, Expr::Member { name: read, .. } if read == name))
            || facts.bindings.iter().any(|binding| {
                binding.path.iter().any(|step| matches!(&step.key, PathKey::Name(key) if key == name))
            })
    }
}
