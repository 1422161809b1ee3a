//! Access: an agent's account files and lands records about its own access, and machines approve.

use exledger::gate::answer::ReceiptCounts;
use exledger::gate::verdict;
use exledger::policy::governance::Governance;
use exledger::policy::people::machines::TABLE;

use super::{POLICY, SIGNERS, answer, errors, ledger, status};
use crate::support::gate;
use crate::support::repo::Repo;
use crate::support::repo::speak::signer;
use crate::support::samples::{ID, SAMPLE};

const CODER: &str = "Coder <coder@agents.example.com>";
/// A second account of the same agent.
const HELPER: &str = "Helper <helper@agents.example.com>";
const ROSTER: &str = ".github/people.csv";
const ROWS: &str = "email,name,team,active\ndana@example.com,Dana Kim,security,yes\n";

/// The ways in which a state of the rules lists Dana alone.
const WORLDS: &[(&str, &str)] = &[
    ("groups", "version: 1\ngroups: {approvers: [dana@example.com]}\n"),
    ("key", "version: 1\n"),
    ("roster", "version: 1\npeople: {roster: .github/people.csv}\n"),
    ("logins", "version: 1\npeople: {logins: {dkim: dana@example.com}}\n"),
];

/// What the agent adds to the rules.
const ADDED: &[&str] =
    &["nothing", "with the record", "before the record", "before, by its helper"];

/// How the agent lands what it wrote.
const LANDINGS: &[&str] = &[
    "push",
    "push, with a typed trailer",
    "push, with a typed co-author",
    "its own merge",
    "its own merge, with a typed trailer",
    "its own merge, with a typed review",
    "its own merge of a typed author",
    "its helper's merge",
    "its helper's merge, with a typed trailer",
    "its helper's rebase",
    "its helper's branch, and its own merge",
    "squash",
    "squash, with a typed trailer",
    "a bot's merge",
    "an unlisted key",
];

/// A record about the agent's own access, as it may write it.
fn record(variant: usize) -> String {
    let (identity, kind) = match variant {
        1 => ("identity: agent:coder, ", "identity_type: human, "),
        2 => ("identity: AGENT:CODER, ", "identity_type: ai-agent, "),
        3 => ("", ""),
        4 => ("identity: coder@agents.example.com, ", "identity_type: ai-agent, "),
        _ => ("identity: agent:coder, ", "identity_type: ai-agent, "),
    };
    let subject =
        format!("subject: {{{identity}{kind}credential: vault:agents/coder, task: merge changes}}");
    let text = SAMPLE.replace("subject: {application: billing}", &subject);
    match variant {
        5 => text
            .replace("class: standard", "class: emergency")
            .replace("expires: 2026-12-20", "expires: 2026-11-22T09:00:00Z"),
        _ => text,
    }
}

const VARIANTS: usize = 6;

fn world(name: &str, policy: &str) -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    let work = repo.by("root").write(POLICY, policy);
    let work = if name == "key" { work.write(SIGNERS, &signer("dana")) } else { work };
    let work = if name == "roster" { work.write(ROSTER, ROWS) } else { work };
    work.commit("Begin");
    repo
}

/// Returns a file of the rules, with the agent's accounts in it.
fn helped(world: &str, policy: &str, n: usize) -> (&'static str, String) {
    let own = "coder@agents.example.com, helper@agents.example.com";
    match (world, n % 2) {
        ("groups", 0) => (POLICY, policy.replace("[dana", &format!("[{own}, dana"))),
        ("groups", _) => {
            (SIGNERS, signer("eve").replace("eve@example.com", "helper@agents.example.com"))
        }
        ("key", 0) => (POLICY, format!("{policy}groups: {{approvers: [{own}]}}\n")),
        ("key", _) => {
            let line = signer("eve").replace("eve@example.com", "helper@agents.example.com");
            (SIGNERS, signer("dana") + &line)
        }
        ("roster", 0) => {
            let rows =
                "coder@agents.example.com,Coder,a,yes\nhelper@agents.example.com,Helper,a,yes\n";
            (ROSTER, format!("{ROWS}{rows}"))
        }
        ("logins", 0) => (
            POLICY,
            policy.replace(
                "}}",
                ", coder: coder@agents.example.com, helper: helper@agents.example.com}}",
            ),
        ),
        _ => (POLICY, format!("{policy}groups: {{approvers: [{own}]}}\n")),
    }
}

