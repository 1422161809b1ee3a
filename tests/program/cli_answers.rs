//! What `list`, `show`, `queue`, `check` and `lint` answer about one ledger with a made-up history. Start at [`story`].

mod agree;
mod asking;
mod choosing;
mod closing;
mod goldens;
mod names;
mod overview;
mod page;
mod proposing;
mod queue;
mod report;
mod screens;
mod steps;

use crate::cli::{self, Run};
use crate::support::repo::Repo;
use crate::support::samples;
use crate::support::samples::SERVICE_ACCOUNT;

/// The clock of the answers.
const ON: &str = "2026-12-01T12:00:00Z";

const POLICY: &str = samples::ASSETS;

/// A record of the standard tier.
fn standard(id: &str, title: &str, application: &str, starts: &str, expires: &str) -> String {
    let entries = format!(
        "title: {title}
deviates_from: {{controls: [nist-csf:ID.RA-07], rule: Every job has its own database user}}
subject: {{application: {application}, aliases: [{application}-old]}}
scope: {{findings: [{{tool: trivy, id: CVE-2026-1234, paths: [services/**]}}]}}
owner: {{name: Ana Ruiz, email: ana@example.com, team: billing}}
starts: {starts}
expires: {expires}
references: {{ticket: BILL-412}}"
    );
    samples::record(id, &entries)
}

/// Builds the ledger: one record of each kind of answer.
fn story() -> Repo {
    let repo = Repo::at("2026-10-01T08:00:00Z");
    repo.by("dana").write("exledger.yaml", POLICY).commit("Keep exceptions in a ledger");
    file(
        &repo,
        "EXC-2026-01D01",
        &standard(
            "EXC-2026-01D01",
            "Old gateway certificate",
            "gateway",
            "2026-10-01",
            "2026-11-09",
        ),
    );
    file(
        &repo,
        "EXC-2026-C10SE",
        &standard("EXC-2026-C10SE", "Report renderer", "reports", "2026-10-01", "2026-12-20"),
    );
    repo.branch("close").by("ana").edit(
        "EXC-2026-C10SE",
        "closure: {outcome: remediated, date: 2026-10-02, by: ana@example.com, reason: The library is corrected now}",
    ).commit("Close");
    repo.by("lee").merge("close", "Merge branch 'close'");
    repo.clock("2026-11-20T08:00:00Z");
    file(&repo, "EXC-2026-7F3KQ", SERVICE_ACCOUNT);
    file(
        &repo,
        "EXC-2026-V23EW",
        &standard(
            "EXC-2026-V23EW",
            "Search index runs as root",
            "search",
            "2026-11-20",
            "2026-12-05",
        ),
    );
    // Pushed by its author, and approved by nobody.
    let lone =
        standard("EXC-2026-5E1FA", "Logs of the fraud scorer", "fraud", "2026-11-20", "2027-01-20");
    repo.by("ana").write("EXC-2026-5E1FA", &lone).commit("File the logs");
    // Approved once, then unreadable: the id is still there, but grants nothing.
    file(
        &repo,
        "EXC-2026-BR0KE",
        &standard("EXC-2026-BR0KE", "Broken since", "broken", "2026-11-20", "2027-01-20"),
    );
    repo.by("lee").edit("EXC-2026-BR0KE", "expires: never").commit("Break it");
    repo.checkout();
    repo
}

/// Files a record by Ana and merges it by Dana.
fn file(repo: &Repo, id: &str, text: &str) {
    repo.branch(id).by("ana").write(id, text).commit(&format!("File {id}"));
    repo.by("dana").merge(id, &format!("Merge branch '{id}'"));
}

/// Asks about the ledger at the clock of the answers.
fn ask(repo: &Repo, args: &[&str]) -> Run {
    cli::run(repo.path(), &[&["--on", ON], args].concat())
}

/// Asks in JSON.
fn json(repo: &Repo, args: &[&str]) -> serde_json::Value {
    let run = ask(repo, &[args, &["--format", "json"]].concat());
    serde_json::from_str(&run.out)
        .unwrap_or_else(|error| panic!("{args:?}: {error}: {}{}", run.out, run.err))
}
