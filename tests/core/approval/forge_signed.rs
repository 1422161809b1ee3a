//! Merges that a forge signed: what they prove, and why they prove no more.

use exledger::approval::verdict::ApprovalVerdict;

use crate::support::approval::{file, said, verdict};
use crate::support::openpgp::{armored, openpgp, packet, rsa_public};
use crate::support::repo::speak::{folded, public, sign, signer, yes};
use crate::support::repo::{Repo, Work};
use crate::support::samples::{ID, SAMPLE};

const FORGE: &str = "Gitea <gitea@git.example.com>";

const MERGE: &str = "Merge pull request 'File it' (#7) from file into main";

/// What a policy says of the forge, and that it lists Lee.
const PEOPLE: &str =
    "people: {forges: [gitea@git.example.com]}\ngroups: {approvers: [lee@example.com]}\n";

/// Returns the line of a signers file for the forge's key.
fn line(options: &str, key: &str) -> String {
    format!("gitea@git.example.com namespaces=\"git\"{options} {key}\n")
}

/// Begins a ledger with a policy and a list of keys, in which Ana filed the sample.
fn begun(policy: &str, signers: &str) -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    let work = repo.by("root").write("exledger.yaml", &format!("version: 1\n{policy}"));
    work.write(".github/allowed_signers", signers).commit("Begin");
    file(&repo);
    repo
}

/// Lee presses merge on the forge.
fn pressed<'r>(repo: &'r Repo) -> Work<'r> {
    repo.by("lee").through(FORGE)
}

/// Returns the level of the only approver, why it is not higher, and the result.
fn level(verdict: &ApprovalVerdict) -> (&'static str, Option<String>, &'static str) {
    let [approver] = verdict.approvers.as_slice() else {
        panic!("{:?} {:?}", verdict.approvers, verdict.statements);
    };
    let reason = approver.level_reason.as_ref().map(ToString::to_string);
    (approver.level.as_str(), reason, verdict.result.as_str())
}

fn assert_claimed(what: &str, repo: &Repo, reason: &str) {
    let verdict = verdict(repo);
    assert_eq!(said(&verdict).satisfied, "yes", "{what}");
    assert_eq!(level(&verdict), ("claimed", Some(reason.to_owned()), "claimed"), "{what}");
    let mut statements = verdict.statements.iter();
    assert!(!statements.any(|it| it.key.is_some()), "{what}");
}

#[test]
fn a_merge_that_a_listed_forge_signed_is_forge_signed() {
    for (signers, is_openpgp) in
        [(line("", &public("forge")), false), (line("", &rsa_public("forge")), true)]
    {
        let repo = begun(PEOPLE, &signers);
        let work = pressed(&repo);
        match is_openpgp {
            true => work.openpgp_signed("forge").merge("file", MERGE),
            false => work.signed("forge").merge("file", MERGE),
        };
        let verdict = verdict(&repo);
        assert_eq!(level(&verdict), ("forge-signed", None, "forge-signed"));
        let approver = &verdict.approvers[0];
        assert_eq!(approver.kind.as_str(), "merge");
        assert!(approver.key.as_ref().is_some_and(|key| key.starts_with("SHA256:")));
        assert_eq!(approver.groups, ["approvers"]);
    }
}

