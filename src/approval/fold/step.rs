//! One version of a trail, with the governance before its landing.
//!
//! Pure. Start at `VersionStep`.

use crate::approval::count::people::{self, FourEyesOutcome};
use crate::approval::count::requirement::VersionDemand;
use crate::approval::count::weigh::VersionEvidence;
use crate::approval::evidence::claims::{Scene, VersionEvidenceSet};
use crate::approval::people::at_landing::LandedGovernance;
use crate::approval::people::authors::AuthorSet;
use crate::approval::people::identity::IdentityResolver;
use crate::diag::code::Code;
use crate::history::mainline::{Flag, Landing};
use crate::history::version::Version;
use crate::record::Record;
use crate::record::time::{Instant, When};
use std::collections::BTreeSet;

pub(crate) struct VersionStep<'a> {
    pub index: usize,
    pub version: &'a Version,
    pub record: Option<&'a Record>,
    pub(super) landing: Option<&'a Landing>,
    pub state: LandedGovernance<'a>,
    pub resolver: IdentityResolver<'a>,
    pub at: Instant,
    pub scene: Scene<'a>,
    /// Whether its files lay in record folders until the next version.
    pub is_among_records: bool,
}

fn fires(before: Option<&Record>, after: Option<&Record>) -> bool {
    let Some(after) = after else { return false };
    let closed =
        after.closure.is_some() && before.is_none_or(|before| before.closure != after.closure);
    let known = before.map_or(&[][..], |before| before.fired.as_slice());
    closed || after.fired.iter().any(|firing| !known.contains(firing))
}

impl<'a> VersionStep<'a> {
    /// Tells whether the version ends the record, given the one before: also in a misnamed, doubled or broken file.
    pub(crate) fn fires(&self, before: Option<&Record>) -> bool {
        let content = self.version.record.content();
        let n_known = before.map_or(0, |before| before.fired.len());
        fires(before, content.ending().map(AsRef::as_ref))
            || content.unread_end().is_beyond(n_known)
    }

    pub(crate) fn judge_four_eyes(
        &self,
        authors: &AuthorSet,
        demand: &VersionDemand,
        evidence: &VersionEvidenceSet<'a>,
    ) -> FourEyesOutcome {
        let ledger = self.resolver.at.policy.name.as_deref();
        let suspicious = self.landing.is_some_and(|landing| landing.is_suspicious(ledger));
        people::judge(VersionEvidence {
            resolver: self.resolver,
            authors,
            demand,
            evidence,
            landing: &self.version.commit,
            self_approval: self.state.self_approval,
            is_suspicious_merge: suspicious,
        })
    }

    pub(crate) fn flags(&self, before: Option<&Record>) -> BTreeSet<&'static str> {
        let mut flags = BTreeSet::new();
        for flag in self.landing.iter().flat_map(|landing| &landing.flags) {
            match flag {
                Flag::FutureDated => flags.insert(Code::FutureDated.as_str()),
                Flag::ClockSkew => flags.insert(Code::ClockSkew.as_str()),
                Flag::Suspicious | Flag::Malformed => continue,
            };
        }
        if self.state.is_earlier {
            flags.insert("earlier-policy");
        }
        let starts = self.record.and_then(|record| record.starts.as_ref());
        let moved = before.is_none_or(|before| before.starts.as_ref() != starts);
        let earlier = starts.is_some_and(|starts| match starts {
            When::Day(day) => *day < self.at.day(),
            When::Instant(instant, _) => *instant < self.at,
        });
        if moved && earlier {
            flags.insert("retroactive");
        }
        flags
    }
}
