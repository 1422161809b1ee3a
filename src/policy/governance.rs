//! The governance files of one tree, read as one value.
//!
//! Pure. Start at [`Governance::read`]. Follows `docs/spec/policy.md` and `docs/spec/approval.md` 1.11. To add a governance
//! file, add an entry to [`FILES`].

use crate::diag::sorting::StableSort as _;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::code::Code;
use crate::diag::{Finding, Level, Pos};
use crate::ledger::tree::{EntryKind, Tree, TreeError};
use crate::policy::catalog::controls::{Catalog, ControlMatch};
use crate::policy::demand::Proof;
use crate::policy::hooks::HookFile;
use crate::policy::mailmap::Mailmap;
use crate::policy::people::account;
use crate::policy::people::naming::UnprovenNames;
use crate::policy::roster::Roster;
use crate::policy::{FILE, Policy, catalog, hooks, read};
use crate::record::folded::folded;
use crate::record::json;
use crate::record::reference::ControlRef;
use crate::yaml::node::Limits;
use crate::{record, yaml};

/// git's own file that maps names and addresses, at the top of the repository.
pub const MAILMAP: &str = ".mailmap";

/// Why nothing can be determined without a policy.
pub const NO_POLICY: &str = "no exledger.yaml counts on the approved branch, so it is not known what an approval needs; merge one there, or restore the one that was removed";

/// Whether there is a policy, and whether it is usable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// No policy: the built-in defaults apply.
    #[default]
    Absent,
    /// Read without errors, except possibly in rows of a roster or catalog.
    Sound,
    /// It has errors, or a file that it names can't be read: only the findings are meaningful.
    Broken,
}

/// What let a key in, where the key proves no more than that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLimit {
    pub proof: Proof,
    /// Whether it let in whose the key is, not the key.
    pub is_of_name: bool,
    pub commit: Arc<str>,
}

/// The governance files of one tree.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Governance {
    /// The settings, with defaults filled in.
    pub policy: Policy,
    /// The roster, if the policy names one.
    pub roster: Option<Roster>,
    /// The allowed_signers file as text; `approval::signers` reads it.
    pub signers: Option<String>,
    /// The lines of the signers file, from 1, whose keys prove no more than what let them in. Known only of a state that
    /// counts on the approved branch.
    pub limited_signers: BTreeMap<u32, KeyLimit>,
    /// Who is who by claims, which prove nothing about who pressed a merge. Known only of such a state, too.
    pub claimed_names: Arc<UnprovenNames>,
    /// The list of revoked keys as text; `approval::signers` reads it.
    pub revoked: Option<String>,
    /// The mailmap; empty if there is none.
    pub mailmap: Mailmap,
    /// The team's own catalogs, by name.
    pub catalogs: BTreeMap<String, Catalog>,
    /// The team's own schema for the keys below `x:`.
    pub extra_schema: Option<serde_json::Value>,
    /// The map of tool calls to questions; errors in it disable only `hook`.
    pub hooks: Option<HookFile>,
    /// The policy's document, for rules that report positions.
    pub document: Option<yaml::node::Node>,
    pub comments: Vec<yaml::node::Comment>,
    /// The problems found in the files.
    pub findings: Vec<Finding>,
    /// Whether the files are usable.
    pub state: State,
}

