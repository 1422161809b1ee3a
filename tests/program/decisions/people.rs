//! Stories of agents, vendors, emergencies and privileges: who must approve, and what ends them early.

use crate::decisions::{ID, Life, POLICY, record};
use crate::support::repo::git;
use crate::support::samples::{AGENT, EMERGENCY, SENSITIVE, VENDOR};

#[test]
fn an_agents_tool_is_revoked_by_its_trigger_at_once() {
    let life = Life::new();
    life.filed(ID, &record(ID, AGENT), "ana", "lee");
    let ask =
        ["--identity", "agent:migration", "--resource", "tool:ticket-export", "--action", "call"];
    assert_eq!(life.check(&ask).0, "allow");
    // Whoever notices pushes it; ending needs no approval.
    life.repo.clock("2026-11-25T09:00:00Z");
    let answer = life.answer(0, "ana", &["fire", ID, "T1", "--note", "Three calls on Tuesday"]);
    assert_eq!(answer["event"], "fired");
    life.commit("main", "ana");
    assert_eq!(life.check(&ask).0, "deny");
    assert_eq!(life.show(ID)["status"], "revoked");
    let (code, buckets) = life.due(ID);
    assert_eq!((code, buckets[0].as_str()), (1, "overdue-closure"));
    let run = life.run("ana", &["fire", ID, "T1"]);
    assert_eq!(run.code, 2, "a trigger fires once");
    let run = life.run("ana", &["renew", ID, "--for", "10d", "--reason", "Needed for the rest"]);
    assert_eq!(run.code, 2, "what is revoked is not renewed");
    let bare = [
        "close",
        ID,
        "--outcome",
        "revoked",
        "--reason",
        "The tool is gone from the agent",
        "--evidence",
        "E1=log:https://ci.example.com/9",
    ];
    let run = life.run("ana", &bare);
    let lacks = "checks.evidence-reviewed, checks.behaviour-reviewed, checks.boundary-reviewed\n";
    assert!(run.err.contains(lacks), "{}", run.err);
    let all = [
        &bare[..],
        &[
            "--check",
            "evidence-reviewed=E1",
            "--check",
            "behaviour-reviewed=It followed a ticket's text",
        ],
        &["--check", "boundary-reviewed=The tool asks for the queue now"],
    ]
    .concat();
    life.decided("ana", &all, "lee");
    assert_eq!((&life.show(ID)["status"], life.due(ID).0), (&"closed".into(), 0));
}

#[test]
fn a_vendors_key_is_reviewed_with_its_onboarding_and_when_its_trigger_fires() {
    let life = Life::new();
    life.filed(ID, &record(ID, VENDOR), "ana", "lee");
    let ask = ["--credential", "vault:vendors/payroll"];
    life.repo.clock("2026-12-05T09:00:00Z");
    assert_eq!(life.show(ID)["status"], "degraded");
    assert_eq!(life.due(ID).1, ["review-due", "soon"]);
    assert_eq!(life.check(&ask).0, "allow", "the tier grants while degraded");
    let review = ["review", ID, "--outcome", "still-needed", "--note", "VND-7 is still open"];
    let answer = life.decided("dana", &review, "lee");
    assert_eq!(answer["changes"][0]["to"]["by"], "dana@example.com");
    assert_eq!(life.show(ID)["status"], "active");
    life.repo.clock("2026-12-07T09:00:00Z");
    life.decided("dana", &["fire", ID, "T1"], "lee");
    assert_eq!(life.due(ID).1, ["fired", "soon"]);
    assert_eq!(life.show(ID)["status"], "degraded");
    let close = ["review", ID, "--outcome", "close", "--by", "sam@example.com"];
    let answer = life.decided("sam", &close, "lee");
    assert_eq!(answer["changes"][0]["field"], "reviews[1]");
    assert_eq!(life.due(ID).1, ["review-says-close", "soon"]);
}

