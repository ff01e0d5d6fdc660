//! The secret of the user, and files that only somebody who has it can have written.
//!
//! `SipHash` with a secret key is what it was made for here: nobody without the key can find two inputs
//! of one digest, nor the digest of an input.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use siphasher::sip128::{Hasher128, SipHasher13, SipHasher24};

use super::Digest;

/// Name of the file that holds the secret.
const NAME: &str = "key";

/// What only this user's runs know.
#[derive(Clone)]
pub(super) struct Secret([u8; 16]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Secret(…)")
    }
}

impl Secret {
    /// Reads the secret in a folder, or makes one.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let path = folder.join(NAME);
        if let Some(secret) = Self::read(&path)? {
            return Ok(secret);
        }
        fs::create_dir_all(folder)?;
        let mut bytes = [0; 16];
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
                file.take(17).read_to_end(&mut bytes)?;
                let bytes = bytes.try_into();
                Ok(Some(Self(bytes.map_err(|_| io::Error::other("it is not 16 bytes long"))?)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What stands for some bytes: fast, for the contents of files.
    pub fn digest<'a>(&self, parts: impl IntoIterator<Item = &'a [u8]>) -> Digest {
        let mut hasher = SipHasher13::new_with_key(&self.0);
        for part in parts {
            std::hash::Hasher::write_u64(&mut hasher, part.len() as u64);
            std::hash::Hasher::write(&mut hasher, part);
        }
        hasher.finish128().as_bytes()
    }

    /// The seal of some bytes.
    pub fn seal<'a>(&self, parts: impl IntoIterator<Item = &'a [u8]>) -> Digest {
        let mut hasher = SipHasher24::new_with_key(&self.0);
        for part in parts {
            std::hash::Hasher::write_u64(&mut hasher, part.len() as u64);
            std::hash::Hasher::write(&mut hasher, part);
        }
        hasher.finish128().as_bytes()
    }
}

/// Opens one of our files, and says how many bytes it has; no link, and nothing that would make us wait.
pub(super) fn open(path: &Path, limit: u64) -> Option<(File, u64)> {
    let found = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
    (found.len() <= limit).then_some(())?;
    Some((File::open(path).ok()?, found.len()))
}

/// Replaces a file in one step: who reads at the same time sees the old one or the new one.
pub(super) fn replace(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let mut file = tempfile::Builder::new().prefix(".unpoll-").tempfile_in(folder)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.persist(path)?;
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
        assert_ne!(one.digest([&b"x"[..]]), elsewhere.digest([&b"x"[..]]));
        fs::write(inside.join(NAME), "short").unwrap();
        assert!(Secret::of(&inside).is_err());
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let secret = Secret([7; 16]);
        assert_ne!(secret.digest([&b"ab"[..], b"c"]), secret.digest([&b"a"[..], b"bc"]));
        assert_ne!(secret.seal([&b"ab"[..], b"c"]), secret.seal([&b"a"[..], b"bc"]));
    }
}
