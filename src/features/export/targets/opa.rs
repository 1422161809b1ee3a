//! `opa`: a bundle with the records in force as data, and indexes by what a policy asks for.
//!
//! Pure. Start at [`TARGET`]. Follows `docs/spec/interop.md` 3 (`opa`). The data grants nothing by itself: a policy
//! compares instants and scope, as `docs/interop.md` shows.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde_json::{Map, Value, json};

use crate::features::export::targets::engine_finding::title;
use crate::features::export::targets::input::{ExportInput, ExportedRecord};
use crate::features::export::targets::target::{
    ExportFile, ExportFiles, ExportOutput, ExportTarget,
};
use crate::formats::{archive, glob};
use crate::record::not_waived;
use crate::record::subject::{FindingKey, Scope};
use crate::record::time::Instant;
use crate::record::tool_ids;

/// The target `opa`: a bundle, as a folder or as an archive.
pub const TARGET: ExportTarget =
    ExportTarget::new("opa", &[], write).with_several_files().with_archive(archive);

type IdIndex = BTreeMap<String, BTreeSet<String>>;

fn write(input: &ExportInput<'_>) -> ExportOutput {
    let stamp = &input.stamp;
    let reference = stamp.reference.as_deref().map(short_reference);
    let exceptions: Map<String, Value> =
        input.records.iter().map(|record| (record.id().to_owned(), exception(record))).collect();
    let data = json!({"v1": {
        "ledger": {
            "commit": stamp.commit,
            "ref": reference,
            "instant": stamp.instant.to_string(),
        },
        "exceptions": exceptions,
        "by_identity": index(input, |record| record.record.subject.identity.iter().cloned().collect()),
        "by_application":
            index(input, |record| record.record.subject.application.iter().cloned().collect()),
        "by_asset": index(input, assets),
        "by_control": index(input, controls),
        "by_finding": by_finding(input),
    }});
    let manifest = json!({
        "revision": format!("{}@{}", stamp.commit, stamp.instant),
        "roots": ["exledger/v1"],
        "metadata": {"generator": "exledger", "format": "exledger/opa/v1"},
    });
    let file = |path: &str, value: &Value| ExportFile {
        path: path.to_owned(),
        bytes: format!("{value:#}\n").into_bytes(),
    };
    let files = vec![file(".manifest", &manifest), file("exledger/data.json", &data)];
    ExportOutput { files: ExportFiles::Several(files), losses: Vec::new() }
}

