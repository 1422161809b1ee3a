//! What is spoken about: the bytes as git stores them, who made them, and what they demand.
//!
//! Start at [`record`] and [`governance`].

use crate::commands::approve::side::Side;
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use exledger::approval::ask;
use exledger::approval::keys::Keys;
use exledger::approval::statement::file::{ApprovalDecision, ApprovalSubject};
use exledger::approval::statement::{self, check};
use exledger::approval::verdict::Author;
use exledger::history::change;
use exledger::history::change::event::ChangeEvent;
use exledger::history::version::TrailKey;
use exledger::ledger::tree::Tree;
use exledger::ledger::{self, Files, NotFound};
use exledger::plan::approve::{self, ApprovalTarget};
use exledger::policy::governance::Governance;
use exledger::policy::people;
use exledger::policy::people::person::Person;
use exledger::policy::tier::Needed;
use exledger::record::Record;
use exledger::record::address::Address;
use exledger::record::file::{self, RecordFile};
use exledger::record::id::Id;
use exledger::session::Session;
use exledger::session::snapshot::Snapshot;
use exledger::session::snapshot::tip::Tip;
use exledger::store::files;
use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

/// What is spoken about.
pub(super) struct Subject {
    /// It, in short.
    pub(super) matter: ApprovalTarget,
    /// The id, or the path of the governance file.
    pub(super) name: String,
    /// Its file, from the ledger's root.
    pub(super) path: String,
    /// Whether it is committed.
    pub(super) is_committed: bool,
    /// What it says, of a record that can be read.
    pub(super) source: Option<RecordFile>,
    /// What it changes against what landed.
    pub(super) events: Vec<ChangeEvent>,
    /// What was last approved of it.
    pub(super) last: Option<Rc<Record>>,
    /// Who approved these bytes already, by a file that would count.
    pub(super) spoken: Vec<Person>,
    /// Whether it landed as it is.
    pub(super) landed: Landed,
}

/// Whether the bytes landed.
#[derive(Clone, Debug)]
pub(super) enum Landed {
    /// They stand at the tip of the approved ref, judged by this governance; these approved them, and these files do not
    /// count.
    AtTip(Box<Governance>, Vec<Counted>, Vec<String>),
    /// They do not.
    NotYet,
}

/// Someone whose word counts already.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    /// Who.
    pub(super) person: Person,
    /// The file that says so; `None` where no file does.
    pub(super) source: Option<String>,
}

