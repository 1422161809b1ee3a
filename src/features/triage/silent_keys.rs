//! The last events of earlier runs, from the rows of the observations, and the silent keys with their routes.
//!
//! Start at `known`. Follows `docs/spec/interop.md`, 6, baselines.

use std::collections::{BTreeMap, BTreeSet};

use crate::features::triage::last_events::{
    EarlierEvent, EventMemory, LastEvents, RoutedSilence, SilentKey,
};
use crate::features::triage::sources::{Source, SourceFormat};
use crate::history::digest::Digest;
use crate::session::error::Undetermined;
use crate::session::snapshot::Snapshot;
use crate::survey::observation::Observation;
use crate::survey::route::RouteSubject;

/// What the last events of the run say besides the decisions about its inputs.
#[derive(Debug, Default)]
pub struct LastEventsAnswer {
    /// The keys without an event for too long, each with whom that concerns; none without observations.
    pub silent: Vec<RoutedSilence>,
    /// How many first events were taken as known.
    pub n_learned: usize,
    /// How many events and rows could not be told apart because there are too many keys.
    pub n_beyond: usize,
}

/// Returns the last events that earlier runs know. Rows of files that this run reads again are told apart.
pub(super) fn known(
    snapshot: &Snapshot<'_>,
    earlier: &[Observation],
    sources: &[Source],
    memory: EventMemory,
) -> Result<LastEvents, Undetermined> {
    let mut last_events = LastEvents::new(memory, snapshot.stamp().instant);
    let baselines = &snapshot.governance().policy.baselines;
    if earlier.is_empty() || baselines.iter().all(|baseline| baseline.since_last.is_none()) {
        return Ok(last_events);
    }
    let events = sources.iter().filter(|source| source.format == SourceFormat::Events);
    let reread: BTreeSet<Digest> = events.map(Source::digest).collect::<Result<_, _>>()?;
    for row in earlier {
        if let Observation::LastSeen(row) = row {
            last_events.remember(
                baselines,
                &EarlierEvent {
                    baseline: &row.baseline,
                    by: &row.by,
                    last: row.last,
                    is_reread: reread.contains(&row.input),
                },
            );
        }
    }
    Ok(last_events)
}

pub(super) fn answer(snapshot: &Snapshot<'_>, last_events: &LastEvents) -> LastEventsAnswer {
    let baselines = &snapshot.governance().policy.baselines;
    LastEventsAnswer {
        silent: routed(snapshot, last_events.silent(baselines)),
        n_learned: last_events.n_learned,
        n_beyond: last_events.n_beyond,
    }
}

fn routed(snapshot: &Snapshot<'_>, silent: Vec<SilentKey>) -> Vec<RoutedSilence> {
    if silent.is_empty() {
        return Vec::new();
    }
    let files = snapshot.file_owners();
    let router = snapshot.router(&files);
    let routed = silent.into_iter().map(|key| {
        let route = router.route(&subject(&key.by, &[key.place]));
        RoutedSilence { key, route }
    });
    routed.collect()
}

fn subject<'s>(by: &'s BTreeMap<String, String>, baselines: &'s [usize]) -> RouteSubject<'s> {
    let text = |field: &str| by.get(field).map(String::as_str);
    RouteSubject {
        record: None,
        identity: text("data.identity"),
        asset: text("data.asset"),
        credential: text("data.credential"),
        application: text("data.application"),
        resources: text("data.resource").into_iter().collect(),
        paths: text("data.path").into_iter().collect(),
        baselines,
    }
}