#[test]
fn without_a_valid_signature_the_same_person_approves_by_a_claim() {
    let mismatch = "the signature is over other bytes, or by another key";
    let unlisted = "no key is listed for gitea@git.example.com";
    let own = line("", &public("forge"));
    let own_rsa = line("", &rsa_public("forge"));

    let repo = begun(PEOPLE, &own);
    pressed(&repo).merge("file", MERGE);
    assert_claimed("unsigned", &repo, "Gitea signs its merges, and not this one");

    let repo = begun(PEOPLE, &own_rsa);
    let other = openpgp("forge", b"another commit", 1_763_629_200, 7);
    pressed(&repo).header(&folded("gpgsig", &other)).merge("file", MERGE);
    assert_claimed("another commit's signature", &repo, mismatch);

    let repo = begun(PEOPLE, &own_rsa);
    pressed(&repo).openpgp_signed("forge").merge("file", MERGE);
    repo.rewrite(|raw| raw.replace("(#7)", "(#8)"));
    assert_claimed("one byte changed", &repo, mismatch);

    let repo = begun(PEOPLE, &own_rsa);
    pressed(&repo).openpgp_signed("other").merge("file", MERGE);
    assert_claimed("another key", &repo, mismatch);

    // An SSH signature over other bytes spoils the landing, whoever made it.
    let repo = begun(PEOPLE, &own);
    let other = folded("gpgsig", &sign("forge", "git", b"another commit"));
    pressed(&repo).header(&other).merge("file", MERGE);
    assert_eq!(said(&verdict(&repo)).result, "invalid-signature");

    let repo = begun(PEOPLE, "");
    pressed(&repo).signed("forge").merge("file", MERGE);
    assert_claimed("no key", &repo, unlisted);

    let repo = begun(PEOPLE, "");
    pressed(&repo).signed("forge").write(".github/allowed_signers", &own).merge("file", MERGE);
    assert_claimed("listed by the same merge", &repo, unlisted);

    let dates = [",valid-before=\"20261120103000Z\"", ",valid-after=\"20261121Z\""];
    for (key, is_openpgp) in [(public("forge"), false), (rsa_public("forge"), true)] {
        for options in dates {
            let repo = begun(PEOPLE, &line(options, &key));
            let work = pressed(&repo);
            match is_openpgp {
                true => work.openpgp_signed("forge").merge("file", MERGE),
                false => work.signed("forge").merge("file", MERGE),
            };
            assert_claimed(options, &repo, "the signature is by a key that was not valid then");
        }
        let repo = begun(PEOPLE, &line("", &key));
        let work = pressed(&repo);
        match is_openpgp {
            true => work.openpgp_signed("forge").merge("file", MERGE),
            false => work.signed("forge").merge("file", MERGE),
        };
        repo.by("root").write(".github/revoked_keys", &key).commit("Revoke the forge's key");
        assert_claimed("revoked", &repo, "the signature is by a revoked key");
    }
}

#[test]
fn a_signature_proves_nothing_about_who_is_not_listed_or_known_by_number() {
    let own = line("", &public("forge"));
    let nobody = "people: {forges: [gitea@git.example.com]}\n";
    let repo = begun(nobody, &own);
    pressed(&repo).signed("forge").merge("file", MERGE);
    assert_claimed("nobody is listed", &repo, "lee@example.com is not listed");

    let merge = |logins: &str, address: &str| {
        let people = PEOPLE.replace("{forges", &format!("{{logins: {{{logins}}}, forges"));
        let repo = begun(&people, &own);
        let lee = format!("Lee Chen <{address}>");
        repo.by(&lee).through(FORGE).signed("forge").merge("file", MERGE);
        repo
    };
    let login = "leec: lee@example.com";
    let number = "people.logins has no number for leec: write 555+leec";
    let private = "555+leec@users.noreply.github.com";
    assert_claimed("a login alone", &merge(login, private), number);
    let unnumbered = "leec@users.noreply.github.com";
    assert_claimed("no number", &merge(login, unnumbered), "the merge does not say which leec");
    let known = verdict(&merge("555+leec: lee@example.com", private));
    assert_eq!(level(&known), ("forge-signed", None, "forge-signed"));
    let reused = verdict(&merge("555+leec: lee@example.com", "777+leec@users.noreply.github.com"));
    assert_ne!(reused.result.as_str(), "forge-signed", "the login has changed hands");

    // Ana merges her own request under her other address, and under one that the policy lists.
    let repo = begun(PEOPLE, &own);
    repo.by("Anna <anna@example.com>").through(FORGE).signed("forge").merge("file", MERGE);
    assert_claimed("another address", &repo, "anna@example.com is not listed");
    let repo = begun(&PEOPLE.replace("lee@", "anna@"), &own);
    repo.by("Ana Ruiz <anna@example.com>").through(FORGE).signed("forge").merge("file", MERGE);
    assert_eq!(said(&verdict(&repo)).result, "unresolved", "her name, and a listed address");
    // The name of an account may hold another address.
    let repo = begun(PEOPLE, &own);
    repo.by("Mal <lee@example.com> <mal@example.com>")
        .through(FORGE)
        .signed("forge")
        .merge("file", MERGE);
    let two = verdict(&repo);
    assert_eq!(said(&two).result, "indeterminate", "two addresses");
    assert_eq!(two.approvers[0].level.as_str(), "claimed", "two addresses");
}

