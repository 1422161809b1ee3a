//! Drafts of missing records, one file each.
//!
//! Start at [`write`]. Follows `docs/spec/cli.md`, triage, `--draft`, and `docs/spec/interop.md`, 4. What a draft in the folder
//! covers already gets no second one.

use crate::approval::evidence::statement_file::FOLDER as APPROVALS;
use crate::diag;
use crate::gate::accepted_text::{self, ScannedFiles};
use crate::ledger::Ledger;
use crate::ledger::tree::{EntryKind, Tree, TreeError};
use crate::plan::answers::Answers;
use crate::plan::drafted_finding::{self, DraftRefusal, DraftScene};
use crate::plan::owner::Owners;
use crate::plan::setting::{self, Filer, Setting};
use crate::plan::{draft, imported};
use crate::policy::governance::Governance;
use crate::record::id::Id;
use crate::record::schema;
use crate::record::subject::FindingKey;
use crate::record::time::Instant;
use crate::record::tool_ids;
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::locate::Located;
use crate::session::{ids, locate};
use crate::store::files::{FileError, WorkTree};
use crate::store::{files, streams};
use crate::survey::event::FindingFile;
use crate::survey::event::wanted::{FindingGroup, SeenPlace, Wanted};
use crate::yaml;
use crate::yaml::node::{Limits, Node};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
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

/// How findings are put into records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RecordPer {
    Finding,
    /// One record for each rule, with a key for each package and file.
    #[default]
    Rule,
}

/// A finding that gets no draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotDrafted {
    /// `TOOL:ID`.
    pub key: String,
    #[serde(flatten)]
    pub refusal: DraftRefusal,
}

/// The drafts of one run.
#[derive(Clone, Debug, Default)]
pub struct WrittenDrafts {
    pub drafts: Vec<TriageDraft>,
    pub refused: Vec<NotDrafted>,
}