/// A governance file besides the policy: how the policy names it, and how it is read.
#[derive(Debug)]
pub struct GovernanceFile {
    pub what: &'static str,
    /// Returns its paths, each with the policy's field that names it.
    pub named: fn(&Policy) -> Vec<(String, String)>,
    limits: Limits,
    read: fn(&mut Governance, &str, &[u8]),
    if_absent: IfAbsent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IfAbsent {
    /// Treat it as empty: the policy can't name another path.
    Empty,
    /// Treat it as empty if its path is the default; an error if the policy states the path.
    EmptyByDefault,
    /// An error: disabled rules must not look like passing rules.
    Error,
}

/// What the schema for the keys below `x:` is called.
pub const EXTRA_SCHEMA: &str = "extra schema";

/// The governance files besides the policy, in the order in which they are read.
pub const FILES: &[GovernanceFile] = &[
    GovernanceFile {
        what: "mailmap",
        named: |_| vec![(MAILMAP.to_owned(), String::new())],
        limits: Limits::POLICY,
        read: |governance, _, bytes| {
            governance.mailmap = Mailmap::parse(&String::from_utf8_lossy(bytes));
        },
        if_absent: IfAbsent::Empty,
    },
    GovernanceFile {
        what: "signers",
        named: |policy| vec![(policy.approval.signers.clone(), "approval.signers".to_owned())],
        limits: Limits::POLICY,
        read: |governance, _, bytes| {
            governance.signers = Some(String::from_utf8_lossy(bytes).into_owned());
        },
        if_absent: IfAbsent::EmptyByDefault,
    },
    GovernanceFile {
        what: "revoked keys",
        named: |policy| vec![(policy.approval.revoked.clone(), "approval.revoked".to_owned())],
        limits: Limits::POLICY,
        read: |governance, _, bytes| {
            governance.revoked = Some(String::from_utf8_lossy(bytes).into_owned());
        },
        if_absent: IfAbsent::EmptyByDefault,
    },
    GovernanceFile {
        what: "roster",
        named: |policy| one(&policy.people.roster, "people.roster"),
        limits: Limits::ROSTER,
        read: |governance, path, bytes| {
            let (roster, findings) = Roster::read(path, bytes);
            governance.roster = Some(roster);
            governance.findings.extend(findings);
        },
        if_absent: IfAbsent::Error,
    },
    GovernanceFile {
        what: EXTRA_SCHEMA,
        named: |policy| one(&policy.extra_schema, "extra_schema"),
        limits: Limits::POLICY,
        read: extra_schema,
        if_absent: IfAbsent::Error,
    },
    GovernanceFile {
        what: "catalog",
        named: |policy| {
            let listed = policy.catalogs.iter().enumerate();
            listed
                .filter(|(_, name)| name.ends_with(".csv"))
                .map(|(index, path)| (path.clone(), format!("catalogs[{index}]")))
                .collect()
        },
        limits: Limits::POLICY,
        read: |governance, path, bytes| {
            let name = catalog::name_of(path);
            let (catalog, findings) = Catalog::read(name, path, bytes);
            governance.catalogs.insert(name.to_owned(), catalog);
            governance.findings.extend(findings);
        },
        if_absent: IfAbsent::Error,
    },
    GovernanceFile {
        what: "map of tool calls",
        named: |_| vec![(hooks::FILE.to_owned(), String::new())],
        limits: hooks::LIMITS,
        read: |governance, path, bytes| {
            let file = HookFile::read(path, bytes);
            governance.findings.extend(file.findings.iter().cloned());
            governance.hooks = Some(file);
        },
        if_absent: IfAbsent::Empty,
    },
];

fn one(path: &Option<String>, field: &str) -> Vec<(String, String)> {
    let named = path.iter().map(|path| (path.clone(), field.to_owned()));
    named.collect()
}

fn extra_schema(governance: &mut Governance, path: &str, bytes: &[u8]) {
    match json::value(bytes) {
        Ok(schema) => governance.extra_schema = Some(schema),
        Err(error) => {
            let place = |number| u32::try_from(number).unwrap_or(1).max(1);
            governance.findings.push(Finding {
                rule: Code::Syntax,
                level: Level::Error,
                path: path.to_owned(),
                pos: Some(Pos { line: place(error.line()), column: place(error.column()) }),
                field: None,
                id: None,
                message: "the schema is not JSON".to_owned(),
                remedy: "correct it here".into(),
            });
        }
    }
}

impl Governance {
    /// Reads the governance files of a tree.
    ///
    /// # Errors
    /// [`TreeError`] if a file can't be read at all; problems *in* a file are among the findings.
    pub fn read(tree: &dyn Tree) -> Result<Governance, TreeError> {
        let mut governance = match tree.kind(FILE)? {
            None => Governance::default(),
            Some(EntryKind::File) => {
                let bytes = tree.bytes_within(FILE, Limits::POLICY.bytes)?;
                Governance::of_bytes(&bytes.unwrap_or_default())
            }
            Some(kind) => Governance::not_a_file(kind),
        };
        for file in FILES {
            for (path, field) in (file.named)(&governance.policy) {
                governance.read_file(tree, file, &path, &field)?;
            }
        }
        for (index, folder) in governance.policy.records.clone().iter().enumerate() {
            if let Some(kind) = passed(tree, folder)? {
                governance.elsewhere(folder, &format!("records[{index}]"), kind);
            }
        }
        governance.settle();
        Ok(governance)
    }