#[test]
fn a_forge_counts_only_where_the_policy_names_it() {
    // GitHub's own key is built in; only the name is missing.
    let repo = begun("groups: {approvers: [lee@example.com]}\n", "");
    repo.by("lee").through("github").merge("file", "Merge pull request #7 from ana/file");
    assert_claimed("not named", &repo, "noreply@github.com is not in people.forges");
    let more = format!("noreply@github.com namespaces=\"git\" {}\n", rsa_public("forge"));
    let repo = begun(PEOPLE, &more);
    let work = repo.by("lee").through("github").openpgp_signed("forge");
    work.merge("file", "Merge pull request #7 from ana/file");
    assert_claimed("another forge's ledger", &repo, "noreply@github.com is not in people.forges");
    // Nor is it a person whose signature approves.
    let repo = begun("groups: {approvers: [lee@example.com]}\n", &line("", &public("forge")));
    pressed(&repo).signed("forge").merge("file", MERGE);
    assert_claimed("not named", &repo, "gitea@git.example.com is not in people.forges");
    let named = "people: {forges: [noreply@github.com]}\ngroups: {approvers: [lee@example.com]}\n";
    let repo = begun(named, "");
    repo.by("lee").through("github").merge("file", "Merge pull request #7 from ana/file");
    assert_claimed("named", &repo, "GitHub signs its merges, and not this one");
    // A further key of GitHub, and another forge's.
    let repo = begun(named, &(more.clone() + &line("", &rsa_public("other"))));
    let work = repo.by("lee").through("github").openpgp_signed("forge");
    work.merge("file", "Merge pull request #7 from ana/file");
    assert_eq!(level(&verdict(&repo)), ("forge-signed", None, "forge-signed"));
    let repo = begun(named, &(more + &line("", &rsa_public("other"))));
    let work = repo.by("lee").through("github").openpgp_signed("other");
    work.merge("file", "Merge pull request #7 from ana/file");
    let mismatch = "the signature is over other bytes, or by another key";
    assert_claimed("another forge's key", &repo, mismatch);
    // A person commits, with the forge's signature.
    let repo = begun(PEOPLE, &line("", &public("forge")));
    repo.by("lee").signed("forge").merge("file", MERGE);
    assert_eq!(level(&verdict(&repo)), ("claimed", None, "claimed"));
}

#[test]
fn what_is_no_merge_of_the_forge_by_a_person_is_never_forge_signed() {
    let own = line("", &public("forge"));
    let assert_never = |what: &str, repo: &Repo| {
        let verdict = verdict(repo);
        let levels = verdict.approvers.iter().chain(&verdict.statements);
        for approver in levels {
            assert_eq!(approver.level.as_str(), "claimed", "{what}");
        }
        assert_ne!(verdict.result.as_str(), "forge-signed", "{what}");
    };
    let repo = begun(PEOPLE, &own);
    pressed(&repo).signed("forge").squash("file", "File it (#7)");
    assert_never("a squash", &repo);
    let repo = begun(PEOPLE, &own);
    repo.by("bot").through(FORGE).signed("forge").merge("file", MERGE);
    assert_never("an app", &repo);
    for subject in [
        "Merge branch 'main' into file",
        "Merge branch 'base1' into feat",
        "Merge branch 'acme:main' into main",
        "Merge pull request 'File it' (#7) from file into feat",
    ] {
        let repo = begun(PEOPLE, &own);
        pressed(&repo).signed("forge").merge("file", subject);
        assert_never(subject, &repo);
    }
    let repo = begun(PEOPLE, &own);
    repo.branch_from("outer", "main").by("lee").through(FORGE).signed("forge").merge("file", MERGE);
    repo.by("ana").merge("outer", "Merge pull request 'Outer' (#8) from outer into main");
    assert_never("nested", &repo);
    let repo = begun(PEOPLE, &own);
    repo.branch("second").by("ana").write("notes", "one\n").commit("Note it");
    pressed(&repo).signed("forge").octopus(&["file", "second"], MERGE);
    assert_never("three parents", &repo);
}

