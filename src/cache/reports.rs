//! Whole reports, each in a file of its own, named by what was asked.
//!
//! ```text
//! magic · seal · what the disk answered · the report
//! ```

use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Digest;
use super::seal::{self, Secret};

const MAGIC: [u8; 8] = *b"unpollR1";

/// One thing that a run asked the disk beside the bytes of source files, and the answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Observation {
    pub question: Question,
    pub answer: Digest,
}

/// What a run may ask the disk. Paths lead from the audited root, also out of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Question {
    /// Whether there is a file.
    IsFile(String),
    /// The text of a small file that steers resolution.
    Small(String),
    /// The text of a file that the audit may show.
    Text(String),
}

/// A report, and on what it rests.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Stored {
    pub observations: Vec<Observation>,
    pub report: Vec<u8>,
}

/// The report of a file, when the secret vouches for it.
pub(super) fn read(path: &Path, key: &Digest, secret: &Secret, limit: u64) -> Option<Stored> {
    let (mut file, _) = seal::open(path, limit)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).ok()?;
    let rest = bytes.strip_prefix(&MAGIC[..])?;
    let (sealed, body) = rest.split_at_checked(size_of::<Digest>())?;
    (secret.seal([&MAGIC[..], key, body]) == sealed).then_some(())?;
    postcard::from_bytes(body).ok()
}

/// A report as the pieces of a file.
pub(super) fn pieces(stored: &Stored, key: &Digest, secret: &Secret) -> Option<[Vec<u8>; 2]> {
    let body = postcard::to_stdvec(stored).ok()?;
    let mut head = MAGIC.to_vec();
    head.extend(secret.seal([&MAGIC[..], key, &body]));
    Some([head, body])
}
