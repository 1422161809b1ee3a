//! Signed approvals: what they count for after landing, however their branch was merged.

use std::process::Command;

use exledger::approval::verdict::Satisfied;

use super::{BRANCH, ID, POLICY, RECORD, World};
use crate::support::golden;

#[test]
fn two_signatures_survive_a_squash_and_attest_both_groups() {
    let world = World::new(POLICY);
    let dana = world.said("dana", &[ID, "--ref", "billing", "--reason", "The alert works"]);
    let lee = world.said("lee", &["7f3kq", "--ref", "billing"]);
    assert_eq!(dana["groups"], serde_json::json!(["security"]));
    assert_eq!(lee["groups"], serde_json::json!(["platform"]));
    world.squash("billing");
    assert_eq!(world.stands(), ("active".into(), "attested".into()));
    let record = world.record();
    let approvers = record["approval"]["approvers"].as_array().unwrap();
    let of =
        |key: &str| -> Vec<&serde_json::Value> { approvers.iter().map(|it| &it[key]).collect() };
    assert_eq!(of("email"), ["dana@example.com", "lee@example.com"]);
    assert_eq!(of("kind"), ["detached", "detached"]);
    assert_eq!(of("level"), ["attested", "attested"]);
    assert_eq!(of("source"), [&dana["files"][0], &lee["files"][0]]);
    assert_eq!(approvers[0]["reason"], "The alert works");
}

