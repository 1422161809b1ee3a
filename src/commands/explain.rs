//! `explain`: what a rule finds, why, an example, and the fix; or what the catalogs say of a control.
//!
//! Works without a ledger; in a ledger, its own catalogs are included. Follows `docs/spec/cli.md`.

use std::collections::{BTreeMap, BTreeSet};

use clap::Parser;

use crate::commands::command::{Command, Run};
use crate::commands::context::{Ctx, fault};
use crate::commands::exit::Outcome;
use exledger::diag::code::Code;
use exledger::diag::remedy::Remedy;
use exledger::diag::renamed;
use exledger::policy::catalog::controls::Catalog;
use exledger::policy::catalog::search::search;
use exledger::policy::catalog::{self, built_in};
use exledger::policy::governance::{Governance, State};
use exledger::record::near;
use exledger::rules::rule::Rule;
use exledger::{rules, view};

/// Explain a rule, or search the controls
///
/// Shows what the rule finds, why it matters, what ends it, and examples that pass and fail; without a code, lists
/// all rules. With --controls, searches the catalogs; withdrawn controls are shown with their replacement.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger explain wildcard-scope\n  exledger explain --controls NHI-02\n  exledger explain --controls long-lived secrets"
)]
pub(crate) struct ExplainArgs {
    /// Code of a rule, as shown in findings
    rule: Option<String>,

    /// Search the controls by id, alias, catalog or words of a title; without words, list them all
    #[arg(long, value_name = "WORDS", num_args = 0.., conflicts_with = "rule")]
    controls: Option<Vec<String>>,
}

pub(crate) const COMMAND: Command = Command::of::<ExplainArgs>("explain");

impl Run for ExplainArgs {
    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        if let Some(words) = &self.controls {
            return show_controls(ctx, words);
        }
        let ctx = &ctx.for_drafts();
        let shown: Vec<&Rule> = match &self.rule {
            None => rules::ALL.iter().collect(),
            Some(code) => {
                let found = Code::parse(code.trim()).and_then(rules::find);
                let missing = || {
                    let codes = rules::ALL.iter().map(|rule| rule.code.as_str());
                    let list = "run `exledger explain` for the list";
                    let is_rule = |new: &String| Code::parse(new).is_some();
                    if let Some(new) = renamed::find(code.trim()).filter(is_rule) {
                        let now = format!("the rule {code} is called {new} now");
                        return fault::usage_error(
                            now,
                            Remedy::run([format!("exledger explain {new}")]),
                        );
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
        ctx.show(view::explain::doc(&shown))?;
        Ok(Outcome::Fine)
    }
}

fn show_controls(ctx: &Ctx, words: &[String]) -> anyhow::Result<Outcome> {
    let governance = read_governance(ctx);
    let mut catalogs: BTreeMap<&str, &Catalog> =
        built_in::ALL.iter().map(|catalog| (catalog.name, catalog.catalog())).collect();
    let listed: BTreeSet<&str> = governance
        .iter()
        .flat_map(|own| &own.policy.catalogs)
        .map(|name| catalog::name_of(name))
        .collect();
    if let Some(own) = &governance {
        // A team's own catalog replaces the built-in one of the same name.
        let known = listed.iter().filter_map(|name| own.catalog(name));
        catalogs.extend(known.map(|catalog| (catalog.name.as_str(), catalog)));
    }
    let catalogs: Vec<&Catalog> = catalogs.into_values().collect();
    let query = words.join(" ");
    let hits = search(&catalogs, &query);
    let found: BTreeSet<&str> = hits.iter().map(|hit| hit.catalog.name.as_str()).collect();
    let unlisted = match governance {
        Some(_) => found.difference(&listed).copied().collect(),
        None => Vec::new(),
    };
    let similar = if hits.is_empty() { similar(&catalogs, query.trim()) } else { None };
    ctx.show(view::controls::doc(&view::controls::Controls {
        query: query.trim(),
        similar,
        hits,
        unlisted,
    }))?;
    Ok(Outcome::Fine)
}

fn similar(catalogs: &[&Catalog], query: &str) -> Option<String> {
    let ids: Vec<(String, &str)> = catalogs
        .iter()
        .flat_map(|catalog| {
            let ids = catalog.controls.iter().map(|control| control.id.as_str());
            ids.map(|id| (format!("{}:{id}", catalog.name), id))
        })
        .collect();
    let whole = near::nearest(query, ids.iter().map(|(whole, _)| whole.as_str()));
    let bare = || {
        let nearest = near::nearest(query, ids.iter().map(|(_, bare)| *bare))?;
        ids.iter().find(|(_, bare)| *bare == nearest).map(|(whole, _)| whole.clone())
    };
    whole.map(str::to_owned).or_else(bare)
}

fn read_governance(ctx: &Ctx) -> Option<Governance> {
    let home = ctx.home().ok()?;
    match Governance::read(home.tree()) {
        Ok(governance) if governance.state == State::Broken => {
            ctx.hint(
                "the policy has errors: run `exledger lint`; only built-in catalogs are shown",
            );
            None
        }
        Ok(governance) => Some(governance),
        Err(error) => {
            ctx.hint(&format!("{error}: only built-in catalogs are shown"));
            None
        }
    }
}