    /// Returns the governance from a policy's text alone, without any other file.
    pub fn of_policy(yaml: &str) -> Governance {
        let mut governance = Governance::of_bytes(yaml.as_bytes());
        governance.settle();
        governance
    }

    fn of_bytes(bytes: &[u8]) -> Governance {
        let source = read::read(bytes);
        Governance {
            policy: source.policy,
            document: source.document,
            comments: source.comments,
            findings: source.findings,
            state: State::Sound,
            ..Governance::default()
        }
    }

    fn not_a_file(kind: EntryKind) -> Governance {
        Governance {
            findings: vec![no_file(FILE, kind)],
            state: State::Broken,
            ..Governance::default()
        }
    }

    fn read_file(
        &mut self,
        tree: &dyn Tree,
        file: &GovernanceFile,
        path: &str,
        field: &str,
    ) -> Result<(), TreeError> {
        let most = file.limits.bytes;
        if let Some(bytes) = tree.bytes_within(path, most)? {
            if bytes.len() > most {
                let faults = yaml::parse(&bytes, &file.limits).faults;
                self.findings.extend(record::mend::findings(
                    path,
                    None,
                    ("", None),
                    faults,
                    &|_, _| None,
                ));
            } else {
                (file.read)(self, path, &bytes);
            }
            return Ok(());
        }
        // git does not follow a link to a mailmap either.
        if field.is_empty() {
            if path == hooks::FILE {
                self.findings.extend(tree.kind(path)?.map(|kind| no_file(path, kind)));
            }
            return Ok(());
        }
        if let Some(kind) = passed(tree, path)? {
            self.elsewhere(path, field, kind);
            return Ok(());
        }
        match (tree.kind(path)?, file.if_absent) {
            (None, IfAbsent::Empty) => {}
            (None, IfAbsent::EmptyByDefault) if !self.is_stated(field) => {}
            (None, _) => {
                let message =
                    format!("there is no file {path}, which is used here as the {}", file.what);
                let help = "add the file, correct the path, or remove this line";
                self.note(Level::Error, field, message, help);
            }
            (Some(_), _) => {
                let message = format!("{path} is not a regular file");
                self.note(Level::Error, field, message, "use a regular file");
            }
        }
        Ok(())
    }

    /// Tells whether the policy itself states a field, rather than a default.
    fn is_stated(&self, field: &str) -> bool {
        let root = self.document.as_ref();
        root.is_some_and(|root| root.at(field).is_some())
    }

    fn elsewhere(&mut self, path: &str, field: &str, passed: EntryKind) {
        let (message, help) = match passed {
            EntryKind::Submodule => (
                format!("{path} is a submodule, or lies in one"),
                "use a path of this repository: nobody here approves what lies in another one",
            ),
            _ => (
                format!("{path} is a link, or is reached through one"),
                "use the path of the file or folder itself: links are never followed",
            ),
        };
        self.note(Level::Error, field, message, help);
    }

    fn note(&mut self, level: Level, field: &str, message: String, help: &str) {
        let node = self.document.as_ref().and_then(|root| root.at(field));
        self.findings.push(Finding {
            rule: Code::BadValue,
            level,
            path: FILE.to_owned(),
            pos: Some(node.map_or(Pos::START, |node| node.pos)),
            field: Some(field.to_owned()),
            id: None,
            message,
            remedy: help.into(),
        });
    }

