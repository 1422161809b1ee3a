//! The frame of every decision: which records, what changes, does the result lint; then all files or none.
//!
//! Start at [`Ctx::decide`]. A command says which records are meant and what `plan` makes of each; everything else is
//! done here. Follows `docs/spec/cli.md`, decisions.

mod judge;
pub(crate) mod next;
mod which;

use crate::commands::context::Ctx;
use crate::commands::context::edit::judge::Judged;
use crate::commands::context::fault;
use crate::commands::context::filter::Filters;
use crate::commands::exit::Outcome;
use clap::Args;
use exledger::history::change::event::Event;
use exledger::ledger::tree::Tree;
use exledger::plan::decision::{DecisionInput, Planned, Refusal};
use exledger::plan::edit::{self, Edited};
use exledger::policy::governance::Governance;
use exledger::record::address::Address;
use exledger::record::file::{self, RecordFile};
use exledger::rules::change_cases;
use exledger::session::Session;
use exledger::session::locate;
use exledger::session::overlay::Overlay;
use exledger::store::edits::{Write, WriteLock};
use exledger::store::files::FileError;
use exledger::view;
use exledger::view::edit::{Decided, Decision, Meant, Written};
use exledger::view::patch;

/// The flags that every decision takes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Decision")]
pub(crate) struct Flags {
    /// Who takes the decision; by default git's user.email
    #[arg(long, value_name = "EMAIL")]
    pub by: Option<String>,

    /// Show what would change, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Which records a decision is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Which<'w> {
    /// The one that is named, by an id or an unambiguous beginning or end of it.
    One(&'w str),
    /// Those that are named, or those that a filter finds.
    Several(&'w [String], &'w Filters),
    /// The open ones of an owner, by whatever address of theirs, but those that are the heir's by theirs.
    Of {
        /// Whose they are.
        owner: &'w Address,
        /// Who gets them.
        heir: &'w Address,
    },
}

/// Whether a decision can be taken where history can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum History {
    /// It rests on what history says.
    Needed,
    /// History only says who must approve.
    Helpful,
}

/// A decision, before any record was looked at.
pub(crate) struct Job<'j> {
    /// The command's name.
    pub command: &'static str,
    /// What happens to each record.
    pub event: Event,
    /// The records.
    pub which: Which<'j>,
    /// Whether history must be readable.
    pub history: History,
    /// Who, and whether anything is written.
    pub flags: &'j Flags,
    /// What the decision changes of one record.
    pub plan: &'j dyn Fn(&DecisionInput<'_>) -> Result<Planned, Refusal>,
}

/// A record with what becomes of it.
struct Opened {
    bytes: Vec<u8>,
    before: RecordFile,
    edited: Edited,
    files: Vec<(String, Vec<u8>)>,
    remarks: Vec<String>,
}

impl Ctx {
    /// Takes a decision about some records: all of them, or none.
    ///
    /// # Errors
    /// [`fault::Fault::Misuse`] when a record is unknown, the decision is refused, or the result would not lint;
    /// [`fault::Fault::CannotSay`] when the ledger, or a history that is needed, can't be read. Nothing is then written.
    pub(crate) fn decide(&self, job: &Job<'_>) -> anyhow::Result<Outcome> {
        let home = self.home()?;
        let repository = home.repository()?;
        let tree = home.work_tree()?;
        let governance = locate::governance(tree)?;
        let by = self.decider(&home, job.flags)?;
        let paths = self.which(&home, &governance, job.which)?;
        let desk = WriteLock::open(repository.common_dir()).map_err(|error| unwritten(&error))?;
        let opened = self.opened(job, &home, &governance, &by, &paths)?;
        let overlay = Overlay::of(
            tree,
            opened.iter().flat_map(|one| {
                let record = (
                    one.before.path.clone(),
                    one.edited.text.clone().into_bytes(),
                );
                std::iter::once(record).chain(one.files.iter().cloned())
            }),
        );
        let judged = judge::judge(self, &home, &governance, job.history, &overlay, &opened)?;
        let written = if job.flags.dry_run {
            Written::No
        } else {
            let writes = writes(tree, &opened)?;
            desk.write(tree, &writes)
                .map_err(|error| unwritten(&error))?;
            Written::Yes
        };
        drop(desk);
        let answer = self.decision(job, &home, &opened, judged, written);
        self.show(&view::edit::doc(&answer))?;
        if self.format.name != "table" && self.format.name != "markdown" {
            // A script reads the answer; who must approve is for the person behind it.
            for decided in &answer.records {
                if let Some(needs) = decided
                    .needs
                    .as_ref()
                    .filter(|it| *it != change_cases::NOBODY)
                {
                    self.hint(&format!("hint: {}: {needs}", decided.id));
                }
            }
        }
        Ok(Outcome::Fine)
    }

    /// Returns who takes the decision.
    fn decider(&self, home: &Session, flags: &Flags) -> anyhow::Result<Address> {
        let given = flags.by.clone();
        let email = given.or(home.repository()?.user().1).ok_or_else(|| {
            fault::misuse(
                "nobody is named who takes the decision",
                "name yourself with --by EMAIL, or set git's user.email",
            )
        })?;
        address("--by", &email)
    }

