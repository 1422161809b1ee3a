//! Landed records that exceed a limit by the records that they refile.
//!
//! Pure. Start at [`Audit::refiled`]. Follows `docs/spec/policy.md`, repetition: what a branch is told counts as well once it
//! landed. The limits that a record exceeds by itself are found where its versions are judged.

use std::collections::HashSet;

use crate::diag::Finding;
use crate::diag::code::Code;
use crate::history::version::TrailKey;
use crate::rules::audit::Audit;
use crate::rules::limits::Reach;
use crate::rules::{self, lint, renewal_limit, total_limit};
use crate::survey::neighbour::Neighbours;
use crate::survey::refiling::{Peer, PeerIndex};

type Broken = fn(&Reach<'_>) -> Option<(String, String, String)>;

const LIMITS: [(Code, Broken); 2] =
    [(Code::RenewalLimit, renewal_limit::broken), (Code::TotalLimit, total_limit::broken)];

impl Audit<'_> {
    /// Returns the findings about some records, by key.
    pub fn refiled(&self, neighbours: &Neighbours, keys: &[TrailKey]) -> Vec<Finding> {
        let policy = &self.governance.policy;
        let peers = neighbours.peers();
        let index = PeerIndex::new(peers.iter().map(|peer| (peer, ())), self.governance);
        let keys: HashSet<&TrailKey> = keys.iter().collect();
        let mut findings = Vec::new();
        for neighbour in &neighbours.all {
            let key = TrailKey::Id(neighbour.id.to_ascii_uppercase());
            // What is over grants nothing that a limit could end.
            let is_open = |peer: &Peer| peer.over > neighbours.until && keys.contains(&key);
            let Some(peer) = neighbour.peer().filter(is_open) else {
                continue;
            };
            let before = index.before(&peer, neighbours.until, policy.recurrence.window);
            let Some(reach) = Reach::of_refiled(neighbour, &before, policy) else {
                continue;
            };
            for (code, broken) in LIMITS {
                let level = rules::find(code).and_then(|rule| lint::level(rule, self.governance));
                let found = broken(&reach).filter(|_| broken(&reach.alone()).is_none());
                let last = self.history.trails.get(&key).and_then(|trail| trail.last());
                let file = last.and_then(|last| last.files.first());
                let (Some(level), Some((field, message, help)), Some(file)) = (level, found, file)
                else {
                    continue;
                };
                let source = (self.places)(&file.path, file.blob);
                findings.push(Finding {
                    rule: code,
                    level,
                    path: file.path.to_string(),
                    pos: source.map(|source| source.pos(&field)),
                    field: Some(field),
                    id: Some(key.as_str().to_owned()),
                    message,
                    remedy: help.into(),
                });
            }
        }
        findings
    }
}
