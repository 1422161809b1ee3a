//! Compares lists of live access with the ledger.
//!
//! Start at `judge_grants`. Follows `docs/spec/cli.md`, access. The ledger is read once; the gate decides what a record covers.

use std::io::BufRead;

use crate::features::access::absence::{AbsenceWatch, GoneAccess, NoAbsence};
use crate::features::access::combined::AccessDecision;
use crate::features::access::grant::AccessGrant;
use crate::features::access::grants;
use crate::features::access::judge::AccessJudge;
use crate::features::access::rows::AccessRows;
use crate::session::error::Error;
use crate::session::locate::Located;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::walk::Scope;
use crate::survey::route::{RouteMatch, RouteSubject, Router};

/// A list of live access.
pub struct AccessSource<'r> {
    /// The name given by the user; `-` for stdin.
    pub name: String,
    /// Its lines, which are read once.
    pub lines: Box<dyn BufRead + 'r>,
}

/// The decisions about all grants.
pub struct AccessAnswer<'s> {
    /// One row for each grant.
    pub rows: AccessRows,
    /// The ended, unclosed records whose access is gone, or why that can't be told.
    pub gone: Result<Vec<GoneAccess>, NoAbsence>,
    snapshot: Snapshot<'s>,
}

impl<'s> AccessAnswer<'s> {
    /// Returns the records that the grants were compared with.
    pub fn snapshot(&self) -> &Snapshot<'s> {
        &self.snapshot
    }
}

/// Evaluates each grant of some lists; `complete` are the patterns of whom or what the lists are complete for.
pub(crate) fn judge_grants<'s>(
    located: &'s Located,
    at: &Moment,
    sources: Vec<AccessSource<'_>>,
    complete: &[String],
) -> Result<AccessAnswer<'s>, Error> {
    let snapshot = Snapshot::open(located, at, Scope::Everything)?;
    snapshot.refuse_incomplete()?;
    let instant = snapshot.stamp().instant;
    let ends = snapshot.force_ends();
    let files = snapshot.file_owners();
    let router = snapshot.router(&files);
    let judge = AccessJudge::new(snapshot.records(), &ends, snapshot.governance(), instant);
    let mut watch = AbsenceWatch::new(complete, &ends);
    let mut rows = AccessRows::default();
    for source in sources {
        let name = source.name.as_str();
        let read = grants::read(source.lines, &mut |line, read| match read {
            Ok(grant) => {
                watch.add(&grant);
                let decision = judge.decide(&grant);
                let route = decision.state.is_problem().then(|| {
                    let found = route(&router, &judge, &grant, &decision);
                    rows.route(&router, found)
                });
                rows.add((name, line), &grant, &decision, route);
            }
            Err(why) => {
                watch.add_unread();
                rows.add_unparsed(name, Some(line), &why);
            }
        });
        if let Err(broken) = read {
            watch.add_unread();
            rows.add_unparsed(name, None, &broken.to_string());
        }
    }
    let gone = watch.gone(snapshot.records(), &ends, instant);
    Ok(AccessAnswer { rows, gone, snapshot })
}

fn route(
    router: &Router<'_>,
    judge: &AccessJudge<'_>,
    grant: &AccessGrant,
    decision: &AccessDecision,
) -> RouteMatch {
    let record_state = judge.record_state(decision);
    let content =
        record_state.and_then(|state| state.stated.as_deref().or(state.last_read.as_deref()));
    let granted = judge.ended(decision).map(|end| &*end.granted);
    router.matched(&RouteSubject {
        record: content.or(granted),
        identity: grant.identity.as_deref(),
        asset: grant.asset.as_deref(),
        credential: grant.credential.as_deref(),
        application: grant.application.as_deref(),
        resources: grant.resources.iter().map(String::as_str).collect(),
        paths: Vec::new(),
        baselines: &decision.baselines,
    })
}
