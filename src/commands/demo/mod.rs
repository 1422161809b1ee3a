//! `demo`: a small git repository with a real history, so that every command has something to show.
//!
//! Uses store, and the schemas of record and policy. The story is in `story`, its texts beside it.

mod build;
mod story;

use exledger::session::options::Options;
use std::path::PathBuf;

use clap::Parser;

use crate::commands::command::{Command, Run};
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::exit::Outcome;
use crate::commands::{due, schema};
use exledger::ledger::tree::{EntryKind, Tree};
use exledger::session::Session;
use exledger::session::snapshot::walk::Scope;
use exledger::store::vacant;
use exledger::view;

/// Create a small sample ledger
///
/// Creates a git repository with a dozen exceptions: approved, renewed, expired, degraded, unapproved. Dates are
/// relative to today; two runs on the same day create the same commits.
#[derive(Debug, Parser)]
#[command(name = "demo")]
#[command(after_help = "EXAMPLE\n  exledger demo /tmp/ledger && exledger -C /tmp/ledger list")]
pub(crate) struct DemoArgs {
    /// New or empty folder [default: a new temporary folder]
    folder: Option<PathBuf>,
}

pub(crate) const COMMAND: Command = Command::of::<DemoArgs>();

impl Run for DemoArgs {
    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let folder = match &self.folder {
            Some(given) => vacant::at(&ctx.folder.join(given)),
            None => vacant::fresh("exledger-demo-"),
        };
        let folder = folder
            .map_err(|cause| fault::usage_error(cause.to_string(), "give a new or empty folder"))?;
        let start = ctx.instant().day().start();
        build::build(&folder, start, &schemas())?;
        let home = Session::open(&folder, Options::default())?;
        let approved = ctx.approved_of(&home, Scope::Worklist)?;
        let list = due::list(&approved, ctx.format.reads);
        let due = view::due::doc(&list, &*approved);
        let mut doc = view::init::demo(&made(&home)?);
        doc.blocks.extend(due.blocks);
        doc.footer = due.footer;
        doc.blocks.extend(view::init::next(next(ctx, &home)));
        ctx.show(&doc)?;
        Ok(Outcome::Fine)
    }
}

/// Returns the schemas written to the ledger.
fn schemas() -> [(&'static str, String); 2] {
    [
        ("schemas/exception.schema.json", schema::Which::Exception.text()),
        ("schemas/policy.schema.json", schema::Which::Policy.text()),
    ]
}

/// Returns the files of the demo, sorted.
fn made(home: &Session) -> anyhow::Result<Vec<String>> {
    let items = home.tree().list("")?;
    Ok(items
        .into_iter()
        .filter(|item| item.kind == EntryKind::File)
        .map(|item| item.path)
        .collect())
}

/// Returns the commands to try next.
fn next(ctx: &Ctx, home: &Session) -> Vec<String> {
    let on =
        ctx.globals.on.as_ref().map(|_| format!(" --on {}", ctx.instant())).unwrap_or_default();
    let exledger = |command: &str| format!("exledger{on} {command}");
    vec![
        format!("cd {}", home.root().display()),
        exledger("list --all"),
        exledger("show 7F3KQ"),
        exledger(
            "check --identity svc:billing-batch --resource db:invoices --action read --environment production",
        ),
        exledger("queue"),
        exledger("report"),
        "exledger lint".to_owned(),
        "git log --graph --oneline".to_owned(),
    ]
}
