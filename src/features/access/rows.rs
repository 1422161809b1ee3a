//! The results of all grants: one row each, and the counts.
//!
//! Pure. Start at [`AccessRows::add`]. Follows `docs/spec/cli.md`, access: the counts add up to the lines.

use std::collections::BTreeMap;

use crate::features::access::combined::AccessDecision;
use crate::features::access::grant::{AccessGrant, AccessState};
use crate::features::triage::texts::{InternedTexts, TextNumber};
use crate::record::time::Instant;
use crate::survey::route::{Route, RouteMatch, Router};

/// The results of all grants.
#[derive(Debug, Default)]
pub struct AccessRows {
    /// In the order of the files and their lines.
    pub rows: Vec<AccessRow>,
    counts: BTreeMap<AccessState, usize>,
    /// How many grants can be read but not judged.
    pub n_doubtful: usize,
    texts: InternedTexts,
    routes: Vec<Route>,
    /// The route of what the same sources speak about: an index into the routes.
    known: BTreeMap<RouteMatch, usize>,
}

/// The result of one grant; its texts and route are in [`AccessRows`].
#[derive(Clone, Copy, Debug)]
pub struct AccessRow {
    /// Where it comes from: as stated, else the name of the file.
    pub source: Option<TextNumber>,
    /// Its id in its source.
    pub id: Option<TextNumber>,
    /// Whose access to what it is.
    pub about: Option<TextNumber>,
    /// Its line, from 1; `None` for a file that can't be read to its end.
    pub index: Option<u64>,
    pub state: AccessState,
    pub record: Option<TextNumber>,
    /// The end of the record.
    pub end: Option<Instant>,
    pub overdue_days: Option<i64>,
    pub message: Option<TextNumber>,
    route: Option<usize>,
}

impl AccessRows {
    /// Adds a grant of a file.
    pub fn add(
        &mut self,
        (file, index): (&str, u64),
        grant: &AccessGrant,
        decision: &AccessDecision,
        route: Option<usize>,
    ) {
        *self.counts.entry(decision.state).or_default() += 1;
        self.n_doubtful += usize::from(decision.is_doubtful);
        let mut text = |text: Option<&str>| text.and_then(|text| self.texts.add(text));
        let row = AccessRow {
            source: text(Some(grant.source.as_deref().unwrap_or(file))),
            id: text(grant.id.as_deref()),
            about: text(Some(&grant.about())),
            index: Some(index),
            state: decision.state,
            record: text(decision.record.as_deref()),
            end: decision.end,
            overdue_days: decision.overdue_days,
            message: text(Some(&decision.message)),
            route,
        };
        self.rows.push(row);
    }

    /// Adds a line that can't be read, or without an index the rest of a file.
    pub fn add_unparsed(&mut self, file: &str, index: Option<u64>, why: &str) {
        *self.counts.entry(AccessState::Unparsed).or_default() += 1;
        let row = AccessRow {
            source: self.texts.add(file),
            id: None,
            about: None,
            index,
            state: AccessState::Unparsed,
            record: None,
            end: None,
            overdue_days: None,
            message: self.texts.add(why),
            route: None,
        };
        self.rows.push(row);
    }

    /// Returns the number of a route, which is worked out only for the first of those that the same sources speak about.
    pub fn route(&mut self, router: &Router<'_>, found: RouteMatch) -> usize {
        if let Some(known) = self.known.get(&found) {
            return *known;
        }
        let number = self.routes.len();
        self.routes.push(router.resolve(&found));
        self.known.insert(found, number);
        number
    }

    /// Returns how many grants are in a state.
    pub fn n(&self, state: AccessState) -> usize {
        self.counts.get(&state).copied().unwrap_or(0)
    }

    /// Returns a text of a row; empty for `None`.
    pub fn text(&self, text: Option<TextNumber>) -> &str {
        text.map_or("", |text| self.texts.get(text))
    }

    /// Returns whom a row concerns, if somebody must do something about it.
    pub fn route_of(&self, row: &AccessRow) -> Option<&Route> {
        self.routes.get(row.route?)
    }
}
