//! What is said once a file is written: what it needs, from whom, and what to run next.
//!
//! Start at [`of`]. Follows `docs/spec/cli.md`, new.

use crate::ask;
use crate::commands::context::Ctx;
use crate::commands::new::filing::{self, Work};
use crate::commands::next_steps;
use exledger::approval;
use exledger::diag::Finding;
use exledger::plan::draft::RecordDraft;
use exledger::policy::people;
use exledger::policy::people::person::Person;
use exledger::policy::tier::Resolved;
use exledger::rules::change_cases;
use exledger::survey::shell::quoted;
use exledger::view;

/// Returns the answer about a record that was written.
pub(super) fn of(
    ctx: &Ctx,
    work: &Work<'_>,
    made: &RecordDraft,
    findings: Vec<Finding>,
) -> view::new::Filed {
    let needed = made.resolved.as_ref();
    let needed = needed.map(|resolved| resolved.demand().needed());
    let is_draft = filing::errors(&findings).next().is_some();
    view::new::Filed {
        id: work.setting.id.to_string(),
        path: made.path.clone(),
        is_draft,
        tier: made.resolved.as_ref().map(|resolved| resolved.tier.clone()),
        silence: made
            .resolved
            .as_ref()
            .map(Resolved::silence)
            .unwrap_or_default(),
        who: who(work, made),
        needed: needed.unwrap_or_default(),
        findings,
        derived: match ctx.person {
            // The preview has shown it.
            ask::Person::There => Vec::new(),
            ask::Person::Away => made.derived.clone(),
        },
        next: next(ctx, work, made),
    }
}

/// Returns who could approve, a line for each need: nobody who made it.
fn who(work: &Work<'_>, made: &RecordDraft) -> Vec<String> {
    let Some(record) = &made.source.record else {
        return Vec::new();
    };
    let governance = work.setting.governance;
    let filer = &work.setting.filer;
    let email = filer.email.as_deref();
    let makers: Vec<Person> = email
        .map(|email| people::identify(governance, filer.name.as_deref().unwrap_or_default(), email))
        .into_iter()
        .collect();
    let lacking = approval::ask::lacking(governance, record, None, &makers);
    lacking.iter().map(change_cases::said).collect()
}

/// Returns the commands that bring the file to where it is approved.
fn next(ctx: &Ctx, work: &Work<'_>, made: &RecordDraft) -> Vec<String> {
    let (home, id) = (work.home, work.setting.id.as_str());
    let git = next_steps::git(ctx, home);
    let own = next_steps::own_branch(home);
    let switch = own.is_none().then(|| format!("{git} switch -c {id}"));
    let rest = [
        format!("{git} add {}", quoted(&made.path)),
        format!("{git} commit -m {}", quoted(&format!("File {id}"))),
        next_steps::push(ctx, home, own.as_deref().unwrap_or(id)),
    ];
    switch.into_iter().chain(rest).collect()
}
