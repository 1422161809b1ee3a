//! One answer with a bit of everything, in formats for people and scripts.

use crate::diff::{Ledger, POLICY, record};
use crate::support::golden;

const RENEWED: &str = "EXC-2026-00001";
const WIDENED: &str = "EXC-2026-00002";
const DROPPED: &str = "EXC-2026-00003";
const MOVED_ON: &str = "EXC-2026-00004";
const CLOSED: &str = "EXC-2026-00005";
const DELETED: &str = "EXC-2026-00006";
const FILED: &str = "EXC-2026-00007";

fn everything() -> Ledger {
    let ledger = Ledger::with(&[RENEWED, WIDENED, DROPPED, MOVED_ON, CLOSED, DELETED]);
    let work = || ledger.repo.branch("work").by("ana");
    let append = |id: &str, line: &str| work().text(id) + line + "\n";
    let renewed = append(
        RENEWED,
        "renewals: [{date: 2026-12-18, from: 2026-12-20, until: 2027-01-10, reason: The job lives on}]",
    );
    let renewed = renewed.replace("expires: 2026-12-20", "expires: 2027-01-10");
    work().write(RENEWED, &renewed).commit("Renew");
    work().replace(WIDENED, "[db:invoices]", "[db:invoices, db:orders]").commit("Widen");
    let control = "\n  - {id: CC1, description: Alert on use outside 01:00-03:00 UTC, owner: soc@example.com, status: active}";
    work().replace(DROPPED, control, " []").commit("Drop the control");
    let handed = append(
        MOVED_ON,
        "transfers: [{date: 2026-12-01, from: ana@example.com, to: lee@example.com, reason: Ana moves on}]",
    );
    let handed = handed.replace(
        "name: Ana Ruiz, email: ana@example.com",
        "name: Lee Chen, email: lee@example.com",
    );
    work().write(MOVED_ON, &handed).commit("Hand over");
    let closed = append(
        CLOSED,
        "closure: {outcome: remediated, date: 2026-12-19, by: lee@example.com, reason: Job retired}",
    );
    work().write(CLOSED, &closed).commit("Close");
    work().remove(DELETED).commit("Delete");
    work().write(FILED, &record(FILED).replace("moderate", "high")).commit("File");
    ledger
}

fn check(ledger: &Ledger, branch: &str, name: &str) {
    for format in ["table", "json", "markdown", "github"] {
        let run = ledger.run(&["diff", "main", branch, "--format", format]);
        assert_eq!((run.code, run.err.as_str()), (1, ""), "{}", run.out);
        golden::check(&format!("diff/{name}.{format}"), &run.out);
    }
}

#[test]
fn a_bit_of_everything_reads_well() {
    check(&everything(), "work", "everything");
}

#[test]
fn a_policy_that_was_loosened_for_a_record_reads_well() {
    let ledger = Ledger::with(&[]);
    let work = || ledger.repo.branch("loosen").by("ana");
    let loose = POLICY.replace("max_term: 60d", "max_term: 150d");
    work().write("exledger.yaml", &loose).commit("Loosen");
    let text = record(FILED).replace("moderate", "high");
    let text = text.replace("expires: 2026-12-20", "expires: 2027-03-20");
    work().write(FILED, &text).commit("File");
    check(&ledger, "loosen", "loosened");
}

#[test]
fn nothing_that_changes_is_said_in_one_line() {
    let ledger = Ledger::with(&[RENEWED]);
    ledger.repo.branch("same").by("ana").write("README.md", "Hello\n").commit("Say hello");
    let run = ledger.run(&["diff", "main", "same"]);
    assert_eq!(run.code, 0);
    assert!(run.out.starts_with("No exception changes\n"), "{}", run.out);
}
