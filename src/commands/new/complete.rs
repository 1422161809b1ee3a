//! `new --complete`: answers what is open in drafts of the work tree.
//!
//! Start at [`run`]. Follows `docs/spec/cli.md`, new.

use std::collections::BTreeSet;

use crate::ask;
use crate::ask::prompting::Prompt;
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::exit::Outcome;
use crate::commands::next_steps;
use crate::commands::prompts;
use exledger::plan::answers::Answers;
use exledger::plan::part;
use exledger::plan::question::table::{self, QuestionField};
use exledger::session::Session;
use exledger::session::import::complete::{CompletionRequest, PreparedCompletion};
use exledger::survey::shell::quoted;
use exledger::view;
use exledger::view::import::CompletedLine;

/// What to complete, and with which answers.
pub(super) struct Completing<'c> {
    pub(super) named: &'c [String],
    pub(super) given: Answers,
    pub(super) profile: Option<&'c str>,
}

/// Completes drafts, all or none.
pub(super) fn run(
    ctx: &Ctx,
    session: &Session,
    mut completing: Completing<'_>,
) -> anyhow::Result<Outcome> {
    let mut asked = BTreeSet::new();
    let prepared = loop {
        let prepared = completing.prepared(ctx, session)?;
        let mut open = prepared.left().into_iter().filter_map(question);
        let open = open.find(|of| !asked.contains(&of.field));
        let Some(of) = open.filter(|_| prompts::can_prompt(ctx)) else {
            break prepared;
        };
        let n = prepared.drafts.len();
        // Nobody else can write while it is held.
        drop(prepared);
        asked.insert(of.field.clone());
        completing.ask(&of, n)?;
    };
    ctx.of_notices(&prepared.notices);
    prepared.refuse_incomplete()?;
    prepared.write()?;
    show(ctx, session, &prepared)?;
    Ok(Outcome::Fine)
}

impl Completing<'_> {
    fn prepared<'s>(
        &self,
        ctx: &Ctx,
        session: &'s Session,
    ) -> anyhow::Result<PreparedCompletion<'s>> {
        let _progress = ctx.progress("reading the drafts");
        Ok(session.complete(
            &ctx.moment(),
            &CompletionRequest {
                named: self.named,
                given: &self.given,
                profile: self.profile,
                folder: &ctx.folder,
            },
        )?)
    }

    /// Asks for the answer to an open field of all drafts.
    fn ask(&mut self, of: &QuestionField, n: usize) -> anyhow::Result<()> {
        let question = match n {
            1 => of.prompt.to_owned(),
            n => format!("{} (for {n} drafts)", of.prompt),
        };
        let prompt =
            Prompt { label: of.label, question: &question, hint: of.hint, ..Prompt::default() };
        let check = |answer: &str| part::fill(&mut self.given.clone(), &of.field, answer);
        let answer = ask::line(&prompt, "", &check)
            .map_err(|error| fault::unasked(&error, format!("give it with {}", of.flags)))?;
        part::fill(&mut self.given, &of.field, &answer).map_err(|what| fault::usage_error(what, ""))
    }
}

/// Returns the question that answers an open field.
fn question(field: &str) -> Option<QuestionField> {
    let path = match field {
        "deviates_from.rule" => "deviates_from",
        "subject.application" => "subject",
        "owner.name" | "owner.email" => "owner",
        // The owner of a control is the owner of the record, once known.
        _ if field.ends_with("].owner") => "owner",
        _ => field.split('[').next().unwrap_or(field),
    };
    table::find(path)
}

fn show(ctx: &Ctx, session: &Session, prepared: &PreparedCompletion<'_>) -> anyhow::Result<()> {
    let drafts: Vec<CompletedLine<'_>> = prepared
        .drafts
        .iter()
        .map(|draft| CompletedLine { id: &draft.id, path: &draft.path, changes: &draft.changes })
        .collect();
    let files: Vec<String> = prepared.drafts.iter().map(|draft| quoted(&draft.path)).collect();
    let name = match prepared.drafts.as_slice() {
        [only] => only.id.clone(),
        several => format!("{} exceptions", several.len()),
    };
    let branch = format!("file-{}", name.replace(' ', "-"));
    let next = next_steps::sending(ctx, session, &branch, (&files, &format!("File {name}")));
    ctx.show(&view::import::completed(&drafts, &next))
}
