//! `new --complete`: answers what is open in drafts of the work tree.
//!
//! Start at [`run`]. Follows `docs/spec/cli.md`, new.

use exledger::features::import;
use std::collections::BTreeSet;

use crate::ask::prompting::Prompt;
use crate::commands::context::{Ctx, fault};
use crate::commands::exit::Outcome;
use crate::commands::{next_steps, prompts};
use exledger::diag::shell::quoted;
use exledger::features;
use exledger::features::import::complete::{CompletedDraft, CompletionRequest, PreparedCompletion};
use exledger::features::import::prompted::CompletionPrompts;
use exledger::plan::answers::Answers;
use exledger::plan::question::table;
use exledger::plan::question::table::QuestionField;
use exledger::plan::{field_values, part};
use exledger::record::credential;
use exledger::session::Session;

pub(super) struct Completing<'c> {
    pub(super) named: &'c [String],
    pub(super) given: Answers,
    pub(super) profile: Option<&'c str>,
    pub(super) flags: Vec<&'static str>,
}

/// Completes drafts, all or none. If answers at prompts come to nothing, the command that gives them again is printed.
pub(super) fn run(
    ctx: &Ctx,
    session: &Session,
    mut completing: Completing<'_>,
) -> anyhow::Result<Outcome> {
    let before = completing.given.clone();
    let done = completing.complete(ctx, session);
    if done.is_err() && completing.given != before {
        ctx.hint(&format!("hint: these answers again:\n{}", completing.command()));
    }
    done
}

impl Completing<'_> {
    fn complete(&mut self, ctx: &Ctx, session: &Session) -> anyhow::Result<Outcome> {
        let mut asked = BTreeSet::new();
        let prepared = loop {
            let prepared = self.prepared(ctx, session)?;
            let left = prepared.left();
            let mut questions = left.iter().filter_map(|field| question(field, &left));
            let open = questions.find(|of| !asked.contains(&of.field));
            let Some(of) = open.filter(|_| prompts::can_prompt(ctx)) else {
                break prepared;
            };
            let n = prepared.drafts.len();
            // Nobody else can write while it is held.
            drop(prepared);
            asked.insert(of.field.clone());
            self.ask((ctx, &features::import::read_completion_prompts(session)?), &of, n)?;
        };
        ctx.of_notices(&prepared.notices);
        prepared.refuse_incomplete()?;
        prepared.refuse_unchanged(&self.flags)?;
        prepared.write()?;
        show(ctx, session, &prepared)?;
        Ok(Outcome::Fine)
    }

    fn prepared<'s>(
        &self,
        ctx: &Ctx,
        session: &'s Session,
    ) -> anyhow::Result<PreparedCompletion<'s>> {
        let _progress = ctx.progress("reading the drafts");
        Ok(features::import::prepare_completion(
            session,
            &ctx.moment(),
            &self.request(ctx, &self.given),
        )?)
    }

    fn request<'r>(&'r self, ctx: &'r Ctx, given: &'r Answers) -> CompletionRequest<'r> {
        let folder = ctx.folder.as_path();
        CompletionRequest { named: self.named, given, profile: self.profile, folder }
    }

    fn ask(
        &mut self,
        (ctx, prompts): (&Ctx, &CompletionPrompts<'_>),
        of: &QuestionField,
        n: usize,
    ) -> anyhow::Result<()> {
        let question = match n {
            1 => of.prompt.to_owned(),
            n => format!("{} (for {n} drafts)", of.prompt),
        };
        let prompt =
            Prompt { label: of.label, question: &question, hint: of.hint, ..Prompt::default() };
        let check = |answer: &str| {
            let mut trial = self.given.clone();
            part::fill(&mut trial, &of.field, answer)?;
            prompts.refuse(&ctx.moment(), &self.request(ctx, &trial), &of.field)
        };
        let answer = super::prompts::answer(&prompt, (&of.field, ""), &prompts.names(), &check)
            .map_err(|error| fault::unasked(&error, format!("give it with {}", of.flags)))?;
        part::fill(&mut self.given, &of.field, &answer).map_err(|what| fault::usage_error(what, ""))
    }

    fn command(&self) -> String {
        let named = self.named.iter().map(|named| quoted(named));
        let profile = self.profile.map(|name| ("--profile", name.to_owned()));
        let given = profile.into_iter().chain(field_values::flags_of(&self.given));
        let flags = given.map(|(flag, value)| format!("{flag} {}", quoted(&value)));
        let parts: Vec<String> = named.chain(flags).collect();
        credential::hidden(format!("exledger new --complete {}", parts.join(" ")))
    }
}

fn question(field: &str, left: &[&str]) -> Option<QuestionField> {
    let path = match field {
        "deviates_from.rule" => "deviates_from",
        "subject.application" => "subject",
        // The address is known, but no roster has the name.
        "owner.name" if !left.contains(&"owner.email") => field,
        "owner.name" | "owner.email" => "owner",
        // The owner of a control is the owner of the record, once known.
        _ if field.ends_with("].owner") => "owner",
        _ => field.split('[').next().unwrap_or(field),
    };
    table::find(path)
}

fn show(ctx: &Ctx, session: &Session, prepared: &PreparedCompletion<'_>) -> anyhow::Result<()> {
    let unchanged: Vec<&str> = prepared.unchanged().map(|draft| draft.id.as_str()).collect();
    if !unchanged.is_empty() {
        ctx.hint(&format!("hint: nothing to complete in {}", unchanged.join(", ")));
    }
    let drafts: Vec<&CompletedDraft> = prepared.changed().collect();
    let files: Vec<String> = prepared.changed().map(|draft| quoted(&draft.path)).collect();
    let first = drafts.first().map_or("", |draft| draft.id.as_str());
    let more = match drafts.len() {
        0 | 1 => String::new(),
        n => format!(" and {} more", n - 1),
    };
    let (branch, subject) = (format!("file-{first}"), format!("File {first}{more}"));
    let next = next_steps::sending(ctx, session, &branch, (&files, &subject));
    ctx.show(import::show::completed(&drafts, &next))
}