/// Lets the agent write the record on a branch, with what it adds to the rules.
fn file(repo: &Repo, author: &str, text: &str, added: Option<&(&'static str, String)>) {
    let work = repo.branch("work").by(author).write(ID, text);
    let work = match added {
        Some((path, text)) => work.write(path, text),
        None => work,
    };
    work.commit("File it");
}

fn land(repo: &Repo, way: &str, text: &str, added: Option<&(&'static str, String)>) {
    let trailer = "Approved-by: Dana Kim <dana@example.com>";
    let pushed = |message: &str| {
        let work = repo.by(CODER).write(ID, text);
        let work = match added {
            Some((path, text)) => work.write(path, text),
            None => work,
        };
        work.commit(message);
    };
    match way {
        "push" => return pushed("File it"),
        "push, with a typed trailer" => return pushed(&format!("File it\n\n{trailer}")),
        "push, with a typed co-author" => {
            return pushed("File it\n\nCo-authored-by: Dana Kim <dana@example.com>");
        }
        "its own merge of a typed author" => file(repo, "dana", text, added),
        "its helper's branch, and its own merge" => file(repo, HELPER, text, added),
        _ => file(repo, CODER, text, added),
    }
    let merge = |who: &str, rest: &str| {
        repo.by(who).merge("work", &format!("Merge branch 'work'{rest}"));
    };
    match way {
        "its own merge, with a typed trailer" => merge(CODER, &format!("\n\n{trailer}")),
        "its own merge, with a typed review" => {
            merge(CODER, "\n\nReviewed-by: Dana Kim <dana@example.com>");
        }
        "its helper's merge" => merge(HELPER, ""),
        "its helper's merge, with a typed trailer" => merge(HELPER, &format!("\n\n{trailer}")),
        "its helper's rebase" => drop(repo.by(HELPER).rebase("work")),
        "squash" => {
            repo.by(CODER).through("github").squash("work", "File it (#7)");
        }
        "squash, with a typed trailer" => {
            let message = format!("File it (#7)\n\n{trailer}");
            repo.by(CODER).through("github").squash("work", &message);
        }
        "a bot's merge" => merge("bot", ""),
        "an unlisted key" => {
            repo.by(HELPER).signed("eve").merge("work", "Merge branch 'work'");
        }
        _ => merge(CODER, ""),
    }
}

/// Tells whether one of the questions that the agent may ask is allowed.
fn is_allowed(repo: &Repo) -> bool {
    let record_states = gate::record_states(repo, &repo.now().to_string());
    let governance = Governance::of_policy("version: 1\n");
    let counts = ReceiptCounts::NotGiven;
    let questions: [&[(&str, &str)]; 6] = [
        &[("identity", "agent:coder")],
        &[("identity", "agent:coder"), ("identity_type", "ai-agent")],
        &[("identity", "AGENT:CODER"), ("identity_type", "ai-agent")],
        &[("identity", "coder@agents.example.com"), ("identity_type", "ai-agent")],
        &[("identity", "agent:coder"), ("identity_type", "human")],
        &[("credential", "vault:agents/coder")],
    ];
    let mut questions = questions.iter().map(|asked| gate::question(asked));
    questions.any(|question| {
        let answer = verdict::ask(&question, &record_states, &counts, &governance);
        answer.verdict.as_str() == "allow"
    })
}

#[test]
fn agents_do_not_approve_their_own_access() {
    let mut n_attacks = 0;
    for (n_world, (name, policy)) in WORLDS.iter().enumerate() {
        for (n_added, added) in ADDED.iter().enumerate() {
            let own = helped(name, policy, n_added);
            let prepare = |repo: &Repo| match *added {
                "before the record" => {
                    repo.by(CODER).write(own.0, &own.1).commit("Change the rules");
                }
                "before, by its helper" => {
                    repo.branch("rules").by(CODER).write(own.0, &own.1).commit("Change the rules");
                    repo.by(HELPER).merge("rules", "Merge branch 'rules'");
                }
                _ => {}
            };
            let together = (*added == "with the record").then_some(&own);
            for (n, way) in LANDINGS.iter().enumerate() {
                // All in the first world; each in every other one, with half of what is added.
                if n_world > 0 && (n + n_world + n_added) % 2 == 1 {
                    continue;
                }
                let variant = (n + n_added) % VARIANTS;
                let repo = world(name, policy);
                prepare(&repo);
                land(&repo, way, &record(variant), together);
                assert!(!is_allowed(&repo), "{name}, {added}, {way}, record {variant}");
                n_attacks += 1;
            }
            // The same world says yes once the listed person approves.
            let variants = if n_world == 0 { 0..VARIANTS } else { n_added..n_added + 1 };
            for variant in variants {
                let repo = world(name, policy);
                prepare(&repo);
                file(&repo, CODER, &record(variant), together);
                repo.by("dana").merge("work", "Merge branch 'work'");
                assert!(is_allowed(&repo), "{name}, {added}, record {variant}");
            }
        }
    }
    assert!(n_attacks >= 150, "{n_attacks}");
}

#[test]
fn an_exception_for_a_person_allows_no_agent() {
    let repo = world("groups", WORLDS[0].1);
    file(&repo, "ana", &record(1), None);
    repo.by("dana").merge("work", "Merge branch 'work'");
    for (kind, verdict) in [("ai-agent", "deny"), ("workload", "deny"), ("human", "allow")] {
        let asked = ["check", "--identity", "agent:coder", "--identity-type", kind];
        let answer = answer(&repo, &asked);
        assert_eq!(answer["verdict"], verdict, "{kind}: {answer}");
        assert_eq!(answer["question"]["identity_type"], kind);
        let is_named = answer.to_string().contains("its identity type is human");
        assert_eq!(is_named, verdict == "deny", "{answer}");
    }
    assert_eq!(answer(&repo, &["check", "--identity", "agent:coder"])["verdict"], "allow");
}

#[test]
fn alias_names_no_access() {
    let repo = world("groups", WORLDS[0].1);
    let text = SAMPLE.replace(
        "application: billing",
        "application: billing, aliases: ['agent:coder', 'vault:x']",
    );
    repo.branch("work").by(HELPER).write(ID, &text).commit("File it");
    repo.by(CODER).merge("work", "Merge branch 'work'");
    for asked in [
        &["check", "--identity", "agent:coder"][..],
        &["check", "--identity", "agent:coder", "--application", "billing"],
        &["check", "--credential", "vault:x"],
        &["check", "--credential", "agent:coder", "--application", "billing"],
    ] {
        assert_eq!(answer(&repo, asked)["verdict"], "deny", "{asked:?}");
    }
    let former = ["check", "--application", "vault:x"];
    assert_eq!(answer(&repo, &former)["verdict"], "allow", "a former name of the application");
}

#[test]
fn listed_agent_does_not_approve_what_is_about_it() {
    let policy = "version: 1\ngroups: {approvers: [dana@example.com, coder@agents.example.com]}\npeople: {logins: {coder: coder@agents.example.com, 77+coder2: coder@agents.example.com}}\n";
    let own = "agent:coder@agents.example.com";
    for names in [
        format!("identity: '{own}'"),
        format!("identity: agent:old, aliases: ['{own}']"),
        "credential: vault:x, aliases: ['Agent:CODER@agents.example.com']".to_owned(),
        "identity: agent:old, aliases: ['github:Coder2']".to_owned(),
        "identity: agent:old, aliases: ['077+renamed', coder@other.example.com]".to_owned(),
    ] {
        let subject = format!("subject: {{{names}, identity_type: ai-agent, asset: host:a}}");
        let text = SAMPLE.replace("subject: {application: billing}", &subject);
        let at_once = text
            .replace("class: standard", "class: emergency")
            .replace("expires: 2026-12-20", "expires: 2026-11-22T09:00:00Z");
        assert_ne!(at_once, text);
        let repo = ledger(policy, &[]);
        repo.by(CODER).write(ID, &at_once).commit("File it");
        assert_eq!(status(&repo), "unapproved", "{names}, as an emergency");
        for (merger, expected) in [(CODER, "unapproved"), ("dana", "active")] {
            let repo = ledger(policy, &[]);
            repo.branch("work").by(HELPER).write(ID, &text).commit("File it");
            repo.by(merger).merge("work", "Merge branch 'work'");
            assert_eq!(status(&repo), expected, "{names}, merged by {merger}");
        }
    }
    // Somebody else's account: a number alone, one of another forge, and another one of this.
    for other in ["'host:77'", "77-x@users.noreply.gitlab.example.com", "78+renamed"] {
        let names = format!("identity: agent:old, aliases: [{other}], identity_type: ai-agent");
        let subject = format!("subject: {{{names}, asset: host:a}}");
        let text = SAMPLE.replace("subject: {application: billing}", &subject);
        let repo = ledger(policy, &[]);
        repo.branch("work").by(HELPER).write(ID, &text).commit("File it");
        repo.by(CODER).merge("work", "Merge branch 'work'");
        assert_eq!(status(&repo), "active", "{other}");
    }
}

#[test]
fn what_was_emptied_lists_nobody_else() {
    // A roster that was never meant to list: groups do, until an unapproved change empties them.
    let policy = "version: 1\ngroups: {approvers: [dana@example.com]}\npeople: {roster: .github/people.csv}\n";
    let rows = format!("{ROWS}coder@agents.example.com,Coder,agents,yes\n");
    for emptied in [false, true] {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        repo.by("root").write(POLICY, policy).write(ROSTER, &rows).commit("Begin");
        if emptied {
            let none = policy.replace("dana@example.com", "");
            repo.by(HELPER).write(POLICY, &none).commit("Empty the group");
        }
        repo.branch("work").by(HELPER).write(ID, &record(0)).commit("File it");
        repo.by(CODER).merge("work", "Merge branch 'work'");
        assert!(!is_allowed(&repo), "{emptied}");
        if !emptied {
            repo.branch("again").by(HELPER).edit(ID, "expires: 2026-12-19").commit("Shorten it");
            repo.by("dana").merge("again", "Merge branch 'again'");
            assert!(is_allowed(&repo));
        }
    }
}

#[test]
fn listed_all_asks_the_same_of_every_record() {
    for (policy, merger, expected) in [
        ("", "lee", "active"),
        ("groups: {approvers: [dana@example.com]}\n", "lee", "active"),
        ("groups: {approvers: [dana@example.com]}\napproval: {listed: all}\n", "lee", "unapproved"),
        ("groups: {approvers: [dana@example.com]}\napproval: {listed: all}\n", "dana", "active"),
        ("approval: {listed: all}\n", "dana", "unapproved"),
    ] {
        let repo = ledger(&format!("version: 1\n{policy}"), &[]);
        repo.branch("work").by("ana").write(ID, SAMPLE).commit("File it");
        repo.by(merger).merge("work", "Merge branch 'work'");
        assert_eq!(status(&repo), expected, "{policy} {merger}");
    }
}

#[test]
fn machines_approve_nothing() {
    let rows = TABLE.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    let machines: Vec<String> = rows
        .map(|row| match (row[1], row[2]) {
            ("address", address) => format!("Build <{address}>"),
            ("login", login) => format!("Build <7+{login}@users.noreply.github.com>"),
            ("host", host) => format!("Build <build@{}>", host.replace('*', "ci")),
            ("name ends in", end) => format!("Lee Chen {end} <lee@example.com>"),
            (_, name) => format!("{name} <build@example.com>"),
        })
        .collect();
    let record = |repo: &Repo| {
        let record_states = gate::record_states(repo, &repo.now().to_string());
        record_states[0].status.as_str()
    };
    let filed = |policy: &str| {
        let repo = ledger(policy, &[]);
        repo.branch("work").by("ana").write(ID, SAMPLE).commit("File it");
        repo
    };
    for machine in &machines {
        // It merges.
        let repo = filed("version: 1\n");
        repo.by(machine).merge("work", "Merge branch 'work'");
        assert_eq!(record(&repo), "unapproved", "{machine} merges");
        // Somebody names it in a trailer.
        let repo = filed("version: 1\napproval: {accept: [trailer]}\n");
        let trailer = format!("Merge branch 'work'\n\nApproved-by: {machine}");
        repo.by("dana").merge("work", &trailer);
        assert_eq!(record(&repo), "unapproved", "{machine} in a trailer");
        // It rebases, as the committer.
        let repo = filed("version: 1\n");
        repo.by(machine).rebase("work");
        assert_eq!(record(&repo), "unapproved", "{machine} rebases");
        // The rules list its address.
        let (name, address) = machine.trim_end_matches('>').split_once(" <").unwrap();
        let repo = filed(&format!(
            "version: 1\ngroups: {{security: ['{address}']}}\ntiers: [{{name: standard, approvals: {{count: 1, each_of: [security]}}}}]\n"
        ));
        repo.by(machine).merge("work", "Merge branch 'work'");
        assert_eq!(record(&repo), "unapproved", "{name} in a group");
    }
    // The same acts by people.
    for person in ["lee", "Claude <claude@example.com>", "Devin <devin@example.com>"] {
        let repo = filed("version: 1\n");
        repo.by(person).merge("work", "Merge branch 'work'");
        assert_eq!(record(&repo), "active", "{person} merges");
        let repo = filed("version: 1\n");
        repo.by(person).rebase("work");
        assert_eq!(record(&repo), "active", "{person} rebases");
    }
    // What the program shows is the same.
    let repo = filed("version: 1\n");
    repo.by("codex <build@example.com>").merge("work", "Merge branch 'work'");
    assert_eq!(status(&repo), "unapproved");
    assert!(errors(&repo).contains(&"missing-approval".to_owned()), "{:?}", errors(&repo));
}
