//! The objects of a repository, by id, or why one is unavailable.
//!
//! Start at [`Objects`], which `store` serves from git and tests from maps. Follows `docs/spec/approval.md`, 0 (12) and M3.

use crate::diag::remedy::{Act, Remedy};
use crate::diag::shell;
use crate::history::commit::Commit;
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;

/// The id of an object: 20 bytes, shown in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Oid([u8; 20]);

impl Hash for Oid {
    /// An id is a hash already: its first eight bytes suffice.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [first @ .., _, _, _, _, _, _, _, _, _, _, _, _] = self.0;
        state.write_u64(u64::from_ne_bytes(first));
    }
}

/// A map by object ids, which are not hashed again.
pub type OidMap<V> = HashMap<Oid, V, BuildHasherDefault<OidHasher>>;

/// Takes over the bytes of an [`Oid`].
#[derive(Default)]
pub struct OidHasher(u64);

impl Hasher for OidHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Oid {
    /// The id that no object has.
    pub const NULL: Oid = Oid([0; 20]);

    /// Returns the id of 20 bytes; `None` for any other length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Oid> {
        bytes.try_into().ok().map(Oid)
    }

    /// Parses an id of 40 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Oid> {
        let bytes = text.as_bytes();
        let mut oid = [0; 20];
        if bytes.len() != 40 {
            return None;
        }
        for (byte, pair) in oid.iter_mut().zip(bytes.chunks_exact(2)) {
            let [high, low] = pair else { return None };
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Oid(oid))
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the first 12 hexadecimal digits, for display.
    pub fn short(&self) -> String {
        let mut text = self.to_string();
        text.truncate(12);
        text
    }
}

/// Returns the first twelve digits of a commit or digest.
pub fn short(oid: &str) -> &str {
    oid.get(..12).unwrap_or(oid)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

impl fmt::Display for Oid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
        let mut digits = digits.filter_map(|digit| char::from_digit(digit.into(), 16));
        digits.try_for_each(|digit| out.write_char(digit))
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    Commit,
    Tree,
    /// The bytes of a file.
    Blob,
    Tag,
}

pub trait Objects {
    /// Returns an object's kind and bytes, whose hash has been checked.
    fn read(&self, oid: Oid) -> Result<(ObjectKind, Vec<u8>), Obstacle>;

    /// Returns the size of an object in bytes, without reading it if possible.
    fn size(&self, oid: Oid) -> Result<u64, Obstacle> {
        let (_, bytes) = self.read(oid)?;
        Ok(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
    }

    /// Tells whether the clone's history was cut off behind a commit.
    fn is_shallow(&self, oid: Oid) -> bool;

    // Returns how much of the repository there is.
    fn extent(&self) -> Extent {
        Extent::Full
    }

    /// Returns the three-way merge of a file, as git does it by default.
    fn merge(&self, base: &[u8], ours: &[u8], theirs: &[u8]) -> Merge;

    fn has_replacements(&self) -> bool;

    /// Returns a test for commits, if the repository has an index of the paths that they changed.
    fn changes(&self, _paths: &[String]) -> Option<ChangeTest<'_>> {
        None
    }

    /// Drops that index: it hid a change before a commit.
    fn distrust_index(&self, _commit: Oid) {}
}

/// Tells whether a commit may have changed one of some paths, from the top of the repository, against its first parent.
pub type ChangeTest<'o> = Box<dyn Fn(&Commit) -> bool + 'o>;

/// The result of a three-way merge of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merge {
    Clean(Vec<u8>),
    Conflict,
}

/// Why an object is unavailable or can't be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Obstacle {
    #[error("object {object} is not in {extent}")]
    Missing { object: Oid, extent: Extent },
    #[error("the history behind {commit} is not in this shallow clone")]
    Shallow { commit: Oid, extent: Extent },
    #[error("object {object} is malformed: {cause}")]
    Malformed { object: Oid, cause: String },
    #[error("{} has a parent header that git does not read", commit.short())]
    UnreadParent { commit: Oid },
    #[error("can't read object {object}: {cause}")]
    Unreadable { object: Oid, cause: String },
    #[error(
        "{commit} is not on the first-parent line of {reference}, but --trusted-from or exledger.trustedFrom names it"
    )]
    TrustedElsewhere { commit: Oid, reference: String },
    #[error("{} made {path} stricter, the approved branch left that out, and its own changes can't be joined with it", commit.short())]
    LeftOut { commit: Oid, path: String },
    #[error("this clone saw {tip} at {reference}, it is no longer there, and {cause}")]
    LostTip { tip: Oid, reference: String, cause: Box<Obstacle> },
    #[error("{folder} has more than 200,000 entries, or folders 100 levels deep")]
    TooLarge { folder: String },
}

