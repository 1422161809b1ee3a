//! Merges that a forge signed, as people and auditors see them.

use serde_json::Value;

use crate::cli;
use crate::support::openpgp::{armored, openpgp, packet, rsa_public};
use crate::support::repo::Repo;
use crate::support::repo::speak::public;
use crate::support::samples::{ID, SAMPLE};

const FORGE: &str = "Gitea <gitea@git.example.com>";

const MERGE: &str = "Merge pull request 'File it' (#7) from file into main";

const POLICY: &str = "\
version: 1
name: example/payments
people: {forges: [gitea@git.example.com, noreply@github.com]}
groups: {security: [lee@example.com, dana@example.com]}
tiers: [{name: standard, approvals: {count: 1, each_of: [security]}}]
";

/// A ledger with a key of the forge, in which Ana filed the sample on a branch.
fn filed(policy: &str) -> Repo {
    filed_with(policy, "")
}

/// The same, with options of the lines that list the key.
fn filed_with(policy: &str, options: &str) -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    let keys = [public("forge"), rsa_public("forge")];
    let lines =
        keys.map(|key| format!("gitea@git.example.com namespaces=\"git\"{options} {key}\n"));
    let work = repo.by("root").write("exledger.yaml", policy);
    work.write(".github/allowed_signers", &lines.concat()).commit("Begin");
    repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
    repo
}

fn run(repo: &Repo, args: &[&str]) -> String {
    repo.checkout();
    let now = repo.now().to_string();
    let run = cli::run(repo.path(), &[args, &["--on", &now]].concat());
    assert!(run.code < 2 || run.code == 3, "{args:?}: {}{}", run.out, run.err);
    run.out
}

fn answer(repo: &Repo, args: &[&str]) -> Value {
    serde_json::from_str(&run(repo, &[args, &["--format", "json"]].concat())).unwrap()
}

