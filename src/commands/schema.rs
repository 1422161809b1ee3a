//! `schema`: the JSON Schema of a record, a redesign, the policy or the map of tool calls.

use clap::{Parser, ValueEnum};

use crate::commands::command::{Command, Run};
use crate::commands::context::Ctx;
use crate::commands::context::output::Formats;
use crate::commands::exit::Outcome;

/// Print the JSON Schema of a file format
///
/// The schema is generated from the types that read the files, so editors document every field
/// as this version reads it.
#[derive(Debug, Parser)]
#[command(after_help = "EXAMPLE\n  exledger schema exception > schemas/exception.schema.json")]
pub(crate) struct SchemaArgs {
    /// Which schema to print
    #[arg(value_enum, default_value = "exception", hide_default_value = true)]
    of: SchemaKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaKind {
    /// Schema of records (the default)
    Exception,
    /// Schema of the policy, exledger.yaml
    Policy,
    /// Schema of redesigns
    Redesign,
    /// Schema of the map of tool calls, exledger-hooks.yaml
    Hooks,
}

pub(crate) const COMMAND: Command = Command::of::<SchemaArgs>("schema");

impl SchemaKind {
    /// Returns the schema as the text of its file. What makes it from the types stays out of the program:
    /// `tests/core/schemas.rs` keeps the files what the types say.
    pub(crate) fn text(self) -> &'static str {
        match self {
            SchemaKind::Exception => include_str!("../../schemas/exception.schema.json"),
            SchemaKind::Policy => include_str!("../../schemas/policy.schema.json"),
            SchemaKind::Redesign => include_str!("../../schemas/redesign.schema.json"),
            SchemaKind::Hooks => include_str!("../../schemas/hooks.schema.json"),
        }
    }
}

impl Run for SchemaArgs {
    const FORMATS: Formats = Formats::Only(&["table", "json"]);

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let ctx = &ctx.for_drafts();
        ctx.print(self.of.text().as_bytes())?;
        Ok(Outcome::Fine)
    }
}
