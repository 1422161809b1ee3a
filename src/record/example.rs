//! Values that pass, for a remedy whose text only a person knows.
//!
//! Pure. Start at [`of`]. Follows `docs/spec/record.md`.

use crate::record::map::MapSpec as _;
use crate::record::scalar::Scalar as _;
use crate::record::spec::{FieldSpec, ValueShape};
use crate::record::time::{Day, When};
use crate::record::{Record, spec, vocabulary};
use crate::yaml::node::Node;
use crate::yaml::splice;

/// Returns a value of a field in YAML that passes, for the record of `root`.
pub fn of(field: &str, root: &Node) -> String {
    find(Record::FIELDS, field, root).unwrap_or_else(|| text(key(field)).to_owned())
}

fn key(field: &str) -> &str {
    let key = field.rsplit('.').next().unwrap_or(field);
    key.split('[').next().unwrap_or(key)
}

/// Returns a value of a field of a file with these fields, in YAML, that passes; `None` if there is no such field.
pub fn find(fields: &'static [FieldSpec], field: &str, root: &Node) -> Option<String> {
    let key = key(field);
    if key == "expires" {
        return Some(end(root));
    }
    if key == "trigger" {
        return root.at("triggers[0].id").and_then(Node::text).map(splice::quote);
    }
    if key == "findings" {
        let item = finding(root.at(field).filter(|_| field.ends_with(']')));
        return Some(if field.ends_with(']') { item } else { format!("[{item}]") });
    }
    let outer = field.rsplit_once('.').and_then(|(outer, _)| spec::at(fields, outer));
    let shape = match spec::at(fields, field).map(|spec| &spec.shape) {
        Some(ValueShape::List(item)) if field.ends_with(']') => item,
        Some(shape) => shape,
        // The values below any keys are texts.
        None => outer
            .filter(|field| matches!(field.shape, ValueShape::Free))
            .map(|_| &ValueShape::Text)?,
    };
    Some(of_shape(shape, key))
}

/// Returns an end that passes: some days after the start that the record states, and not before what may not outlast it.
fn end(root: &Node) -> String {
    let stated = |field| Some(When::parse(root.at(field)?.text()?).ok()?.start().day());
    let starts = stated("starts").map(|day: Day| day.plus_days(28));
    let others = ["subject.credential_expires", "fix.due"].into_iter().filter_map(stated);
    let day = others.chain(starts).max();
    day.map_or_else(|| "2026-12-20".to_owned(), |day| day.to_string())
}

// Of what is stated, tool and id stay.
fn finding(stated: Option<&Node>) -> String {
    let of = |key, example: &str| {
        let text = stated.and_then(|stated| stated.get(key)?.text());
        text.map_or_else(|| example.to_owned(), splice::quote)
    };
    let (tool, id) = (of("tool", "bandit"), of("id", "B602"));
    format!(
        "{{tool: {tool}, id: {id}, paths: [app/run.py], content: ['subprocess.call(cmd, shell=True)']}}"
    )
}

fn of_shape(shape: &ValueShape, key: &str) -> String {
    match shape {
        ValueShape::Text => text(key).to_owned(),
        ValueShape::Number => "1".to_owned(),
        ValueShape::Word { words, .. } => vocabulary::usual(key, &words()),
        ValueShape::List(item) => format!("[{}]", of_shape(item, key)),
        ValueShape::Free => "{}".to_owned(),
        ValueShape::Map { fields, .. } => {
            let is_shown = |field: &&FieldSpec| field.is_required || is_key(key, field.key);
            let shown = fields.iter().filter(is_shown);
            let shown =
                shown.map(|field| format!("{}: {}", field.key, of_shape(&field.shape, field.key)));
            format!("{{{}}}", shown.collect::<Vec<_>>().join(", "))
        }
    }
}

fn is_key(map: &str, key: &str) -> bool {
    matches!(
        (map, key),
        ("deviates_from", "rule")
            | ("subject", "application")
            | ("evidence", "url")
            | ("scope", "resources")
            | ("pattern", "root_cause")
    )
}

fn text(key: &str) -> &'static str {
    match key {
        "id" => "E1",
        "title" => "Nightly invoices still read with the shared database user",
        "justification" => {
            "The job is replaced in December (BILL-412); splitting the user now would stop invoicing."
        }
        "rule" => "Every job has its own database user",
        "controls" => "owasp-nhi:NHI7:2025",
        "name" => "Ana Ruiz",
        "email" | "by" | "to" | "from_owner" | "requester" | "backup" => "ana@example.com",
        "owner" => "dana@example.com",
        "application" => "billing",
        "environment" => "production",
        "identity" => "svc:billing-batch",
        "asset" => "db:invoices",
        "resources" => "db:invoices",
        "actions" => "read",
        "credential" => "vault:prod/billing/db",
        "task" => "nightly invoice run",
        "vendor" => "Example Ltd",
        "description" => "Alert on use outside 01:00-03:00 UTC",
        "blast_radius" => "Read access to invoices of one region",
        "plan" => "Disable the key and pause the job",
        "criteria" => "Any use from an unknown address",
        "when" => "The vendor ships OAuth client credentials",
        "reason" => "The vendor moved the date by two weeks",
        "note" => "Checked with the team that runs the job",
        "ticket" => "BILL-412",
        "change" => "CHG-1234",
        "onboarding" => "VND-7",
        "risk" => "RISK-12",
        "url" => "https://ci.example.com/7",
        "commit" => "3f2c9a7be1d0",
        "kind" => "log",
        "path" => "evidence/log.txt",
        "paths" => "services/billing/**",
        "cwe" | "finding" => "CWE-79",
        "versions" => "<3.2.0",
        "test" => "fix-available",
        "purl" => "pkg:cargo/openssl@0.10.60",
        "sha256" => "f42546d5ecdd452509808b2d6d0413b5a738c70a793b99ccf8ed6f423aac83d3",
        "verify_every" | "review_every" => "14d",
        "due" | "event_ends" | "credential_expires" | "until" | "after" | "date" | "verified"
        | "review_by" => "2026-12-18",
        "starts" | "from" | "before" | "during" => "2026-11-20",
        _ => "a text of your own",
    }
}