/// Returns the record that a text names, on a side.
pub(super) fn record(
    text: &str,
    side: &Side<'_>,
    (ctx, home, approved): (&Ctx, &Session, &Snapshot<'_>),
) -> anyhow::Result<Subject> {
    let tree: &dyn Tree = match side.branch {
        Some(_) => &side.tree,
        None => home.work_tree()?,
    };
    let records = &side.governance.policy.records;
    let files = Files::list(tree, records)?;
    let file = files
        .find(text)
        .map_err(|error| not_found(text, &error, ctx, home))?;
    let Some(id) = file.id() else {
        return Err(fault::misuse(
            format!(
                "{} has no id in its name, so nothing can be said of it",
                file.path
            ),
            "name the file as its id",
        ));
    };
    let found = side.bytes(&file.path, home.repository()?, approved)?;
    let Some((bytes, is_committed)) = found else {
        return Err(fault::cannot_say(
            format!("{} is gone", file.path),
            "run it again",
        ));
    };
    let source = file::read(&file.path, &bytes);
    let key = TrailKey::Id(id.as_str().to_ascii_uppercase());
    let record = source.record.as_ref();
    let mut matter = ApprovalTarget {
        about: ApprovalSubject::Record(id.clone()),
        sha256: statement::digest(&bytes),
        folder: approve::folder(records, &file.path),
        makers: Vec::new(),
        committed: Vec::new(),
        owners: record
            .map(|record| vec![record.owner.email.clone()])
            .unwrap_or_default(),
        needed: Needed::default(),
    };
    let past = approved.landed(key.as_str());
    let last = past.approved.as_deref();
    matter
        .owners
        .extend(last.map(|last| last.owner.email.clone()));
    let tip = approved.tip(&key);
    let at_tip = tip.filter(|tip| tip.bytes.as_deref() == Some(&*bytes));
    let landed = match at_tip {
        Some(tip) => {
            (matter.makers, matter.committed) = authors(&tip);
            matter.needed = tip.verdict.needed.clone();
            counted(&tip)
        }
        None => {
            let compared = side.compared(ctx, home)?;
            let mut entries = compared.entries.iter();
            let entry = entries.find(|entry| entry.delta.key == key.as_str());
            if let Some(entry) = entry {
                (matter.makers, matter.committed) = (entry.makers.clone(), entry.committed.clone());
            }
            if let Some(record) = record {
                add_requesters(&mut matter.makers, [Some(record), last], approved);
                matter.needed = ask::needed(approved.governance(), record, last);
            }
            Landed::NotYet
        }
    };
    let events = match (&landed, record) {
        (Landed::NotYet, Some(record)) => change::events(past.tip.as_deref(), record),
        _ => Vec::new(),
    };
    Ok(Subject {
        name: id.to_string(),
        path: file.path.clone(),
        spoken: spoken(tree, records, &matter, (ctx, approved))?,
        last: past.approved.clone(),
        source: Some(source),
        matter,
        is_committed,
        events,
        landed,
    })
}

/// Returns who made what stands at the tip, and those of them whom a commit of their own shows.
fn authors(tip: &Tip<'_>) -> (Vec<Person>, Vec<Person>) {
    let of = |authors: Vec<&Author>| authors.iter().map(|it| it.person.clone()).collect();
    let authors = &tip.verdict.authors;
    let own = authors.iter().filter(|author| author.by_own_commit);
    (of(authors.iter().collect()), of(own.collect()))
}

/// Returns the verdict on what stands at the tip, as far as it matters here.
fn counted(tip: &Tip<'_>) -> Landed {
    let counted = tip.verdict.approvers.iter().map(|approver| Counted {
        person: approver.person.clone(),
        source: approver.source.clone(),
    });
    let refused = tip.verdict.refused.iter();
    let refused = refused.filter_map(|statement| statement.approver.source.clone());
    Landed::AtTip(
        Box::new(tip.law.clone()),
        counted.collect(),
        refused.collect(),
    )
}

/// Returns who signed an approval of these bytes that lies there and would count now.
fn spoken(
    tree: &dyn Tree,
    records: &[String],
    matter: &ApprovalTarget,
    (ctx, approved): (&Ctx, &Snapshot<'_>),
) -> anyhow::Result<Vec<Person>> {
    let governance = approved.governance();
    let keys = Keys::of(governance, governance);
    let ledger = &approved.ledger_name();
    let bytes = |path: &str| tree.bytes(path);
    let mut spoken: Vec<Person> = Vec::new();
    let ApprovalSubject::Record(id) = &matter.about else {
        return Ok(spoken);
    };
    let records_folder = matter.folder.trim_end_matches('/');
    let folder = format!("{records_folder}/{}/{id}", statement::file::FOLDER);
    for item in tree.list(&folder)? {
        let signature = bytes(&format!("{}{}", item.path, statement::limits::SIGNATURE))?;
        let (Some(text), Some(_)) = (bytes(&item.path)?, &signature) else {
            continue;
        };
        let said = check::check(&item.path, &text, signature.as_deref(), records, ledger);
        let Ok(said) = said else { continue };
        let counts = said.file.sha256 == matter.sha256
            && said.file.decision == ApprovalDecision::Approve
            && said.signer(&keys, governance, ctx.instant()).is_ok();
        if counts {
            spoken.push(people::identify(governance, "", said.file.by.as_str()));
        }
    }
    Ok(spoken)
}

/// Adds on whose behalf it was asked for (A5).
fn add_requesters(
    makers: &mut Vec<Person>,
    records: [Option<&Record>; 2],
    approved: &Snapshot<'_>,
) {
    let requesters = records
        .into_iter()
        .flatten()
        .filter_map(|it| it.requester.as_ref());
    for requester in requesters.map(Address::as_str) {
        let person = people::identify(approved.governance(), "", requester);
        if !makers.iter().any(|known| known.key == person.key) {
            makers.push(person);
        }
    }
}

/// Returns a governance file, on a side.
pub(super) fn governance(
    path: &Path,
    side: &Side<'_>,
    (ctx, home, approved): (&Ctx, &Session, &Snapshot<'_>),
) -> anyhow::Result<Subject> {
    let prefix = approved.prefix();
    let known = side
        .governance
        .paths()
        .into_iter()
        .chain(approved.governance().paths());
    let known: BTreeSet<String> = known.map(|path| prefix.plain(&path)).collect();
    let typed = path.to_string_lossy().into_owned();
    let typed = prefix.plain(&typed);
    let inside = files::inside(home.root(), &ctx.folder, path);
    let found = std::iter::once(typed)
        .chain(inside)
        .find(|path| known.contains(path));
    let Some(path) = found else {
        let known: Vec<String> = known.into_iter().collect();
        return Err(fault::misuse(
            format!("{} is no governance file", path.display()),
            format!("name one of {}", known.join(", ")),
        ));
    };
    let found = side.bytes(&path, home.repository()?, approved)?;
    let tip = approved.ruling(&path);
    if found.is_none() && tip.is_none() {
        return Err(fault::misuse(
            format!("there is no file {path}, and there never was"),
            "name a governance file that a change adds, alters or removes",
        ));
    }
    let (bytes, is_committed) = match found {
        Some((bytes, is_committed)) => (Some(bytes), is_committed),
        None => (None, true),
    };
    let at_tip = tip.filter(|tip| tip.bytes == bytes);
    let ((makers, by_commit), landed) = match at_tip {
        Some(tip) => (authors(&tip), counted(&tip)),
        None => {
            let compared = side.compared(ctx, home)?;
            let made = compared.governors.get(&path).cloned();
            let made = made.unwrap_or_default();
            ((made.by, made.committed), Landed::NotYet)
        }
    };
    let records = &side.governance.policy.records;
    let matter = ApprovalTarget {
        about: ApprovalSubject::Governance(path.clone()),
        sha256: statement::digest(bytes.as_deref().unwrap_or_default()),
        folder: records.first().cloned().unwrap_or_default(),
        makers,
        committed: by_commit,
        owners: Vec::new(),
        needed: Needed {
            count: 1,
            ..Needed::default()
        },
    };
    Ok(Subject {
        name: path.clone(),
        path,
        matter,
        is_committed,
        source: None,
        events: Vec::new(),
        last: None,
        spoken: Vec::new(),
        landed,
    })
}

/// Says that no record is named by a text, and where one is.
fn not_found(text: &str, error: &NotFound, ctx: &Ctx, home: &Session) -> anyhow::Error {
    if let NotFound::Ambiguous(names) = error {
        let are_paths = names.iter().all(|name| Id::new(name).is_none());
        let (what, way) = if are_paths {
            (
                "files of one id",
                "give one of them an id of its own, or remove it",
            )
        } else {
            ("records", "say which")
        };
        return fault::misuse(
            format!("{text} names {} {what}", names.len()),
            format!("{way}: {}", names.join(", ")),
        );
    }
    let elsewhere = ctx.approved(home).ok().and_then(|approved| {
        let standing = ledger::named(approved.records(), |it| &it.key, text).ok()?;
        let branch = standing.pending.iter().find_map(|it| it.branch.clone());
        Some((standing.key.clone(), branch))
    });
    let help = match elsewhere {
        Some((id, Some(branch))) => {
            format!("{branch} proposes it: run `exledger approve {id} --ref {branch}`")
        }
        Some((id, None)) => format!(
            "it is on the approved ref: check that out, or run `exledger approve {id} --ref BRANCH`"
        ),
        None => {
            let list =
                "run `exledger list --all` for the ids; name a branch that holds it with --ref";
            match error {
                NotFound::Unknown(like) if !like.is_empty() => {
                    format!("did you mean {}? {list}", like.join(" or "))
                }
                _ => list.to_owned(),
            }
        }
    };
    fault::misuse(format!("no record here is named {text}"), help)
}