#[test]
fn an_emergency_runs_at_once_stops_unreviewed_and_goes_on_when_approved_late() {
    let life = Life::new();
    life.repo.clock("2026-11-20T10:00:00Z");
    life.repo.by("ana").write(ID, &record(ID, EMERGENCY)).commit("Deploy now");
    life.switch("main");
    let ask =
        ["--application", "checkout", "--environment", "production", "--reference", "CHG-1234"];
    assert_eq!(life.check(&ask).0, "allow");
    assert_eq!(life.due(ID).1[0], "emergency-review-due");
    life.repo.clock("2026-11-21T16:00:00Z");
    assert_ne!(life.check(&ask).0, "allow");
    assert_eq!(life.show(ID)["status"], "unapproved");
    // A review entry is no approval.
    life.decided("dana", &["review", ID, "--outcome", "still-needed"], "lee");
    assert_eq!(life.show(ID)["status"], "unapproved");
    // A text amendment merged by someone else is one.
    life.repo
        .branch("amend")
        .by("ana")
        .replace(ID, "Hotfix of the checkout", "Hotfix of the checkout (CHG-1234)")
        .commit("Say which change");
    life.merge("amend", "lee", "");
    assert_eq!(life.check(&ask).0, "allow");
    life.repo.clock("2026-11-23T10:00:00Z");
    assert_eq!(life.check(&ask).0, "deny");
    let close = [
        "close",
        ID,
        "--outcome",
        "remediated",
        "--reason",
        "The regular deployment follows",
        "--evidence",
        "change:https://ci.example.com/11",
    ];
    let answer = life.decided("ana", &close, "lee");
    assert_eq!(answer["changes"][0]["to"]["evidence"][0]["id"], "E1");
    assert_eq!(life.show(ID)["status"], "closed");
}

const DANA: &str = "Reviewed-by: Dana Kim <dana@example.com>";

