//! Approval files: signed approvals and rejections, and reviews at a forge.
//!
//! Start at [`Signed`] and [`Review`]. The texts are written here independently of the code under test.

use exledger::history::objects::Oid;
use exledger::record::time::Instant;
use sha2::{Digest, Sha256};

use super::content::IDS;
use super::people::Who;

/// The subject of an approval: a record or a governance file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum About {
    Record(usize),
    Governance(&'static str),
}

/// A statement that somebody signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signed {
    pub about: About,
    pub blob: Oid,
    /// Whose key signed it.
    pub key: Who,
    /// The signer that it names.
    pub by: Who,
    pub at: Instant,
    pub rejects: bool,
    /// The text of the approval file; `seal` is its signature.
    pub text: String,
    pub seal: String,
}

/// A review that really took place at a forge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Review {
    pub about: About,
    pub blob: Oid,
    pub by: Who,
    pub at: Instant,
    pub text: String,
}

/// Returns the text of an approval file.
pub(super) fn text(
    about: &About,
    bytes: &[u8],
    by: Who,
    at: Instant,
    word: &str,
    tail: &str,
) -> String {
    let about = match about {
        About::Record(id) => IDS[*id].to_owned(),
        About::Governance(path) => format!("governance:{path}"),
    };
    format!(
        "exledger-approval v1\nledger t\nrecord {about}\nsha256 {}\ndecision {word}\nat {at}\nby {}\n{tail}",
        sha256(bytes),
        by.email()
    )
}

/// Returns the path of an approval file.
pub(super) fn path(about: &About, bytes: &[u8], by: Who) -> String {
    let about = match about {
        About::Record(id) => IDS[*id],
        About::Governance(_) => "governance",
    };
    let digits: String = sha256(bytes).chars().take(12).collect();
    format!("exceptions/.approvals/{about}/{digits}-{}.txt", by.email())
}

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
