//! Redesign files that are broken, moved, linked, doubled, or in a folder that nobody approved.

use crate::diff::{ID, Ledger, POLICY, found, record};
use crate::patterns::THREE;
use crate::redesigns::{RED, REDESIGN, frozen, linked_codes, linking, linted, merge, states};

#[test]
fn it_is_read_as_strictly_as_a_record() {
    let ledger = frozen();
    let lint = |line: &str, at: &str| {
        let text = format!("{REDESIGN}{line}\n");
        std::fs::create_dir_all(ledger.repo.path().join("redesigns")).unwrap();
        std::fs::write(ledger.repo.path().join(RED), text).unwrap();
        let run = ledger.run(&["lint", RED, "--format", "json"]);
        let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        let first = &answer["findings"][0];
        assert_eq!(format!("{}:{}", first["line"], first["column"]), at, "{first}");
        (run.code, found(&answer))
    };
    let error = |code: &str| (1, vec![format!("error {code}")]);
    assert_eq!(lint("status: open", "9:1"), error("unknown-key"));
    assert_eq!(lint("title: Again", "9:1"), error("duplicate-key"));
    assert_eq!(lint("done: {date: 2026-13-01, by: kim@example.com}", "9:14"), error("bad-value"));
    assert_eq!(lint("done: {by: kim@example.com}", "9:1"), error("missing-field"));
    assert_eq!(lint("effect: {at_most: 3}", "9:19"), error("bad-value"));
    assert_eq!(lint("effect: {within: 1y}", "9:18"), error("bad-value"));
    let assessed = |outcome: &str, reason: &str| {
        format!(
            "assessed: {{date: 2027-02-20, by: dana@example.com, outcome: {outcome}, reason: {reason}}}"
        )
    };
    assert_eq!(lint(&assessed("effective", "None came back"), "1:1"), error("missing-field"));
    assert_eq!(lint(&assessed("abandoned", "tbd"), "9:80"), error("placeholder"));
    let early = "done: {date: 2027-03-01, by: kim@example.com}\n";
    let early = format!("{early}{}", assessed("effective", "None came back"));
    assert_eq!(lint(&early, "10:18"), error("bad-value"));
    assert_eq!(lint("# password=Sup3rS3cret", "9:1"), error("secret"));
    let evidence = "done: {date: 2026-12-10, by: kim@example.com, evidence: [{kind: log, path: gone.txt, sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855}]}";
    assert_eq!(lint(evidence, "9:76"), error("missing-evidence"));
}

#[test]
fn a_broken_one_grants_nothing_and_harms_no_other() {
    let ledger = frozen();
    merge(&ledger, ("kim", "lee"), "2026-11-21T09:00:00Z", REDESIGN);
    let broken = "redesigns/RED-2026-00001.yaml";
    let text = REDESIGN.replace("4T9PK", "00001").replace("due: ", "due: soon, ");
    let work = ledger.repo.branch("broken").by("kim");
    work.write(broken, &text).commit("Plan another one");
    ledger.repo.by("lee").merge("broken", "Merge branch 'broken'");
    ledger.repo.checkout();
    assert_eq!(states(&ledger.repo, "2026-11-22"), ["unapproved", "open, lifts"]);
    let link = linking(ID, "RED-2026-00001");
    assert_eq!(
        linted(&ledger, "to-it", &[(ID, &link)]),
        ["error frozen-pattern", "error wrong-redesign"]
    );
    assert_eq!(linted(&ledger, "other", &[(ID, &linking(ID, "RED-2026-4T9PK"))]), [""; 0]);
    // A version that can't be read replaces no version that was approved, unless somebody approved it.
    merge(&ledger, ("kim", "kim"), "2026-11-23T09:00:00Z", "id: RED-2026-4T9PK\n");
    assert_eq!(states(&ledger.repo, "2026-11-24"), ["unapproved", "open, lifts"]);
    merge(&ledger, ("kim", "lee"), "2026-11-25T09:00:00Z", "id: RED-2026-4T9PK\ntitle: x\n");
    assert_eq!(states(&ledger.repo, "2026-11-26"), ["unapproved", "unapproved"]);
}

#[test]
fn two_files_with_one_id_both_lift_nothing() {
    let ledger = frozen();
    merge(&ledger, ("kim", "lee"), "2026-11-21T09:00:00Z", REDESIGN);
    let work = ledger.repo.branch("twin").by("sam");
    work.write("redesigns/old/RED-2026-4T9PK.yml", REDESIGN).commit("Plan it again");
    ledger.repo.by("lee").merge("twin", "Merge branch 'twin'");
    ledger.repo.checkout();
    assert_eq!(states(&ledger.repo, "2026-11-22"), ["unapproved", "unapproved"]);
    assert_eq!(linked_codes(&ledger, &["lint"]), ["error duplicate-id", "error duplicate-id"]);
}

