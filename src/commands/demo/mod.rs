//! `demo`: a small git repository with a real history, so that every command has something to show.
//!
//! The story is in `story`, its texts beside it.

mod build;
mod story;

use exledger::session::options::Options;
use std::path::PathBuf;

use clap::Parser;

use crate::commands::command::{Command, Run};
use crate::commands::context::{Ctx, fault};
use crate::commands::exit::Outcome;
use crate::commands::{overview, schema};
use exledger::ledger::is_record_of;
use exledger::ledger::tree::{EntryKind, Tree};
use exledger::session::Session;
use exledger::session::snapshot::walk::Scope;
use exledger::status::state::Status;
use exledger::store::vacant;
use exledger::view;

/// A small ledger to play with
///
/// Creates a git repository with a dozen exceptions: approved, signed, renewed, expired, degraded, unapproved. Dates are
/// relative to today; with --on, two runs create the same commits.
#[derive(Debug, Parser)]
#[command(after_help = "EXAMPLE\n  exledger demo /tmp/ledger && exledger -C /tmp/ledger list")]
pub(crate) struct DemoArgs {
    /// New or empty folder [default: a new temporary folder]
    folder: Option<PathBuf>,
}

pub(crate) const COMMAND: Command = Command::of::<DemoArgs>("demo");

impl Run for DemoArgs {
    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let folder = match &self.folder {
            Some(given) => vacant::at(&ctx.folder.join(given)),
            None => vacant::fresh("exledger-demo-"),
        };
        let folder = folder
            .map_err(|cause| fault::usage_error(cause.to_string(), "give a new or empty folder"))?;
        let start = ctx.instant().day().start();
        build::build(&folder, start, &build::key_seed(ctx, start), &schemas())?;
        let home = Session::open(&folder, Options::default())?;
        let approved = ctx.approved_of(&home, Scope::Worklist)?;
        let overview = overview::doc(&approved);
        let place = home.root().display().to_string();
        let files = made(&home)?;
        let n_merged = files.iter().filter(|path| is_record_of(&[build::RECORDS.to_owned()], path));
        let proposed = approved.records().iter().filter(|record| record.status == Status::Proposed);
        let counts = (n_merged.count(), proposed.count());
        let mut doc = view::init::demo(&files, counts, &place);
        doc.blocks.extend(overview.blocks);
        doc.footer = overview.footer;
        doc.blocks.extend(view::init::next(next(ctx, &place)));
        ctx.show(doc)?;
        Ok(Outcome::Fine)
    }
}

fn schemas() -> [(&'static str, &'static str); 2] {
    [
        ("schemas/exception.schema.json", schema::SchemaKind::Exception.text()),
        ("schemas/policy.schema.json", schema::SchemaKind::Policy.text()),
    ]
}

fn made(home: &Session) -> anyhow::Result<Vec<String>> {
    let items = home.tree().list("")?;
    Ok(items
        .into_iter()
        .filter(|item| item.kind == EntryKind::File)
        .map(|item| item.path)
        .collect())
}

fn next(ctx: &Ctx, place: &str) -> Vec<String> {
    let on = ctx.globals.on.as_ref().map(|on| format!(" --on {on}")).unwrap_or_default();
    let quoted = format!("'{}'", place.replace('\'', "'\\''"));
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "/._-".contains(char);
    let place = if place.chars().all(is_plain) { place } else { &quoted };
    let mut lines = vec![format!("cd {place}")];
    for (command, shows) in COMMANDS {
        lines.push(format!(
            "{:<width$}  # {shows}",
            format!("exledger{on} {command}"),
            width = on.len() + 21
        ));
    }
    lines
}

const COMMANDS: &[(&str, &str)] = &[
    ("list --all", "every exception, closed ones too"),
    ("show V3NDR", "one of them, approved with a signature"),
    ("log 7F3KQ", "what was merged, and who approved it"),
    ("queue", "what needs attention, and the next step"),
    ("patterns", "the cause that repeats"),
    ("verify", "what history proves, and what it doesn't"),
    ("report", "the ledger in figures"),
];
