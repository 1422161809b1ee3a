//! Prompts: one question at a time, with choices, and with the rules' own messages for refused answers.
//!
//! Start at [`FilingPrompts::ask`]. Follows `docs/spec/cli.md`, new.

use crate::ask;
use crate::ask::prompting::{AskError, Prompt};
use crate::commands::context::{Ctx, fault};
use exledger::features::new::answer::Filing;
use exledger::features::new::review;
use exledger::plan::answers::Answers;
use exledger::plan::draft::RecordDraft;
use exledger::plan::offer::{Offer, OfferedNames};
use exledger::plan::question::table::QuestionField;
use exledger::plan::{derive, offer, part};
use exledger::record::scalar::Scalar;
use exledger::record::time::When;

pub(super) struct FilingPrompts<'d> {
    pub(super) ctx: &'d Ctx,
    pub(super) filing: &'d Filing<'d>,
    pub(super) names: OfferedNames<'d>,
}

impl FilingPrompts<'_> {
    pub(super) fn ask(
        &self,
        of: &QuestionField,
        because: &str,
        initial: &str,
        answers: &mut Answers,
    ) -> anyhow::Result<()> {
        self.ask_at(&of.field, of, because, initial, answers)
    }

    pub(super) fn ask_at(
        &self,
        path: &str,
        of: &QuestionField,
        because: &str,
        initial: &str,
        answers: &mut Answers,
    ) -> anyhow::Result<()> {
        let question = match because {
            "" => of.prompt.to_owned(),
            because => format!("{} ({because})", of.prompt),
        };
        let hint = self.hint(path, of, answers);
        let prompt =
            Prompt { label: of.label, question: &question, hint: &hint, ..Prompt::default() };
        let check = |answer: &str| self.refused(path, answer, answers);
        let result = answer(&prompt, (path, initial), &self.names, &check);
        let flags = format!("give it with {}", of.flags);
        let answer = result.map_err(|error| fault::unasked(&error, flags))?;
        part::fill(answers, path, &answer).map_err(|what| fault::usage_error(what, ""))
    }

    fn refused(&self, path: &str, answer: &str, answers: &Answers) -> Result<(), String> {
        let mut trial = answers.clone();
        part::fill(&mut trial, path, answer)?;
        let made = self.filing.draft(&trial);
        let findings = self.filing.objections(&made).map_err(|error| error.to_string())?;
        review::refuse_answer(&findings, path)
    }

    fn hint(&self, path: &str, of: &QuestionField, answers: &Answers) -> String {
        match path {
            "justification" => {
                let least = self.filing.governance.policy.lint.justification_min;
                format!("{}; at least {least} characters", of.hint)
            }
            "expires" => {
                let made = self.filing.draft(answers);
                format!("{}{}", of.hint, allowed(&made))
            }
            _ => of.hint.to_owned(),
        }
    }
}

pub(super) fn answer(
    prompt: &Prompt<'_>,
    (path, initial): (&str, &str),
    names: &OfferedNames<'_>,
    check: &dyn Fn(&str) -> Result<(), String>,
) -> Result<String, AskError> {
    if offer::offers(path, "", names).is_none() {
        return ask::line(prompt, initial, check);
    }
    let offers = |typed: &str| offer::offers(path, typed, names).unwrap_or_default();
    let marked = offers("").iter().position(|offer| offer.value == initial && !initial.is_empty());
    let taken = ask::pick(prompt, &offers, marked, &|offer: &Offer| check(&offer.value))?;
    Ok(taken.value)
}

fn allowed(made: &RecordDraft) -> String {
    let Some(resolved) = &made.resolved else {
        return String::new();
    };
    let starts = made.answers.text("starts").unwrap_or_default();
    let Ok(starts) = When::parse(starts) else {
        return String::new();
    };
    let latest = derive::latest(&starts, &starts, resolved);
    let latest = latest.map(|latest| format!(": {latest} at the latest")).unwrap_or_default();
    format!("; {}{latest}", derive::limits(&starts, resolved, "at most "))
}
