//! Facts as bytes: what a cache keeps, and what travels between machines.
//!
//! Bytes that come from outside are never trusted: whoever asks the facts climbs from a part to what
//! it is a part of, and would never come to an end if two expressions were parts of each other.

use super::{FileFacts, FunctionId};

/// Facts as bytes.
pub fn to_bytes(facts: &FileFacts) -> Option<Vec<u8>> {
    postcard::to_stdvec(facts).ok()
}

/// Facts from bytes; `None` for what [`collect`](super::collect) could not have made.
pub fn from_bytes(bytes: &[u8]) -> Option<Box<FileFacts>> {
    let (facts, rest) = postcard::take_from_bytes::<FileFacts>(bytes).ok()?;
    (rest.is_empty() && facts.is_sound()).then(|| Box::new(facts))
}

impl FileFacts {
    /// Whether all that climbs or descends comes to an end.
    fn is_sound(&self) -> bool {
        self.lines.is_sound()
            && self.nodes_are_sound()
            && self.functions_are_sound()
            && ids(&self.guards).all(|(at, it)| it.parent.is_none_or(|parent| parent.0 < at))
            && self.loops_are_sound()
    }

    /// Parts stand before what they are parts of.
    fn nodes_are_sound(&self) -> bool {
        ids(&self.nodes).all(|(at, node)| {
            let mut before = true;
            node.expr.each_child(|part| before &= part.0 < at);
            before && node.span.start <= node.span.end && node.parent.is_none_or(|parent| parent.0 > at)
        })
    }

    /// A function stands behind the one around it, and has nodes of this file.
    fn functions_are_sound(&self) -> bool {
        ids(&self.functions).all(|(at, it)| {
            let outer = if at == FunctionId::MODULE.0 { it.parent.0 == at } else { it.parent.0 < at };
            outer && it.span.start <= it.span.end && it.end_node.index() <= self.nodes.len()
        })
    }

    fn loops_are_sound(&self) -> bool {
        ids(&self.loops).all(|(at, it)| {
            it.parent.is_none_or(|parent| parent.0 < at)
                && it.span.start <= it.span.end
                && it.end_node.index() <= self.nodes.len()
        })
    }
}

/// The entries of an arena with their ids.
fn ids<T>(arena: &[T]) -> impl Iterator<Item = (u32, &T)> {
    (0..).zip(arena)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Expr, ExprId, GuardId, collect};
    use crate::parse::parse;
    use crate::source::Language;

    const ORDERS: &str = "import { load } from './api';\n\
        export class Orders { @watch() rows = []; constructor(private api = load) { super(); } }\n\
        export const useOrders = ({ every = 5_000, ...rest }: Props) => {\n\
          useEffect(() => { if (rest.off) return; const id = setInterval(load, every); return () => clearInterval(id) });\n\
          for (const row of rest.rows ?? []) { while (row.next) { try { await row.next() } catch { break } } }\n\
          return <Table rows={rest.rows} {...rest}>{rest.rows.map((row) => <Row key={row.id} />)}</Table>;\n\
        };\n";

    fn orders() -> FileFacts {
        collect(ORDERS, &parse(ORDERS.as_bytes(), Language::Tsx).unwrap(), 400)
    }

    #[test]
    fn what_was_written_comes_back() {
        let facts = orders();
        let bytes = to_bytes(&facts).unwrap();
        assert_eq!(format!("{facts:?}"), format!("{:?}", from_bytes(&bytes).unwrap()));
    }

    #[test]
    fn cut_and_changed_bytes_never_panic() {
        let bytes = to_bytes(&orders()).unwrap();
        for at in 0..bytes.len() {
            assert!(from_bytes(&bytes[..at]).is_none(), "cut at {at}");
            let mut changed = bytes.clone();
            for bit in [1, 0x80] {
                changed[at] ^= bit;
                let _ = from_bytes(&changed);
                changed[at] ^= bit;
            }
        }
        assert!(from_bytes(&[0xff; 64]).is_none());
    }

    #[test]
    fn circles_are_refused() {
        let mut facts = orders();
        let last = ExprId(u32::try_from(facts.nodes.len()).unwrap() - 1);
        facts.nodes[0].parent = Some(ExprId(0));
        assert!(!facts.is_sound());
        facts = orders();
        facts.nodes[0].expr = Expr::Await(last);
        assert!(!facts.is_sound());
        facts = orders();
        facts.guards[0].parent = Some(GuardId(0));
        assert!(!facts.is_sound());
        facts = orders();
        facts.functions[1].end_node = ExprId(u32::MAX);
        assert!(!facts.is_sound());
    }
}
