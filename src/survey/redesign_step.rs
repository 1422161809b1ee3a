//! The next step for a redesign, why it is due, and whom to notify about it.
//!
//! Uses policy's redesigns, survey's states of them, and the escalation chain. Pure. Start at [`next_step`] and
//! [`due_redesigns`]. Follows `docs/spec/cli.md`, redesign and due.

use std::collections::BTreeSet;

use strum::IntoStaticStr;

use crate::diag;
use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::policy::redesign::{Redesign, RedesignOutcome};
use crate::policy::settings::{PatternKey, Recipient};
use crate::record::near;
use crate::record::time::{Day, Instant};
use crate::record::vocabulary::Vocabulary;
use crate::survey::cause::{self, CauseGroup, Findings};
use crate::survey::escalate::{self, AdviceContext};
use crate::survey::neighbour::Neighbours;
use crate::survey::redesign::{
    self, RedesignState, RedesignStatus, redesign_states, watched_until,
};
use crate::survey::shell::quoted;

/// Why a redesign needs attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum RedesignBucket {
    /// Its due date is past, and it isn't done.
    RedesignOverdue,
    /// Its exceptions came back, and nobody has filed another redesign.
    RedesignRecurred,
    /// The time in which its effect shows is over, and nobody has assessed it.
    RedesignUnassessed,
}

impl RedesignBucket {
    /// Returns the bucket's name as in `docs/spec/cli.md`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What to do about a redesign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedesignStep {
    /// A lower-case sentence without a full stop.
    pub action: String,
    /// The command that does it; `…` marks what a person has to fill in.
    pub command: String,
}

/// A redesign that needs attention.
#[derive(Clone, Debug)]
pub struct DueRedesign<'a> {
    pub state: &'a RedesignState,
    pub redesign: &'a Redesign,
    pub bucket: RedesignBucket,
    /// Since when it has been due.
    pub since: Option<Instant>,
    pub step: RedesignStep,
}

/// Returns the redesigns that need attention, by bucket, then the one that has waited longest.
pub fn due_redesigns<'a>(
    states: &'a [RedesignState],
    governance: &Governance,
) -> Vec<DueRedesign<'a>> {
    let mut due: Vec<DueRedesign<'a>> = states
        .iter()
        .filter_map(|state| {
            let redesign = state.redesign.as_deref()?;
            let (bucket, since) = bucket(state, redesign, states, governance)?;
            let step = next_step(state, governance)?;
            Some(DueRedesign { state, redesign, bucket, since, step })
        })
        .collect();
    due.sort_by_key(|it| (it.bucket, it.since, it.state.id.clone()));
    due
}

fn bucket(
    state: &RedesignState,
    redesign: &Redesign,
    states: &[RedesignState],
    governance: &Governance,
) -> Option<(RedesignBucket, Option<Instant>)> {
    match state.status {
        RedesignStatus::Overdue => Some((RedesignBucket::RedesignOverdue, state.due.map(Day::end))),
        RedesignStatus::Recurred => {
            let outcome = redesign.assessed.as_ref().map(|assessed| assessed.outcome);
            let is_over = outcome == Some(RedesignOutcome::Abandoned)
                || states.iter().any(|other| follows(other, state, redesign, governance));
            (!is_over).then(|| (RedesignBucket::RedesignRecurred, recurred(state, redesign)))
        }
        RedesignStatus::Unassessed => {
            let patterns = &governance.policy.patterns;
            let end = state.done.map(|done| watched_until(redesign, done, patterns).end());
            Some((RedesignBucket::RedesignUnassessed, end))
        }
        _ => None,
    }
}

/// Returns since when a redesign has been known not to work.
fn recurred(state: &RedesignState, redesign: &Redesign) -> Option<Instant> {
    let mut landed: Vec<Instant> = state.landed_after.iter().map(|it| it.at).collect();
    landed.sort();
    let most = usize::try_from(redesign.at_most()).unwrap_or(usize::MAX);
    let assessed = redesign.assessed.as_ref();
    let assessed = assessed.filter(|it| it.outcome == RedesignOutcome::Recurred);
    let assessed = assessed.map(|it| it.date.start());
    landed.get(most).copied().into_iter().chain(assessed).min()
}

