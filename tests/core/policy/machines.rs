//! Machines that commit under a plain address, name or host: each row of the shipped table, and the people beside it.
//!
//! Follows `docs/spec/approval.md`, E7.

use exledger::policy::governance::Governance;
use exledger::policy::people;
use exledger::policy::people::machines::TABLE;

fn is_bot(name: &str, email: &str) -> bool {
    let governance = Governance::default();
    people::is_bot(&governance, &people::identify(&governance, name, email))
}

#[test]
fn each_row_of_the_table_is_a_machine_in_any_spelling() {
    let rows: Vec<Vec<&str>> =
        TABLE.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    assert_eq!(TABLE.lines().next(), Some("kind\tmatches\tvalue\twhat"));
    assert!(rows.len() > 65, "{}", rows.len());
    for row in &rows {
        let [kind, compared, value, what] = row.as_slice() else {
            panic!("{row:?}");
        };
        assert!(["agent", "bot"].contains(kind) && !what.is_empty(), "{row:?}");
        let host = value.replacen('*', "build-7", 1);
        let (name, email) = match *compared {
            "address" => ("Ana Ruiz".to_owned(), (*value).to_owned()),
            "login" => ("Ana Ruiz".to_owned(), format!("12345+{value}@users.noreply.github.com")),
            "host" => ("Ana Ruiz".to_owned(), format!("root@{host}")),
            "name is" => ((*value).to_owned(), "ana@example.com".to_owned()),
            "name ends in" => (format!("Ana Ruiz {value}"), "ana@example.com".to_owned()),
            other => panic!("{other}"),
        };
        assert!(is_bot(&name, &email), "{row:?}");
        assert!(is_bot(&name.to_uppercase(), &email.to_uppercase()), "{row:?}");
        assert!(!is_bot("Ana Ruiz", "ana@example.com"));
    }
}

#[test]
fn what_machines_were_seen_with_is_listed() {
    for (name, email) in [
        ("Codex", "codex@openai.com"),
        ("Gemini CLI", "gemini-cli@google.com"),
        ("Cursor Agent", "cursoragent@cursor.com"),
        ("Copilot", "198982749+Copilot@users.noreply.github.com"),
        ("Ana Ruiz (aider)", "ana@example.com"),
        ("openhands", "openhands@all-hands.dev"),
        ("Claude", "noreply@anthropic.com"),
        ("Claude Code", "ana@example.com"),
        ("Renovate Bot", "bot@renovateapp.com"),
        ("fluxcdbot", "fluxcdbot@users.noreply.github.com"),
        ("root", "root@localhost"),
        ("root", "root@ci-7.localdomain"),
        ("builder", "builder@ci-7.(none)"),
    ] {
        assert!(is_bot(name, email), "{name} <{email}>");
    }
}

#[test]
fn first_names_and_internal_hosts_are_of_people() {
    for name in ["Claude", "Devin", "Jules", "Cody", "Amp", "Goose", "Pi", "Junior Crush", "Codexa"]
    {
        assert!(!is_bot(name, "someone@example.com"), "{name}");
    }
    for email in ["ana@mail.local", "ana@corp.internal", "ana@localhost.example.com"] {
        assert!(!is_bot("Ana Ruiz", email), "{email}");
    }
}

#[test]
fn a_name_that_anyone_can_type_tells_nobody_apart() {
    let governance = Governance::default();
    for (name, email) in [("Ana Ruiz (aider)", "ana@example.com"), ("codex", "ana@example.com")] {
        let person = people::identify(&governance, name, email);
        assert!(!people::is_known_bot(&person), "{name}");
    }
}
