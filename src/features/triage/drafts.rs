//! Drafts of missing records, one file each.
//!
//! Start at [`write`]. Follows `docs/spec/cli.md`, triage, `--draft`, and `docs/spec/interop.md`, 4. A key that a draft
//! in the folder already has gets no second draft.

use crate::ledger::Ledger;
use crate::ledger::tree::{EntryKind, Tree, TreeError};
use crate::plan::answers::Answers;
use crate::plan::owner::Owners;
use crate::plan::setting::{self, Filer, Setting};
use crate::plan::{draft, imported};
use crate::policy::governance::Governance;
use crate::record::id::Id;
use crate::record::schema;
use crate::record::time::Instant;
use crate::session::error::{Error, Undetermined};
use crate::session::locate::Located;
use crate::session::{ids, locate};
use crate::store::files::{FileError, WorkTree};
use crate::store::{files, streams};
use crate::survey::event::wanted::Wanted;
use crate::yaml;
use crate::yaml::node::Limits;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// A draft that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriageDraft {
    /// Its id.
    pub id: Id,
    /// The name of its file.
    pub name: String,
    /// Its title.
    pub title: String,
}

/// Writes a draft into a folder for each input that needs a record.
pub(super) fn write(
    located: &Located,
    now: Instant,
    folder: &Path,
    wanted: &Wanted,
    owners: Owners<'_>,
) -> Result<Vec<TriageDraft>, Error> {
    let failed = |error: FileError| {
        Undetermined::other(error.to_string(), "check that the folder exists and can be written to")
    };
    streams::folder(folder).map_err(failed)?;
    let tree = WorkTree::new(folder);
    let governance = locate::governance(located.work_tree()?)?;
    let ledger = Ledger::read(&located.tree, &governance.policy.records)?;
    let mut known = drafted(&tree)?;
    let mut drafts = Vec::new();
    for answers in answers(wanted, owners) {
        if keys(&answers).iter().any(|key| known.contains(key)) {
            continue;
        }
        known.extend(keys(&answers));
        let taken = |id: &str| ledger.entries.iter().any(|it| it.stem.eq_ignore_ascii_case(id));
        let id = ids::draw(&governance, now, &taken)?;
        let made = draft::draft(&answers, &setting(located, now, &governance, id.clone())?);
        let name = format!("{id}.yaml");
        files::create(&tree, &name, made.text.as_bytes()).map_err(failed)?;
        drafts.push(TriageDraft {
            id,
            name,
            title: answers.text("title").unwrap_or_default().to_owned(),
        });
    }
    Ok(drafts)
}

fn answers(wanted: &Wanted, owners: Owners<'_>) -> Vec<Answers> {
    let findings = wanted.findings.iter();
    let findings =
        findings.map(|((tool, id), found)| imported::of_finding(tool, id, found, owners));
    let events =
        wanted.events.iter().map(|(happened, often)| imported::of_event(happened, often, owners));
    findings.chain(events).collect()
}

fn setting<'g>(
    located: &Located,
    now: Instant,
    governance: &'g Governance,
    id: Id,
) -> Result<Setting<'g>, Error> {
    let (name, email) = located.repository()?.user();
    Ok(Setting {
        governance,
        now,
        is_emergency: false,
        filer: Filer { name, email },
        is_filer_owner: true,
        id,
        folder: String::new(),
        has_schema: setting::has_schema(&located.tree, schema::PATH),
    })
}

/// Returns the keys that distinguish drafts: tool and id of their findings, otherwise their title.
fn keys(answers: &Answers) -> Vec<String> {
    let text = |key: &Value, name: &str| {
        let text = key.get(name).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let findings = answers.get("scope.findings").and_then(Value::as_array);
    match findings {
        Some(findings) => findings
            .iter()
            .map(|key| format!("{}:{}", text(key, "tool").to_lowercase(), text(key, "id")))
            .collect(),
        None => answers.text("title").map(str::to_owned).into_iter().collect(),
    }
}

/// Returns the keys of the drafts in a folder.
fn drafted(tree: &WorkTree) -> Result<BTreeSet<String>, TreeError> {
    let mut known = BTreeSet::new();
    for item in tree.list("")? {
        if item.kind != EntryKind::File || !item.path.ends_with(".yaml") {
            continue;
        }
        let bytes = tree.bytes(&item.path)?.unwrap_or_default();
        let root = yaml::parse(&bytes, &Limits::RECORD).root;
        if let Some(answers) = root.and_then(|root| Answers::of_node(&root)) {
            known.extend(keys(&answers));
        }
    }
    Ok(known)
}
