//! Asking a person: one question at a time, with offers, and with the rules' own words for what is refused.
//!
//! Start at [`FilingPrompts::ask`]. Follows `docs/spec/cli.md`, new.

use crate::ask;
use crate::ask::prompting::Prompt;
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use exledger::plan::answers::Answers;
use exledger::plan::derive;
use exledger::plan::draft::RecordDraft;
use exledger::plan::offer::{self, Offer, OfferedNames};
use exledger::plan::part;
use exledger::plan::question::table::QuestionField;
use exledger::record::credential;
use exledger::record::scalar::Scalar;
use exledger::record::time::When;
use exledger::rules;
use exledger::session::filing::Filing;
use exledger::session::filing::review;

/// Where a person is asked.
pub(super) struct FilingPrompts<'d> {
    /// The terminal, and what was said on the command line.
    pub(super) ctx: &'d Ctx,
    /// What is filed.
    pub(super) filing: &'d Filing<'d>,
    /// The names that answers are offered from.
    pub(super) names: OfferedNames<'d>,
}

impl FilingPrompts<'_> {
    /// Asks for a field and puts the answer into the answers.
    pub(super) fn ask(
        &self,
        of: &QuestionField,
        because: &str,
        initial: &str,
        answers: &mut Answers,
    ) -> anyhow::Result<()> {
        self.ask_at(&of.field, of, because, initial, answers)
    }

    /// Asks for the field of a path, in the words of a field.
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
        let asked = if offer::offers(path, "", &self.names).is_some() {
            let offers = |typed: &str| offer::offers(path, typed, &self.names).unwrap_or_default();
            let marked =
                offers("").iter().position(|it| it.value == initial && !initial.is_empty());
            let taken = ask::pick(&prompt, &offers, marked, &|offer: &Offer| check(&offer.value));
            taken.map(|offer| offer.value)
        } else {
            ask::line(&prompt, initial, &check)
        };
        let flags = format!("give it with {}", of.flags);
        let answer = asked.map_err(|error| fault::unasked(&error, flags))?;
        part::fill(answers, path, &answer).map_err(|what| fault::usage_error(what, ""))
    }

    /// Says why an answer is refused, in the words of the rule.
    fn refused(&self, path: &str, answer: &str, answers: &Answers) -> Result<(), String> {
        let mut trial = answers.clone();
        part::fill(&mut trial, path, answer)?;
        let made = self.filing.draft(&trial);
        let findings = self.filing.objections(&made).map_err(|error| error.to_string())?;
        let of_field = |field: &str| {
            let rest = field.strip_prefix(path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let objection = review::errors(&findings).find(|finding| {
            let here = finding.field.as_deref().is_some_and(of_field);
            here && !rules::find(finding.rule).is_some_and(|rule| rule.special.asked_later)
        });
        match objection {
            Some(finding) => Err(credential::hidden(format!(
                "{}: {} [{}]",
                finding.message, finding.help, finding.rule
            ))),
            None => Ok(()),
        }
    }

    /// Returns what helps to answer: the limit of the policy where there is one.
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

/// Says how long tier and class allow.
fn allowed(made: &RecordDraft) -> String {
    let Some(resolved) = &made.resolved else {
        return String::new();
    };
    let starts = made.answers.text("starts").unwrap_or_default();
    let Ok(starts) = When::parse(starts) else {
        return String::new();
    };
    let latest = derive::latest(&starts, &starts, resolved);
    let latest = latest.map(|it| format!(": {it} at the latest")).unwrap_or_default();
    format!("; {}{latest}", derive::limits(resolved, "at most "))
}