/// Returns the name of a ref as people say it: `origin/main`.
pub(super) fn short_reference(name: &str) -> &str {
    let prefixes = ["refs/heads/", "refs/remotes/", "refs/"];
    prefixes.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

fn exception(record: &ExportedRecord<'_>) -> Value {
    let (content, state) = (&record.record, record.record_state);
    let approved = state.approved.as_ref();
    let stated = content.starts.as_ref().map(|starts| starts.start());
    let landed = state.landed.as_ref().map(|landed| landed.at);
    let starts = stated.or(approved.map(|approved| approved.at)).or(state.decided_at).or(landed);
    let text = |value: &Option<String>| value.as_ref().map(|value| Value::from(value.as_str()));
    let list = |values: &[String]| Value::from(values.to_vec());
    let subject = &content.subject;
    object([
        ("id", Some(Value::from(record.id()))),
        ("title", Some(Value::from(title(content)))),
        ("class", Some(Value::from(content.class.as_str()))),
        ("tier", state.tier.as_ref().map(|tier| Value::from(tier.tier.as_str()))),
        ("status", Some(Value::from(state.status.as_str()))),
        ("starts", starts.map(|starts| Value::from(starts.to_string()))),
        ("not_after", Some(Value::from(record.end.to_string()))),
        ("starts_ns", starts.map(nanoseconds)),
        ("not_after_ns", Some(nanoseconds(record.end))),
        ("controls", Some(Value::from(controls(record)))),
        ("rule", text(&content.deviates_from.rule)),
        ("baseline", content.deviates_from.baseline.map(|baseline| Value::from(baseline.as_str()))),
        (
            "subject",
            Some(object([
                ("identity", text(&subject.identity)),
                ("credential", text(&subject.credential)),
                ("asset", text(&subject.asset)),
                ("application", text(&subject.application)),
                ("environment", text(&subject.environment)),
                ("aliases", subject.aliases.as_deref().map(list)),
            ])),
        ),
        ("scope", Some(scope(content.scope.as_ref()))),
        ("uses", content.uses.as_ref().map(|uses| Value::from(uses.limit))),
        ("owner", Some(Value::from(content.owner.email.as_str()))),
        ("risk", Some(Value::from(content.risk.level.as_str()))),
        (
            "digest",
            approved
                .and_then(|approved| approved.digest.as_ref())
                .map(|digest| Value::from(format!("sha256:{digest}"))),
        ),
    ])
}

/// Returns the scope. A list that the record doesn't state is absent, and sets no limit; an empty one grants nothing.
/// Patterns are those of `glob.match` with the delimiter `/`.
fn scope(stated: Option<&Scope>) -> Value {
    let Some(stated) = stated else {
        return json!({});
    };
    let globs = |values: &Option<Vec<String>>| {
        let globs = values.as_ref().map(|values| values.iter().map(|value| glob::escaped(value)));
        globs.map(|globs| Value::from(globs.collect::<Vec<_>>()))
    };
    let findings = stated.findings.as_ref().map(|findings| findings.iter().map(finding));
    object([
        ("resources", globs(&stated.resources)),
        ("actions", globs(&stated.actions)),
        ("not_waived", stated.not_waived.clone().map(Value::from)),
        ("not_waived_globs", stated.not_waived.as_deref().map(withheld)),
        ("findings", findings.map(|findings| Value::Array(findings.collect()))),
    ])
}

/// Returns globs that match everything that isn't waived, in lower case; their `?` would end at the delimiter, so they
/// have none.
fn withheld(entries: &[String]) -> Value {
    let patterns = entries.iter().flat_map(|entry| not_waived::widest_patterns(entry));
    Value::from(patterns.map(|pattern| glob::escaped(&pattern)).collect::<Vec<_>>())
}

fn finding(key: &FindingKey) -> Value {
    let text = |value: &Option<String>| value.as_ref().map(|value| Value::from(value.as_str()));
    let globs = |values: &Option<Vec<String>>| {
        let globs = values.as_ref().map(|values| values.iter().map(|value| glob::escaped(value)));
        globs.map(|globs| Value::from(globs.collect::<Vec<_>>()))
    };
    let tool = key.tool.as_deref().unwrap_or_default();
    let id = key.id.as_deref().map(|id| tool_ids::present(tool, id));
    object([
        ("tool", key.tool.as_ref().map(|tool| Value::from(tool_ids::tool(tool)))),
        ("id", id.map(Value::from)),
        ("cwe", text(&key.cwe)),
        ("severity", key.severity.map(|severity| Value::from(severity.as_str()))),
        ("purl", text(&key.purl)),
        ("versions", text(&key.versions)),
        ("paths", globs(&key.paths)),
        ("resources", globs(&key.resources)),
        ("content", key.content.as_ref().map(|content| Value::from(content.clone()))),
    ])
}

fn object<const N: usize>(entries: [(&str, Option<Value>); N]) -> Value {
    let stated = entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Object(stated.collect())
}

fn nanoseconds(instant: Instant) -> Value {
    match instant.unix().checked_mul(1_000_000_000) {
        Some(nanoseconds) => Value::from(nanoseconds),
        // Later than 2262: `time.now_ns` never gets there.
        None if instant.unix() > 0 => Value::from(i64::MAX),
        None => Value::from(i64::MIN),
    }
}

fn assets(record: &ExportedRecord<'_>) -> Vec<String> {
    let subject = &record.record.subject;
    let aliases = subject.aliases.as_deref().unwrap_or_default();
    subject.asset.iter().chain(aliases).cloned().collect()
}

fn controls(record: &ExportedRecord<'_>) -> Vec<String> {
    let mut controls = record.controls.clone();
    controls.sort();
    controls.dedup();
    controls
}

fn index(input: &ExportInput<'_>, names: fn(&ExportedRecord<'_>) -> Vec<String>) -> IdIndex {
    let mut index = IdIndex::new();
    for record in &input.records {
        for name in names(record) {
            index.entry(name).or_default().insert(record.id().to_owned());
        }
    }
    index
}

fn by_finding(input: &ExportInput<'_>) -> BTreeMap<String, IdIndex> {
    let mut tools: BTreeMap<String, IdIndex> = BTreeMap::new();
    for record in &input.records {
        let scope = record.record.scope.as_ref();
        for key in scope.and_then(|scope| scope.findings.as_deref()).unwrap_or_default() {
            let (Some(tool), Some(id)) = (&key.tool, &key.id) else { continue };
            let ids = tools.entry(tool_ids::tool(tool).into_owned()).or_default();
            ids.entry(tool_ids::present(tool, id).into_owned())
                .or_default()
                .insert(record.id().to_owned());
        }
    }
    tools
}

/// Packs the files with zero times and owners, so that equal files make equal archives.
fn archive(files: &[ExportFile]) -> io::Result<Vec<u8>> {
    let named = files.iter().map(|file| (file.path.clone(), file.bytes.clone()));
    archive::tar_gz(None, &named.collect())
}
