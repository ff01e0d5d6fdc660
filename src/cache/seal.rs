//! The secret of the user, and files that only somebody who has it can have written.
//!
//! BLAKE3 does both: nobody can find two inputs of one digest, and without the secret nobody can make a seal.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use super::Digest;

/// Name of the file that holds the secret.
const NAME: &str = "key";

/// Bytes of a secret.
const LENGTH: usize = 32;

/// What only this user's runs know.
#[derive(Clone)]
pub(super) struct Secret([u8; LENGTH]);

/// What stands for some bytes.
pub(super) fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Digest {
    finish(blake3::Hasher::new(), parts)
}

fn finish<'a>(mut hasher: blake3::Hasher, parts: impl IntoIterator<Item = &'a [u8]>) -> Digest {
    for part in parts {
        // No part runs into the next.
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Secret(…)")
    }
}

impl Secret {
    /// No secret at all: such a seal tells damage, and nothing else.
    pub const NONE: Self = Self([0; LENGTH]);

    /// Reads the secret in a folder, or makes one.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let path = folder.join(NAME);
        if let Some(secret) = Self::read(&path)? {
            return Ok(secret);
        }
        fs::create_dir_all(folder)?;
        let mut bytes = [0; LENGTH];
        getrandom::fill(&mut bytes).map_err(|why| io::Error::other(why.to_string()))?;
        // For the owner's eyes alone, as temporary files are.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&bytes)?;
        match file.persist_noclobber(&path) {
            Ok(_) => Ok(Self(bytes)),
            // Another run was faster: its secret it is.
            Err(error) => Self::read(&path)?.ok_or(error.error),
        }
    }

    fn read(path: &Path) -> io::Result<Option<Self>> {
        match File::open(path) {
            Ok(file) => {
                let mut bytes = Vec::new();
                file.take(LENGTH as u64 + 1).read_to_end(&mut bytes)?;
                let bytes = bytes.try_into();
                Ok(Some(Self(bytes.map_err(|_| io::Error::other("it is no secret of ours"))?)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The seal of some bytes.
    pub fn seal<'a>(&self, parts: impl IntoIterator<Item = &'a [u8]>) -> Digest {
        finish(blake3::Hasher::new_keyed(&self.0), parts)
    }
}

/// Opens one of our files, and says how many bytes it has; no link, and nothing that would make us wait.
pub(super) fn open(path: &Path, limit: u64) -> Option<(File, u64)> {
    let found = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
    (found.len() <= limit).then_some(())?;
    Some((File::open(path).ok()?, found.len()))
}

/// Replaces a file in one step: who reads at the same time sees the old one or the new one.
pub(super) fn replace(path: &Path, pieces: &[impl AsRef<[u8]>]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let file = tempfile::Builder::new().prefix(super::place::TEMPORARY).tempfile_in(folder)?;
    let mut writer = BufWriter::new(file);
    for piece in pieces {
        writer.write_all(piece.as_ref())?;
    }
    writer.into_inner().map_err(io::IntoInnerError::into_error)?.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("a/b");
        let (one, other) = (Secret::of(&inside).unwrap(), Secret::of(&inside).unwrap());
        assert_eq!(one.0, other.0);
        let elsewhere = Secret::of(folder.path()).unwrap();
        assert_ne!(one.0, elsewhere.0);
        assert_ne!(one.seal([&b"x"[..]]), elsewhere.seal([&b"x"[..]]));
        fs::write(inside.join(NAME), "short").unwrap();
        assert!(Secret::of(&inside).is_err());
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let secret = Secret([7; LENGTH]);
        assert_ne!(digest([&b"ab"[..], b"c"]), digest([&b"a"[..], b"bc"]));
        assert_ne!(secret.seal([&b"ab"[..], b"c"]), secret.seal([&b"a"[..], b"bc"]));
    }
}
