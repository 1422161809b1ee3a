//! The next step for each kind of problem, and who can take it.

use serde_json::{Value, json};

use crate::cli;
use crate::cli_answers::{ON, standard};
use crate::support::repo::Repo;
use crate::support::repo::speak::public;

const POLICY: &str = "version: 1
people: {roster: people.csv}
tiers:
  - {name: standard, max_term: 200d, require: [compensating_controls], post_closure_review: 10d}
";

const ROSTER: &str = "email,name,team,active
ana@example.com,Ana Ruiz,billing,yes
lee@example.com,Lee Park,platform,yes
dana@example.com,Dana Kim,security,yes
kim@example.com,Kim Sato,billing,no
";

/// A ledger with one record for each kind of problem.
fn troubles() -> Repo {
    let repo = Repo::at("2026-10-01T08:00:00Z");
    let first = repo.by("dana").write("exledger.yaml", POLICY);
    first.write("people.csv", ROSTER).commit("Begin");
    let land = |id: &str, from: &str, to: &str| {
        let id = format!("EXC-2026-{id}");
        let text = standard(&id, "It needs attention", &id, "2026-10-01", "2027-02-01");
        let text = text.replace(from, to);
        let branch = format!("{id}-{}", repo.now().unix());
        repo.branch(&branch).by("ana").write(&id, &text).commit("File");
        repo.by("lee").merge(&branch, "Merge");
    };
    let owner = "owner: {name: Ana Ruiz, email: ana@example.com, team: billing}";
    let gone = "owner: {name: Kim Sato, email: kim@example.com, backup: lee@example.com}";
    land("0WNER", owner, gone);
    land("STA1E", "status: active", "status: active, verified: 2026-10-01, verify_every: 30d");
    land(
        "F1X02",
        "references:",
        "fix: {target: data, plan: Correct it, due: 2026-11-01}\nreferences:",
    );
    let trigger = |then: &str| {
        format!(
            "triggers: [{{id: T1, when: The vendor ships, then: {then}}}]\n\
             fired: [{{date: 2026-10-01, trigger: T1, by: ana@example.com}}]\nreferences:"
        )
    };
    land("REV0K", "references:", &trigger("revoke"));
    land("REV1W", "references:", &trigger("review"));
    let closure = "closure: {outcome: remediated, date: 2026-10-05, by: ana@example.com, reason: Done with it}\n";
    land("C10SE", "", "");
    land("C10SE", "references:", &format!("{closure}references:"));
    land("ENDED", "expires: 2027-02-01", "expires: 2026-11-20");
    // Two files with one id.
    let text =
        standard("EXC-2026-TW1CE", "It needs attention", "twice", "2026-10-01", "2027-02-01");
    repo.by("lee")
        .write("EXC-2026-TW1CE", &text)
        .write("exceptions/other/EXC-2026-TW1CE.yaml", &text)
        .commit("Twice");
    repo.clock("2026-11-30T08:00:00Z");
    let ended = "EXC-2026-ENDED";
    repo.branch("later")
        .by("ana")
        .edit(ended, "renewals: [{date: 2026-11-30, from: 2026-11-20, until: 2026-12-20, reason: The vendor is late}]")
        .edit(ended, "expires: 2026-12-20")
        .commit("Renew");
    repo.checkout();
    repo
}

