//! Which key signs, and the message about a key that no line lists for the person.

use super::{ID, POLICY, World};
use crate::cli;

/// Removes the key from git's configuration.
fn unset(world: &World) {
    let mut config = world.repo.git.config().unwrap();
    config.remove("user.signingkey").unwrap();
}

#[test]
fn a_key_that_is_not_listed_signs_and_counts_for_nobody_yet() {
    let world = World::new(POLICY);
    world.said("lee", &[ID, "--ref", "billing"]);
    // Mallory uses Dana's name, but does not have her key.
    world.is("dana", "mallory");
    let line = world.line("mallory").replace("mallory@", "dana@");
    let run = world.run(&["approve", ID, "--ref", "billing"]);
    assert_eq!(run.code, 1, "{}", run.err);
    let headline = run.out.lines().next().unwrap();
    assert_eq!(headline, "signed, does not count yet");
    assert!(run.out.contains("is not listed at"), "{}", run.out);
    assert!(run.out.contains(line.trim_end()), "{}", run.out);
    let left = run.out.lines().find(|line| line.starts_with("still needed"));
    let left = left.unwrap();
    assert!(left.contains("security") && !left.contains("platform"), "{left}");
    // The same key again changes nothing, and is reported again.
    let tip = world.repo.tip("billing");
    world.repo.wait("1h");
    let run = world.run(&["approve", ID, "--ref", "billing", "--format", "json"]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert_eq!(world.repo.tip("billing"), tip);
    let answer: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(answer["counts"], false);
    let why = answer["why_not"].as_str().unwrap();
    assert!(why.contains("not listed"), "{why}");
    assert!(run.err.contains(line.trim_end()), "{}", run.err);
    world.squash("billing");
    assert_eq!(world.stands().0, "unapproved");
}

#[test]
fn a_key_that_is_listed_for_a_forge_signs_for_nobody_else() {
    let policy = POLICY.replace("people:", "people:\n  forges: [git@forge.example.com]");
    let world =
        World::new(&policy.replace("{count: 2, each_of: [security, platform]}", "{count: 1}"));
    let key = world.line("mallory");
    let line = format!(
        "git@forge.example.com namespaces=\"git\" ssh-{}",
        key.split_once("ssh-").unwrap().1
    );
    let branch = world.repo.branch("keys");
    let signers = branch.by("root").text(".github/allowed_signers") + &line;
    branch.by("root").write(".github/allowed_signers", &signers).commit("List the forge's key");
    world.repo.by("dana").merge("keys", "Merge pull request #2 from root/keys");
    world.is("dana", "mallory");
    let run = world.run(&["approve", ID, "--ref", "billing"]);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert!(run.err.contains("is listed for a forge, and so signs for nobody else"), "{}", run.err);
}

#[test]
fn the_listed_key_signs_anew_where_another_one_signed_before() {
    let world = World::new(POLICY);
    world.said("lee", &[ID, "--ref", "billing"]);
    world.is("dana", "mallory");
    assert_eq!(world.run(&["approve", ID, "--ref", "billing"]).code, 1);
    world.repo.wait("1h");
    let answer = world.said("dana", &[ID, "--ref", "billing"]);
    assert_eq!(answer["counts"], true);
    assert_eq!(answer["why_not"], serde_json::Value::Null);
    world.squash("billing");
    assert_eq!(world.stands(), ("active".into(), "attested".into()));
}

#[test]
fn an_unlisted_key_counts_once_its_line_landed_before_the_approval() {
    let world = World::new(POLICY);
    world.said("lee", &[ID, "--ref", "billing"]);
    world.is("dana", "mallory");
    let run = world.run(&["approve", ID, "--ref", "billing"]);
    let line = run.out.lines().find(|line| line.starts_with("dana@")).unwrap();
    let work = world.repo.branch("keys").by("dana");
    let signers = work.text(".github/allowed_signers") + line + "\n";
    work.write(".github/allowed_signers", &signers).commit("List a new key");
    world.repo.by("lee").merge("keys", "Merge branch 'keys'\n\nReviewed-by: Sam <sam@example.com>");
    world.squash("billing");
    // A merge listed the key, so it proves no more than that merge.
    assert_eq!(world.stands(), ("active".into(), "claimed".into()));
}

#[test]
fn a_line_that_is_merged_and_does_not_count_is_not_asked_for_again() {
    let world = World::new(POLICY);
    world.squash("billing");
    world.is("dana", "mallory");
    let line = world.line("mallory").replace("mallory@", "dana@");
    let ask = || {
        world.repo.checkout();
        let run = world.run(&["approve", ID]);
        (run.code, run.out.split_whitespace().collect::<Vec<_>>().join(" "), run.err)
    };
    let (code, out, err) = ask();
    let first = "First add this line to .github/allowed_signers";
    assert!(code == 1 && out.contains(first), "{out}{err}");
    let work = world.repo.branch("keys").by("dana");
    let signers = work.text(".github/allowed_signers") + &line;
    work.write(".github/allowed_signers", &signers).commit("List a new key");
    world.repo.by("dana").through("github").squash("keys", "List a new key (#2)");
    let (code, out, err) = ask();
    let says = "First make this line count, which .github/allowed_signers has already: \
        somebody else approves it with `exledger approve --governance .github/allowed_signers`";
    assert!(code == 1 && out.contains(says), "{out}{err}");
}

#[test]
fn an_approval_is_signed_by_its_own_key_and_git_stays_as_it_is() {
    let world = World::new(POLICY);
    world.is("dana", "dana");
    unset(&world);
    let key = world.key("dana").display().to_string();
    let with_flag = [ID, "--ref", "billing", "--key", &key];
    let run = world.run(&[&["approve"], &with_flag[..]].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    world.is("lee", "lee");
    // Git signs commits by OpenPGP, which has nothing to do with approvals.
    world.repo.config("user.signingkey", "0xDEADBEEF");
    world.repo.config("gpg.format", "openpgp");
    world.repo.config("commit.gpgsign", "true");
    let run = world.run(&["approve", ID, "--ref", "billing"]);
    assert_eq!(run.code, 2, "{}", run.out);
    assert!(run.err.contains("a key for OpenPGP"), "{}", run.err);
    assert!(run.err.contains("git config exledger.signingKey"), "{}", run.err);
    let key = world.key("lee.pub").display().to_string();
    world.repo.config("exledger.signingKey", &key);
    let run = world.run(&["approve", ID, "--ref", "billing"]);
    assert_eq!(run.code, 0, "{}", run.err);
    world.squash("billing");
    assert_eq!(world.stands(), ("active".into(), "attested".into()));
}

#[test]
fn the_key_is_read_from_where_git_reads_it() {
    let world = World::new(POLICY);
    world.is("dana", "dana");
    unset(&world);
    let key = world.key("dana.pub").display().to_string();
    let folder = crate::support::temporary();
    let file = folder.path().join("configuration");
    std::fs::write(&file, format!("[user]\n\tsigningkey = {key}\n[gpg]\n\tformat = ssh\n"))
        .unwrap();
    let file = file.display().to_string();
    let stated = format!("'user.signingkey'='{key}'");
    let (on, path) = (world.repo.now().to_string(), std::env::var("PATH").unwrap_or_default());
    let sign = |variables: &[(&str, &str)]| {
        let out = crate::support::temporary();
        let out = out.path().display().to_string();
        let args = ["approve", ID, "--ref", "billing", "--on", &on, "--out", &out];
        cli::run_with(world.repo.path(), &args, &[variables, &[("PATH", &path)]].concat())
    };
    assert_eq!(sign(&[]).code, 2);
    for variables in [
        &[("GIT_CONFIG_GLOBAL", file.as_str())][..],
        &[("GIT_CONFIG_PARAMETERS", stated.as_str())],
        &[
            ("GIT_CONFIG_COUNT", "1"),
            ("GIT_CONFIG_KEY_0", "user.signingKey"),
            ("GIT_CONFIG_VALUE_0", &key),
        ],
    ] {
        let run = sign(variables);
        assert_eq!(run.code, 0, "{variables:?}: {}", run.err);
    }
}

#[test]
fn a_file_that_is_not_there_or_no_key_is_refused_before_anything_is_written() {
    let world = World::new(POLICY);
    world.is("dana", "dana");
    let tip = world.repo.tip("billing");
    for (key, said) in
        [("gone.pub", "which does not exist"), ("exledger.yaml", "is not an SSH key")]
    {
        let run = world.run(&["approve", ID, "--ref", "billing", "--key", key]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
        assert!(run.err.contains(said), "{}", run.err);
    }
    assert_eq!(world.repo.tip("billing"), tip);
}

#[test]
fn a_key_that_a_claim_listed_is_told_where_a_signature_is_needed() {
    let lax = "version: 1\nname: example/payments\ngroups: {security: [dana@example.com, kim@example.com]}\ntiers: [{name: standard, max_term: 90d, approvals: {count: 1}, require: [compensating_controls]}]\n";
    let world = World::new(lax);
    let listed = String::from_utf8(world.at("main", ".github/allowed_signers")).unwrap();
    let with_kim = listed + &world.line("mallory").replace("mallory@", "kim@");
    let work = world.repo.branch("keys").by("ana");
    work.write(".github/allowed_signers", &with_kim).commit("List another key");
    world.repo.by("dana").merge("keys", "Merge branch 'keys'");
    let strict = lax.replace("{count: 1}", "{count: 1, proof: attested}");
    world.repo.by("dana").write("exledger.yaml", &strict).commit("Ask for signatures");
    world.is("kim", "mallory");
    let run = world.run(&["approve", ID, "--ref", "billing"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(run.out.starts_with("signed, does not count yet\n"), "{}", run.out);
    let folded = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(folded.contains("by a claim alone, and a signature is needed"), "{}", run.out);
    assert!(
        folded.contains("run `exledger approve --governance .github/allowed_signers`"),
        "{}",
        run.out
    );
    let shown = world.run(&["diff", "main", "billing", "--format", "markdown"]).out;
    assert!(!shown.contains("that counts once it is merged"), "{shown}");
    // The rules ask for as much as the tiers.
    world
        .repo
        .branch("more")
        .by("ana")
        .write(".github/allowed_signers", &(with_kim + "# End\n"))
        .commit("Mark the end");
    world.switch("more");
    let run = world.run(&["approve", "--governance", ".github/allowed_signers"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(run.out.starts_with("signed, does not count yet\n"), "{}", run.out);
    world.switch("main");
    // A key of the first policy proves more.
    assert_eq!(world.said("dana", &[ID, "--ref", "billing"])["counts"], true);
    let shown = world.run(&["diff", "main", "billing", "--format", "markdown"]).out;
    assert!(shown.contains("that counts once it is merged"), "{shown}");
    // A veto needs no more than a listed key.
    world.is("kim", "mallory");
    world.switch("billing");
    let run = world.run(&["reject", ID, "--reason", "Too long"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
}