#[test]
fn a_policy_may_ask_for_the_signature_of_the_forge() {
    let own = line("", &public("forge"));
    let tier = "tiers: [{name: standard, approvals: {proof: forge-signed}}]\n";
    for demand in ["approval: {proof: forge-signed}\n", tier] {
        let policy = format!("{PEOPLE}{demand}");
        let repo = begun(&policy, &own);
        pressed(&repo).signed("forge").merge("file", MERGE);
        assert_eq!(said(&verdict(&repo)).satisfied, "yes", "{demand}");
        let repo = begun(&policy, &own);
        pressed(&repo).merge("file", MERGE);
        let verdict = verdict(&repo);
        assert_eq!(said(&verdict).satisfied, "no", "{demand}");
        let need = &verdict.missing[0].need;
        assert_eq!(
            need,
            "one person other than the authors, by a merge that the forge signs, or a signature \
             (lee@example.com: Gitea signs its merges, and not this one, and the policy requires more)"
        );
        let repo = begun(&policy, &(own.clone() + &signer("lee")));
        repo.by("lee").signed("lee").merge("file", MERGE);
        assert_eq!(said(&verdict_of(&repo)).result, "attested", "a signature is more");
    }
    let repo = begun(&format!("{PEOPLE}approval: {{proof: attested}}\n"), &own);
    pressed(&repo).signed("forge").merge("file", MERGE);
    assert_eq!(said(&verdict(&repo)).satisfied, "no", "and less than an own signature");
}

fn verdict_of(repo: &Repo) -> ApprovalVerdict {
    verdict(repo)
}

/// Changes the list of keys as Root proposes it and Lee merges it, on the forge or not.
fn listed(repo: &Repo, text: &str, is_signed: bool) -> String {
    let branch = format!("keys-{}", repo.now().unix());
    repo.branch(&branch).by("root").write(".github/allowed_signers", text).commit("List keys");
    let subject = format!("Merge pull request 'Keys' (#9) from {branch} into main");
    let work = pressed(repo);
    let merged = match is_signed {
        true => work.signed("forge").merge(&branch, &subject),
        false => work.merge(&branch, &subject),
    };
    merged.to_string()[..7].to_owned()
}

#[test]
fn a_key_proves_no_more_than_what_listed_it() {
    let own = line("", &public("forge"));
    // A forge's key that a claim listed.
    let repo = begun(PEOPLE, &signer("dana"));
    let commit = listed(&repo, &(signer("dana") + &own), false);
    pressed(&repo).signed("forge").merge("file", MERGE);
    let reason = format!("signed by a key that a claim listed ({commit})");
    assert_eq!(level(&verdict(&repo)), ("claimed", Some(reason), "claimed"));
    // A second key of the forge, listed under the first.
    let repo = begun(PEOPLE, &own);
    listed(&repo, &(own.clone() + &line("", &public("second"))), true);
    pressed(&repo).signed("second").merge("file", MERGE);
    assert_eq!(level(&verdict(&repo)), ("forge-signed", None, "forge-signed"));
    // A person's key, after the first list.
    let repo = begun(PEOPLE, &(own.clone() + &signer("dana")));
    let commit = listed(&repo, &(own + &signer("dana") + &signer("lee")), true);
    repo.by("lee").signed("lee").merge("file", "Merge branch 'file'");
    let reason = format!("signed by a key that a forge-signed approval listed ({commit})");
    assert_eq!(level(&verdict(&repo)), ("forge-signed", Some(reason), "forge-signed"));
}

/// Lee merges what Root proposes, without a signature: a claim.
fn claim(repo: &Repo, path: &str, text: &str) -> String {
    let branch = format!("names-{}", repo.now().unix());
    repo.branch(&branch).by("root").write(path, text).commit("Change it");
    let subject = format!("Merge pull request 'Names' (#9) from {branch} into main");
    pressed(repo).merge(&branch, &subject).to_string()[..7].to_owned()
}