/// Tells whether another redesign takes the place of one that did not work: it is about the same pattern or a wider one,
/// and was not done before.
fn follows(
    other: &RedesignState,
    state: &RedesignState,
    redesign: &Redesign,
    governance: &Governance,
) -> bool {
    use RedesignStatus::{Effective, Open, Overdue, Unassessed, Watching};
    let is_counted = matches!(other.status, Open | Overdue | Watching | Unassessed | Effective);
    let is_later = other.done.is_none() || other.done > state.done;
    let is_wider = other.redesign.as_deref().is_some_and(|other| {
        let stated = |wanted: &Redesign, key: &str| {
            let mut stated = wanted.pattern.stated();
            let found = stated.find(|(own, _)| *own == key);
            found.map(|(key, value)| comparable(key, value, governance))
        };
        other
            .pattern
            .stated()
            .all(|(key, value)| stated(redesign, key) == Some(comparable(key, value, governance)))
    });
    other.id != state.id && is_counted && is_later && is_wider
}

/// Returns the value of a word of a pattern, normalized for comparison.
fn comparable(key: &str, value: &str, governance: &Governance) -> String {
    match PatternKey::from_word(key) {
        Some(key) => cause::comparable(key, value, governance),
        None => cause::comparable_finding(value),
    }
}

/// Returns what to do about a redesign; `None` if there is nothing.
pub fn next_step(state: &RedesignState, governance: &Governance) -> Option<RedesignStep> {
    let step = |action: String, command: String| Some(RedesignStep { action, command });
    let Some((id, redesign)) = state.id.as_deref().zip(state.redesign.as_deref()) else {
        return step_without_content(state);
    };
    let done = format!("exledger redesign done {id} --evidence …");
    let assess = format!("exledger redesign assess {id} --outcome … --reason …");
    let patterns = &governance.policy.patterns;
    match state.status {
        RedesignStatus::Unapproved => step_without_content(state),
        RedesignStatus::Recurred => step(
            format!("file another redesign: {}", returned(state)),
            new_command(redesign.pattern.stated(), None),
        ),
        RedesignStatus::Unassessed => {
            step(format!("assess its effect, by someone other than {}", involved(redesign)), assess)
        }
        RedesignStatus::Watching => {
            let end = state.done.map(|done| watched_until(redesign, done, patterns));
            let until = end.map_or_else(String::new, |end| format!(" until {end}"));
            let n = diag::count(state.landed_after.len(), "occurrence");
            let most = redesign.at_most();
            step(format!("watch its pattern{until}: {n} since it was done, at most {most}"), assess)
        }
        RedesignStatus::Overdue => {
            step("finish it, or have another `due` approved by somebody else".to_owned(), done)
        }
        RedesignStatus::Open => {
            let by = state.due.map_or_else(String::new, |due| format!(" by {due}"));
            step(format!("finish it{by}"), done)
        }
        RedesignStatus::Abandoned | RedesignStatus::Effective | RedesignStatus::Ticket => None,
    }
}

/// Returns the step for a ticket, or a file that nobody approved.
fn step_without_content(state: &RedesignState) -> Option<RedesignStep> {
    if let Some(path) = &state.path {
        return Some(RedesignStep {
            action: "have it approved by someone who did not write it".to_owned(),
            command: format!("exledger approve {}", quoted(path)),
        });
    }
    let ticket = state.ticket.as_deref();
    Some(RedesignStep {
        action: "file a redesign for it, so that its effect is followed up".to_owned(),
        command: new_command(std::iter::empty(), ticket),
    })
}

/// Returns the command that files a redesign for a pattern.
pub fn new_command<'w>(
    words: impl Iterator<Item = (&'static str, &'w str)>,
    ticket: Option<&str>,
) -> String {
    let stated: String =
        words.map(|(key, value)| format!(" --pattern {key}={}", quoted(value))).collect();
    let pattern = if stated.is_empty() { " --pattern …".to_owned() } else { stated };
    let ticket = ticket.map_or_else(String::new, |it| format!(" --ticket {}", quoted(it)));
    format!("exledger redesign new{pattern}{ticket} --title … --target … --plan … --due …")
}

