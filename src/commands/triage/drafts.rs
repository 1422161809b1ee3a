//! Drafts of what needs a record, one file each.
//!
//! Start at [`write`]. Follows `docs/spec/cli.md`, triage, `--draft`, and `docs/spec/interop.md`, 4. A key that a draft of
//! the folder names already gets no second one.

use crate::commands::context::Ctx;
use crate::commands::context::fault;
use exledger::ledger::Ledger;
use exledger::ledger::tree::Tree;
use exledger::ledger::tree::{EntryKind, TreeError};
use exledger::plan::answers::Answers;
use exledger::plan::codeowners::{self, CodeOwners};
use exledger::plan::draft::{self};
use exledger::plan::imported;
use exledger::plan::owner::Owners;
use exledger::plan::setting::{Filer, FilingUrgency, Setting};
use exledger::policy::governance::Governance;
use exledger::session::Session;
use exledger::session::ids;
use exledger::session::locate;
use exledger::store::files::{self, FileError, WorkTree};
use exledger::store::streams;
use exledger::survey::triage::wanted::Wanted;
use exledger::view::triage::shown::WrittenDraft;
use exledger::yaml;
use exledger::yaml::node::Limits;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Writes a draft for each thing that needs a record.
pub(super) fn write(
    ctx: &Ctx,
    home: &Session,
    folder: &Path,
    wanted: &Wanted,
) -> anyhow::Result<Vec<WrittenDraft>> {
    let failed = |error: FileError| {
        fault::cannot_say(
            error.to_string(),
            "see whether the folder is there, and who may write there",
        )
    };
    let place = ctx.folder.join(folder);
    streams::folder(&place).map_err(failed)?;
    let tree = WorkTree::new(place);
    let governance = locate::governance(home.work_tree()?)?;
    let ledger = Ledger::read(home.tree(), &governance.policy.records)?;
    let mut known = drafted(&tree)?;
    let mut drafts = Vec::new();
    let files = codeowners(home)?;
    let owners = Owners {
        governance: &governance,
        files: &files,
    };
    for answers in answers(wanted, owners) {
        if keys(&answers).iter().any(|key| known.contains(key)) {
            continue;
        }
        known.extend(keys(&answers));
        let taken = |id: &str| {
            ledger
                .entries
                .iter()
                .any(|it| it.stem.eq_ignore_ascii_case(id))
        };
        let id = ids::draw(&governance, ctx.instant(), &taken)?;
        let made = draft::draft(&answers, &setting(ctx, home, &governance, id.clone())?);
        let name = format!("{id}.yaml");
        files::create(&tree, &name, made.text.as_bytes()).map_err(failed)?;
        drafts.push(WrittenDraft {
            id: id.to_string(),
            path: folder.join(&name).to_string_lossy().into_owned(),
            title: answers.text("title").unwrap_or_default().to_owned(),
        });
    }
    Ok(drafts)
}

fn answers(wanted: &Wanted, owners: Owners<'_>) -> Vec<Answers> {
    let findings = wanted.findings.iter();
    let findings =
        findings.map(|((tool, id), found)| imported::of_finding(tool, id, found, owners));
    let events = wanted.events.iter();
    let events = events.map(|(happened, often)| imported::of_event(happened, often, owners));
    findings.chain(events).collect()
}

/// Reads the CODEOWNERS of the repository; one that is not there, or too long, owns nothing.
fn codeowners(home: &Session) -> Result<CodeOwners, TreeError> {
    let Some(top) = home.repository_or_none().and_then(|it| it.work_dir()) else {
        return Ok(CodeOwners::default());
    };
    let tree = WorkTree::new(top.to_owned());
    for place in codeowners::PLACES {
        if let Some(bytes) = tree.bytes_within(place, Limits::POLICY.bytes)? {
            return Ok(CodeOwners::read(&String::from_utf8_lossy(&bytes)));
        }
    }
    Ok(CodeOwners::default())
}

fn setting<'g>(
    ctx: &Ctx,
    home: &Session,
    governance: &'g Governance,
    id: exledger::record::id::Id,
) -> anyhow::Result<Setting<'g>> {
    let (name, email) = home.repository()?.user();
    Ok(Setting {
        governance,
        now: ctx.instant(),
        urgency: FilingUrgency::Usual,
        filer: Filer { name, email },
        is_filer_owner: true,
        id,
        folder: String::new(),
    })
}

/// Returns what tells drafts apart: tool and id of their findings, else their title.
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
        None => answers
            .text("title")
            .map(str::to_owned)
            .into_iter()
            .collect(),
    }
}

/// Returns what the drafts of a folder are about.
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