/// Ana changes the sample, and somebody presses merge.
fn press_change(repo: &Repo, by: &str) {
    let branch = format!("change-{}", repo.now().unix());
    let text = format!("{SAMPLE}# {branch}\n").replace("moderate", "low");
    repo.branch(&branch).by("ana").write(ID, &text).commit("Lower it");
    let subject = format!("Merge pull request 'Lower' (#8) from {branch} into main");
    repo.by(by).through(FORGE).signed("forge").merge(&branch, &subject);
}

#[test]
fn a_press_proves_no_more_than_what_says_whose_it_is() {
    const POLICY: &str = "exledger.yaml";
    let lines = line("", &public("forge")) + &signer("dana");
    let policy = |people: &str| format!("version: 1\n{people}");
    let mapped = PEOPLE.replace("{forges", "{logins: {777+leec: lee@example.com}, forges");
    let private = PEOPLE.replace("{forges", "{noreply: [private.example.com], forges");
    let unnamed = "groups: {approvers: [lee@example.com]}\n";
    let account = "O. D. <777+leec@users.noreply.github.com>";
    let alias = "Lee Chen <lee@example.com> <second@example.com>\n";
    let named = "a claim says who lee@example.com is";
    let put = "a claim put gitea@git.example.com into people.forges";
    let cases = [
        (PEOPLE, POLICY, policy(&mapped), account, named),
        (PEOPLE, ".mailmap", alias.to_owned(), "O. D. <second@example.com>", named),
        (PEOPLE, POLICY, policy(&private), "lee", named),
        (unnamed, POLICY, policy(PEOPLE), "lee", put),
    ];
    for (people, path, text, by, reason) in cases {
        let repo = begun(people, &lines);
        let commit = claim(&repo, path, &text);
        // What a later claim says of something else is not why.
        claim(&repo, "exceptions/.keep", "");
        repo.by(by).through(FORGE).signed("forge").merge("file", MERGE);
        assert_claimed(&text, &repo, &format!("{reason} ({commit})"));
        // Whose key Dana's is, is not known either.
        if text.contains("noreply") {
            continue;
        }
        let says = yes("dana", ID, &text, &repo.now().to_string()).governance(path);
        repo.by("root").says(&says).commit("Approve it");
        press_change(&repo, by);
        assert_eq!(level(&verdict(&repo)), ("forge-signed", None, "forge-signed"), "{text}");
    }
    // What a claim takes away and puts back starts anew, and what it adds and takes away leaves nothing.
    let repo = begun(&mapped, &lines);
    repo.by(account).through(FORGE).signed("forge").merge("file", MERGE);
    assert_eq!(level(&verdict(&repo)), ("forge-signed", None, "forge-signed"));
    let commit = claim(&repo, POLICY, &policy(PEOPLE));
    claim(&repo, POLICY, &policy(&mapped));
    press_change(&repo, account);
    assert_claimed("put back", &repo, &format!("{named} ({commit})"));
    let repo = begun(PEOPLE, &lines);
    claim(&repo, POLICY, &policy(&mapped));
    claim(&repo, POLICY, &policy(PEOPLE));
    repo.by("lee").through(FORGE).signed("forge").merge("file", MERGE);
    assert_eq!(level(&verdict(&repo)), ("forge-signed", None, "forge-signed"));
    // Nor does a claim part somebody from what they wrote.
    let joined = PEOPLE.replace("{forges", "{logins: {555+ana: lee@example.com}, forges");
    let repo = begun(&joined, &lines);
    let commit = claim(&repo, POLICY, &policy(PEOPLE));
    repo.by("lee").through(FORGE).signed("forge").merge("file", MERGE);
    assert_claimed("parted", &repo, &format!("{named} ({commit})"));
}

