//! What `export csv` and `export jsonl` share: which records become rows, and where the bytes go.
//!
//! Start at [`RowArgs`]. Follows `docs/spec/interop.md`, X1, X4, X8 and target 10.

use std::io;
use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::commands::context::{Ctx, place, unknown};
use crate::commands::exit::Outcome;
use exledger::session::snapshot::walk::Scope;
use exledger::status::reason;
use exledger::status::state::{InForce, Status};
use exledger::survey::landed_record::LandedRecord;
use exledger::view;
use exledger::view::doc::Doc;

/// Which records become rows, and the file that they are written to.
#[derive(Debug, Args)]
pub(crate) struct RowArgs {
    /// Include the merged records of every status, not only those in force
    #[arg(long)]
    all: bool,

    /// Write to this file, replacing it if it exists
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) type WriteRows = fn(&Doc<'_>, &mut dyn Write) -> io::Result<()>;

impl RowArgs {
    pub(crate) fn export(self, ctx: &Ctx, write: WriteRows) -> anyhow::Result<Outcome> {
        let given = self.output.as_deref().map(|path| ctx.folder.join(path));
        let output = given.map(place::unlinked_file).transpose()?;
        let home = ctx.home_without_levels()?;
        let approved = ctx.approved_only(&home, Scope::Everything)?;
        let mut records = approved.landed_records();
        if !self.all {
            name_left_out(ctx, &records);
            records.retain(|record| record.record_state.in_force == InForce::Yes);
        }
        let mut bytes = Vec::new();
        write(&view::exception_row::doc(&records, &*approved, approved.stamp()), &mut bytes)?;
        match output {
            Some(path) => place::write(&path, &bytes)?,
            None => ctx.print(&bytes)?,
        }
        let unknown = approved.records().iter().filter(unknown::is_unknown);
        Ok(unknown::of_all(ctx, &approved, unknown, Outcome::Fine))
    }
}

/// Names on stderr the records whose files can't be read, or are two: they grant nothing, so they are not rows.
fn name_left_out(ctx: &Ctx, records: &[LandedRecord<'_>]) {
    let states = records.iter().map(|record| record.record_state);
    for state in states.filter(|state| matches!(state.status, Status::Invalid | Status::Conflicted))
    {
        let reason = reason::first(&state.reasons);
        let status = state.status.as_str();
        ctx.hint(&format!("warning: {} is {status} and left out: {reason}", state.path));
    }
}
