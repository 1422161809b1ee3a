//! Landed records of a frozen group that rely on a redesign which nobody else approved.
//!
//! Pure. Start at [`Audit::frozen`]. Follows `docs/spec/redesign.md`: a redesign counts beside its record on a branch, but
//! on the approved branch only once it is approved.

use std::collections::{HashMap, HashSet};

use crate::diag::code::Code;
use crate::diag::shell;
use crate::diag::{Finding, Level};
use crate::history::version::TrailKey;
use crate::rules::audit::Audit;
use crate::rules::{self, lint};
use crate::survey::neighbour::{Neighbour, Neighbours};
use crate::survey::patterns::refused::find_refused;
use crate::survey::redesign::lift::Lifting;
use crate::survey::redesign::{RedesignState, RedesignStatus};

impl Audit<'_> {
    /// Returns the findings about some records, by key.
    pub fn frozen(&self, neighbours: &Neighbours, keys: &[TrailKey]) -> Vec<Finding> {
        let rule = rules::find(Code::FrozenPattern);
        let level = rule.and_then(|rule| lint::level(rule, self.governance));
        let Some(level) = level.filter(|_| !neighbours.redesigns.is_empty()) else {
            return Vec::new();
        };
        let refused = find_refused(neighbours, &[], self.governance);
        let lifting = Lifting::until(neighbours, self.governance);
        let by_id: HashMap<&str, &Neighbour> =
            neighbours.all.iter().map(|neighbour| (neighbour.id.as_str(), neighbour)).collect();
        let keys: HashSet<&TrailKey> = keys.iter().collect();
        let mut findings = Vec::new();
        for refused in refused.values().flatten() {
            let Some(record) = by_id.get(refused.id.as_str()) else {
                continue;
            };
            let key = TrailKey::Id(refused.id.to_ascii_uppercase());
            let mut linked = lifting.linked(&record.record);
            if let Some(redesign) =
                linked.find(|redesign| redesign.status == RedesignStatus::Unapproved)
                && keys.contains(&key)
            {
                findings.extend(self.relies_on(redesign, &key, level));
            }
        }
        findings
    }

    fn relies_on(&self, redesign: &RedesignState, key: &TrailKey, level: Level) -> Option<Finding> {
        let field = "references.redesign";
        let file = self.history.trails.get(key)?.last()?.files.first()?;
        let (id, path) = (redesign.id.as_deref()?, redesign.path.as_deref()?);
        let source = (self.places)(&file.path, file.blob);
        Some(Finding {
            rule: Code::FrozenPattern,
            level,
            path: file.path.to_string(),
            pos: source.map(|source| source.pos(field)),
            field: Some(field.to_owned()),
            id: Some(key.as_str().to_owned()),
            message: format!(
                "its pattern was frozen when it was merged, and nobody else approved the redesign {id} that it links"
            ),
            remedy: format!(
                "ask someone else to run `{}`",
                shell::command("exledger approve --governance", &[path])
            )
            .into(),
        })
    }
}
