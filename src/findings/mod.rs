//! Findings into an `Audit`: severity policy, fingerprints, areas, final order.

pub mod audit;
