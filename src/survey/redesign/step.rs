//! The next step for a redesign, in words and as a command.
//!
//! Pure. Start at [`next_step`]. Follows `docs/spec/cli.md`, redesign.

use crate::approval::next::text;
use crate::diag;
use crate::diag::shell;
use crate::diag::shell::quoted;
use crate::policy::governance::Governance;
use crate::policy::redesign::Redesign;
use crate::survey::redesign::{RedesignState, RedesignStatus, watched_until};

/// What to do about a redesign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedesignStep {
    /// A lower-case sentence without a full stop.
    pub action: String,
    /// The command that does it, which prompts for what it needs.
    pub command: String,
}

/// Returns what to do about a redesign; `None` if there is nothing.
pub fn next_step(state: &RedesignState, governance: &Governance) -> Option<RedesignStep> {
    let step = |action: String, command: String| Some(RedesignStep { action, command });
    let Some((id, redesign)) = state.id.as_deref().zip(state.redesign.as_deref()) else {
        return step_without_content(state);
    };
    if let Some(path) = state.path.as_deref().filter(|_| state.waits) {
        return step(
            format!("have its change {}", text::by_other(&state.approvers)),
            shell::command("exledger approve --governance", &[path]),
        );
    }
    let done = format!("exledger redesign done {id}");
    let assess = format!("exledger redesign assess {id}");
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

fn step_without_content(state: &RedesignState) -> Option<RedesignStep> {
    if let Some(path) = &state.path {
        return Some(RedesignStep {
            action: format!("have it {}", text::by_other(&state.approvers)),
            command: shell::command("exledger approve --governance", &[path]),
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
    let ticket = ticket.map_or_else(String::new, |ticket| format!(" --ticket {}", quoted(ticket)));
    format!("exledger redesign new{stated}{ticket}")
}

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
