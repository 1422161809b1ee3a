//! Completion of a command line in a shell: names from the ledger in the current folder.
//!
//! Start at [`answered`]. Follows `docs/spec/cli.md`, completions. The shell runs the program at each Tab: so only names of files
//! and the policy are read, never history, and nothing is ever reported.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::{Arg, Command};
use clap_complete::CompleteEnv;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use exledger::ledger::Files;
use exledger::policy::catalog;
use exledger::policy::governance::Governance;
use exledger::rules;
use exledger::session::Session;
use exledger::session::options::Options;

pub(crate) const VARIABLE: &str = "EXLEDGER_COMPLETE";

/// In a ledger with more records, owners are completed from the policy alone: reading the records takes too long.
const MOST_READ: usize = 500;

pub(crate) fn answered(declare: fn() -> Command) -> Result<bool, clap::Error> {
    let asked = std::env::var_os(VARIABLE).filter(|shell| !shell.is_empty() && shell != "0");
    if asked.is_none() {
        return Ok(false);
    }
    let folder = std::env::current_dir().ok();
    let program = CompleteEnv::with_factory(|| completed(declare())).var(VARIABLE).bin("exledger");
    program.try_complete(std::env::args_os(), folder.as_deref())
}

type Names = fn(&Place, &str) -> Vec<CompletionCandidate>;

const ARGUMENTS: &[(&[&str], Names)] = &[
    (&["id", "ids", "like", "supersedes"], ids),
    (&["base", "head", "branch", "as_of", "approved_ref"], branches),
    (&["owner", "from", "to", "by", "owner-email", "owner_email", "owner-backup"], people),
    (&["requester", "control-owner", "risk-owner"], people),
    (&["tier"], tiers),
    (&["redesign"], redesigns),
    (&["profile"], profiles),
];

fn completed(program: Command) -> Command {
    within(program, "")
}

/// Adds the names to the arguments of a command and of those below it; `path` is its name after those above it.
fn within(command: Command, path: &str) -> Command {
    command.mut_args(|arg| named(arg, path)).mut_subcommands(|below| {
        let path = format!("{path} {}", below.get_name());
        within(below, path.trim_start())
    })
}

fn named(arg: Arg, command: &str) -> Arg {
    let id = arg.get_id().as_str();
    let names: Names = match (command, id) {
        ("explain", "rule") => codes,
        // That of `review` is a control of the record.
        ("review", "control") => return arg,
        (_, "control") => controls,
        _ => match ARGUMENTS.iter().find(|(ids, _)| ids.contains(&id)) {
            Some((_, names)) => *names,
            None => return arg,
        },
    };
    arg.add(ArgValueCompleter::new(move |typed: &OsStr| {
        typed.to_str().map(|typed| names(&Place::of_process(), typed)).unwrap_or_default()
    }))
}

struct Place {
    folder: PathBuf,
    /// The ledger's folder, if `EXLEDGER_ROOT` names it and the line has no `-C`.
    root: Option<PathBuf>,
}

impl Place {
    fn of_process() -> Place {
        let folder = std::env::current_dir().unwrap_or_default();
        let mut words = std::env::args_os().skip_while(|word| word != "--");
        let mut given = None;
        while let Some(word) = words.next() {
            match word.to_str() {
                Some("-C") => given = words.next(),
                Some(word) => {
                    let attached = word.strip_prefix("-C").map(OsString::from);
                    given = attached.or(given);
                }
                None => {}
            }
        }
        let root =
            std::env::var_os("EXLEDGER_ROOT").filter(|value| !value.is_empty() && given.is_none());
        Place {
            folder: given.map_or(folder.clone(), |given| folder.join(given)),
            root: root.map(PathBuf::from),
        }
    }

    fn session(&self) -> Option<Session> {
        let root = self.root.clone();
        Session::open(&self.folder, Options { root, ..Options::default() }).ok()
    }

    fn governance(&self) -> Option<(Session, Governance)> {
        let session = self.session()?;
        let governance = Governance::read(session.tree()).ok()?;
        Some((session, governance))
    }
}

