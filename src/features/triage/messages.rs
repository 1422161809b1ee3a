//! What each person is told about the inputs: one message for each owner and each person notified.
//!
//! Pure. Start at [`triage_messages`]. Follows `docs/spec/cli.md`, triage, `--messages`.

use crate::diag::sorting::StableSort as _;
use std::collections::BTreeMap;

use crate::features::triage::counts::TriageCounts;
use crate::features::triage::counts::routed::{MOST_INPUTS, RoutedGroup, RoutedInput};
use crate::policy::people::person::Person;
use crate::survey::event::TriageState;
use crate::survey::route::Route;

/// Everything that one person is told.
#[derive(Debug)]
pub struct TriageMessage<'a> {
    pub person: Person,
    /// How many inputs in each state the person owns.
    pub owned: BTreeMap<TriageState, usize>,
    /// How many further inputs in each state the person is only notified of.
    pub notified: BTreeMap<TriageState, usize>,
    /// The first inputs, worst first, at most [`MOST_INPUTS`].
    pub inputs: Vec<MessageInput<'a>>,
}

/// An input in a message.
#[derive(Clone, Copy, Debug)]
pub struct MessageInput<'a> {
    pub state: TriageState,
    pub input: &'a RoutedInput,
    pub route: &'a Route,
    /// Whether the person owns it, and is not only notified.
    pub is_owner: bool,
}

impl TriageMessage<'_> {
    /// Returns how many inputs of a state the message is about, listed or not.
    pub fn n(&self, state: TriageState) -> usize {
        let count = |counts: &BTreeMap<TriageState, usize>| counts.get(&state).copied();
        count(&self.owned).unwrap_or(0) + count(&self.notified).unwrap_or(0)
    }
}

/// Returns the messages, one per person, by address.
pub fn triage_messages(tally: &TriageCounts) -> Vec<TriageMessage<'_>> {
    let mut by_key: BTreeMap<String, TriageMessage<'_>> = BTreeMap::new();
    for (number, state, group) in tally.routed.groups() {
        let Some(route) = tally.routes.get(number) else { continue };
        let owner = route.owner.iter().map(|person| (person, true));
        let notified = route.notify.iter().map(|person| (person, false));
        for (person, is_owner) in owner.chain(notified) {
            let message =
                by_key.entry(person.key.clone()).or_insert_with(|| TriageMessage::new(person));
            message.add(person, state, group, route, is_owner);
        }
    }
    let mut messages: Vec<TriageMessage<'_>> = by_key.into_values().collect();
    for message in &mut messages {
        message.inputs.order_by_key(order);
        message.inputs.truncate(MOST_INPUTS);
    }
    messages
}

fn order(input: &MessageInput<'_>) -> impl Ord + use<> {
    (input.state, !input.is_owner, input.input.origin.source, input.input.origin.index)
}

impl<'a> TriageMessage<'a> {
    fn new(person: &Person) -> TriageMessage<'a> {
        TriageMessage {
            person: person.clone(),
            owned: BTreeMap::new(),
            notified: BTreeMap::new(),
            inputs: Vec::new(),
        }
    }

    fn add(
        &mut self,
        person: &Person,
        state: TriageState,
        group: &'a RoutedGroup,
        route: &'a Route,
        is_owner: bool,
    ) {
        if self.person.name.is_empty() {
            self.person = person.clone();
        }
        let counts = if is_owner { &mut self.owned } else { &mut self.notified };
        *counts.entry(state).or_default() += group.n;
        let inputs = group.first.iter();
        self.inputs.extend(inputs.map(|input| MessageInput { state, input, route, is_owner }));
        // Somebody may be notified of everything: never more than twice the maximum is kept.
        if self.inputs.len() > 2 * MOST_INPUTS {
            self.inputs.order_by_key(order);
            self.inputs.truncate(MOST_INPUTS);
        }
    }
}