#[test]
fn naming_a_forge_takes_nothing_from_keys_of_others() {
    let groups = "groups: {approvers: [lee@example.com]}\n";
    let cases = [
        ("forges: [noreply@github.com]", true),
        // Whose account it is, a claim says; and whether her address is a forge's.
        ("logins: {555+dkim: dana@example.com}", false),
        ("forges: [dana@example.com]", false),
    ];
    for (more, is_attested) in cases {
        let repo = begun(groups, &signer("dana"));
        let text = format!("version: 1\npeople: {{{more}}}\n{groups}");
        let commit = claim(&repo, "exledger.yaml", &text);
        repo.by("dana").signed("dana").merge("file", "Merge branch 'file'");
        let verdict = verdict(&repo);
        let mut levels = verdict.statements.iter().map(|it| it.level.as_str());
        assert_eq!(levels.any(|level| level == "attested"), is_attested, "{more}");
        let reasons = verdict.statements.iter().filter_map(|it| it.level_reason.as_ref());
        let reasons: Vec<String> = reasons.map(ToString::to_string).collect();
        let expected = format!("signed by a key whose owner a claim named ({commit})");
        assert_eq!(reasons.contains(&expected), more.contains("logins"), "{more}: {reasons:?}");
    }
}

/// Merges a note, on the forge or not.
fn merge_note(repo: &Repo, by: &str, (subject, is_signed): (&str, bool)) {
    let branch = format!("note-{}", repo.now().unix());
    repo.branch(&branch).by("ana").write("notes", &branch).commit("Note it");
    let work = repo.by(by).through(FORGE);
    match is_signed {
        true => work.signed("forge").merge(&branch, subject),
        false => work.merge(&branch, subject),
    };
}

#[test]
fn the_first_list_of_keys_is_pressed_where_the_forge_signs_merges() {
    let own = line("", &public("forge"));
    let policy = format!("{PEOPLE}approval: {{proof: attested}}\n");
    let is_listed = |repo: &Repo, is_signed: bool| {
        listed(repo, &(own.clone() + &signer("lee")), is_signed);
        repo.by("lee").signed("lee").merge("file", "Merge branch 'file'");
        said(&verdict(repo)).satisfied == "yes"
    };
    // No merge here proves who pressed it: one without a signature, by somebody who isn't listed, or into another branch.
    let elsewhere = "Merge pull request 'Note it' (#8) from note into feat";
    for (by, merge) in [("lee", (MERGE, false)), ("kim", (MERGE, true)), ("lee", (elsewhere, true))]
    {
        let repo = begun(&policy, &own);
        merge_note(&repo, by, merge);
        assert!(is_listed(&repo, false), "{by} {merge:?}");
    }
    for is_signed in [false, true] {
        let repo = begun(&policy, &own);
        merge_note(&repo, "lee", (MERGE, true));
        assert_eq!(is_listed(&repo, is_signed), is_signed);
    }
    // A claim that says who pressed does not make claims enough.
    let repo = begun(PEOPLE, &own);
    claim(&repo, ".mailmap", "Lee Chen <lee@example.com> <second@example.com>\n");
    merge_note(&repo, "lee", (MERGE, true));
    claim(&repo, "exledger.yaml", &format!("version: 1\n{policy}"));
    assert!(!is_listed(&repo, false));
    // However long ago.
    let repo = begun(&policy, &own);
    merge_note(&repo, "lee", (MERGE, true));
    for n in 0..100 {
        repo.by("ana").write("notes", &n.to_string()).commit("Note it");
    }
    assert!(!is_listed(&repo, false));
}

#[test]
fn a_key_of_a_forge_signs_for_nobody_else() {
    let two = line("", &public("forge")) + &format!("lee@example.com {}\n", public("forge"));
    let repo = begun(PEOPLE, &two);
    repo.by("lee").signed("forge").merge("file", MERGE);
    assert_eq!(level(&verdict(&repo)), ("claimed", None, "claimed"));
    let statements = verdict(&repo).statements;
    assert!(statements.iter().all(|it| it.kind.as_str() == "merge"), "{statements:?}");
    // A forge's line begins no list: the first key of a person is still a full one.
    let repo = begun(PEOPLE, &line("", &public("forge")));
    listed(&repo, &(line("", &public("forge")) + &signer("lee")), false);
    repo.by("lee").signed("lee").merge("file", "Merge branch 'file'");
    assert_eq!(level(&verdict(&repo)).0, "attested");
}