    fn settle(&mut self) {
        let idle: Vec<(String, String)> = account::idle_logins(&self.policy.people)
            .into_iter()
            .map(|(key, message)| (format!("people.logins.{key}"), message))
            .collect();
        for (field, message) in idle {
            let help = "write the person's own email address, outside the forge";
            self.note(Level::Warning, &field, message, help);
        }
        self.findings.order_by(|left, right| left.sort_key().cmp(&right.sort_key()));
        // An unreadable CSV row counts as absent: an owner who is not listed, an unknown control.
        let breaks = |finding: &Finding| {
            finding.level == Level::Error
                && finding.path != hooks::FILE
                && (finding.path == FILE || finding.rule != Code::BadValue)
        };
        if self.findings.iter().any(breaks) {
            self.state = State::Broken;
        }
    }

    /// Returns the paths of the governance files that this policy names, sorted, whether or not they exist.
    pub fn paths(&self) -> Vec<String> {
        let beside = FILES.iter().flat_map(|file| (file.named)(&self.policy));
        let mut paths: Vec<String> = beside.map(|(path, _)| path).collect();
        paths.push(FILE.to_owned());
        paths.sort();
        paths.dedup();
        paths
    }

    /// Tells whether both restrict the same in retrospect: their mailmaps and logins join the same people, and the same keys
    /// are revoked.
    pub(crate) fn restricts_the_same(&self, other: &Governance) -> bool {
        let (people, others) = (&self.policy.people, &other.policy.people);
        self.mailmap == other.mailmap
            && self.revoked == other.revoked
            && people.logins == others.logins
            && people.noreply == others.noreply
    }

    /// Tells whether both list the same catalogs, so that one control has one name in both.
    pub(crate) fn lists_same_catalogs(&self, other: &Governance) -> bool {
        self.policy.catalogs == other.policy.catalogs && self.catalogs == other.catalogs
    }

    /// Returns a catalog that this policy lists, ignoring case.
    pub fn catalog(&self, name: &str) -> Option<&Catalog> {
        let listed = self.policy.catalogs.iter();
        let mut named =
            listed.filter(|catalog| catalog::name_of(catalog).eq_ignore_ascii_case(name));
        let name = named.next()?;
        if name.ends_with(".csv") {
            self.catalogs.get(catalog::name_of(name))
        } else {
            catalog::built_in(name)
        }
    }

    /// Returns the control that a record cites, if its catalog is listed and contains it.
    pub fn control(&self, reference: &ControlRef) -> Option<ControlMatch<'_>> {
        let catalog = self.catalog(reference.catalog())?;
        let found = catalog.find(reference.id())?;
        let is_named = catalog.name == reference.catalog();
        Some(if is_named { found } else { found.loosely() })
    }

    /// Returns the form in which controls are compared to take something away: by what they mean, else folded.
    pub fn folded_control(&self, text: &str) -> String {
        let found = |text: &str| Some(self.control(&ControlRef::new(text)?)?.canonical());
        let folded_text = folded(text);
        let canonical = found(text).or_else(|| found(&folded_text));
        canonical.map_or_else(|| folded_text.into_owned(), |text| folded(&text).into_owned())
    }
}

fn no_file(path: &str, kind: EntryKind) -> Finding {
    Finding {
        rule: Code::NotAFile,
        level: Level::Error,
        path: path.to_owned(),
        pos: None,
        field: None,
        id: None,
        message: format!("{path} is {}, which is never followed", kind.describe()),
        remedy: "put a regular file there".into(),
    }
}

// The link or submodule that a path is, or leads through.
fn passed(tree: &dyn Tree, path: &str) -> Result<Option<EntryKind>, TreeError> {
    let ends = path.match_indices('/').map(|(index, _)| index);
    for end in ends.chain([path.len()]) {
        let Some(prefix) = path.get(..end) else {
            continue;
        };
        let kind = tree.kind(prefix)?;
        if let Some(EntryKind::Link | EntryKind::Submodule) = kind {
            return Ok(kind);
        }
    }
    Ok(None)
}
