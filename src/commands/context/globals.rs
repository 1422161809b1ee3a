//! The flags that every command takes.
//!
//! Start at [`Globals`]. Follows `docs/spec/cli.md`, first line.

use std::fmt;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, Args, ValueEnum, value_parser};

use crate::commands::context::output::{self, Formats};
use exledger::diag::shell;
use exledger::history::objects::Oid;
use exledger::record::scalar::Scalar;
use exledger::record::time::{Day, Instant, When};
use exledger::render;
use exledger::session::options::AsOf;

const HEADING: &str = "Global options";

/// The flags that every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = HEADING)]
pub(crate) struct Globals {
    /// Run as if started in this folder
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub directory: Option<PathBuf>,

    /// Ref on which records are approved [default: the remote's default branch]
    #[arg(long, value_name = "REF", global = true)]
    pub approved_ref: Option<String>,

    /// Count the rules as they landed in this commit, whoever approved them [default: exledger.trustedFrom of this clone]
    #[arg(long, value_name = "OID", global = true, value_parser = full_id)]
    pub trusted_from: Option<Oid>,

    /// Evaluate the approved ref as of the end of a day or of one of its commits, at that time
    #[arg(long, value_name = "DATE|REV", global = true, value_parser = as_of)]
    pub as_of: Option<AsOf>,

    /// Evaluate the current ledger as of another day (its last instant, UTC) or instant
    #[arg(long, value_name = "DATE|INSTANT", global = true, value_parser = moment)]
    pub on: Option<DayOrInstant>,

    /// Output format
    #[arg(long, value_name = "FORMAT", global = true, value_parser = formats())]
    pub format: Option<String>,

    /// When to use color
    #[arg(
        long,
        value_name = "WHEN",
        global = true,
        default_value = "auto",
        hide_default_value = true
    )]
    pub color: Color,

    /// Treat warnings as errors
    #[arg(long, global = true)]
    pub strict: bool,

    /// Never prompt; report what is missing instead
    #[arg(long, global = true)]
    pub no_input: bool,

    /// Omit progress, hints and the summary line
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Explain on stderr how the answer was found; -vv and -vvv are for debugging
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

fn as_of(text: &str) -> Result<AsOf, String> {
    let revision = |_| AsOf::Revision(text.to_owned());
    Ok(moment(text).map_or_else(revision, |moment| AsOf::Instant(moment.instant())))
}

fn full_id(text: &str) -> Result<Oid, String> {
    Oid::from_hex(text).ok_or_else(|| "give the 40 hexadecimal digits of a commit".to_owned())
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// Only on a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DayOrInstant(When);

impl fmt::Display for DayOrInstant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl Globals {
    /// Returns `-C` as it was typed, for the commands that are printed.
    pub(crate) fn folder_flag(&self) -> String {
        let folder = self.directory.as_ref();
        shell::folder_flag(&folder.map(|it| it.display().to_string()).unwrap_or_default())
    }
}

impl DayOrInstant {
    /// Returns the instant: for a bare date its last one, in UTC.
    pub(crate) fn instant(&self) -> Instant {
        match &self.0 {
            When::Day(day) => day.last_instant(),
            When::Instant(instant, _) => *instant,
        }
    }

    /// Returns the instant at which it begins: for a bare date its midnight, in UTC.
    pub(crate) fn begin(&self) -> Instant {
        self.0.start()
    }

    pub(crate) fn day(&self) -> Day {
        self.0.day()
    }
}

pub(crate) fn moment(text: &str) -> Result<DayOrInstant, String> {
    When::parse(text)
        .map(DayOrInstant)
        .map_err(|error| format!("{}: {}", error.message, error.help))
}

fn formats() -> PossibleValuesParser {
    let names: Vec<&'static str> =
        render::ALL.iter().map(|format| format.name).chain([output::CALENDAR]).collect();
    PossibleValuesParser::new(names)
}

pub(crate) fn format(formats: Formats) -> Arg {
    let is_hidden = formats == Formats::Foreign;
    Arg::new("format")
        .hide(is_hidden)
        .long("format")
        .value_name("FORMAT")
        .help("Output format")
        .help_heading(HEADING)
        .display_order(4)
        .value_parser(PossibleValuesParser::new(formats.names()))
}

/// Returns `--as-of` for a command that refuses it: it is parsed, but hidden.
pub(crate) fn no_past() -> Arg {
    Arg::new("as_of").long("as-of").hide(true).value_parser(as_of)
}

/// Returns `-C` and `--on` for a command that refuses them: they are parsed, but hidden.
pub(crate) fn no_choice() -> [Arg; 2] {
    let directory = Arg::new("directory").short('C').value_parser(value_parser!(PathBuf));
    [directory, Arg::new("on").long("on").value_parser(moment)].map(|arg| arg.hide(true))
}
