//! How many inputs each route has in each state, and the first of them for messages.
//!
//! Pure. Start at [`RoutedInputs`]. Follows `docs/spec/cli.md`, triage, `--messages`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::features::triage::counts;
use crate::features::triage::counts::{InputOrigin, TriageCounts};
use crate::features::triage::routing::RouteNumber;
use crate::features::triage::texts::TextNumber;
use crate::survey::event::{TriageDecision, TriageInput, TriageState};
use crate::survey::route::Route;

/// The maximum number of inputs that are kept for messages, of one route in one state; all are counted.
pub const MOST_INPUTS: usize = 1000;

/// The inputs that need somebody, by route and state.
#[derive(Debug, Default)]
pub struct RoutedInputs {
    groups: BTreeMap<(RouteNumber, TriageState), RoutedGroup>,
    /// Whether inputs are kept, not only counted.
    pub keeps_inputs: bool,
}

/// The inputs of one route in one state.
#[derive(Debug, Default)]
pub struct RoutedGroup {
    pub n: usize,
    /// The first of them, at most [`MOST_INPUTS`]; empty if they are only counted.
    pub first: Vec<RoutedInput>,
}

/// An input of a message; its texts are in [`TriageCounts`].
#[derive(Clone, Copy, Debug)]
pub struct RoutedInput {
    pub origin: InputOrigin,
    /// The same key as in its row; `None` if it can't be read.
    pub key: Option<TextNumber>,
    /// The type of an event, or the key of a finding.
    pub kind: Option<TextNumber>,
    /// The place of a finding, or what an event is about.
    pub place: Option<TextNumber>,
    pub record: Option<TextNumber>,
    pub message: Option<TextNumber>,
}

impl RoutedInputs {
    /// Returns the groups, by route and then by state, worst first.
    pub fn groups(&self) -> impl Iterator<Item = (RouteNumber, TriageState, &RoutedGroup)> {
        self.groups.iter().map(|((route, state), group)| (*route, *state, group))
    }

    /// Counts an input; tells whether it is to be kept, too.
    fn count(&mut self, route: RouteNumber, state: TriageState) -> Option<&mut Vec<RoutedInput>> {
        let group = self.groups.entry((route, state)).or_default();
        group.n += 1;
        (self.keeps_inputs && group.first.len() < MOST_INPUTS).then_some(&mut group.first)
    }
}

impl TriageCounts {
    pub(super) fn add_routed(
        &mut self,
        route: RouteNumber,
        origin: InputOrigin,
        input: &TriageInput,
        decision: &TriageDecision,
    ) {
        let Some(first) = self.routed.count(route, decision.state) else {
            return;
        };
        let texts = &mut self.texts;
        let key = counts::key(input);
        let kind = match input {
            TriageInput::Event(event) => event.fields.get("type").and_then(Value::as_str),
            TriageInput::Finding(_) => None,
        };
        first.push(RoutedInput {
            origin,
            kind: texts.add(kind.unwrap_or(&key)),
            key: texts.add(&key),
            place: counts::input_place(input).and_then(|place| texts.add(&place)),
            record: decision.record.as_deref().and_then(|record| texts.add(record)),
            message: texts.add(&decision.message),
        });
    }

    pub(super) fn add_unread(&mut self, route: RouteNumber, origin: InputOrigin, why: &str) {
        let Some(first) = self.routed.count(route, TriageState::Unparsed) else {
            return;
        };
        let message = self.texts.add(why);
        let (key, kind, place, record) = (None, None, None, None);
        first.push(RoutedInput { origin, key, kind, place, record, message });
    }

    /// Returns how many inputs have no owner, and how many of them nobody is notified of.
    pub fn without_owner(&self) -> (usize, usize) {
        let (mut ownerless, mut untold) = (0, 0);
        for (number, _, group) in self.routed.groups() {
            let Some(route) = self.routes.get(number).filter(|route| route.owner.is_none()) else {
                continue;
            };
            ownerless += group.n;
            if route.notify.is_empty() {
                untold += group.n;
            }
        }
        (ownerless, untold)
    }
}

pub(super) fn display_route(route: &Route) -> Option<String> {
    match (&route.owner, route.notify.as_slice()) {
        (Some(owner), _) => Some(owner.email.clone()),
        (None, []) => None,
        (None, [one]) => Some(format!("nobody; notified: {}", one.email)),
        (None, [one, others @ ..]) => {
            Some(format!("nobody; notified: {} and {} more", one.email, others.len()))
        }
    }
}
