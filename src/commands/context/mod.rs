//! The context of every command: flags, environment, one reading of the clock, the terminal, the streams.
//!
//! Start at [`Ctx`]. Follows `docs/spec/cli.md`, exit codes and clock.

pub(crate) mod example;
pub(crate) mod fault;
pub(crate) mod filter;
pub(crate) mod globals;
pub(crate) mod hyphen;
pub(crate) mod links;
pub(crate) mod listed_values;
pub(crate) mod logging;
pub(crate) mod output;
pub(crate) mod place;
pub(crate) mod stdin;
pub(crate) mod unknown;

use std::collections::BTreeMap;
use std::io;
use std::io::IsTerminal;
use std::path::PathBuf;

use anyhow::Context;

use crate::ask;
use crate::commands::context::globals::{Color, Globals};
use crate::commands::context::output::{CapturedOutput, Formats};
use exledger::diag::shell::TypedFrom;
use exledger::features::diff::compared::{Compared, ProposedState};
use exledger::plan::evidence::EvidenceInput;
use exledger::record::time::Instant;
use exledger::session::locate::{Located, above};
use exledger::session::notice::Notice;
use exledger::session::options::{Moment, Options};
use exledger::session::snapshot::Snapshot;
use exledger::session::snapshot::walk::Scope;
use exledger::session::{Session, error, evidence};
use exledger::store::git::configuration;
use exledger::view::doc::FormatNeeds;
use exledger::{clock, features, render};
use std::mem::ManuallyDrop;
use std::sync::{Arc, OnceLock};

#[derive(Clone, Debug)]
pub(crate) struct Ctx {
    /// The flags that every command takes.
    pub globals: Globals,
    /// The environment; names and values that are not UTF-8 are left out.
    pub environment: BTreeMap<String, String>,
    /// The folder that the command works from: the working directory, or `-C`.
    pub folder: PathBuf,
    /// The one reading of the clock.
    pub now: Instant,
    /// The style of answers.
    pub style: render::format::OutputStyle,
    is_linked: bool,
    /// The format of the answer.
    pub format: &'static render::format::OutputFormat,
    /// Whether prompts may appear.
    pub person: ask::Prompting,
    shows_progress: bool,
    /// Whether a policy is read although it is below another ledger, and nobody there approved it.
    reads_unapproved_policy: bool,
    facts: Vec<PathBuf>,
    /// The root of the ledger, once it was opened.
    root: Arc<OnceLock<PathBuf>>,
    /// Where a job of `ci` keeps what another command prints; `None` for the process's own streams.
    captured: Option<CapturedOutput>,
}

pub(crate) const READING: &str = "reading the history";

/// A snapshot that is never freed: the process ends with it, and freeing a long history takes a twentieth of the time.
pub(crate) type Kept<'h> = ManuallyDrop<Snapshot<'h>>;

/// The variable that sets the clock of a debug build, for tests; a release build does not read it.
const TEST_CLOCK: &str = "EXLEDGER_TEST_CLOCK";

fn set_clock(environment: &BTreeMap<String, String>) -> Option<Instant> {
    let set = environment.get(TEST_CLOCK);
    set.filter(|_| cfg!(exledger_test_variables)).and_then(|text| Instant::parse(text))
}

impl Ctx {
    pub(crate) fn of_process(
        globals: Globals,
        formats: Formats,
        is_bound: bool,
    ) -> anyhow::Result<Ctx> {
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        configuration::replace(&environment, !is_bound).map_err(|what| {
            fault::usage_error(what, "unset it, or state it as git does: git help config")
        })?;
        let working = std::env::current_dir().context("can't determine the working directory")?;
        let folder =
            globals.directory.as_ref().map_or(working.clone(), |given| working.join(given));
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let asking = io::stdin().is_terminal() && err && !globals.no_input;
        ask::set_coloured(coloured(globals.color, &environment, err));
        let width = if out { ask::width() } else { None };
        let is_coloured = coloured(globals.color, &environment, out);
        Ok(Ctx {
            format: formats.chosen(globals.format.as_deref())?,
            folder,
            now: set_clock(&environment).unwrap_or_else(clock::now),
            style: render::format::OutputStyle { width, is_coloured, is_quiet: globals.quiet },
            is_linked: links::is_wanted(&environment, is_coloured && out),
            person: if asking { ask::Prompting::There } else { ask::Prompting::Away },
            shows_progress: err && !globals.quiet,
            reads_unapproved_policy: false,
            facts: Vec::new(),
            root: Arc::default(),
            captured: None,
            environment,
            globals,
        })
    }

    pub(crate) fn clock(&self) -> Instant {
        set_clock(&self.environment).unwrap_or_else(clock::now)
    }

