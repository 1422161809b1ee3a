//! Determines until when approval files without a ledger name count: until one lands that
//! names the ledger's root commit.
//!
//! Pure. Start at [`until`]. Follows `docs/spec/approval.md`, S7.

use crate::history::content::After;
use crate::history::content::ContentCache;
use crate::history::folders::FileChange;
use crate::history::mainline::Mainline;
use crate::history::objects::Oid;
use crate::history::walked::ApprovalFileChange;
use crate::history::watched_paths::Interest;
use crate::yaml::node::Limits;

/// An approval file outside the requested records: its landing and its bytes.
pub(super) type OtherApprovalFile = (usize, Oid);

pub(super) fn other_files<'c>(
    landing: usize,
    files: impl Iterator<Item = &'c FileChange>,
    interest: &Interest,
) -> Vec<OtherApprovalFile> {
    let rest = files.filter(|change| !interest.watches(&change.path));
    rest.filter_map(|change| Some((landing, change.new?))).collect()
}

/// Returns the first landing with an approval file that names the root commit; an unreadable one counts as naming it.
pub(super) fn until(
    contents: &ContentCache<'_>,
    mainline: &Mainline,
    requested: &[ApprovalFileChange],
    others: &[OtherApprovalFile],
) -> Option<usize> {
    let root = mainline.root()?.to_string();
    let requested = || requested.iter().filter(|file| !file.is_off_line);
    let mut bytes = requested().filter_map(|file| match &file.after {
        After::Bytes(bytes) => Some(bytes),
        After::Gone | After::Missing(_) => None,
    });
    if !bytes.any(|bytes| names(bytes, "-")) {
        return None;
    }
    let of_requested = requested().filter_map(|file| match &file.after {
        After::Bytes(bytes) => names(bytes, &root).then_some(file.landing),
        After::Missing(_) => Some(file.landing),
        After::Gone => None,
    });
    let named = |blob: Oid| match contents.bytes_within(blob, Limits::RECORD.bytes) {
        Ok(bytes) => bytes.is_some_and(|bytes| names(&bytes, &root)),
        Err(_) => true,
    };
    let mut others = others.iter();
    let of_others = others.find(|(_, blob)| named(*blob));
    let landings = of_requested.chain(of_others.map(|(landing, _)| *landing));
    landings.min()
}

fn names(bytes: &[u8], ledger: &str) -> bool {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let value = lines.nth(1).and_then(|line| line.strip_prefix(b"ledger "));
    value == Some(ledger.as_bytes())
}