/// Returns the names that begin with what is typed; if none does, those that contain it.
fn fitting(
    names: impl IntoIterator<Item = (String, String)>,
    typed: &str,
) -> Vec<CompletionCandidate> {
    let lower = typed.to_lowercase();
    let (begin, rest): (Vec<_>, Vec<_>) =
        names.into_iter().partition(|(name, _)| name.to_lowercase().starts_with(&lower));
    let contain = rest.into_iter().filter(|(name, _)| name.to_lowercase().contains(&lower));
    let found = if begin.is_empty() { contain.collect() } else { begin };
    let one = |(name, about): (String, String)| {
        let about = if about.is_empty() { None } else { Some(about) };
        CompletionCandidate::new(name).help(about.map(Into::into))
    };
    found.into_iter().map(one).collect()
}

fn bare(name: impl Into<String>) -> (String, String) {
    (name.into(), String::new())
}

fn ids(place: &Place, typed: &str) -> Vec<CompletionCandidate> {
    let found = place.governance().and_then(|(session, governance)| {
        Files::list(session.tree(), &governance.policy.records).ok()
    });
    let records = found.map(|files| files.records).unwrap_or_default();
    // A path that the shell completes is accepted wherever an id is.
    if typed.contains('/') {
        let paths = records.iter().map(|file| bare(file.path.as_str()));
        return fitting(paths, typed);
    }
    fitting(records.iter().map(|file| bare(file.stem())), typed)
}

fn redesigns(place: &Place, typed: &str) -> Vec<CompletionCandidate> {
    let found = place.governance().and_then(|(session, governance)| {
        Files::list(session.tree(), &[governance.policy.redesigns]).ok()
    });
    let files = found.map(|files| files.records).unwrap_or_default();
    if typed.contains('/') {
        return fitting(files.iter().map(|file| bare(file.path.as_str())), typed);
    }
    fitting(files.iter().map(|file| bare(file.stem())), typed)
}

fn branches(place: &Place, typed: &str) -> Vec<CompletionCandidate> {
    let names = place.session().and_then(|session| session.repository_or_none()?.branches().ok());
    fitting(names.unwrap_or_default().into_iter().map(bare), typed)
}

fn people(place: &Place, typed: &str) -> Vec<CompletionCandidate> {
    let mut emails = BTreeSet::new();
    if let Some((session, governance)) = place.governance() {
        let policy = &governance.policy;
        let listed = policy.groups.values().flatten().chain(policy.people.logins.values());
        emails.extend(listed.map(ToString::to_string));
        let entries = governance.roster.iter().flat_map(|roster| &roster.entries);
        let active = entries.filter(|(_, entry)| entry.active);
        emails.extend(active.map(|(email, _)| email.to_string()));
        emails.extend(session.repository_or_none().and_then(|repository| repository.user().1));
        if let Ok(files) = Files::list(session.tree(), &policy.records)
            && files.records.len() <= MOST_READ
        {
            let read =
                files.records.iter().filter_map(|record| files.read(session.tree(), record).ok());
            emails.extend(read.filter_map(|source| Some(source.record?.owner.email.to_string())));
        }
    }
    fitting(emails.into_iter().map(bare), typed)
}

fn tiers(place: &Place, typed: &str) -> Vec<CompletionCandidate> {
    let governance = place.governance().map(|governance| governance.1);
    let tiers = governance.iter().flat_map(|governance| &governance.policy.tiers);
    fitting(tiers.map(|tier| bare(tier.name.as_str())), typed)
}

fn profiles(place: &Place, typed: &str) -> Vec<CompletionCandidate> {
    let governance = place.governance().map(|governance| governance.1);
    let profiles = governance.iter().flat_map(|governance| governance.policy.profiles.keys());
    fitting(profiles.map(|name| bare(name.as_str())), typed)
}

fn codes(_: &Place, typed: &str) -> Vec<CompletionCandidate> {
    let codes = rules::ALL.iter();
    fitting(codes.map(|rule| (rule.code.as_str().to_owned(), rule.summary.to_owned())), typed)
}

fn controls(place: &Place, typed: &str) -> Vec<CompletionCandidate> {
    let governance = place.governance().map(|governance| governance.1);
    let names = governance.iter().flat_map(|governance| &governance.policy.catalogs);
    let catalogs = names.filter_map(|name| {
        governance.as_ref().and_then(|governance| governance.catalog(catalog::name_of(name)))
    });
    let controls = catalogs.flat_map(|catalog| {
        let controls = catalog.controls.iter().filter(|control| !control.withdrawn);
        controls.map(|control| (format!("{}:{}", catalog.name, control.id), control.title.clone()))
    });
    fitting(controls, typed)
}
