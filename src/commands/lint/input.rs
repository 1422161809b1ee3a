//! What is linted: the work tree, some paths of it, or one record from standard input.
//!
//! Start at [`Input`].

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::commands::context::Ctx;
use crate::commands::context::fault;
use exledger::ledger;
use exledger::ledger::tree::{EntryKind, Tree, TreeError, TreeItem};
use exledger::policy;
use exledger::policy::governance::Governance;
use exledger::session::Session;
use exledger::session::overlay::Overlay;
use exledger::store::files;

/// The most bytes of standard input that are read: far more than a record may have.
const MOST: u64 = 1_048_576;

/// What is linted.
pub(super) struct Input {
    /// The folder, and the record of standard input in place of what is there.
    tree: Overlay,
    /// The paths that were named, relative to the ledger's root; empty for all.
    named: Vec<String>,
}

impl Input {
    /// Returns what the arguments name.
    pub(super) fn of(
        paths: &[PathBuf],
        path: Option<&Path>,
        ctx: &Ctx,
        home: &Session,
    ) -> anyhow::Result<Input> {
        let tree = home.work_tree()?;
        if paths.iter().any(|path| path == Path::new("-")) {
            let (Some(path), [_]) = (path, paths) else {
                return Err(fault::misuse(
                    "standard input is one record, and needs its path",
                    "run `exledger lint - --path exceptions/ID.yaml`",
                ));
            };
            let mut bytes = Vec::new();
            std::io::stdin()
                .take(MOST)
                .read_to_end(&mut bytes)
                .context("can't read stdin")?;
            let path = inside(path, ctx, home)?;
            return Ok(Input {
                tree: Overlay::of(tree, [(path.clone(), bytes)]),
                named: vec![path],
            });
        }
        if path.is_some() {
            return Err(fault::misuse(
                "--path goes with standard input alone",
                "run `exledger lint - --path exceptions/ID.yaml`",
            ));
        }
        let mut named = Vec::new();
        for path in paths {
            let inside = inside(path, ctx, home)?;
            let there = inside.is_empty() || tree.kind(&inside)?.is_some();
            if !there {
                return Err(fault::misuse(
                    format!("there is no {}", path.display()),
                    "name files or folders of the ledger",
                ));
            }
            named.push(inside);
        }
        Ok(Input {
            tree: Overlay::of(tree, []),
            named,
        })
    }

    /// Returns the path of the record that comes from standard input.
    pub(super) fn instead(&self) -> Option<&str> {
        self.tree.files.keys().next().map(String::as_str)
    }

    /// Tells whether a file is asked about.
    pub(super) fn names(&self, path: &str) -> bool {
        let below = |folder: &String| {
            folder.is_empty()
                || path == folder
                || path
                    .strip_prefix(folder.as_str())
                    .is_some_and(|rest| rest.starts_with('/'))
        };
        self.named.is_empty() || self.named.iter().any(below)
    }

    /// Returns the paths that were named and hold nothing that is linted: no record, no approval, no governance file.
    pub(super) fn strangers(&self, records: &[String], governance: &[String]) -> Vec<&str> {
        let below = |path: &str, folder: &str| {
            let folder = folder.trim_end_matches('/');
            folder.is_empty()
                || path == folder
                || path
                    .strip_prefix(folder)
                    .is_some_and(|rest| rest.starts_with('/'))
        };
        let is_linted = |path: &str| match self.tree.kind(path) {
            Ok(Some(EntryKind::Folder)) => {
                let mut places = records.iter().chain(governance);
                places.any(|place| below(place, path))
                    || records.iter().any(|folder| below(path, folder))
            }
            _ => {
                ledger::is_record_of(records, path)
                    || governance.iter().any(|known| known == path)
                    || path.split('/').any(|part| part == ".approvals")
            }
        };
        let named = self.named.iter().map(String::as_str);
        named.filter(|path| !is_linted(path)).collect()
    }

    /// Refuses paths that hold nothing to be linted; beside one that does, a hint names them.
    pub(super) fn refuse_strangers(
        &self,
        ctx: &Ctx,
        governance: &Governance,
    ) -> anyhow::Result<()> {
        let records = &governance.policy.records;
        let strangers = self.strangers(records, &governance.paths());
        if strangers.is_empty() {
            return Ok(());
        }
        let names = strangers.join(", ");
        if strangers.len() < self.named.len() {
            ctx.hint(&format!("hint: nothing is linted in {names}"));
            return Ok(());
        }
        Err(fault::misuse(
            format!("{names} holds no record, no approval and no governance file"),
            format!(
                "name files or folders below {}, or {}",
                records.join(", "),
                policy::FILE
            ),
        ))
    }

    /// Tells whether the one record of standard input lies where records are looked for.
    pub(super) fn is_record(&self, folders: &[String]) -> bool {
        let Some(path) = self.instead() else {
            return true;
        };
        let below =
            |folder: &String| path.starts_with(&format!("{}/", folder.trim_end_matches('/')));
        path != policy::FILE && folders.iter().any(below)
    }
}

/// Returns a path as the ledger names it.
fn inside(path: &Path, ctx: &Ctx, home: &Session) -> anyhow::Result<String> {
    files::inside(home.root(), &ctx.folder, path).ok_or_else(|| {
        fault::misuse(
            format!(
                "{} is not in the ledger {}",
                path.display(),
                home.root().display()
            ),
            "name files or folders of the ledger",
        )
    })
}

impl Tree for Input {
    fn list(&self, folder: &str) -> Result<Vec<TreeItem>, TreeError> {
        self.tree.list(folder)
    }

    fn kind(&self, path: &str) -> Result<Option<EntryKind>, TreeError> {
        self.tree.kind(path)
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        self.tree.bytes(path)
    }

    fn size(&self, path: &str) -> Result<Option<u64>, TreeError> {
        self.tree.size(path)
    }

    fn target(&self, path: &str) -> Result<Option<String>, TreeError> {
        self.tree.target(path)
    }
}