    /// Returns the instant in question: `--on`, otherwise now. A bare date is its last instant.
    pub(crate) fn instant(&self) -> Instant {
        self.globals.on.as_ref().map_or(self.now, |on| on.instant())
    }

    pub(crate) fn moment(&self) -> Moment {
        Moment {
            now: self.now,
            on: self.globals.on.as_ref().map(|on| on.instant()),
            as_of: self.globals.as_of.clone(),
        }
    }

    pub(crate) fn home(&self) -> anyhow::Result<Session> {
        self.open(self.options())
    }

    fn open(&self, options: Options) -> anyhow::Result<Session> {
        let session = Session::open(&self.folder, options)?;
        let _ = self.root.set(session.root().to_owned());
        Ok(session)
    }

    /// Opens the ledger for an answer without levels of approvals: forges' signatures are checked only where the policy
    /// demands them.
    pub(crate) fn home_without_levels(&self) -> anyhow::Result<Session> {
        self.open(Options { hides_levels: true, ..self.options() })
    }

    /// Opens the ledger for an answer that has levels of approvals in its JSON alone.
    pub(crate) fn home_of_list(&self) -> anyhow::Result<Session> {
        match self.format.reads {
            FormatNeeds::Blocks => self.home_without_levels(),
            FormatNeeds::Json => self.home(),
        }
    }

    /// Returns the context of a command that says neither what is allowed nor what is in force, so that it also works under
    /// a policy below another ledger that nobody there approved; the first line on stderr says so.
    pub(crate) fn for_drafts(&self) -> Ctx {
        let ctx = Ctx { reads_unapproved_policy: true, ..self.clone() };
        if let Ok(session) = ctx.home() {
            ctx.warn_of_policy_below(session.located());
        }
        ctx
    }

    pub(crate) fn has_facts(&self) -> bool {
        !self.facts.is_empty()
    }

    pub(crate) fn with_facts(&self, files: &[PathBuf]) -> Ctx {
        let facts = files.iter().map(|file| self.folder.join(file)).collect();
        Ctx { facts, ..self.clone() }
    }

    pub(crate) fn folder_flag(&self) -> String {
        self.globals.folder_flag()
    }

    fn typed_from(&self) -> TypedFrom {
        let is_there = |root: &&PathBuf| self.globals.directory.is_none() && self.folder == **root;
        // What a job posts is read in another clone.
        let is_read_here = self.captured.is_none() && self.format.name == render::TABLE.name;
        let root = self.root.get().filter(|root| is_read_here && !is_there(root));
        TypedFrom { flag: self.folder_flag(), root: root.map(|root| root.display().to_string()) }
    }

    pub(crate) fn within(&self, folder: PathBuf) -> Ctx {
        Ctx { folder, root: Arc::default(), ..self.clone() }
    }

    /// Says if the policy of a ledger, or of a folder that may become one, is below another ledger, and not approved there.
    pub(crate) fn warn_of_policy_below(&self, located: &Located) {
        if let Ok(Some(below)) = above::policy_below(located, self.now) {
            self.tell(&below.remedy().below(&format!("warning: {below}")));
        }
    }

    pub(crate) fn options(&self) -> Options {
        let root = self.variable("EXLEDGER_ROOT");
        let approved_ref = self.globals.approved_ref.as_deref();
        let target = self
            .variable("GITHUB_BASE_REF")
            .or_else(|| self.variable("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"));
        let home = self.variable("HOME").or(self.variable("USERPROFILE"));
        Options {
            approved_ref: approved_ref
                .or_else(|| self.variable("EXLEDGER_APPROVED_REF"))
                .map(str::to_owned),
            target_branch: target.map(str::to_owned),
            root: root.filter(|_| self.globals.directory.is_none()).map(PathBuf::from),
            trusted_from: self.globals.trusted_from,
            ignores_configured_ref: false,
            reads_unapproved_policy: self.reads_unapproved_policy,
            hides_levels: false,
            facts: self.facts.clone(),
            is_automated: self.variable("CI").is_some(),
            home: home.map(PathBuf::from),
        }
    }

