//! What is said once a file is written: what it needs, from whom, and what to run next.
//!
//! Start at [`of`]. Follows `docs/spec/cli.md`, new.

use crate::approval;
use crate::ask;
use crate::commands::context::Ctx;
use crate::commands::context::shell::quoted;
use crate::commands::new::filing::{self, Work};
use crate::diag::Finding;
use crate::history::refs::Refs;
use crate::plan::draft::Draft;
use crate::policy::people::{self, Person};
use crate::rules::changed;
use crate::store::git::Repository;
use crate::view;

/// Returns the answer about a record that was written.
pub(super) fn of(
    ctx: &Ctx,
    work: &Work<'_>,
    made: &Draft,
    findings: Vec<Finding>,
) -> anyhow::Result<view::new::Filed> {
    let needed = made.resolved.as_ref();
    let needed = needed.map(|resolved| resolved.demand().needed());
    let is_draft = filing::errors(&findings).next().is_some();
    Ok(view::new::Filed {
        id: work.setting.id.to_string(),
        path: made.path.clone(),
        draft: if is_draft {
            view::new::Draft::Yes
        } else {
            view::new::Draft::No
        },
        tier: made.resolved.as_ref().map(|resolved| resolved.tier.clone()),
        who: who(work, made),
        needed: needed.unwrap_or_default(),
        findings,
        derived: match ctx.person {
            // The preview has shown it.
            ask::Person::There => Vec::new(),
            ask::Person::Away => made.derived.clone(),
        },
        next: next(ctx, work, made)?,
    })
}

/// Returns who could approve, a line for each need: nobody who made it.
fn who(work: &Work<'_>, made: &Draft) -> Vec<String> {
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
    lacking.iter().map(changed::said).collect()
}

/// Returns the commands that bring the file to where it is approved.
fn next(ctx: &Ctx, work: &Work<'_>, made: &Draft) -> anyhow::Result<Vec<String>> {
    let id = work.setting.id.as_str();
    let git = ctx.git(work.home);
    let refs = work.home.repository().map(Repository::refs)??;
    Ok(vec![
        format!("{git} switch -c {id}"),
        format!("{git} add {}", quoted(&made.path)),
        format!("{git} commit -m {}", quoted(&format!("File {id}"))),
        format!("{git} push -u {} {id}", quoted(remote(&refs))),
    ])
}

/// Returns the remote that a branch is pushed to.
fn remote(refs: &Refs) -> &str {
    let origin = "origin".to_owned();
    match (&refs.upstream, refs.remotes.as_slice()) {
        (Some(upstream), _) => upstream,
        (None, [only]) => only,
        (None, remotes) if remotes.contains(&origin) => "origin",
        (None, [first, ..]) => first,
        (None, []) => "origin",
    }
}
