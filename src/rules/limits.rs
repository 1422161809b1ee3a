//! How many times, and for how many days in total, a record was prolonged: its renewals, and refilings in its place.
//!
//! Pure. Start at [`Reach::of`]. Follows `docs/spec/rules.md` (`renewal-limit`, `total-limit`) and `docs/spec/policy.md`,
//! repetition and terms.

use crate::history::change::entries::ExpiryExtension;
use crate::policy::Policy;
use crate::policy::term;
use crate::policy::tier::fact::Facts;
use crate::policy::tier::{self, Resolved};
use crate::record::Record;
use crate::record::time::{Instant, When};
use crate::rules::case::RuleContext;
use crate::rules::change_cases::ChangeCase;
use crate::rules::renewals;
use crate::status::renewal;
use crate::survey::neighbour::Neighbour;
use crate::survey::refiling::{self, Peer, PeerIndex};

pub(super) struct Reach<'c> {
    pub(super) record: &'c Record,
    pub(super) tier: Resolved,
    /// The number of renewals, including refilings.
    pub(super) renewals: u32,
    /// The ids of the records that this one refiles, the latest first.
    pub(super) refiled: Vec<String>,
    /// The total duration of those records, in days.
    pub(super) days: i64,
    pub(super) begin: Option<When>,
}

impl<'c> Reach<'c> {
    /// Returns the extent of a change; `None` if the record is not prolonged, or a redesign lifts the limits.
    pub(super) fn for_change(
        changed: &'c ChangeCase<'_>,
        context: &RuleContext<'_>,
    ) -> Option<Reach<'c>> {
        let source = changed.after?;
        let record = source.record.as_ref()?;
        let before = match changed.before {
            Some(before) => Some(before.record.as_ref().or(changed.approved)?),
            None => None,
        };
        let goes_on =
            before.is_none_or(|before| ExpiryExtension::between(before, record).is_later());
        let until = context.neighbours.map(|neighbour| neighbour.until).or(context.instant);
        if !goes_on || record.closure.is_some() || renewal::is_redesigned(record, until) {
            return None;
        }
        let tier = tier::resolve(&context.governance.policy, &Facts::of(record))?;
        let (refiled, days) = refiled(source.stem(), record, changed.past.landed, context);
        let own = renewals::number(before, record, changed.approved, changed.renewed);
        Some(Reach {
            record,
            tier,
            renewals: own.saturating_add(count(refiled.len())),
            refiled,
            days,
            begin: term::begin(record, changed.past.landed)
                .into_iter()
                .chain(changed.begin.cloned())
                .min_by_key(When::start),
        })
    }

    /// Returns the extent of a landed record that refiles others, unless a redesign lifted the limits when it landed.
    pub(super) fn of_refiled(
        landed: &'c Neighbour,
        before: &[&Peer],
        policy: &Policy,
    ) -> Option<Reach<'c>> {
        let record = &*landed.record;
        if before.is_empty() || renewal::is_redesigned(record, Some(landed.landed)) {
            return None;
        }
        Some(Reach {
            record,
            tier: tier::resolve(policy, &Facts::of(record))?,
            renewals: count(record.renewals.len().saturating_add(before.len())),
            refiled: before.iter().map(|record| record.id.clone()).collect(),
            days: refiling::days(before),
            begin: term::begin(record, Some(landed.landed)),
        })
    }

    pub(super) fn alone(&self) -> Reach<'c> {
        Reach {
            record: self.record,
            tier: self.tier.clone(),
            renewals: self.renewals.saturating_sub(count(self.refiled.len())),
            refiled: Vec::new(),
            days: 0,
            begin: self.begin.clone(),
        }
    }

    pub(super) fn refiled_note(&self) -> String {
        match self.refiled.as_slice() {
            [] => String::new(),
            ids => format!(", previously filed as {}", ids.join(", ")),
        }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn refiled(
    id: &str,
    record: &Record,
    landed: Option<Instant>,
    context: &RuleContext<'_>,
) -> (Vec<String>, i64) {
    let peer = Peer::from_record(id, record, landed);
    let (Some(neighbours), Some(peer)) = (context.neighbours, peer) else {
        return (Vec::new(), 0);
    };
    let peers = neighbours.peers();
    let index = PeerIndex::new(peers.iter().map(|peer| (peer, ())), context.governance);
    let window = context.governance.policy.recurrence.window;
    let before = index.before(&peer, neighbours.until, window);
    let ids = before.iter().map(|record| record.id.clone()).collect();
    (ids, refiling::days(&before))
}