/// Returns the level of each `invalid-signature`.
fn invalid_signatures(repo: &Repo) -> Vec<String> {
    let answer = answer(repo, &["verify"]);
    let findings = answer["findings"].as_array().unwrap().iter();
    let invalid = findings.filter(|it| it["rule"] == "invalid-signature");
    invalid.map(|it| it["level"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn each_answer_says_that_a_merge_is_forge_signed_or_why_not() {
    for is_openpgp in [false, true] {
        let repo = filed(POLICY);
        let work = repo.by("lee").through(FORGE);
        match is_openpgp {
            true => work.openpgp_signed("forge").merge("file", MERGE),
            false => work.signed("forge").merge("file", MERGE),
        };
        let shown = run(&repo, &["show", ID]);
        assert!(
            shown.contains(
                "Lee Chen <lee@example.com> for security: forge-signed by merge, not before"
            ),
            "{shown}"
        );
        let record = &answer(&repo, &["show", ID])["record"];
        let approver = &record["approval"]["approvers"][0];
        assert_eq!(approver["level"], "forge-signed");
        assert_eq!(approver["level_reason"], Value::Null);
        assert!(approver["key"].as_str().unwrap().starts_with("SHA256:"));
        assert_eq!(record["approval"]["result"], "forge-signed");
        // The same by the JSON of a list, whose table checks no signature.
        let listed = answer(&repo, &["list"]);
        assert_eq!(listed["records"][0]["approval"]["result"], "forge-signed");
        assert!(run(&repo, &["list"]).contains(ID));
        let report = answer(&repo, &["report"]);
        let levels = &report["approvals"];
        assert_eq!(levels["forge_signed"], 1, "{levels}");
        assert_eq!((&levels["attested"], &levels["claimed"]), (&0.into(), &0.into()));
        assert!(invalid_signatures(&repo).is_empty());
    }
    let repo = filed(POLICY);
    repo.by("lee").through("github").merge("file", "Merge pull request #7 from ana/file");
    let shown = run(&repo, &["show", ID]);
    let claimed = "claimed by merge (GitHub signs its merges, and not this one), not before";
    assert!(shown.contains(claimed), "{shown}");
    assert!(invalid_signatures(&repo).is_empty());
}

#[test]
fn an_auditor_hears_of_a_signature_that_names_the_forge_and_is_not_its_own() {
    let repo = filed(POLICY);
    let copied = openpgp("forge", b"another commit", 1_763_629_200, 0xb569_0eee_bb95_2194);
    let header = format!("gpgsig {}", copied.trim_end().replace('\n', "\n "));
    let work = repo.by("lee").through("github").header(&header);
    work.merge("file", "Merge pull request #7 from ana/file");
    assert_eq!(invalid_signatures(&repo), ["warning"]);
    let record = &answer(&repo, &["show", ID])["record"];
    assert_eq!(record["status"], "active", "the merge counts as before");
    assert_eq!(record["approval"]["result"], "claimed");
    // So it is where the policy names another forge.
    let repo = filed(&POLICY.replace(", noreply@github.com", ""));
    let work = repo.by("lee").through("github").header(&header);
    work.merge("file", "Merge pull request #7 from ana/file");
    assert_eq!(invalid_signatures(&repo), ["warning"]);
    // A squash by the forge that signs with a listed key is no finding either.
    let repo = filed(POLICY);
    repo.by("lee").through(FORGE).signed("forge").squash("file", "File it (#7)");
    assert!(invalid_signatures(&repo).is_empty());
}

#[test]
fn a_signature_before_the_author_is_read_as_git_reads_it() {
    let repo = filed(POLICY);
    repo.by("lee").through(FORGE).signed("forge").merge("file", MERGE);
    repo.checkout();
    // Git writes no such commit, and reads it.
    repo.rewrite(|raw| {
        let (author, rest) = raw.split_once("\nauthor ").unwrap();
        let (idents, signature) = rest.split_once("\ngpgsig ").unwrap();
        let (signature, message) = signature.split_once("\n\n").unwrap();
        format!("{author}\ngpgsig {signature}\nauthor {idents}\n\n{message}")
    });
    for args in [&["show", ID][..], &["list"], &["check", "--application", "a"], &["lint"]] {
        let now = repo.now().to_string();
        let at = if args[0] == "lint" { &[][..] } else { &["--on", &now] };
        let run = cli::run(repo.path(), &[args, at].concat());
        assert!(run.code < 2, "{args:?}: {}{}", run.out, run.err);
    }
}

#[test]
fn a_demand_for_it_decides_what_is_in_force() {
    let demanding = POLICY.replace("[security]}", "[security], proof: forge-signed}");
    let repo = filed(&demanding);
    repo.by("lee").through(FORGE).signed("forge").merge("file", MERGE);
    assert_eq!(answer(&repo, &["show", ID])["record"]["status"], "active");
    let repo = filed(&demanding);
    repo.by("lee").through(FORGE).merge("file", MERGE);
    let shown = answer(&repo, &["show", ID]);
    assert_eq!(shown["record"]["status"], "unapproved");
    let statement = &shown["statements"][0];
    assert_eq!(statement["level_reason"], "Gitea signs its merges, and not this one");
    assert!(run(&repo, &["list"]).contains("unapproved"), "a table checks it, too");
    // A key that has ended signs nothing that lands today.
    let ended =
        filed_with(&demanding.replace(", noreply@github.com", ""), ",valid-before=\"20261119\"");
    let comment = run(&ended, &["diff", "main", "file", "--format", "markdown"]);
    assert!(!comment.contains("forge-signed; "), "{comment}");
    ended.by("lee").through(FORGE).merge("file", MERGE);
    let shown = run(&ended, &["show", ID]);
    assert!(!shown.contains("press Merge"), "{shown}");
    // What approves it is said before it lands, and is true.
    let repo = filed(&demanding);
    let compared = answer(&repo, &["diff", "main", "file"]);
    let how = &compared["changes"][0]["how"];
    assert_eq!((&how[0]["way"], &how[0]["level"]), (&"merge".into(), &"forge-signed".into()));
    assert_eq!(how[0]["command"], Value::Null);
    let comment = run(&repo, &["diff", "main", "file", "--format", "markdown"]);
    assert!(comment.contains("**Press Merge**: forge-signed; "), "{comment}");
}

#[test]
fn doctor_counts_the_merges_that_a_forge_signed() {
    let check = |repo: &Repo, name: &str| {
        let answer = answer(repo, &["doctor"]);
        let checks = answer["checks"].as_array().unwrap().iter();
        let found = checks.clone().find(|it| it["check"] == name).unwrap();
        (found["state"].as_str().unwrap().to_owned(), found["message"].as_str().unwrap().to_owned())
    };
    let repo = filed(POLICY);
    repo.by("lee").through(FORGE).signed("forge").merge("file", MERGE);
    repo.branch("notes").by("ana").write("notes", "one\n").commit("Note it");
    repo.by("lee")
        .through(FORGE)
        .merge("notes", "Merge pull request 'Notes' (#8) from notes into main");
    let (state, message) = check(&repo, "forge");
    assert_eq!(state, "ok");
    assert!(
        message.ends_with(
            "1 of 2 merge commits carry its signature; proof: forge-signed would keep 1 of 1 exception in force"
        ),
        "{message}"
    );
    let (_, keys) = check(&repo, "keys");
    assert_eq!(
        keys,
        "no person's key is listed, so no approval is attested; 1 merge carries the signature of a named forge"
    );
    let named = POLICY.replace("gitea@", "git@");
    let repo_of_other = filed(&named);
    repo_of_other.by("lee").through("Acme <git@git.example.com>").merge("file", "Merge it");
    let (_, message) = check(&repo_of_other, "forge");
    assert!(
        message.starts_with(
            "git@git.example.com commits what people merge; 0 of 1 merge commit carries"
        ),
        "{message}"
    );
    let forges = answer(&repo, &["doctor"])["forges"].clone();
    assert_eq!(forges[0]["identity"], "gitea@git.example.com");
    assert_eq!(forges[0]["named"], true);
    assert_eq!((&forges[0]["merges"], &forges[0]["signed"]), (&2.into(), &1.into()));
    assert_eq!(forges[0]["keys"].as_array().unwrap().len(), 2);
    assert_eq!(forges[0]["keys"][0]["built_in"], false);
    // The forge of the merges is not named: a line to add.
    let repo = filed(&POLICY.replace("[gitea@git.example.com, noreply@github.com]", "[]"));
    repo.by("lee").through("github").merge("file", "Merge pull request #7 from ana/file");
    let forges = answer(&repo, &["doctor"])["forges"].clone();
    assert_eq!((&forges[0]["named"], &forges[0]["signed"]), (&false.into(), &0.into()));
    assert_eq!(forges[0]["keys"][0]["built_in"], true);
    // A signature of a kind that is not read, as that of a Gitea with an Ed25519 key of OpenPGP.
    let repo = filed(POLICY);
    let mut signature = packet(&openpgp("forge", b"another commit", 1_763_629_200, 7));
    signature[5] = 22;
    let header = format!("gpgsig {}", armored(&signature).trim_end().replace('\n', "\n "));
    repo.by("lee").through(FORGE).header(&header).merge("file", MERGE);
    let (_, message) = check(&repo, "forge");
    assert!(
        message.contains(
            "0 of 1 merge commit carries its signature, 1 one of a kind that is not read here"
        ),
        "{message}"
    );
    // A key is listed for a forge that nothing else shows.
    let unnamed = POLICY.replace("[gitea@git.example.com, noreply@github.com]", "[]");
    let repo = filed(&unnamed);
    repo.by("ana").through("Acme <gitea@git.example.com>").signed("forge").merge("file", MERGE);
    assert_eq!(answer(&repo, &["show", ID])["record"]["status"], "unapproved");
    let (state, message) = check(&repo, "forge");
    assert_eq!(state, "problem", "{message}");
    assert!(message.starts_with("gitea@git.example.com committed what others merged"), "{message}");
    assert!(run(&repo, &["doctor"]).contains("forges: [gitea@git.example.com]"));
    // It is demanded, and nothing is signed.
    let repo = filed(&POLICY.replace("[security]}", "[security], proof: forge-signed}"));
    repo.by("lee").through(FORGE).merge("file", MERGE);
    let (state, message) = check(&repo, "keys");
    assert_eq!(state, "problem", "{message}");
    let none = "none of its 1 merge commit carries a signature that proves it";
    assert!(message.ends_with(none), "{message}");
    // What a claim says of the forge proves nothing until it is approved.
    let repo = filed(&POLICY.replace("[gitea@git.example.com, noreply@github.com]", "[]"));
    let named = repo.branch("names").by("root").write("exledger.yaml", POLICY);
    named.commit("Name the forge");
    repo.by("lee").merge("names", "Merge branch 'names'");
    repo.by("lee").through(FORGE).signed("forge").merge("file", MERGE);
    let (state, message) = check(&repo, "forge");
    assert_eq!(state, "note", "{message}");
    assert!(
        message.contains("; a claim says which forge or whose accounts these are"),
        "{message}"
    );
    let command = "exledger approve --governance exledger.yaml";
    assert!(run(&repo, &["doctor"]).contains(command));
}

#[test]
fn doctor_counts_no_merge_whose_key_had_ended_when_it_landed() {
    let repo = filed_with(POLICY, ",valid-before=\"20261120104500Z\"");
    repo.by("ana").write("notes", "one\n").commit("Note it");
    // Dated back to when the key was valid: what landed before it is later.
    repo.clock("2026-11-20T10:30:00Z");
    repo.by("lee").through(FORGE).signed("forge").merge("file", MERGE);
    repo.clock("2026-11-20T13:00:00Z");
    let shown = answer(&repo, &["show", ID]);
    let approver = &shown["record"]["approval"]["approvers"][0];
    assert_eq!(approver["level"], "claimed", "{shown}");
    assert_eq!(answer(&repo, &["doctor"])["forges"][0]["signed"], 0);
}

#[test]
fn a_demand_that_no_key_of_a_forge_can_meet_is_an_error() {
    const P384: &str = "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBG5BIb3uuUYrLVAfErbkde9rKmaUw/0UOElMSSrE1QiqsphMJVVPRJVGUJL59QxniG++l6HQYPA6Acx72NJbLtTpjFPQkAUhsihCsZl33cQz/vzVMrhWFYtimoSIArgeXQ==";
    let demanding = POLICY.replace("[security]}", "[security], proof: forge-signed}");
    let policy = demanding.replace(", noreply@github.com", "");
    let lines = |options: &str, address: &str, key: &str| {
        format!("{address} namespaces=\"git\"{options} {key}\n")
    };
    let (own, key) = ("gitea@git.example.com", public("forge"));
    let cases = [
        (lines("", own, &key), false),
        (lines(",valid-before=\"20261001\"", own, &key), true),
        (lines(",valid-after=\"20270101\"", own, &key), true),
        (lines("", own, P384), true),
        // A key that is listed for a pattern names nobody as the signer of a merge.
        (lines("", "*@git.example.com", &key), true),
    ];
    for (line, is_impossible) in cases {
        let repo = filed(&policy);
        repo.by("root").write(".github/allowed_signers", &line).commit("List another");
        let findings = answer(&repo, &["lint"])["findings"].clone();
        let mut findings = findings.as_array().unwrap().iter();
        let found = findings.any(|it| it["rule"] == "approval-impossible");
        assert_eq!(found, is_impossible, "{line}");
    }
}

#[test]
fn a_person_whose_key_may_be_a_forges_is_told_what_to_do() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    let work = repo.by("root").write("exledger.yaml", "version: 1\nname: example/payments\n");
    let line = format!("lee@example.com namespaces=\"git\" {}\n", public("lee"));
    work.write(".github/allowed_signers", &line).commit("Begin");
    repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
    repo.by("ana").through("Lee Chen <lee@example.com>").signed("lee").squash("file", "File it");
    let shown = run(&repo, &["show", ID]);
    let add = "add \"Lee Chen <lee@example.com>\" to people.forges if it is one, or to a group if it is a person";
    assert!(shown.contains(add), "the whole reason: {shown}");
    // A key for commits alone signs no approval.
    let queue = run(&repo, &["queue"]);
    assert!(queue.contains(ID.trim_start_matches("exceptions/").trim_end_matches(".yaml")));
    assert!(!queue.contains("exledger approve"), "{queue}");
}

#[test]
fn a_lone_push_takes_the_forges_key_from_records_and_not_from_rules() {
    for is_approved in [false, true] {
        let repo = filed(&POLICY.replace("[security]}", "[security], proof: forge-signed}"));
        repo.by("lee").through(FORGE).signed("forge").merge("file", MERGE);
        repo.branch("revoke")
            .by("mallory")
            .write(".github/revoked_keys", &(public("forge") + "\n"))
            .commit("Revoke the forge's key");
        match is_approved {
            true => repo.by("dana").merge("revoke", "Merge branch 'revoke'"),
            false => repo.by("mallory").merge("revoke", "Merge branch 'revoke'"),
        };
        assert_eq!(answer(&repo, &["show", ID])["record"]["status"], "unapproved");
        let policy = repo.by("root").text("exledger.yaml");
        repo.branch("rules")
            .by("root")
            .write("exledger.yaml", &(policy + "due: {soon: 3d}\n"))
            .commit("Change the rules");
        let subject = "Merge pull request 'Rules' (#9) from rules into main";
        repo.by("lee").through(FORGE).signed("forge").merge("rules", subject);
        let left_out = answer(&repo, &["list"])["ledger"]["left_out"].to_string();
        assert_eq!(left_out.contains("exledger.yaml"), is_approved, "{left_out}");
    }
}