#[test]
fn the_strongest_of_several_statements_of_one_person_is_shown() {
    let repo = begun(
        &format!("{PEOPLE}approval: {{self_asserted: allow}}\n"),
        &line("", &public("forge")),
    );
    let message = format!(
        "{MERGE}\n\nReviewed-on: https://git.example.com/pulls/7\nReviewed-by: Lee Chen <lee@example.com>"
    );
    pressed(&repo).signed("forge").merge("file", &message);
    let verdict = verdict(&repo);
    assert_eq!(verdict.statements.len(), 2, "{:?}", verdict.statements);
    assert_eq!(level(&verdict), ("forge-signed", None, "forge-signed"));
}

#[test]
fn a_later_version_of_the_same_bytes_is_judged_by_its_own_merge() {
    let repo = begun(PEOPLE, &line("", &public("forge")));
    pressed(&repo).signed("forge").merge("file", MERGE);
    let wider = SAMPLE.replace("moderate", "low");
    repo.branch("wider").by("ana").write(ID, &wider).commit("Lower it");
    pressed(&repo).merge("wider", "Merge pull request 'Lower' (#8) from wider into main");
    assert_claimed("the next one", &repo, "Gitea signs its merges, and not this one");
}

#[test]
fn the_key_of_a_forge_that_is_not_named_speaks_for_nobody() {
    const UNNAMED: &str = "Acme Git <git@git.example.com>";
    let key = &format!("git@git.example.com namespaces=\"git\" {}\n", public("forge"));
    let groups = "groups: {approvers: [lee@example.com]}\n";
    let attested = "approval: {proof: attested}\n";
    for policy in [String::new(), groups.to_owned(), format!("{groups}{attested}")] {
        let repo = begun(&policy, key);
        repo.by("ana").through(UNNAMED).signed("forge").merge("file", MERGE);
        let own = verdict(&repo);
        assert_eq!(said(&own).satisfied, "no", "{policy}: she merged her own");
        assert!(own.approvers.is_empty(), "{policy}: {:?}", own.approvers);
    }
    let repo = begun(groups, key);
    repo.by("lee").through(UNNAMED).signed("forge").merge("file", MERGE);
    let verdict_of_other = verdict(&repo);
    assert_eq!(said(&verdict_of_other).result, "unresolved");
    let need = &verdict_of_other.missing[0].need;
    assert!(need.contains("add \"Acme Git <git@git.example.com>\" to people.forges"), "{need}");
    // Nor does what the message says, which the presser may type.
    let repo = begun(groups, key);
    let message = format!("{MERGE}\n\nReviewed-by: Lee Chen <lee@example.com>");
    repo.by("ana").through(UNNAMED).signed("forge").merge("file", &message);
    assert_eq!(said(&verdict(&repo)).satisfied, "no");
    // Of a member of a group it is a claim: others' merges can be committed again by hand.
    let repo = begun(&groups.replace("lee@", "git@git."), key);
    repo.by("lee").through(UNNAMED).signed("forge").merge("file", MERGE);
    assert_eq!(level(&verdict(&repo)), ("claimed", None, "claimed"));
    // Inside a branch it attests nobody either.
    let repo = begun("approval: {nested: allow}\n", key);
    repo.branch_from("outer", "main")
        .by("ana")
        .through(UNNAMED)
        .signed("forge")
        .merge("file", MERGE);
    repo.by("ana").merge("outer", "Merge pull request 'Outer' (#8) from outer into main");
    assert_ne!(said(&verdict(&repo)).result, "attested");
    // A squash names who opened the request, and a person who applies it may have a key for more than commits.
    let lines = [(key.clone(), "unresolved"), (key.replace(" namespaces=\"git\"", ""), "attested")];
    for (line, result) in lines {
        let repo = begun("", &line);
        repo.by("ana").through(UNNAMED).signed("forge").squash("file", "File it (#7)");
        assert_eq!(said(&verdict(&repo)).result, result, "{line}");
    }
    // A person who commits what another merged is not attested by that.
    let repo = begun(groups, &signer("lee"));
    repo.by("ana").through("Lee Chen <lee@example.com>").signed("lee").merge("file", MERGE);
    assert_eq!(level(&verdict(&repo)), ("claimed", None, "claimed"));
}

