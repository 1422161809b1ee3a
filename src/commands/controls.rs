//! `controls`: the catalogs, or the controls that match a text.
//!
//! Works without a ledger; in a ledger, its own catalogs are included. Follows `docs/spec/cli.md`.

use std::collections::{BTreeMap, BTreeSet};

use clap::Parser;

use crate::commands::command::{Command, Run};
use crate::commands::context::Ctx;
use crate::commands::exit::Outcome;
use exledger::policy::catalog::controls::Catalog;
use exledger::policy::catalog::search::search;
use exledger::policy::catalog::{self, built_in};
use exledger::policy::governance::{Governance, State};
use exledger::record::near;
use exledger::view;

/// Search controls by id, alias or title
///
/// Without a search term, lists every control in the catalogs. Withdrawn controls are shown with their replacement.
#[derive(Debug, Parser)]
#[command(name = "controls")]
#[command(
    after_help = "EXAMPLE\n  exledger controls NHI-02\n  exledger controls nist-csf PR.AA\n  exledger controls long-lived secrets"
)]
pub(crate) struct ControlsArgs {
    /// Id, alias, catalog name, or words of a title
    search: Vec<String>,
}

pub(crate) const COMMAND: Command = Command::of::<ControlsArgs>();

impl Run for ControlsArgs {
    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
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
        let query = self.search.join(" ");
        let hits = search(&catalogs, &query);
        let found: BTreeSet<&str> = hits.iter().map(|hit| hit.catalog.name.as_str()).collect();
        let unlisted = match governance {
            Some(_) => found.difference(&listed).copied().collect(),
            None => Vec::new(),
        };
        let similar = if hits.is_empty() { similar(&catalogs, query.trim()) } else { None };
        ctx.show(&view::controls::doc(&view::controls::Controls {
            query: query.trim(),
            similar,
            hits,
            unlisted,
        }))?;
        Ok(Outcome::Fine)
    }
}

/// Returns the id that is most similar to a text, with or without its catalog.
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

/// Returns the governance files of the surrounding ledger, if there is one that can be read.
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
