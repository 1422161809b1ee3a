//! `access`: lists of live access against a ledger with a made-up history. Start at [`ledger`].

use std::io::Cursor;

use exledger::features::access::answer::AccessSource;
use exledger::features::access::show::AccessView;
use exledger::record::time::Instant;
use exledger::render::format::OutputStyle;
use exledger::session::Session;
use exledger::session::options::{Moment, Options};
use exledger::view::doc::FormatNeeds;
use exledger::{features, render};
use serde_json::Value;

use crate::support::repo::Repo;
use crate::support::samples;

/// The clock of the answers.
pub(crate) const ON: &str = "2026-12-01T12:00:00Z";

pub(crate) const POLICY: &str = samples::LISTS;

/// A record with a subject, and whatever else follows it.
pub(crate) fn record(id: &str, subject: &str, rest: &str, expires: &str) -> String {
    let entries = format!(
        "title: Access of {id}\nsubject: {{{subject}}}\n\
         owner: {{name: Ana Ruiz, email: ana@example.com, team: billing}}\nstarts: 2026-11-20\nexpires: {expires}\n{rest}"
    );
    samples::record(id, &entries)
}

/// Files a record by Ana and merges it by Dana.
pub(crate) fn file(repo: &Repo, id: &str, text: &str) {
    repo.branch(id).by("ana").write(id, text).commit(&format!("File {id}"));
    repo.by("dana").merge(id, &format!("Merge branch '{id}'"));
}

/// A ledger without records.
pub(crate) fn empty() -> Repo {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    repo.by("dana").write("exledger.yaml", POLICY).commit("Keep exceptions in a ledger");
    repo
}

/// What the billing job may do until 2026-12-20.
pub(crate) const BILLING: &str = "EXC-2026-C0VER";

/// What the partner's gateway was allowed to do until 2026-11-25.
pub(crate) const PARTNER: &str = "EXC-2026-EN0ED";

/// The text of the billing job's record.
pub(crate) fn billing() -> String {
    let subject = "identity: svc:billing, identity_type: service-account, credential: vault:prod/billing/db, environment: production";
    let scope = "scope: {resources: [db:invoices, 'api:billing/**'], actions: [read], not_waived: [api:billing/secrets]}\n";
    record(BILLING, subject, scope, "2026-12-20")
}

/// One record in force, one that has ended, one that is proposed.
pub(crate) fn ledger() -> Repo {
    let repo = empty();
    file(&repo, BILLING, &billing());
    let subject = "identity: svc:partner-gw, identity_type: service-account, credential: vault:prod/partner/7, application: partners";
    file(&repo, PARTNER, &record(PARTNER, subject, "", "2026-11-25"));
    let asked = record("EXC-2026-ASKED", "identity: svc:asked", "", "2026-12-20");
    repo.branch("asked").by("ana").write("EXC-2026-ASKED", &asked).commit("Ask for it");
    repo.checkout();
    repo
}

/// Compares lists with the ledger at an instant, in this process; the first is called `a.jsonl`, the second `b.jsonl`.
pub(crate) fn ask_on(repo: &Repo, on: &str, lists: &[&str], complete: &[&str]) -> Value {
    repo.checkout();
    let session = Session::open(repo.path(), Options::default()).unwrap();
    let names = ["a.jsonl", "b.jsonl"];
    let sources = lists.iter().zip(names).map(|(list, name)| AccessSource {
        name: name.to_owned(),
        lines: Box::new(Cursor::new(list.as_bytes().to_vec())),
    });
    let complete: Vec<String> = complete.iter().map(|it| (*it).to_owned()).collect();
    let at = Moment::at(Instant::parse(on).unwrap());
    let answer = features::access::answer(&session, &at, sources.collect(), &complete).unwrap();
    let shown = AccessView {
        stamp: answer.snapshot().stamp(),
        sources: &[],
        rows: &answer.rows,
        gone: answer.gone.as_deref().ok(),
        reads: FormatNeeds::Json,
    };
    let style = OutputStyle { width: None, is_coloured: false, is_quiet: false };
    let mut bytes = Vec::new();
    render::json::FORMAT
        .write(&exledger::features::access::show::doc(&shown), &style, &mut bytes)
        .unwrap();
    let answer: Value = serde_json::from_slice(&bytes).unwrap();
    let counts = answer["counts"].as_object().unwrap();
    let sum: u64 = counts.values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(sum, answer["grants"].as_array().unwrap().len() as u64, "the counts add up");
    answer
}

pub(crate) fn ask(repo: &Repo, list: &str) -> Value {
    ask_on(repo, ON, &[list], &[])
}

/// Asks about one grant and returns its row.
pub(crate) fn one(repo: &Repo, grant: &str) -> Value {
    ask(repo, grant)["grants"][0].clone()
}

/// Returns the grant of the billing job with other or further keys; `null` leaves one out.
pub(crate) fn grant(changes: &str) -> String {
    let mut grant: Value = serde_json::json!({
        "source": "vault", "id": "lease/1", "identity": "svc:billing", "credential": "vault:prod/billing/db",
        "resource": "db:invoices", "action": "read", "environment": "production",
        "expires": "2026-12-10T02:00:00Z",
    });
    let changes: Value = serde_json::from_str(changes).unwrap();
    for (key, value) in changes.as_object().unwrap() {
        grant[key] = value.clone();
    }
    grant.to_string()
}