/// Returns what came back, in words.
fn returned(state: &RedesignState) -> String {
    let ids: Vec<&str> =
        state.landed_after.iter().flat_map(|it| &it.ids).map(String::as_str).collect();
    let n = state.landed_after.len();
    if n == 0 {
        return "its exceptions came back, as it was assessed".to_owned();
    }
    format!("{} landed after it was done: {}", diag::count(n, "occurrence"), ids.join(", "))
}

/// Returns the people who can't assess a redesign: its owner, and who did it.
fn involved(redesign: &Redesign) -> String {
    let owner = &redesign.owner.email;
    match &redesign.done {
        Some(done) if done.by != *owner => format!("{owner} and {}", done.by),
        _ => owner.to_string(),
    }
}

/// Returns the people to notify about a redesign that is due, each with their roles.
pub fn recipients(
    due: &DueRedesign<'_>,
    around: AdviceContext<'_>,
) -> Vec<(Person, BTreeSet<String>)> {
    let owner = &due.redesign.owner;
    let found = escalate::chain_recipients(due.since, around, &|recipient| {
        escalate::owning_people(owner, recipient, around.governance)
    });
    let is_owner = |roles: &BTreeSet<String>| roles.contains(Recipient::Owner.as_str());
    found
        .into_iter()
        .map(|(person, roles)| match person.name.is_empty() && is_owner(&roles) {
            true => (person.called(&owner.name), roles),
            false => (person, roles),
        })
        .collect()
}

/// Returns what makes a new redesign doubtful: no merged record has its pattern, or another one is in time for it.
pub fn doubts(
    redesign: &Redesign,
    neighbours: &Neighbours,
    governance: &Governance,
) -> Vec<String> {
    let keys = &governance.policy.patterns.key;
    let groups = neighbours
        .all
        .iter()
        .flat_map(|it| cause::groups(&it.record, keys, Findings::Count, governance).into_keys());
    let groups: BTreeSet<CauseGroup> = groups.collect();
    let mut doubts = Vec::new();
    if !groups.iter().any(|group| redesign::covers(&redesign.pattern, group, governance)) {
        let unknown = redesign.pattern.stated().find_map(|(key, value)| {
            let known: BTreeSet<&str> =
                groups.iter().filter_map(|group| value_of(group, key, governance)).collect();
            let is_known = known.contains(comparable(key, value, governance).as_str());
            let similar = near::nearest(value, known.iter().copied());
            let meant = similar.map_or_else(String::new, |it| format!("; did you mean {it}?"));
            (!is_known).then(|| {
                format!("no merged record has the {} {value}{meant}", key.replace('_', " "))
            })
        });
        doubts.push(unknown.unwrap_or_else(|| {
            "no merged record has all words of this pattern: `exledger patterns` lists them"
                .to_owned()
        }));
    }
    for state in redesign_states(neighbours, governance) {
        let is_same = state.redesign.as_deref().is_some_and(|other| {
            let mut stated = other.pattern.stated();
            stated.all(|(key, value)| {
                let mut own = redesign.pattern.stated();
                own.any(|(it, text)| {
                    it == key
                        && comparable(it, text, governance) == comparable(key, value, governance)
                })
            })
        });
        if let Some(id) = state.id.filter(|_| state.lifts && is_same) {
            doubts.push(format!("{id} is in time for this pattern: records may link it instead"));
        }
    }
    doubts
}

/// Returns the value of a group for a word of a pattern.
fn value_of<'g>(group: &'g CauseGroup, key: &str, governance: &Governance) -> Option<&'g str> {
    let keys = &governance.policy.patterns.key;
    match keys.iter().position(|it| it.as_str() == key) {
        Some(place) => group.values.get(place)?.as_deref(),
        None => group.finding.as_deref(),
    }
}
