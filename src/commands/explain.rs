//! `explain`: what a rule finds, why, an example, and the fix.

use clap::Parser;

use crate::commands::command::{Command, Run};
use crate::commands::context::{Ctx, fault};
use crate::commands::exit::Outcome;
use exledger::diag::code::Code;
use exledger::diag::renamed;
use exledger::record::near;
use exledger::rules::rule::Rule;
use exledger::{rules, view};

/// Explain a rule, or list all rules
///
/// Shows what the rule finds, why it matters, how to fix it, and examples that pass and fail.
#[derive(Debug, Parser)]
#[command(name = "explain")]
#[command(after_help = "EXAMPLE\n  exledger explain wildcard-scope")]
pub(crate) struct ExplainArgs {
    /// Code of the rule, as shown in findings
    rule: Option<String>,
}

pub(crate) const COMMAND: Command = Command::of::<ExplainArgs>();

impl Run for ExplainArgs {
    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let ctx = &ctx.for_drafts();
        let shown: Vec<&Rule> = match &self.rule {
            None => rules::ALL.iter().collect(),
            Some(code) => {
                let found = Code::parse(code.trim()).and_then(rules::find);
                let missing = || {
                    let codes = rules::ALL.iter().map(|rule| rule.code.as_str());
                    let list = "run `exledger explain` for the list";
                    if let Some(new) = renamed::find(code.trim()) {
                        let now = format!("the rule {code} is called {new} now");
                        return fault::usage_error(now, format!("run `exledger explain {new}`"));
                    }
                    let help = match near::nearest(code, codes) {
                        Some(similar) => format!("did you mean {similar}? {list}"),
                        None => list.to_owned(),
                    };
                    fault::usage_error(format!("there is no rule {code}"), help)
                };
                vec![found.ok_or_else(missing)?]
            }
        };
        ctx.show(&view::explain::doc(&shown))?;
        Ok(Outcome::Fine)
    }
}