#[test]
fn a_moved_file_keeps_the_day_of_its_first_landing_and_needs_approval() {
    let ledger = frozen();
    let repo = &ledger.repo;
    let late = REDESIGN.replace("2026-12-31", "2028-01-01");
    merge(&ledger, ("kim", "lee"), "2026-11-21T09:00:00Z", &late);
    repo.clock("2027-03-01T09:00:00Z");
    let moved = "redesigns/2026/RED-2026-4T9PK.yaml";
    repo.by("kim").rename(RED, moved).commit("Sort them by year");
    // The old file is approved and its removal is not: it still counts.
    assert_eq!(states(repo, "2027-03-02"), ["unapproved", "open, lifts"]);
    repo.branch("sorted").by("kim").write(moved, &format!("{late}# by year\n")).commit("Sort them");
    repo.by("lee").merge("sorted", "Merge branch 'sorted'");
    repo.branch("undone").by("kim").write(RED, &late).commit("Keep both");
    repo.by("lee").merge("undone", "Merge branch 'undone'");
    repo.branch("cleared").by("kim").remove(RED).commit("Keep one");
    repo.by("lee").merge("cleared", "Merge branch 'cleared'");
    assert_eq!(states(repo, "2027-05-20"), ["open, lifts"]);
    assert_eq!(states(repo, "2027-05-21"), ["overdue"]);
}

#[test]
fn only_the_folder_of_the_policy_that_counts_holds_redesigns() {
    let ledger = frozen();
    let repo = &ledger.repo;
    merge(&ledger, ("kim", "lee"), "2026-11-21T09:00:00Z", REDESIGN);
    let other = "plans/RED-2026-00001.yaml";
    let text = REDESIGN.replace("4T9PK", "00001");
    let policy = format!("{POLICY}redesigns: plans\n");
    // Nobody approved the policy that names the folder.
    let work = repo.by("kim").write("exledger.yaml", &policy).write(other, &text);
    work.commit("Plan elsewhere");
    assert_eq!(states(repo, "2026-11-22"), ["open, lifts"]);
    repo.by("kim").write("exledger.yaml", POLICY).commit("Put it back");
    repo.branch("policy")
        .by("kim")
        .write("exledger.yaml", &format!("{policy}# kept\n"))
        .commit("Plan");
    repo.by("dana").merge("policy", "Merge branch 'policy'\n\nReviewed-by: Lee <lee@example.com>");
    repo.checkout();
    assert_eq!(states(repo, "2026-11-22"), ["unapproved"]);
    let longer = text.replace("2026-12-31", "2026-12-30");
    repo.branch("plan").by("kim").write(other, &longer).commit("Plan it");
    repo.by("lee").merge("plan", "Merge branch 'plan'");
    assert_eq!(states(repo, "2026-11-22"), ["open, lifts"]);
}

#[test]
fn links_and_other_letter_case_are_not_redesigns() {
    let ledger = frozen();
    let repo = &ledger.repo;
    repo.branch("link")
        .by("kim")
        .write("elsewhere.yaml", REDESIGN)
        .write_mode(RED, 0o120_000, b"../elsewhere.yaml")
        .write("Redesigns/RED-2026-00001.yaml", &REDESIGN.replace("4T9PK", "00001"))
        .write("redesigns/red-2026-00002.yaml", &REDESIGN.replace("4T9PK", "00002"))
        .write("redesigns/.hidden/RED-2026-00003.yaml", &REDESIGN.replace("4T9PK", "00003"))
        .commit("Plan in odd places");
    repo.by("lee").merge("link", "Merge branch 'link'");
    repo.checkout();
    assert_eq!(states(repo, "2026-11-22"), ["unapproved"]);
    assert_eq!(linked_codes(&ledger, &["lint"]), ["error not-a-file", "error bad-id"]);
}

#[test]
fn a_record_folder_hides_no_record_behind_redesigns() {
    let ledger = Ledger::of(&format!("{POLICY}redesigns: exceptions/plans\n"), &THREE);
    let codes = linked_codes(&ledger, &["lint"]);
    assert_eq!(codes, ["error bad-value"]);
    let nested = format!("exceptions/plans/{ID}.yaml");
    let repo = &ledger.repo;
    repo.by("lee").write("exledger.yaml", POLICY).commit("Restore the policy");
    repo.branch("nested").by("ana").write(&nested, &record(ID)).commit("File it");
    repo.by("lee").merge("nested", "Merge branch 'nested'");
    repo.by("kim")
        .write("exledger.yaml", &format!("{POLICY}redesigns: exceptions/plans\n"))
        .commit("Hide it");
    assert_eq!(repo.history().trails.len(), THREE.len() + 1);
}
