//! The parse floor: one thread reads every record below a folder with a general YAML reader into typed
//! structs and keeps them. `benches/ratios` measures the other commands against it; see
//! `docs/spec/performance.md`.
//!
//! Usage: `parse_floor FOLDER`. Prints how many records it read.

#![expect(
    clippy::print_stdout,
    reason = "its one line is the count that the ratios are checked against"
)]
#![expect(dead_code, reason = "the fields are read from YAML and kept, and nobody asks for them")]

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

type Texts = BTreeMap<String, String>;

#[derive(Deserialize)]
struct Record {
    id: String,
    title: String,
    class: String,
    deviates_from: Deviation,
    subject: Subject,
    scope: Option<Scope>,
    owner: Owner,
    requester: Option<String>,
    justification: String,
    risk: Risk,
    root_cause: String,
    fix: Option<Fix>,
    #[serde(default)]
    compensating_controls: Vec<Control>,
    starts: Option<String>,
    expires: Option<String>,
    event_ends: Option<String>,
    review_every: Option<String>,
    #[serde(default)]
    triggers: Vec<Trigger>,
    uses: Option<Uses>,
    rollback: Option<Rollback>,
    #[serde(default)]
    references: Texts,
    #[serde(default)]
    reviews: Vec<Review>,
    #[serde(default)]
    handling: Vec<Handling>,
    #[serde(default)]
    renewals: Vec<Renewal>,
    #[serde(default)]
    transfers: Vec<Transfer>,
    #[serde(default)]
    fired: Vec<Fired>,
    closure: Option<Closure>,
    x: Option<serde_yaml::Value>,
}

#[derive(Deserialize)]
struct Deviation {
    #[serde(default)]
    controls: Vec<String>,
    rule: Option<String>,
    baseline: Option<String>,
}

#[derive(Deserialize)]
struct Subject {
    identity: Option<String>,
    identity_type: Option<String>,
    credential: Option<String>,
    credential_expires: Option<String>,
    asset: Option<String>,
    application: Option<String>,
    environment: Option<String>,
    task: Option<String>,
    vendor: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
}

#[derive(Deserialize)]
struct Scope {
    resources: Option<Vec<String>>,
    actions: Option<Vec<String>>,
    not_waived: Option<Vec<String>>,
    findings: Option<Vec<Finding>>,
}

#[derive(Deserialize)]
struct Finding {
    tool: Option<String>,
    id: Option<String>,
    cwe: Option<String>,
    purl: Option<String>,
    severity: Option<String>,
    versions: Option<String>,
    paths: Option<Vec<String>>,
    resources: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Owner {
    name: String,
    email: String,
    team: Option<String>,
    backup: Option<String>,
}

#[derive(Deserialize)]
struct Risk {
    level: String,
    blast_radius: Option<String>,
    owner: Option<String>,
}

#[derive(Deserialize)]
struct Fix {
    target: String,
    plan: String,
    ticket: Option<String>,
    due: Option<String>,
}

#[derive(Deserialize)]
struct Control {
    id: String,
    description: String,
    owner: String,
    status: String,
    verified: Option<String>,
    verify_every: Option<String>,
    #[serde(default)]
    evidence: Vec<Evidence>,
}

#[derive(Deserialize)]
struct Evidence {
    id: Option<String>,
    kind: String,
    path: Option<String>,
    sha256: Option<String>,
    url: Option<String>,
    commit: Option<String>,
}

#[derive(Deserialize)]
struct Trigger {
    id: String,
    when: String,
    then: String,
    test: Option<String>,
}

#[derive(Deserialize)]
struct Uses {
    limit: u32,
}

#[derive(Deserialize)]
struct Rollback {
    plan: String,
    criteria: String,
}

#[derive(Deserialize)]
struct Review {
    date: String,
    by: String,
    outcome: String,
    note: Option<String>,
}

#[derive(Deserialize)]
struct Handling {
    date: String,
    stage: String,
    by: String,
    note: Option<String>,
    #[serde(default)]
    evidence: Vec<Evidence>,
}

#[derive(Deserialize)]
struct Renewal {
    date: String,
    from: String,
    until: String,
    reason: String,
}

#[derive(Deserialize)]
struct Transfer {
    date: String,
    from: String,
    to: String,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Fired {
    date: String,
    trigger: String,
    by: String,
    note: Option<String>,
}

#[derive(Deserialize)]
struct Closure {
    outcome: String,
    date: String,
    by: String,
    reason: String,
    #[serde(default)]
    checks: Texts,
    #[serde(default)]
    access_verified: Texts,
    #[serde(default)]
    evidence: Vec<Evidence>,
    prevention: Option<String>,
    review_by: Option<String>,
    reviewed: Option<Reviewed>,
}

#[derive(Deserialize)]
struct Reviewed {
    date: String,
    by: String,
    outcome: String,
}

fn main() -> io::Result<()> {
    let Some(folder) = std::env::args_os().skip(1).find(|word| word != "--bench") else {
        return Err(io::Error::other("usage: parse_floor FOLDER"));
    };
    let mut records: Vec<Record> = Vec::new();
    let mut refused = 0_usize;
    for path in record_files(Path::new(&folder))? {
        let text = std::fs::read_to_string(&path)?;
        match serde_yaml::from_str(&text) {
            Ok(record) => records.push(record),
            Err(_) => refused += 1,
        }
    }
    println!("{} records, {refused} refused", records.len());
    Ok(())
}

/// Returns every `.yaml` and `.yml` file below a folder, without dot-folders.
fn record_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if entry.file_type()?.is_dir() {
            if !hidden {
                found.extend(record_files(&path)?);
            }
        } else if path.extension().is_some_and(|it| it == "yaml" || it == "yml") {
            found.push(path);
        }
    }
    Ok(found)
}