    /// Opens each record and works out what becomes of it; what is refused is told of all of them.
    fn opened(
        &self,
        job: &Job<'_>,
        home: &Session,
        governance: &Governance,
        by: &Address,
        paths: &[String],
    ) -> anyhow::Result<Vec<Opened>> {
        let mut opened = Vec::new();
        let mut refused = Vec::new();
        for path in paths {
            let bytes = home.tree().bytes(path)?;
            let Some(bytes) = bytes else {
                refused.push(Refusal::new(
                    format!("{path} is no file any more"),
                    "run the command again",
                ));
                continue;
            };
            match self.planned(job, governance, by, path, bytes) {
                Ok(one) => opened.push(one),
                Err(refusal) => refused.push(refusal),
            }
        }
        if refused.is_empty() {
            return Ok(opened);
        }
        let whats: Vec<&str> = refused.iter().map(|it| it.what.as_str()).collect();
        let mut helps: Vec<&str> = Vec::new();
        for refusal in &refused {
            if !helps.contains(&refusal.help.as_str()) {
                helps.push(&refusal.help);
            }
        }
        let nothing = match paths.len() {
            1 => "",
            _ => "\n  so nothing was written",
        };
        Err(fault::misuse(
            format!("{}{nothing}", whats.join("\n  ")),
            helps.join("\n"),
        ))
    }

    fn planned(
        &self,
        job: &Job<'_>,
        governance: &Governance,
        by: &Address,
        path: &str,
        bytes: Vec<u8>,
    ) -> Result<Opened, Refusal> {
        let before = file::read(path, &bytes);
        let Some(record) = &before.record else {
            return Err(judge::unreadable(&before));
        };
        let now = self.instant();
        let planned = (job.plan)(&DecisionInput {
            source: &before,
            record,
            governance,
            by,
            day: now.day(),
            now,
        })?;
        let edited = edit::apply(path, &bytes, &planned.edits).map_err(|error| {
            Refusal::new(
                format!("{path} can't be edited without changing more: {error}"),
                "write the decision by hand; `exledger lint` checks it",
            )
        })?;
        Ok(Opened {
            bytes,
            before,
            edited,
            files: planned.files,
            remarks: planned.remarks,
        })
    }

    fn decision(
        &self,
        job: &Job<'_>,
        home: &Session,
        opened: &[Opened],
        judged: Vec<Judged>,
        written: Written,
    ) -> Decision {
        let top = home
            .repository_or_none()
            .and_then(|repository| repository.prefix(home.root()))
            .unwrap_or_default();
        let from_top = |path: &str| match top.trim_end_matches('/') {
            "" => path.to_owned(),
            top => format!("{top}/{path}"),
        };
        let records = opened.iter().zip(judged).map(|(one, judged)| {
            let before = String::from_utf8_lossy(&one.bytes);
            Decided {
                id: one.before.stem().to_owned(),
                path: one.before.path.clone(),
                event: job.event.word(),
                changes: one.edited.changes.clone(),
                findings: judged.findings,
                needs: judged.needs,
                remarks: one.remarks.clone(),
                patch: patch::patch(&from_top(&one.before.path), &before, &one.edited.text),
            }
        });
        let records: Vec<Decided> = records.collect();
        let next = match written {
            Written::Yes => self.next(job, home, opened),
            Written::No => Vec::new(),
        };
        Decision {
            command: job.command,
            meant: match job.which {
                Which::One(_) => Meant::One,
                Which::Several([_], _) => Meant::One,
                Which::Several(..) | Which::Of { .. } => Meant::Several,
            },
            records,
            written,
            next,
        }
    }
}

/// Reads an address that a flag gives.
///
/// # Errors
/// [`fault::Fault::Misuse`] where it is none.
pub(crate) fn address(flag: &str, text: &str) -> anyhow::Result<Address> {
    Address::new(text.trim()).ok_or_else(|| {
        fault::misuse(
            format!("{flag} {text} is not an address"),
            "write it as name@example.com",
        )
    })
}

/// Returns the files to be written; evidence that is there already, byte for byte, is not written again.
fn writes(tree: &dyn Tree, opened: &[Opened]) -> anyhow::Result<Vec<Write>> {
    let mut writes = Vec::new();
    for (path, bytes) in opened.iter().flat_map(|one| &one.files) {
        let there = tree.bytes(path)?;
        if there.as_ref() != Some(bytes) {
            writes.push(Write {
                path: path.clone(),
                before: None,
                after: bytes.clone(),
            });
        }
    }
    writes.extend(opened.iter().map(|one| Write {
        path: one.before.path.clone(),
        before: Some(one.bytes.clone()),
        after: one.edited.text.clone().into_bytes(),
    }));
    Ok(writes)
}

fn unwritten(error: &FileError) -> anyhow::Error {
    match error {
        FileError::Changed(_) => fault::misuse(
            format!("{error}, so nothing was written"),
            "look at it, and run the command again",
        ),
        FileError::Exists(_) | FileError::Outside(_) => {
            fault::misuse(format!("{error}, so nothing was written"), "move it away")
        }
        _ => fault::cannot_say(error.to_string(), "see who may write there"),
    }
}