#[test]
fn each_trouble_has_its_step_and_somebody_who_takes_it() {
    let run = cli::run(troubles().path(), &["queue", "--on", ON, "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    let records = answer["records"].as_array().unwrap();
    let found: Vec<Value> = records
        .iter()
        .map(|record| {
            let next = &record["next"];
            let people = next["waits_for"].as_array().unwrap().iter();
            let people: Vec<&str> = people.map(|it| it["email"].as_str().unwrap()).collect();
            json!([record["id"], next["action"], next["command"], people])
        })
        .collect();
    let ana = ["ana@example.com"];
    let expected = [
        // Late already, but a branch renews it, which resolves that.
        json!([
            "EXC-2026-ENDED",
            "merge later (renewed) with a merge commit, unless you wrote it, or reject it",
            "git merge --no-ff later",
            []
        ]),
        json!([
            "EXC-2026-REV0K",
            "end the access and close it: trigger T1 fired",
            "exledger close EXC-2026-REV0K",
            ana
        ]),
        json!([
            "EXC-2026-REV1W",
            "review it: trigger T1 fired",
            "exledger review EXC-2026-REV1W",
            ana
        ]),
        json!([
            "EXC-2026-STA1E",
            "verify control CC1 again",
            "exledger review EXC-2026-STA1E --control CC1",
            ["soc@example.com"]
        ]),
        // The owner left, so the backup is responsible.
        json!([
            "EXC-2026-0WNER",
            "transfer it to an active owner",
            "exledger transfer EXC-2026-0WNER",
            ["lee@example.com"]
        ]),
        json!([
            "EXC-2026-F1X02",
            "complete the fix and close it, or have a later `fix.due` approved",
            "exledger close EXC-2026-F1X02",
            ana
        ]),
        json!([
            "EXC-2026-C10SE",
            "review the closure, unless you closed it",
            "exledger close EXC-2026-C10SE --reviewed",
            []
        ]),
        // Nothing of it can be read, so whoever landed it is responsible.
        json!([
            "EXC-2026-TW1CE",
            "2 files have this id: exceptions/EXC-2026-TW1CE.yaml, exceptions/other/EXC-2026-TW1CE.yaml; remove all but one, or give each its own id",
            "exledger lint",
            ["lee@example.com"]
        ]),
    ];
    assert_eq!(found, expected);
    let table = cli::run(troubles().path(), &["queue", "--on", ON]).out;
    assert!(
        table.contains("post closure review due for 50 days; waits for anyone but Ana Ruiz"),
        "{table}"
    );
}

#[test]
fn where_nobody_listed_is_left_no_step_is_theirs_and_nobody_is_told_to_merge() {
    let repo = Repo::at("2026-10-01T08:00:00Z");
    let policy = "version: 1\ngroups: {approvers: [ana@example.com]}\napproval: {listed: all}\n";
    repo.by("dana").write("exledger.yaml", policy).commit("Begin");
    let id = "EXC-2026-N0B0D";
    let text = standard(id, "Only its author is listed", "data", "2026-10-01", "2026-12-20");
    repo.branch("ask").by("ana").write(id, &text).commit("File");
    repo.by("lee").merge("ask", "Merge");
    repo.checkout();
    let run = cli::run(repo.path(), &["queue", "--on", ON]);
    let step = "list another person: nobody who is listed may approve it\n";
    assert!(run.out.contains(step), "{}", run.out);
    assert!(!run.out.contains("waits for"), "{}", run.out);
    let run = cli::run(repo.path(), &["show", id, "--on", ON]);
    assert!(run.out.contains(&format!("next: {step}")), "{}", run.out);
    // Somebody listed who did not write it takes the step.
    let listed = policy.replace("[ana@example.com]", "[ana@example.com, lee@example.com]");
    repo.branch("list").by("dana").write("exledger.yaml", &listed).commit("List Lee");
    repo.by("ana").merge("list", "Merge");
    repo.checkout();
    let run = cli::run(repo.path(), &["queue", "--on", ON]);
    assert!(run.out.contains("merge a change to its text"), "{}", run.out);
}

/// A ledger in which Ana filed a record that Lee merged, and a person of each of some groups has to approve.
fn grouped(groups: &str, needed: &str, more: &str, beside: &[(&str, &str)]) -> Repo {
    let repo = Repo::at("2026-10-01T08:00:00Z");
    let tier = "{name: standard, max_term: 200d, require: [compensating_controls]";
    let policy = format!(
        "version: 1\n{more}groups: {groups}\ntiers: [{tier}, approvals: {{count: 1, each_of: {needed}}}}}]\n"
    );
    let mut first = repo.by("dana").write("exledger.yaml", &policy);
    for (path, text) in beside {
        first = first.write(path, text);
    }
    first.commit("Begin");
    let id = "EXC-2026-GR0VP";
    let text = standard(id, "Somebody of a group is missing", "data", "2026-10-01", "2026-12-20");
    repo.branch("ask").by("ana").write(id, &text).commit("File");
    repo.by("lee").merge("ask", "Merge");
    repo.checkout();
    repo
}

/// Returns the next step that `queue` names to somebody.
fn step_of(repo: &Repo, asker: &str) -> String {
    repo.config("user.email", &format!("{asker}@example.com"));
    let run = cli::run(repo.path(), &["queue", "--on", ON, "--format", "json"]);
    let answer: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    answer["records"][0]["next"]["action"].as_str().unwrap().to_owned()
}

#[test]
fn where_nobody_of_a_group_is_left_everybody_is_told_to_list_another_one() {
    let lost = "list another person in group security: nobody in it may approve this";
    let owner = "approval: {owner_may_approve: false}\n";
    for (groups, needed, more) in [
        // The author, a bot, the owner, nobody, and who is counted for another group.
        ("{security: [ana@example.com]}", "[security]", ""),
        ("{security: ['renovate[bot]@example.com']}", "[security]", ""),
        ("{security: [ana@example.com]}", "[security]", owner),
        ("{security: []}", "[security]", ""),
        ("{legal: [lee@example.com], security: [lee@example.com]}", "[legal, security]", ""),
    ] {
        let repo = grouped(groups, needed, more, &[]);
        for asker in ["lee", "ana", "kim"] {
            assert_eq!(step_of(&repo, asker), lost, "{groups} {more} {asker}");
        }
    }
    let repo = grouped("{security: [ana@example.com]}", "[security]", "", &[]);
    let work = repo.branch("list").by("dana");
    work.replace("exledger.yaml", "[ana@example.com]", "[ana@example.com, kim@example.com]")
        .commit("List Kim");
    repo.by("ana").merge("list", "Merge");
    repo.checkout();
    assert!(step_of(&repo, "kim").starts_with("merge a change to its text with a merge commit"));
    assert!(step_of(&repo, "lee").starts_with("somebody else must approve it"));
}

#[test]
fn where_somebody_of_a_group_may_still_be_there_nobody_is_told_to_list_another_one() {
    let any = format!("*@example.com {}\n", public("kim"));
    let signers = [(".github/allowed_signers", any.as_str())];
    let allowed = "approval: {self_approval: allow}\n";
    for (groups, needed, more, beside) in [
        ("{security: [ana@example.com, kim@example.com]}", "[security]", "", &[][..]),
        // An author may approve; a key by pattern may be anybody's.
        ("{security: [ana@example.com]}", "[security]", allowed, &[]),
        ("{security: [ana@example.com]}", "[security]", "", &signers),
        // Kim may take Lee's place, who then takes that of the other group.
        (
            "{legal: [lee@example.com, kim@example.com], security: [ana@example.com, lee@example.com]}",
            "[legal, security]",
            "",
            &[],
        ),
    ] {
        let repo = grouped(groups, needed, more, beside);
        for asker in ["lee", "ana", "kim"] {
            let step = step_of(&repo, asker);
            assert!(!step.contains("list another"), "{groups} {more} {asker}: {step}");
        }
    }
}

/// Returns who is asked to approve in the messages of `queue`.
fn asked(repo: &Repo) -> Vec<String> {
    let run = cli::run(repo.path(), &["queue", "--messages", "--on", ON, "--format", "json"]);
    let answer: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    let messages = answer["messages"].as_array().unwrap().iter();
    let asks = |message: &&Value| message["records"][0]["roles"].to_string().contains("approver");
    let addresses = messages.filter(asks).map(|message| message["to"]["email"].as_str().unwrap());
    addresses.map(str::to_owned).collect()
}

#[test]
fn a_co_author_is_an_author_of_a_proposal() {
    let repo = Repo::at("2026-10-01T08:00:00Z");
    let policy = "version: 1\ngroups: {approvers: [ana@example.com, lee@example.com, kim@example.com]}\n\
        tiers: [{name: standard, max_term: 200d}]\n";
    repo.by("dana").write("exledger.yaml", policy).commit("Begin");
    let id = "EXC-2026-C0AVT";
    let text = standard(id, "Two wrote it", "data", "2026-10-01", "2026-12-20");
    repo.branch("ask").by("ana").with("lee").write(id, &text).commit("File it");
    repo.checkout();
    let merge = |branch: &str| {
        format!("merge {branch} with a merge commit, unless you wrote it, or reject it")
    };
    let hers = "somebody else must approve it: you wrote it";
    for (asker, step) in [("ana", hers), ("lee", hers), ("kim", &merge("ask"))] {
        assert_eq!(step_of(&repo, asker), step, "{asker}");
    }
    assert_eq!(asked(&repo), ["kim@example.com"]);
    repo.by("kim").merge("ask", "Merge");
    // Of a change of what landed, too.
    repo.branch("more").by("ana").with("kim").edit(id, "title: Three wrote it").commit("Say it");
    repo.checkout();
    for (asker, step) in [("kim", hers), ("lee", &merge("more (amended)"))] {
        assert_eq!(step_of(&repo, asker), step, "{asker}");
    }
    assert_eq!(asked(&repo), ["lee@example.com"]);
}