    pub(crate) fn approved<'h>(&self, home: &'h Session) -> anyhow::Result<Kept<'h>> {
        self.approved_of(home, Scope::Everything)
    }

    pub(crate) fn approved_of<'h>(
        &self,
        home: &'h Session,
        scope: Scope<'_>,
    ) -> anyhow::Result<Kept<'h>> {
        let _progress = self.progress(READING);
        let snapshot = home.snapshot(&self.moment(), scope)?;
        self.of_notices(snapshot.notices());
        Ok(ManuallyDrop::new(snapshot))
    }

    pub(crate) fn approved_only<'h>(
        &self,
        home: &'h Session,
        scope: Scope<'_>,
    ) -> anyhow::Result<Kept<'h>> {
        let _progress = self.progress(READING);
        let snapshot = home.snapshot_of_landed(&self.moment(), scope)?;
        Ok(ManuallyDrop::new(snapshot))
    }

    pub(crate) fn compare(
        &self,
        home: &Session,
        onto: Option<&str>,
        proposed: ProposedState<'_>,
    ) -> anyhow::Result<Compared> {
        let _progress = self.progress(READING);
        Ok(features::diff::answer(home, &self.moment(), onto, proposed)?)
    }

    pub(crate) fn shown(
        &self,
        home: &Session,
        texts: &[String],
    ) -> anyhow::Result<Vec<EvidenceInput>> {
        Ok(evidence::read(home.located(), &self.folder, texts)?)
    }

    // Shows what else is to be known about an error.
    pub(crate) fn noting<T>(&self, result: Result<T, error::Error>) -> Result<T, error::Error> {
        result.inspect_err(|error| self.of_notices(error.notices()))
    }

    pub(crate) fn of_notices(&self, notices: &[Notice]) {
        for notice in notices {
            let text = match notice {
                Notice::UnreadableBranch { branch, obstacle } => format!(
                    "could not determine what {branch} proposes: {obstacle}: {}",
                    obstacle.repair()
                ),
                Notice::WrongCommitGraph { .. }
                | Notice::UnheardRejections { .. }
                | Notice::UnpushedRejections { .. } => notice.warning().unwrap_or_default(),
                Notice::NothingToLint { paths } => {
                    format!("no files to check in {}", paths.join(", "))
                }
                Notice::UnreadRecord { path } => {
                    format!("{path} can't be read: an entry that it names may be drafted again")
                }
                Notice::AlertsRead { repository, remote: None } => {
                    format!("alerts of {repository}")
                }
                Notice::AlertsRead { repository, remote: Some(remote) } => format!(
                    "alerts of {repository}, but the remote is {remote}: the drafts count for alerts there, too"
                ),
                Notice::NotInWorkTree { id } => {
                    format!("{id} is not in the work tree, so it is left out")
                }
                Notice::NotStated { sentence } => {
                    self.hint(sentence);
                    continue;
                }
                Notice::AlreadyAllowed { record } => {
                    let record = record.as_deref().unwrap_or("a record");
                    format!("{record} allows what the receipt asks")
                }
                Notice::Behind { id } => format!(
                    "{id} changed on the approved ref since this branch diverged: merge the approved ref first"
                ),
                Notice::NotCompared { cause } => format!("who must approve it: {cause}"),
                Notice::Uncounted { path, base } => format!(
                    "{path} of commit {base} does not count, because nobody else approved that change: the last version that counts is used here; `exledger list` shows how to approve it"
                ),
                Notice::NotCommitted { path } => {
                    self.hint(&format!(
                        "warning: {path} has uncommitted changes: the person who commits them becomes an author, whose approval does not count"
                    ));
                    continue;
                }
                Notice::RedesignNotApproved { path, cause } => {
                    self.hint(&format!("warning: {path} is not approved with it: {cause}"));
                    continue;
                }
                Notice::FollowsUncounted { path, patch } => {
                    self.hint(&format!(
                        "warning: the version of {path} before this one does not count, so this is about all that differs from the one that does:\n{patch}"
                    ));
                    continue;
                }
                Notice::LandedWithErrors { path, errors } => {
                    let listed = errors.join("\n  ");
                    self.hint(&format!("warning: {path} was merged with errors\n  {listed}"));
                    continue;
                }
                _ => continue,
            };
            self.hint(&format!("hint: {text}"));
        }
    }

    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Shows progress on stderr once it takes longer than a second, until the result is dropped.
    pub(crate) fn progress(&self, what: &str) -> ask::Progress {
        if self.shows_progress { ask::Progress::start(what) } else { ask::Progress::hidden() }
    }
}

/// Decides about color: by the flag, then `NO_COLOR`, then `CLICOLOR_FORCE`, then whether stdout is a terminal.
fn coloured(color: Color, environment: &BTreeMap<String, String>, terminal: bool) -> bool {
    let set = |name: &str| environment.get(name).is_some_and(|value| !value.is_empty());
    let is =
        |name: &str, expected: &str| environment.get(name).is_some_and(|value| value == expected);
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") => false,
        Color::Auto if set("CLICOLOR_FORCE") && !is("CLICOLOR_FORCE", "0") => true,
        Color::Auto => terminal && !is("TERM", "dumb") && !is("CLICOLOR", "0"),
    }
}
