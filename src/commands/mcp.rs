//! `mcp`: serves a ledger to agents, by the Model Context Protocol.
//!
//! Start at [`McpArgs`]. Follows `docs/spec/cli.md`, mcp. Neither the folder nor the environment of the process chooses the
//! ledger, the ref or the identity: whoever starts the server does, and the agent may be able to change the rest.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use clap::builder::NonEmptyStringValueParser;

use crate::commands::check::fresh::Fetcher;
use crate::commands::check::{fresh, signing};
use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::output::Formats;
use crate::commands::context::{Ctx, fault, filter, place};
use crate::commands::exit::Outcome;
use crate::commands::hook;
use crate::mcp;
use crate::mcp::ledger::LedgerSource;
use crate::mcp::{AgentSession, ServeError};
use exledger::features;
use exledger::features::check::freshness::MaxAge;
use exledger::features::check::receipts::{ReceiptLog, ReceiptsFile};
use exledger::features::live::gate::LiveOptions;
use exledger::features::live::signing::PeriodicSigning;
use exledger::record::vocabulary::IdentityType;
use exledger::session::Session;
use exledger::session::options::Options;
use exledger::store::git::reach;

const DEFAULT_NAME: &str = "default";

const LONGEST_NAME: usize = 64;

/// Serve ledgers to agents, by the Model Context Protocol
///
/// Answers on standard output what an agent asks on standard input, until that ends: whether an action is allowed, how a
/// record stands, what is due. An agent can draft requests; it never approves anything. The settings of the agent's
/// runtime start this command.
#[derive(Debug, Parser)]
#[command(after_help = "\
EXAMPLE
  exledger mcp --ledger /srv/ledger --as agent:coder --receipts /srv/receipts.jsonl")]
pub(crate) struct McpArgs {
    /// Clone of the ledger, which the agent must not be able to write to; an absolute path, for several ledgers
    /// NAME=DIR
    #[arg(long, value_name = "[NAME=]DIR", required = true, value_parser = NamedLedger::parse)]
    ledger: Vec<NamedLedger>,
    /// Identity that acts, whatever the agent says
    #[arg(
        long = "as",
        value_name = "IDENTITY",
        value_parser = NonEmptyStringValueParser::new(),
        required_unless_present = "any_identity",
        conflicts_with = "any_identity"
    )]
    identity: Option<String>,
    /// Type of that identity; only an exception for the same type allows [default: ai-agent]
    #[arg(
        long,
        value_name = "TYPE",
        value_parser = filter::words::<IdentityType>(),
        conflicts_with = "any_identity"
    )]
    as_type: Option<String>,
    /// Let every question name its identity: for people, and not for agents
    #[arg(long)]
    any_identity: bool,
    /// Keep each request on a branch of its own, as git's user.email, which must be a person's
    #[arg(long)]
    drafts: bool,
    /// Count uses of limited-use records in this file, and append each receipt to it; an absolute path
    #[arg(long, value_name = "FILE", value_parser = hook::absolute)]
    receipts: Option<PathBuf>,
    /// Sign the receipts with this SSH key every 60 seconds and at the end, as git's user.email; an absolute path
    #[arg(long, value_name = "KEY", requires = "receipts", value_parser = hook::absolute)]
    sign_receipts: Option<PathBuf>,
    /// Answer unknown unless the approved branch was fetched within this time, such as 30s, 10m, 1h or 2d
    #[arg(long, value_name = "DUR", value_parser = MaxAge::parse)]
    max_age: Option<MaxAge>,
    /// File that says something about findings: KEV catalog, EPSS scores, SARIF or JSON Lines; repeatable, absolute paths
    #[arg(long, value_name = "FILE", value_parser = hook::absolute)]
    facts: Vec<PathBuf>,
    /// Run `git fetch` every 30 seconds in the background
    #[arg(long)]
    fetch: bool,
    /// Accept a ledger that shares its work tree or git directory with the repository that this is started in
    #[arg(long)]
    trust_clone: bool,
}

pub(crate) const COMMAND: Command = Command::of::<McpArgs>("mcp");

#[derive(Clone, Debug, PartialEq, Eq)]
struct NamedLedger {
    name: Option<String>,
    folder: PathBuf,
}

impl NamedLedger {
    fn parse(text: &str) -> Result<NamedLedger, String> {
        if let Ok(folder) = hook::absolute(text) {
            return Ok(NamedLedger { name: None, folder });
        }
        let (name, folder) = text.split_once('=').ok_or("give an absolute path, or NAME=DIR")?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(is_plain) {
            return Err("a name has 1 to 64 letters, digits, `-`, `_` and `.`".to_owned());
        }
        Ok(NamedLedger { name: Some(name.to_owned()), folder: hook::absolute(folder)? })
    }

    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(DEFAULT_NAME)
    }
}