#[test]
fn one_signature_of_two_is_not_enough_and_the_answer_says_who_is_left() {
    let world = World::new(POLICY);
    let run = world.speak("dana", &[ID, "--ref", "billing"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("group security"), "{}", run.out);
    let left = run.out.lines().find(|line| line.starts_with("and then"));
    assert!(left.unwrap().contains("lee@example.com"), "{}", run.out);
    assert!(!left.unwrap().contains("dana"), "{}", run.out);
    world.squash("billing");
    assert_eq!(world.stands().0, "unapproved");
}

#[test]
fn an_approval_after_the_landing_counts_from_its_own_landing_on() {
    let world = World::new(POLICY);
    world.said("lee", &[ID, "--ref", "billing"]);
    world.squash("billing");
    world.repo.checkout();
    assert_eq!(world.stands().0, "unapproved");
    let late = world.speak("dana", &[ID]);
    assert_eq!(late.code, 0, "{}", late.err);
    assert!(!late.out.contains("git "), "the branch is a local one: {}", late.out);
    assert_eq!(world.stands(), ("active".into(), "attested".into()));
}

#[test]
fn what_is_signed_is_what_git_stores_and_ssh_keygen_agrees() {
    let world = World::new(POLICY);
    world.switch("billing");
    // A work tree in which git has converted the line ends.
    world.repo.config("core.autocrlf", "true");
    let here = world.repo.path().join("exceptions/EXC-2026-7F3KQ.yaml");
    std::fs::write(&here, RECORD.replace('\n', "\r\n")).unwrap();
    let said =
        world.said("dana", &[ID, "--out", "exceptions/.approvals/x", "--reason", "Looks right"]);
    let stored = exledger::approval::evidence::statement_file::digest(&world.at("billing", ID));
    assert_eq!(said["sha256"], stored.as_str());
    let files = world.written();
    let [(text, lines), (signature, armoured)] = files.as_slice() else {
        panic!("{files:?}");
    };
    let (text, signature) = (text.as_str(), signature.as_str());
    assert_eq!(said["files"], serde_json::json!([text, signature]));
    let digits = stored.get(..12).unwrap();
    assert_eq!(text, format!("exceptions/.approvals/x/{digits}-dana@example.com.txt"));
    assert_eq!(signature, format!("{text}.sig"));
    assert_eq!(
        *lines,
        format!(
            "exledger-approval v1\nledger example/payments\nrecord {ID}\nsha256 {stored}\ndecision approve\n\
             at 2026-11-20T11:00:00Z\nby dana@example.com\nreason Looks right\n"
        )
    );
    assert!(armoured.starts_with("-----BEGIN SSH SIGNATURE-----\n"));
    let verify = Command::new("ssh-keygen")
        .args(["-Y", "verify", "-f", ".github/allowed_signers"])
        .args(["-I", "dana@example.com", "-n", "exledger-approval@v1", "-s", signature])
        .current_dir(world.repo.path())
        .stdin(std::fs::File::open(world.repo.path().join(text)).unwrap())
        .output()
        .unwrap();
    assert!(verify.status.success(), "{verify:?}");
}

#[test]
fn what_is_not_committed_is_signed_as_a_commit_would_store_it() {
    let world = World::new(POLICY);
    world.repo.config("core.autocrlf", "input");
    world.repo.scribble(ID, &RECORD.replace('\n', "\r\n"));
    let run = world.speak("dana", &[ID, "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("has uncommitted changes"), "{}", run.err);
    let said: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(
        said["sha256"],
        exledger::approval::evidence::statement_file::digest(RECORD.as_bytes())
    );
}

#[test]
fn other_bytes_than_those_that_were_signed_are_not_approved() {
    let world = World::new(POLICY);
    for name in ["dana", "lee"] {
        world.said(name, &[ID, "--ref", "billing"]);
    }
    let work = world.repo.branch("billing").by("ana");
    work.edit(ID, "expires: 2026-12-21").commit("A day more");
    world.squash("billing");
    assert_eq!(world.stands(), ("unapproved".into(), "none-recorded".into()));
}

#[test]
fn a_rejection_is_a_veto_until_the_same_person_approves() {
    let world = World::new(POLICY);
    for name in ["dana", "lee"] {
        world.said(name, &[ID, "--ref", "billing"]);
    }
    let no = ["--reject", "--reason", "Rotate the key instead"];
    let sam = world.said("sam", &[&[ID, "--ref", "billing"][..], &no].concat());
    assert_eq!(sam["decision"], "reject");
    assert_eq!(sam["groups"], serde_json::json!([]));
    world.squash("billing");
    assert_eq!(world.stands(), ("unapproved".into(), "vetoed".into()));
    world.repo.checkout();
    world.said("sam", &[ID, "--reason", "Shown why it can't"]);
    assert_eq!(world.stands(), ("active".into(), "attested".into()));
}

#[test]
fn the_same_word_twice_changes_nothing() {
    let world = World::new(POLICY);
    let once = world.said("dana", &[ID, "--ref", "billing"]);
    let tip = world.repo.tip(BRANCH);
    let again = world.speak("dana", &[ID, "--ref", "billing"]);
    assert_eq!(again.code, 0, "{}", again.err);
    assert!(again.out.contains("said before"), "{}", again.out);
    assert_eq!(world.repo.tip(BRANCH), tip);
    world.said("lee", &[ID, "--ref", "billing"]);
    world.squash("billing");
    world.repo.checkout();
    let before = world.repo.tip(BRANCH);
    let counted = world.said("dana", &[ID]);
    assert_eq!(counted["files"], once["files"]);
    assert_eq!(world.repo.tip(BRANCH), before, "it counts already");
}

#[test]
fn a_word_about_what_was_removed_since_is_said_anew() {
    let world = World::new(POLICY);
    for name in ["dana", "lee"] {
        world.said(name, &[ID, "--ref", "billing"]);
    }
    world.squash("billing");
    world.repo.by("lee").remove(ID).commit("Remove it");
    let work = world.repo.branch("again").by("ana");
    work.write(ID, RECORD).commit("File it again");
    for name in ["dana", "lee"] {
        let tip = world.repo.tip(BRANCH);
        world.said(name, &[ID, "--ref", "again"]);
        assert_ne!(world.repo.tip(BRANCH), tip, "{name}");
    }
    world.squash("again");
    assert_eq!(world.stands(), ("active".into(), "attested".into()));
}

#[test]
fn a_change_of_the_policy_is_approved_by_its_path() {
    let world = World::new(POLICY);
    let looser = POLICY.replace("count: 2", "count: 1");
    world.repo.by("ana").write("exledger.yaml", &looser).commit("Loosen");
    world.repo.checkout();
    let own = world.speak("ana", &["--governance", "exledger.yaml"]);
    assert_eq!(own.code, 2, "{}", own.out);
    let shown = world.speak("dana", &["--governance", "exledger.yaml", "--dry-run"]);
    for text in ["group security", "2 approvals", "one person in group platform other than"] {
        assert!(shown.out.contains(text), "{text}: {}", shown.out);
    }
    let said = world.said("dana", &["--governance", "exledger.yaml"]);
    assert_eq!(said["id"], "exledger.yaml");
    assert_eq!(said["groups"], serde_json::json!(["security"]));
    let digest = exledger::approval::evidence::statement_file::digest(looser.as_bytes());
    assert_eq!(said["sha256"], digest.as_str());
    let path = said["files"][0].as_str().unwrap();
    assert!(path.starts_with("exceptions/.approvals/governance/exledger.yaml/"), "{path}");
    let satisfied = |world: &World| {
        let approvals = exledger::approval::judge(&world.repo.history());
        let verdicts = &approvals.counted.verdicts["exledger.yaml"];
        verdicts.last().unwrap().satisfied.clone()
    };
    let text = world.stated().remove(0).1;
    assert!(text.contains("\nrecord governance:exledger.yaml\n"), "{text}");
    assert_eq!(satisfied(&world), Satisfied::No, "as many as records need");
    world.said("lee", &["--governance", "exledger.yaml"]);
    assert_eq!(satisfied(&world), Satisfied::Yes);
    let behind = world.said("dana", &["exledger.yaml", "--governance"]);
    assert_eq!(behind["sha256"], said["sha256"]);
    let odd = world.speak("dana", &["--governance", "README.md"]);
    assert_eq!(odd.code, 2);
    assert!(odd.err.contains("exledger.yaml"), "{}", odd.err);
}

#[test]
fn an_approval_of_merged_rules_counts_by_what_was_approved_before_them() {
    const SIGNERS: &str = ".github/allowed_signers";
    let satisfied = |world: &World, path: &str| {
        let approvals = exledger::approval::judge(&world.repo.history());
        approvals.counted.verdicts[path].last().unwrap().satisfied.clone()
    };
    // It only adds, so it counts at once, and yet whom it takes out can approve it.
    let world = World::new(POLICY);
    let others = all_of(&world).replace(&world.line("dana"), "");
    world.repo.by("ana").write(SIGNERS, &others).commit("Take out");
    world.repo.checkout();
    assert_eq!(world.said("dana", &["--governance", SIGNERS])["counts"], true);
    assert_eq!(world.said("lee", &["--governance", SIGNERS])["counts"], true);
    assert_eq!(satisfied(&world, SIGNERS), Satisfied::Yes);
    let again = world.speak("dana", &["--governance", SIGNERS]);
    assert!(again.code == 0 && again.out.contains("said before"), "{}{}", again.out, again.err);
    // A stricter proof that nobody approved asks nothing of its own approval, by a key that a claim let in.
    let lax = POLICY
        .replace("count: 2, each_of: [security, platform]", "count: 1, each_of: [security]")
        .replace("sam@example.com]", "kim@example.com]");
    let kim = |world: &World| world.line("mallory").replace("mallory@", "kim@");
    let list = |world: &World| {
        let work = world.repo.branch("keys").by("ana");
        work.write(SIGNERS, &(all_of(world) + &kim(world))).commit("List Kim");
        world.repo.by("dana").merge("keys", "Merge branch 'keys'");
        world.repo.checkout();
    };
    let approve = |world: &World| {
        world.is("kim", "mallory");
        let run = world.run(&["approve", "--governance", "exledger.yaml"]);
        world.repo.wait("1h");
        (run.code, run.out.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let world = World::new(&lax);
    list(&world);
    let strict = lax.replace("version: 1", "version: 1\napproval: {proof: attested}");
    world.repo.by("ana").write("exledger.yaml", &strict).commit("Ask for signatures");
    world.repo.checkout();
    assert_eq!(satisfied(&world, "exledger.yaml"), Satisfied::No);
    let (code, out) = approve(&world);
    assert!(code == 0 && out.contains("and then nothing more"), "{out}");
    assert_eq!(satisfied(&world, "exledger.yaml"), Satisfied::Yes);
    // A key that is listed after the change never counts for it.
    let world = World::new(&lax);
    let looser = lax.replace("90d", "200d");
    world.repo.by("ana").write("exledger.yaml", &looser).commit("Loosen");
    list(&world);
    let (code, out) = approve(&world);
    assert!(code == 1 && out.contains("is not listed before this change"), "{out}");
    assert!(out.contains("merge the change again once this key counts"), "{out}");
    assert_eq!(satisfied(&world, "exledger.yaml"), Satisfied::No);
}

fn all_of(world: &World) -> String {
    world.repo.by("ana").text(".github/allowed_signers")
}

#[test]
fn the_answer_for_scripts_has_the_promised_keys() {
    let world = World::new(POLICY);
    world.is("dana", "dana");
    for (name, args) in [
        ("approve", &[][..]),
        ("approve-reject", &["--reject", "--reason", "Rotate the key instead"]),
    ] {
        for format in ["json", "jsonl", "csv", "markdown", "table"] {
            let args =
                [&["approve", ID, "--ref", "billing", "--dry-run", "--format", format], args];
            let run = world.run(&args.concat());
            assert_eq!(run.code, 0, "{}", run.err);
            golden::check(&format!("cli/{name}.{format}"), &run.out);
        }
    }
}

#[test]
fn no_label_pushes_the_values_aside() {
    let long = "platform-and-infrastructure-security";
    let world = World::new(&POLICY.replace("security", long));
    let approve = [ID, "--ref", "billing"];
    let dry = world.speak("dana", &[&approve[..], &["--dry-run"]].concat()).out;
    let signed = world.speak("dana", &approve).out;
    for shown in [&dry, &signed] {
        let pairs: Vec<&str> = shown.lines().take_while(|line| !line.is_empty()).collect();
        let labels = pairs.iter().filter(|line| !line.starts_with(' '));
        for line in labels {
            let label = line.split("  ").next().unwrap();
            assert!(label.len() <= "would approve".len(), "{label}: {shown}");
        }
        assert!(pairs.iter().any(|line| line.contains(long)), "{shown}");
    }
    assert!(
        signed
            .lines()
            .any(|line| line.starts_with("commit  ") && line.ends_with(" on exledger-approvals")),
        "{signed}"
    );
}