#[test]
fn a_key_is_that_of_an_address_by_the_lines_of_that_address_alone() {
    const OTHER: &str = "gitea@b.example.com";
    let people = PEOPLE.replace("com]", "com, gitea@b.example.com]");
    for (key, is_openpgp) in [(public("forge"), false), (rsa_public("forge"), true)] {
        let own = line(",valid-before=\"20261119Z\"", &key);
        let others = line("", &key).replace("gitea@git.example.com", OTHER);
        let repo = begun(&people, &(own + &others));
        let work = pressed(&repo);
        match is_openpgp {
            true => work.openpgp_signed("forge").merge("file", MERGE),
            false => work.signed("forge").merge("file", MERGE),
        };
        assert_claimed(
            "its own has ended",
            &repo,
            "the signature is by a key that was not valid then",
        );
    }
    // A line that its address negates, as ssh reads it.
    for negated in ["!gitea@git.example.com", "!*@git.example.com"] {
        let key = line("", &public("forge")).replacen(' ', &format!(",{negated} "), 1);
        let repo = begun(PEOPLE, &key);
        pressed(&repo).signed("forge").merge("file", MERGE);
        assert_claimed(negated, &repo, "no key is listed for gitea@git.example.com");
        let repo = begun("", &signer("lee").replacen(' ', ",!lee@* ", 1));
        repo.by("lee").signed("lee").merge("file", "Merge branch 'file'");
        assert_ne!(said(&verdict(&repo)).result, "attested", "{negated}");
    }
    // A claim repeats a line that came with the first policy, for another use and for another address.
    for (address, level_of) in [("gitea@git.example.com", "forge-signed"), (OTHER, "claimed")] {
        let own = line("", &public("forge")) + &signer("dana");
        let repo = begun(&people, &own);
        let more = format!("{address} {}\n", public("forge"));
        repo.branch("keys")
            .by("root")
            .write(".github/allowed_signers", &(own + &more))
            .commit("List");
        repo.by("lee").merge("keys", "Merge branch 'keys'");
        let forge = format!("Gitea <{address}>");
        repo.by("lee").through(&forge).signed("forge").merge("file", MERGE);
        assert_eq!(level(&verdict(&repo)).0, level_of, "{address}");
    }
}

#[test]
fn an_address_that_is_named_with_a_name_is_the_forges_under_each() {
    let people = PEOPLE.replace("[gitea@git.example.com]", "[\"Git <git@git.example.com>\"]");
    let key = format!("git@git.example.com namespaces=\"git\" {}\n", public("forge"));
    for name in ["Git", "Acme Git"] {
        let repo = begun(&people, &key);
        let forge = format!("{name} <git@git.example.com>");
        repo.by("lee").through(&forge).signed("forge").merge("file", MERGE);
        assert_eq!(level(&verdict(&repo)), ("forge-signed", None, "forge-signed"), "{name}");
        let repo = begun(&people, &key);
        repo.by("ana").through(&forge).merge("file", MERGE);
        assert_eq!(said(&verdict(&repo)).result, "self", "{name}: a forge approves nothing");
    }
}

#[test]
fn a_signature_of_another_kind_is_not_called_one_by_another_key() {
    let unread = "the signature is of a kind that is not read here";
    let whole = openpgp("forge", b"another commit", 1_763_629_200, 7);
    let mut of_ed25519 = packet(&whole);
    of_ed25519[5] = 22;
    let without_checksum: Vec<&str> = whole.lines().filter(|line| !line.starts_with('=')).collect();
    let x509 = "-----BEGIN SIGNED MESSAGE-----\nAAAA\n-----END SIGNED MESSAGE-----\n";
    for signature in [armored(&of_ed25519), without_checksum.join("\n"), x509.to_owned()] {
        let repo = begun(PEOPLE, &line("", &rsa_public("forge")));
        pressed(&repo).header(&folded("gpgsig", &signature)).merge("file", MERGE);
        assert_claimed(&signature, &repo, unread);
    }
}
