//! Which records are one occurrence: those that came with one landing, one pull request or one push.
//!
//! Pure. Start at [`group_occurrences`]. Follows `docs/spec/policy.md`, repetition. Only data that git and forges write
//! groups records, never what a record states.

use crate::approval::sources::forge;
use crate::approval::sources::message::CommitMessage;
use std::collections::HashMap;

use crate::diag::sorting::StableSort as _;
use crate::history::objects::Oid;
use crate::history::version::{Version, VersionChange};
use crate::record::time::Instant;
use crate::survey::neighbour::Neighbour;

/// Landings of one pull request are one occurrence within this many seconds.
const REQUEST: i64 = 86_400;
/// Landings of one committer are one occurrence if at most this many seconds lie between two of them.
const PUSH: i64 = 60;

/// How a record first landed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filing {
    /// The index of the landing on the mainline; `None` if the beginning is not in this clone.
    pub landing: Option<usize>,
    /// The commit of the landing; `None` if the beginning is not in this clone.
    pub commit: Option<Oid>,
    /// The pull request named in the landing's message.
    pub request: Option<String>,
    /// The committer of the landing, by address in lower case.
    pub committer: String,
}

impl Filing {
    /// Returns how a version landed.
    pub fn from_version(version: &Version) -> Filing {
        let text = version.commit.message();
        let is_known = version.change != VersionChange::Inherited;
        Filing {
            landing: if is_known { Some(version.landing) } else { None },
            commit: if is_known { Some(version.commit.oid) } else { None },
            request: forge::pull_request(&CommitMessage::read(&text)),
            committer: version.commit.committer().email.to_lowercase(),
        }
    }
}

/// What happened once: the records that came with one landing, one pull request or one push.
#[derive(Clone, Debug)]
pub struct Occurrence<'a> {
    /// The records, the earliest first; never empty.
    pub records: Vec<&'a Neighbour>,
    /// When the first of them landed.
    pub at: Instant,
}

impl<'a> Occurrence<'a> {
    /// Returns the occurrences among records, the earliest first.
    pub fn among(records: &[&'a Neighbour]) -> Vec<Occurrence<'a>> {
        let occurrences = group_occurrences(records).into_iter();
        occurrences
            .filter_map(|records| Some(Occurrence { at: records.first()?.landed, records }))
            .collect()
    }

    /// Returns the commit of the first landing; `None` if that is not in this clone.
    pub fn commit(&self) -> Option<Oid> {
        self.records.first()?.filing.commit
    }

    /// Returns the pull request that a landing names.
    pub fn pull_request(&self) -> Option<&'a str> {
        self.records.iter().find_map(|record| record.filing.request.as_deref())
    }
}

/// Returns the occurrences among records, the earliest first, and in each the records, the earliest first.
pub fn group_occurrences<'a>(records: &[&'a Neighbour]) -> Vec<Vec<&'a Neighbour>> {
    let mut sorted: Vec<&'a Neighbour> = records.to_vec();
    sorted.order_by(|one, other| {
        let key =
            |neighbour: &'a Neighbour| (neighbour.landed, neighbour.filing.landing, &neighbour.id);
        key(one).cmp(&key(other))
    });
    let mut found: Vec<Vec<&'a Neighbour>> = Vec::new();
    let mut of_request: HashMap<&str, usize> = HashMap::new();
    let mut of_last = 0;
    for record in sorted {
        let request = record.filing.request.as_deref().filter(|_| record.filing.landing.is_some());
        let earlier = request.and_then(|request| of_request.get(request)).copied();
        let is_own =
            |place: &usize| found.get(*place).is_some_and(|occurrence| belongs(record, occurrence));
        of_last = match [Some(of_last), earlier].into_iter().flatten().filter(is_own).max() {
            Some(place) => place,
            None => {
                found.push(Vec::new());
                found.len() - 1
            }
        };
        if let Some(occurrence) = found.get_mut(of_last) {
            occurrence.push(record);
        }
        if let Some(request) = request {
            of_request.insert(request, of_last);
        }
    }
    found
}

/// Tells whether a record belongs to an occurrence that names its pull request, or whose last record landed immediately
/// before it.
fn belongs(record: &Neighbour, occurrence: &[&Neighbour]) -> bool {
    let (Some(first), Some(last)) = (occurrence.first(), occurrence.last()) else {
        return false;
    };
    let (one, other) = (&record.filing, &last.filing);
    let seconds = |since: Instant| record.landed.seconds_since(since);
    if one.landing.is_none() || other.landing.is_none() {
        return false;
    }
    if one.landing == other.landing {
        return true;
    }
    match (&one.request, &other.request) {
        (Some(one), Some(other)) => one == other && seconds(first.landed) <= REQUEST,
        (None, None) => one.committer == other.committer && seconds(last.landed) <= PUSH,
        _ => false,
    }
}