impl Run for McpArgs {
    const FORMATS: Formats = Formats::Only(&["json"]);
    const IS_BOUND: bool = true;
    const PAST: PastInstants = PastInstants::Refused("an agent asks about now");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        hook::refuse_choices(ctx)?;
        self.refuse_ambiguous_names()?;
        self.refuse_mixed_receipts()?;
        self.receipts.clone().map(place::not_reserved).transpose()?;
        self.refuse_shared_places(ctx)?;
        let mut logs = Vec::with_capacity(self.ledger.len());
        for ledger in &self.ledger {
            logs.push(Arc::new(self.log(ctx, ledger)?));
        }
        for reason in logs.iter().filter_map(|log| log.unbegun()) {
            ctx.tell(&format!("warning: {reason}"));
        }
        let signing: Vec<PeriodicSigning> = match &self.sign_receipts {
            Some(_) => logs.iter().map(|log| signing::start(ctx, Arc::clone(log))).collect(),
            None => Vec::new(),
        };
        let fetcher = if self.fetch { Some(self.fetcher(ctx)) } else { None };
        let served = mcp::serve(AgentSession {
            ledgers: self
                .ledger
                .iter()
                .zip(logs)
                .map(|(ledger, log)| self.source(ctx, ledger, log))
                .collect(),
            identity: hook::bound_identity(self.identity.as_deref(), self.as_type.as_deref()),
            keeps_receipts: self.receipts.is_some(),
            keeps_branches: self.drafts,
        });
        drop(fetcher);
        let signed = signing.into_iter().map(signing::finish).max().unwrap_or(Outcome::Fine);
        match served {
            Ok(()) => Ok(signed),
            Err(ServeError::Ledger(error)) => Err(hook::of_ledger_flag(error).into()),
            Err(error) => Err(error.into()),
        }
    }
}

impl McpArgs {
    fn refuse_ambiguous_names(&self) -> anyhow::Result<()> {
        let help = "write --ledger NAME=DIR for each, with different names";
        for (n, ledger) in self.ledger.iter().enumerate() {
            if self.ledger.len() > 1 && ledger.name.is_none() {
                let what = format!("the ledger {} has no name", ledger.folder.display());
                return Err(fault::usage_error(what, help));
            }
            if self.ledger.iter().take(n).any(|other| other.name() == ledger.name()) {
                let what = format!("two ledgers are named {}", ledger.name());
                return Err(fault::usage_error(what, help));
            }
        }
        Ok(())
    }

    /// Refuses one file of receipts for several ledgers: each ledger counts and verifies a file of its own.
    fn refuse_mixed_receipts(&self) -> anyhow::Result<()> {
        if self.ledger.len() > 1 && self.receipts.is_some() {
            return Err(fault::usage_error(
                "--receipts is a file of one ledger, and there are several",
                "start one server for each, with a file of its own",
            ));
        }
        Ok(())
    }

    /// Refuses a ledger that the agent could write to with the repository that it works in, where this program starts.
    fn refuse_shared_places(&self, ctx: &Ctx) -> anyhow::Result<()> {
        if self.trust_clone {
            return Ok(());
        }
        for ledger in &self.ledger {
            if let Some(part) = reach::overlap(&ledger.folder, &ctx.folder) {
                return Err(fault::usage_error(
                    format!(
                        "the ledger shares {} with the repository that the agent works in",
                        part.display()
                    ),
                    "give --ledger a clone of its own, or --trust-clone",
                ));
            }
        }
        Ok(())
    }

    /// Returns how a ledger and its approved ref are found: neither by the environment nor by git's settings.
    fn options(&self, ctx: &Ctx) -> Options {
        let home = ctx.variable("HOME").or(ctx.variable("USERPROFILE"));
        Options {
            approved_ref: ctx.globals.approved_ref.clone(),
            trusted_from: ctx.globals.trusted_from,
            ignores_configured_ref: true,
            facts: self.facts.clone(),
            home: home.map(PathBuf::from),
            ..Options::default()
        }
    }

    fn source(&self, ctx: &Ctx, ledger: &NamedLedger, receipts: Arc<ReceiptLog>) -> LedgerSource {
        let (clock, stderr, name) = (ctx.clone(), ctx.clone(), ledger.name.clone());
        LedgerSource {
            name: ledger.name().to_owned(),
            options: LiveOptions {
                folder: ledger.folder.clone(),
                options: self.options(ctx),
                max_age: self.max_age.clone(),
                ..LiveOptions::default()
            },
            receipts,
            clock: Arc::new(move || clock.clock()),
            keeps_branches: self.drafts,
            report: Arc::new(move |line| match &name {
                Some(name) => stderr.tell(&format!("{name}: {line}")),
                None => stderr.tell(line),
            }),
        }
    }

    fn log(&self, ctx: &Ctx, ledger: &NamedLedger) -> anyhow::Result<ReceiptLog> {
        let Some(path) = self.receipts.as_deref() else {
            return Ok(ReceiptLog::none());
        };
        let session =
            Session::open(&ledger.folder, self.options(ctx)).map_err(hook::of_ledger_flag)?;
        let signer = match &self.sign_receipts {
            Some(key) => Some(features::check::open_signer(
                &session,
                &key.display().to_string(),
                &ctx.folder,
            )?),
            None => None,
        };
        Ok(features::check::open_receipts(
            &session,
            ReceiptsFile { path, signer, names_ledger: true },
        ))
    }

    fn fetcher(&self, ctx: &Ctx) -> Fetcher {
        let folders: Vec<PathBuf> =
            self.ledger.iter().map(|ledger| ledger.folder.clone()).collect();
        let (ctx, options) = (ctx.clone(), self.options(ctx));
        Fetcher::running(Duration::ZERO, move |is_wanted| {
            let removed = hook::chosen_names(&ctx);
            for folder in &folders {
                match Session::open(folder, options.clone()) {
                    Ok(session) => fresh::fetch_for(&ctx, &session, &removed, is_wanted),
                    Err(error) => ctx.tell(&format!("warning: can't fetch: {}", error.reason())),
                }
            }
        })
    }
}