/// How much of a repository a clone contains.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    Full,
    /// The history is cut off; the command brings the rest, `None` without a remote.
    Shallow {
        fetch: Option<Arc<str>>,
    },
    /// Objects are fetched only on demand; the command brings them all.
    Partial {
        fetch: Arc<str>,
    },
}

impl fmt::Display for Extent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Extent::Full => "this repository",
            Extent::Shallow { .. } => "this shallow clone",
            Extent::Partial { .. } => "this partial clone",
        })
    }
}

impl Extent {
    /// Returns that of a shallow clone; the remote is the one to name, empty if git fetches from it by itself.
    pub fn shallow(remote: Option<&str>) -> Extent {
        let fetch = remote.map(|remote| command("git fetch --unshallow", remote));
        Extent::Shallow { fetch }
    }

    /// Returns that of a partial clone, which may be shallow, too; the remote is the one to name, empty if git fetches from it by
    /// itself.
    pub fn partial(remote: &str, is_shallow: bool) -> Extent {
        let objects = command("git fetch --refetch --no-filter", remote);
        let fetch = match is_shallow {
            true => format!("{} && {objects}", command("git fetch --unshallow", remote)).into(),
            false => objects,
        };
        Extent::Partial { fetch }
    }

    pub fn is_shallow(&self) -> bool {
        matches!(self, Extent::Shallow { .. })
    }

    /// Returns how the clone gets what it lacks.
    pub fn remedy(&self) -> Remedy {
        match self {
            Extent::Full => "run `git fsck`, and clone the repository again".into(),
            Extent::Shallow { fetch: Some(fetch) } => Remedy::run([&**fetch])
                .after(format!("run `{fetch}`; in CI, check out with `fetch-depth: 0`")),
            Extent::Shallow { fetch: None } => {
                "clone the repository again without `--depth`: this clone has no remote to fetch from; in CI, check out with `fetch-depth: 0`"
                    .into()
            }
            Extent::Partial { fetch } => Remedy::run([&**fetch]).after(format!(
                "run `{fetch}`; in CI, check out without `filter`, with `fetch-depth: 0`"
            )),
        }
    }
}

fn command(fetch: &'static str, remote: &str) -> Arc<str> {
    let names = Some(remote).filter(|remote| !remote.is_empty());
    shell::command(fetch, Vec::from_iter(names).as_slice()).into()
}

impl Obstacle {
    pub fn malformed(object: Oid, cause: &str) -> Obstacle {
        Obstacle::Malformed { object, cause: cause.to_owned() }
    }

    pub fn repair(&self) -> String {
        self.remedy().words()
    }

    pub fn remedy(&self) -> Remedy {
        match self {
            Obstacle::Shallow { extent, .. } | Obstacle::Missing { extent, .. } => extent.remedy(),
            Obstacle::Unreadable { .. } => Extent::Full.remedy(),
            Obstacle::Malformed { object, .. } | Obstacle::UnreadParent { commit: object } => {
                format!("inspect it with `git cat-file -p {object}`; its author must commit it again").into()
            }
            Obstacle::TrustedElsewhere { .. } => {
                "name a commit that `git log --first-parent` lists, or run `git config --unset exledger.trustedFrom`".into()
            }
            Obstacle::LostTip { reference, .. } => {
                Remedy::run([shell::command("git reflog expire --expire=now", &[reference])])
                    .after("restore it from another clone; or, to accept the loss")
            }
            Obstacle::LeftOut { path, .. } => {
                let commands = vec![shell::command("exledger approve --governance", &[path])];
                let note = format!("decide what the file should say, and have it approved: {}", commands.join(""));
                Remedy { note, act: Act::Other { waits_for: Vec::new(), commands } }
            }
            Obstacle::TooLarge { .. } => "split it into folders by year or team".into(),
        }
    }
}