#[test]
fn a_sensitive_renewal_counts_once_both_groups_agreed() {
    let life = Life::new();
    life.file(ID, &record(ID, SENSITIVE), "ana");
    life.merge(&format!("file-{ID}"), "lee", DANA);
    let ask = ["--identity", "svc:billing-batch", "--resource", "db:invoices", "--action", "read"];
    assert_eq!(life.check(&ask).0, "allow");
    life.repo.clock("2026-12-08T09:00:00Z");
    let renew = ["renew", ID, "--until", "2027-01-05", "--reason", "The window moved to January"];
    let run = life.run("ana", &[&renew[..], &["--dry-run"]].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("2 approvals: one person in group platform"), "{}", run.out);
    life.decide("renew", "ana", &renew);
    // One group alone: the old end stays.
    life.merge("renew", "lee", "");
    let shown = life.show(ID);
    assert_eq!(shown["not_after"], "2026-12-11T00:00:00Z");
    assert_eq!(shown["changed_since_approval"], true);
    life.repo.clock("2026-12-11T00:00:00Z");
    assert_ne!(life.check(&ask).0, "allow");
    // Someone in the other group merges the text again, with the first group's approval.
    life.repo
        .branch("again")
        .by("ana")
        .replace(ID, "Nightly invoices", "The nightly invoices")
        .commit("Word it better");
    life.merge("again", "lee", DANA);
    assert_eq!(
        (life.show(ID)["expires"].clone(), life.check(&ask).0),
        ("2027-01-05".into(), "allow".to_owned())
    );
    // The tier allows one renewal; the second is refused, with what would lift the limit.
    let run = life.run("ana", &["renew", ID, "--for", "7d", "--reason", "The window moved again"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(
        run.err.contains("renewal-limit") && run.err.contains("references.redesign"),
        "{}",
        run.err
    );
}

#[test]
fn excess_privilege_is_reduced_before_it_is_closed() {
    let life = Life::new();
    let elevated =
        SENSITIVE.to_owned() + "deviates_from: {rule: Jobs read, baseline: privilege-elevation}\n";
    life.file(ID, &record(ID, &elevated), "ana");
    life.merge(&format!("file-{ID}"), "lee", DANA);
    let ask = ["--identity", "svc:billing-batch", "--resource", "db:invoices", "--action", "write"];
    assert_eq!(life.check(&ask).0, "allow");
    // Narrowing takes effect as soon as it lands, whoever pushed it.
    life.repo.by("ana").replace(ID, "[read, write]", "[read]").commit("Read alone");
    life.switch("main");
    assert_eq!(life.check(&ask).0, "deny");
    let read = [&ask[..5], &["read"]].concat();
    assert_eq!(life.check(&read).0, "allow");
    let bare = [
        "close",
        ID,
        "--outcome",
        "remediated",
        "--reason",
        "The job has a role of its own",
        "--evidence",
        "E1=change:3f2c9a7b",
    ];
    let run = life.run("ana", &bare);
    let lacks = "checks.privilege-reduced, checks.access-removed, access_verified.before, access_verified.during, \
        access_verified.after\n";
    assert!(run.err.contains(lacks), "{}", run.err);
    let all = [
        &bare[..],
        &["--check", "privilege-reduced=E1", "--check", "access-removed=E1"],
        &["--access-verified", "before=2026-11-20", "--access-verified", "during=2026-11-20"],
        &["--access-verified", "after=2026-11-20"],
    ]
    .concat();
    life.decided("ana", &all, "lee");
    assert_eq!(life.show(ID)["status"], "closed");
    assert!(life.text(ID).contains("review_by: 2026-12-20\n"), "{}", life.text(ID));
}

#[test]
fn an_unusual_tool_use_goes_to_security_and_platform_and_its_handling_grants_nothing() {
    let life = Life::of(
        &POLICY
            .replace("match: [{risk: [high, critical]}]", "match: [{identity_type: [ai-agent]}]"),
    );
    let text = record(
        ID,
        &(AGENT.to_owned()
            + "risk: {level: high, blast_radius: Tickets of one team}\n\
        rollback: {plan: Remove the tool, criteria: Calls outside the migration}\n"),
    );
    life.file(ID, &text, "ana");
    let needed = life.show(ID)["approval"]["needed"].clone();
    assert_eq!(
        (&needed["count"], needed["each_of"].to_string().as_str()),
        (&2.into(), "[\"platform\",\"security\"]")
    );
    life.switch(&format!("file-{ID}"));
    for (stage, note) in [
        ("triage", "An export of two thousand tickets at night"),
        ("investigation", "A ticket's text asked for it"),
        ("remediation", "The tool asks for the queue now"),
    ] {
        life.answer(0, "sam", &["note", ID, "--stage", stage, "--note", note]);
        life.commit(&format!("file-{ID}"), "sam");
    }
    assert_eq!(life.show(ID)["status"], "proposed");
    // Sam wrote on the branch, so his approval for security does not count.
    life.merge(&format!("file-{ID}"), "lee", "Reviewed-by: Sam Ito <sam@example.com>");
    assert_eq!(life.show(ID)["status"], "unapproved");
    life.repo
        .branch("again")
        .by("ana")
        .replace(ID, "may export", "exports")
        .commit("Word it better");
    life.merge("again", "lee", DANA);
    assert_eq!(life.show(ID)["status"], "active");
    assert_eq!(
        life.answer(0, "sam", &["show", ID])["content"]["handling"].as_array().unwrap().len(),
        3
    );
}

#[test]
fn who_decides_is_read_from_where_git_reads_it() {
    let life = Life::new();
    life.filed(ID, &record(ID, VENDOR), "ana", "lee");
    life.repo.checkout();
    let folder = crate::support::temporary();
    let file = folder.path().join("configuration");
    std::fs::write(&file, "[user]\n\tname = Dana\n\temail = dana@example.com\n").unwrap();
    let (file, home) = (file.to_str().unwrap(), folder.path().to_str().unwrap());
    std::fs::write(folder.path().join(".gitconfig"), "[user]\n\temail = kim@example.com\n")
        .unwrap();
    let by = |variables: &[(&str, &str)]| {
        let args = [
            "note",
            ID,
            "--stage",
            "triage",
            "--note",
            "Asked the vendor",
            "--dry-run",
            "--format",
            "json",
        ];
        let run = crate::cli::run_with(life.repo.path(), &args, variables);
        match run.code {
            0 => serde_json::from_str::<serde_json::Value>(&run.out).unwrap()["changes"][0]["to"]["by"].clone(),
            _ => run.err.into(),
        }
    };
    assert_eq!(by(&[("HOME", home)]), "kim@example.com");
    assert_eq!(by(&[("HOME", home), ("GIT_CONFIG_GLOBAL", file)]), "dana@example.com");
    assert_eq!(
        by(&[("GIT_CONFIG_NOSYSTEM", "0"), ("GIT_CONFIG_SYSTEM", file)]),
        "dana@example.com"
    );
    for nothing in ["/dev/null", "", "/no/such/file"] {
        let said = by(&[("HOME", home), ("GIT_CONFIG_GLOBAL", nothing)]);
        assert!(said.as_str().unwrap().contains("nobody is given"), "{nothing}: {said}");
    }
    let said = by(&[("GIT_CONFIG_NOSYSTEM", "true"), ("GIT_CONFIG_SYSTEM", file)]);
    assert!(said.as_str().unwrap().contains("nobody is given"), "{said}");
    for (parameters, who) in [
        ("'user.email'='kim@example.com'", "kim@example.com"),
        ("'core.quotepath'= 'User.Email'='kim@example.com'", "kim@example.com"),
        ("'user.email=old@example.com' 'user.email'='kim@example.com'", "kim@example.com"),
        (r"'alias.x'=''\!'echo '\''q'\''' 'user.email'='kim@example.com'", "kim@example.com"),
        ("'author.email'='kim@example.com' 'user.email'='lee@example.com'", "kim@example.com"),
    ] {
        assert_eq!(by(&[("GIT_CONFIG_PARAMETERS", parameters)]), who, "{parameters}");
    }
    let counted = [
        ("GIT_CONFIG_COUNT", "2"),
        ("GIT_CONFIG_KEY_0", "USER.email"),
        ("GIT_CONFIG_VALUE_0", "kim@example.com"),
        ("GIT_CONFIG_KEY_1", "user.name"),
        ("GIT_CONFIG_VALUE_1", "Kim Sato"),
    ];
    let over = |more: (&'static str, &'static str)| by(&[&counted[..], &[more]].concat());
    assert_eq!(by(&counted), "kim@example.com");
    assert_eq!(over(("GIT_CONFIG_GLOBAL", "/dev/null")), "kim@example.com");
    assert_eq!(
        over(("GIT_CONFIG_PARAMETERS", "'user.email'='lee@example.com'")),
        "lee@example.com"
    );
    assert_eq!(over(("GIT_AUTHOR_EMAIL", "lee@example.com")), "lee@example.com");
    assert_eq!(over(("GIT_AUTHOR_EMAIL", "")), "kim@example.com");
    assert_eq!(over(("GIT_COMMITTER_EMAIL", "lee@example.com")), "kim@example.com");
    assert_eq!(over(("EMAIL", "lee@example.com")), "kim@example.com");
    assert_eq!(by(&[("EMAIL", "lee@example.com")]), "lee@example.com");
    // What git refuses is not passed over: it might have said who decides.
    for wrong in [
        &[("GIT_CONFIG_COUNT", "some")][..],
        &counted[..2],
        &[("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "email"), counted[2]],
        &[("GIT_CONFIG_PARAMETERS", "user.email=kim@example.com")],
        &[("GIT_CONFIG_PARAMETERS", "'user.email'='kim@example.com")],
        &[("GIT_CONFIG_PARAMETERS", "'user.email'='kim'@example.com")],
    ] {
        let said = by(wrong);
        let said = said.as_str().unwrap();
        assert!(said.contains("GIT_CONFIG_") && said.contains("unset it"), "{wrong:?}: {said}");
    }
}

#[test]
fn git_passes_what_it_is_told_to_a_command_of_its_own() {
    let life = Life::new();
    life.filed(ID, &record(ID, VENDOR), "ana", "lee");
    life.repo.checkout();
    let note =
        ["note", ID, "--stage", "triage", "--note", "Asked", "--dry-run", "--on", "2026-11-25"];
    let words = note.map(|word| format!("'{word}'")).join(" ");
    let own = format!("alias.ours=!'{}' {words}", env!("CARGO_BIN_EXE_exledger"));
    let who = ["-c", "user.email=kim@example.com", "-c", "user.name=Kim O'Neil"];
    let shown = git(life.repo.path(), &[&who[..], &["-c", &own, "ours"]].concat());
    assert!(shown.contains("by: kim@example.com"), "{shown}");
}