pub(super) fn write(
    located: &Located,
    now: Instant,
    folder: &Path,
    wanted: &Wanted,
    (owners, per, scanned): (Owners<'_>, RecordPer, &dyn ScannedFiles),
) -> Result<WrittenDrafts, Error> {
    let failed = |error: FileError| {
        Undetermined::other(error.to_string(), "check that the folder exists and can be written to")
    };
    let is_reserved = |part: &&std::ffi::OsStr| {
        part.eq_ignore_ascii_case(".git") || part.eq_ignore_ascii_case(APPROVALS)
    };
    if folder.iter().any(|part| is_reserved(&part)) {
        let what = format!("{} is not a folder for drafts", folder.display());
        return Err(
            Usage::refused(what, "name one that git tracks, such as exceptions/drafts").into()
        );
    }
    streams::folder(folder).map_err(failed)?;
    let tree = WorkTree::new(folder);
    let governance = locate::governance(located.work_tree()?)?;
    let ledger = Ledger::read(&located.tree, &governance.policy.records)?;
    let known = drafted(&tree)?;
    let mut written = WrittenDrafts::default();
    for answers in answers(wanted, (owners, per, scanned), &known, &mut written.refused) {
        let taken =
            |id: &str| ledger.entries.iter().any(|entry| entry.stem.eq_ignore_ascii_case(id));
        let id = ids::draw(&governance, now, &taken)?;
        let made = draft::draft(&answers, &setting(located, now, &governance, id.clone())?);
        let name = format!("{id}.yaml");
        let text = with_coverage(&made.text, wanted, scanned);
        files::create(&tree, &name, text.as_bytes()).map_err(failed)?;
        written.drafts.push(TriageDraft {
            id,
            name,
            title: answers.text("title").unwrap_or_default().to_owned(),
        });
    }
    Ok(written)
}

/// Returns the answers of each draft. What a draft in the folder covers already gets no second one.
fn answers(
    wanted: &Wanted,
    (owners, per, scanned): (Owners<'_>, RecordPer, &dyn ScannedFiles),
    known: &BTreeSet<String>,
    refused: &mut Vec<NotDrafted>,
) -> Vec<Answers> {
    let mut all = Vec::new();
    let secret = wanted.seen.iter().filter(|(rule, _)| rule.is_secret());
    let secret = secret.flat_map(|(_, places)| places).map(|seen| &seen.place);
    let secrets = drafted_finding::secret_lines(secret, scanned);
    for ((tool, id), group) in &wanted.findings {
        let mut records: Vec<(FindingGroup, Vec<FindingKey>)> = Vec::new();
        // A record must not cover what it is not about, whether another one does or none.
        let is_other = |seen: &&SeenPlace| per == RecordPer::Finding || !seen.is_wanted;
        let same = wanted.seen.iter().filter(|(rule, _)| rule.is_of((tool, id)));
        let others = same.flat_map(|(_, places)| places.iter().filter(is_other));
        let others = drafted_finding::lines_of(others.map(|seen| &seen.place));
        let scene = DraftScene { files: scanned, others: &others, secrets: &secrets };
        for found in &group.found {
            let mut keys = match drafted_finding::keys((tool, id), found, scene) {
                Ok(keys) => keys,
                Err(refusal) => {
                    refused.push(NotDrafted { key: format!("{tool}:{id}"), refusal });
                    continue;
                }
            };
            keys.retain(|key| !parts(&json!(key)).iter().all(|part| known.contains(part)));
            if keys.is_empty() {
                continue;
            }
            if per == RecordPer::Finding || records.is_empty() {
                records.push((FindingGroup { found: Vec::new(), ..group.clone() }, Vec::new()));
            }
            if let Some((of, all)) = records.last_mut() {
                of.found.push(found.clone());
                all.extend(keys);
            }
        }
        let mut seen = BTreeSet::new();
        for (group, keys) in records {
            let keys = drafted_finding::merged(keys);
            // Two findings with one text are covered by one key.
            if seen.insert(json!(keys).to_string()) {
                all.push(imported::of_finding((tool, id), &group, &keys, owners));
            }
        }
    }
    let events = wanted.events.iter();
    let events = events.map(|(happened, often)| imported::of_event(happened, often, owners));
    let is_new =
        |answers: &Answers| answers.text("title").is_none_or(|title| !known.contains(title));
    all.extend(events.filter(is_new));
    all
}

/// Returns the text of a draft that says above each accepted text of several findings which ones it covers.
fn with_coverage(text: &str, wanted: &Wanted, scanned: &dyn ScannedFiles) -> String {
    let root = yaml::parse(text.as_bytes(), &Limits::RECORD).root;
    let stated = root.as_ref().and_then(|root| root.at("scope.findings"));
    let mut said: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for key in stated.map_or(&[][..], Node::items) {
        let text_of = |name: &str| key.get(name).and_then(Node::text);
        let path = key.get("paths").and_then(|paths| paths.items().first()?.text());
        let (Some(tool), Some(id), Some(path)) = (text_of("tool"), text_of("id"), path) else {
            continue;
        };
        let found = wanted.findings.get(&(tool.to_owned(), id.to_owned()));
        let places = found.iter().flat_map(|group| &group.found).flat_map(|found| &found.places);
        let lines =
            places.filter(|place| matches!(&place.file, FindingFile::Inside(of) if of == path));
        let lines: Vec<u64> = lines.filter_map(|place| place.line).collect();
        for item in key.get("content").map_or(&[][..], Node::items) {
            let content = [item.text().unwrap_or_default().to_owned()];
            let stands = accepted_text::places(&content, path, scanned);
            let Some((first, last)) = stands.ok().and_then(|stands| stands.first().copied()) else {
                continue;
            };
            let covered = lines.iter().filter(|line| (first as u64..=last as u64).contains(line));
            let covered: Vec<u64> = covered.copied().collect();
            if covered.len() > 1 {
                said.entry(item.pos.line).or_default().push(coverage(&covered));
            }
        }
    }
    let lines = (1..).zip(text.split_inclusive('\n')).map(|(number, line)| {
        let indent = line.len() - line.trim_start().len();
        let said = said.get(&number).into_iter().flatten();
        let comments: String = said.map(|line| format!("{:indent$}# {line}\n", "")).collect();
        comments + line
    });
    lines.collect()
}

fn coverage(lines: &[u64]) -> String {
    let each: BTreeSet<u64> = lines.iter().copied().collect();
    let mut each: Vec<String> = each.into_iter().map(|line| line.to_string()).collect();
    let found = diag::count(lines.len(), "finding");
    match each.pop() {
        Some(last) if !each.is_empty() => {
            format!("covers {found}: lines {} and {last}", each.join(", "))
        }
        last => format!("covers {found}: line {}", last.unwrap_or_default()),
    }
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

fn parts(key: &Value) -> Vec<String> {
    let list = |name: &str| match key.get(name).and_then(Value::as_array) {
        Some(items) => items.iter().map(Some).collect(),
        None => vec![None],
    };
    let text = |name: &str| key.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let tool = tool_ids::tool(&text("tool")).into_owned();
    let id = tool_ids::key(&tool, &text("id")).into_owned();
    let texts = list("content");
    let part = |path: Option<&Value>, item: Option<&Value>| {
        json!([tool, id, text("purl"), path, item]).to_string()
    };
    list("paths")
        .into_iter()
        .flat_map(|path| texts.iter().map(move |item| (path, *item)))
        .map(|(path, item)| part(path, item))
        .collect()
}

/// Returns what distinguishes drafts: the parts of their findings' keys, otherwise their title.
fn keys(answers: &Answers) -> Vec<String> {
    match answers.get("scope.findings").and_then(Value::as_array) {
        Some(findings) => findings.iter().flat_map(parts).collect(),
        None => answers.text("title").map(str::to_owned).into_iter().collect(),
    }
}

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
