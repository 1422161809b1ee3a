//! What the prompts of `new --complete` offer, and why they refuse an answer.
//!
//! Start at [`CompletionPrompts`]. Follows `docs/spec/cli.md`, new, `--complete`.

use crate::diag::Finding;
use crate::features::import::complete::{self, CompletionRequest};
use crate::features::new::review;
use crate::ledger::Ledger;
use crate::plan::offer::OfferedNames;
use crate::policy::governance::Governance;
use crate::record::file;
use crate::rules::case::RuleContext;
use crate::rules::extra_schema::ExtraSchema;
use crate::rules::lint;
use crate::rules::past::RecordPast;
use crate::session::error::Error;
use crate::session::locate::{self, Located};
use crate::session::options::Moment;

/// The policy and the records that prompts for drafts look into.
pub struct CompletionPrompts<'s> {
    located: &'s Located,
    governance: Governance,
    ledger: Ledger,
}

impl<'s> CompletionPrompts<'s> {
    pub(crate) fn read(located: &'s Located) -> Result<CompletionPrompts<'s>, Error> {
        let governance = locate::governance(located.work_tree()?)?;
        let ledger = Ledger::read(&located.tree, &governance.policy.records)?;
        Ok(CompletionPrompts { located, governance, ledger })
    }

    /// Returns the names that are offered as answers.
    pub fn names(&self) -> OfferedNames<'_> {
        OfferedNames::collect(&self.governance, &self.ledger)
    }

    /// Refuses the answer to a field, which is among the answers of the request, with the message of the rule that it
    /// breaks in any of the drafts. What is still open there breaks none.
    ///
    /// # Errors
    /// The text that says what is wrong with the answer, and how to fix it.
    pub fn refuse(
        &self,
        at: &Moment,
        request: &CompletionRequest<'_>,
        field: &str,
    ) -> Result<(), String> {
        let said = |error: Error| error.to_string();
        let drafts = complete::drafts(self.located, at, &self.governance, request).map_err(said)?;
        let extra_schema = ExtraSchema::of(&self.governance);
        let context = RuleContext {
            governance: &self.governance,
            extra_schema: &extra_schema,
            tree: &self.located.tree,
            instant: None,
            neighbours: None,
        };
        for draft in &drafts {
            let source = file::read(&draft.path, draft.text().as_bytes());
            let mut findings = lint::record(&source, &context, RecordPast::UNKNOWN)
                .map_err(|error| error.to_string())?;
            findings.extend(review::ended(&source, at.instant()));
            let is_open = |finding: &&Finding| {
                let field = finding.field.as_deref();
                field.is_some_and(|field| draft.left.iter().any(|left| left == field))
            };
            let answered = findings.iter().filter(|finding| !is_open(finding));
            review::refuse_answer(answered, field)?;
        }
        Ok(())
    }
}
