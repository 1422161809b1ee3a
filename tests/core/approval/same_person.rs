//! One person in several spellings, and non-persons: forges, bots, the address of approval commits.

use exledger::approval::verdict::{NotCounted, VoteCounts};

use crate::support::approval::{check, file, ledger, said, verdict};
use crate::support::repo::Repo;
use crate::support::repo::speak::{public, yes};
use crate::support::samples::{ID, SAMPLE};

/// Files by one person, merges by another, and returns result and reason.
fn merged(policy: &str, mailmap: &str, [author, merger]: [&str; 2]) -> (&'static str, String) {
    let repo = ledger(policy);
    repo.by("root").write(".mailmap", mailmap).commit("Map");
    repo.branch("file").by(author).write(ID, SAMPLE).commit("File it");
    repo.by(merger).merge("file", "Merge branch 'file'");
    told(&repo)
}

fn told(repo: &Repo) -> (&'static str, String) {
    let verdict = verdict(repo);
    let why = verdict.missing.first().map(|it| it.need.clone());
    (said(&verdict).result, why.unwrap_or_default())
}

#[test]
fn an_address_is_one_in_any_letter_case() {
    let name = |name: &str| format!("{name} <ÉVA@example.com>");
    let other = |name: &str| format!("{name} <éva@example.com>");
    let (result, _) = merged("", "", [&name("Éva"), &other("Somebody")]);
    assert_eq!(result, "self");
    let repo = ledger("");
    let text = SAMPLE.to_owned() + "requester: ÉVA@example.com\n";
    repo.branch("file").by("ana").write(ID, &text).commit("File it");
    repo.by("Éva <ÉVA@Example.com>").merge("file", "Merge branch 'file'");
    assert_eq!(told(&repo).0, "self");
    let policy = "groups: {security: [ÉVA@example.com]}\n\
        tiers: [{name: standard, approvals: {each_of: [security]}}]\n";
    let (result, why) = merged(policy, "", ["ana", &other("Éva")]);
    assert_eq!(result, "claimed", "{why}");
}

#[test]
fn names_and_addresses_that_look_alike_are_one_person() {
    let same = [
        ("Ana Ruiz", "Ruiz, Ana"),
        ("Ana Ruiz", "Ａｎａ　Ｒｕｉｚ"),
        ("Ana Ruiz", "Ana\u{200b} Ruiz"),
        ("Ana Ruiz", "\"Ana\" Ru\u{ad}iz."),
        ("Ana M. Ruiz", "Ana M Ruiz"),
        ("Jörg Weiß", "JO\u{308}RG WEISS"),
        ("Ana Ruiz", "ANA\u{3000}\u{2009}ruiz"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("O’Brien", "O'Brien"),
        ("O´Brien", "O'Brien"),
        // Cyrillic, Greek, and letters between the scripts.
        ("Ana Ruiz", "Аnа Ruiz"),
        ("Hana Cope", "Нana Соре"),
        ("Kim Otto", "Κim Οtto"),
        ("MARIO", "\u{41c}ario"),
        ("Ian Hill", "lan Hill"),
        ("Bob Mill", "B0b Mi11"),
        ("Arnold", "Amold"),
        ("Ruiz", "ꓣuiz"),
        // Joiners and other characters that nobody sees.
        ("Ana Ruiz", "A\u{200d}n\u{200c}a\u{2060} Ruiz"),
        ("Ana Ruiz", "\u{202a}Ana\u{202c} Ruiz\u{fe0f}"),
        // Accents, composed or not.
        ("José Núñez", "Jose\u{301} Nu\u{301}n\u{303}ez"),
        ("Søren", "So\u{338}ren"),
        // Turned words.
        ("Ana Ruiz", "Ruiz Ana"),
        ("Ana Maria Ruiz", "Ruiz,Maria Ana"),
        ("Ana Ruiz", "Ruiz、Ana"),
    ];
    for (one, other) in same {
        let author = format!("{one} <one@example.com>");
        let (result, why) = merged("", "", [&author, &format!("{other} <two@example.org>")]);
        assert_eq!(result, "unresolved", "{one:?} {other:?}");
        assert!(why.contains("same-name-as-author"), "{why}");
    }
    for (one, other) in [
        ("Ana Ruiz", "Ana Luz"),
        ("Ruiz, Ana", "Luz, Ana"),
        ("Ana Ruiz", "Anaruiz"),
        ("Ana Ruiz", "Ana Ana Ruiz"),
        // A reader sees the difference.
        ("José", "Jose"),
        ("Łukasz", "Lukasz"),
        ("Müller", "Mueller"),
        ("Ana-Maria", "Ana Maria"),
        ("Анна Петрова", "Анна Иванова"),
        ("Νίκος", "Γιώργος"),
        ("李伟", "李娜"),
        ("김민준", "김민서"),
    ] {
        let author = format!("{one} <one@example.com>");
        let (result, _) = merged("", "", [&author, &format!("{other} <two@example.org>")]);
        assert_eq!(result, "claimed", "{one:?} {other:?}");
    }
    for email in
        ["ana\u{200d}@example.com", "ａｎａ@example.com", "аna@example.com", "ANA@exаmple.com"]
    {
        let (result, _) = merged("", "", ["ana", &format!("Lee <{email}>")]);
        assert_eq!(result, "unresolved", "{email:?}");
    }
}

#[test]
fn every_name_of_an_address_is_kept_in_any_order() {
    let [first, second] = ["Sunny Song <sunny@example.com>", "Sunny <sunny@example.com>"];
    for [one, other] in [[first, second], [second, first]] {
        let repo = ledger("");
        repo.branch("file").by(one).write(ID, SAMPLE).commit("File it");
        repo.branch("file")
            .by(other)
            .write(ID, &SAMPLE.replace("moderate", "low"))
            .commit("Amend it");
        repo.by("Sunny Song <song@example.org>").merge("file", "Merge branch 'file'");
        let (result, why) = told(&repo);
        assert_eq!(result, "unresolved", "{one}: {why}");
    }
}

#[test]
fn an_approver_with_a_name_of_an_author_in_any_of_their_statements_is_one() {
    let repo = ledger("approval: {forge: gitlab}\n");
    file(&repo);
    repo.by("Quiet <quiet@example.com>")
        .merge("file", "Merge branch 'file'\n\nApproved-by: Ana Ruiz <quiet@example.com>");
    let (result, why) = told(&repo);
    assert_eq!(result, "unresolved", "{why}");
}

#[test]
fn one_approver_by_two_names_and_two_addresses_counts_once_in_any_order() {
    let lines = [
        "Approved-by: Sunny Song <song@example.org>",
        "Approved-by: Sunny <sunny@example.com>",
        "Approved-by: Sunny Song <sunny@example.com>",
    ];
    for order in [[0, 1, 2], [1, 0, 2], [1, 2, 0], [2, 1, 0]] {
        let repo =
            ledger("approval: {forge: gitlab}\ntiers: [{name: standard, approvals: {count: 2}}]\n");
        file(&repo);
        let text: Vec<&str> = order.iter().map(|n| lines[*n]).collect();
        repo.by("bot").merge("file", &format!("Merge it\n\n{}", text.join("\n")));
        let verdict = verdict(&repo);
        assert_eq!(said(&verdict).satisfied, "no", "{order:?}");
        assert_eq!(verdict.approvers.len(), 1, "{order:?}");
        assert!(verdict.flags.contains("same-name"));
    }
}

#[test]
fn a_removed_line_of_the_mailmap_gives_no_approval_back_until_that_is_approved() {
    let line = "Ana Ruiz <ana@example.com> <eve@example.com>\n";
    let begin = |mailmap_by: &str| {
        let repo = ledger("");
        repo.branch("map").by("sam").write(".mailmap", line).commit("Map");
        repo.by(mailmap_by).merge("map", "Merge branch 'map'");
        file(&repo);
        repo.by("Eve <eve@example.com>").merge("file", "Merge branch 'file'");
        repo
    };
    for (what, mapped_by, removed_by, result) in [
        ("approved, removed by one person", "lee", "eve", "self"),
        ("approved, its removal approved", "lee", "lee", "self"),
        // A line that was never approved counts only while it is at the tip.
        ("never approved, removed", "sam", "eve", "claimed"),
    ] {
        // The line existed when the record landed: if approved, it links the identities whatever becomes of it later.
        let repo = begin(mapped_by);
        repo.branch("unmap").by("eve").remove(".mailmap").commit("Unmap");
        repo.by(removed_by).merge("unmap", "Merge branch 'unmap'");
        assert_eq!(told(&repo).0, result, "{what}");
    }
    for (what, mapped_by, removed_by, result) in [
        ("approved, removed by one person", "lee", "eve", "self"),
        ("approved, its removal approved", "lee", "lee", "claimed"),
        ("never approved, removed", "sam", "eve", "claimed"),
    ] {
        // The line came later: it links the identities until its removal is approved.
        let repo = ledger("");
        file(&repo);
        repo.by("Eve <eve@example.com>").merge("file", "Merge branch 'file'");
        repo.branch("map").by("sam").write(".mailmap", line).commit("Map");
        repo.by(mapped_by).merge("map", "Merge branch 'map'");
        assert_eq!(told(&repo).0, "self", "{what}");
        repo.branch("unmap").by("eve").remove(".mailmap").commit("Unmap");
        repo.by(removed_by).merge("unmap", "Merge branch 'unmap'");
        assert_eq!(told(&repo).0, result, "{what}");
    }
}

#[test]
fn a_removed_login_still_joins_until_that_is_approved() {
    let mapped =
        "version: 1\ngroups: {all: [lee@example.com]}\npeople: {logins: {eve: ana@example.com}}\n";
    let account = "eve <7+eve@users.noreply.github.com>";
    for (removed_by, result) in [("ana", "self"), ("lee", "claimed")] {
        let repo = ledger("");
        repo.branch("file")
            .by("ana <8+ana@users.noreply.github.com>")
            .write(ID, SAMPLE)
            .commit("File it");
        repo.by(account).merge("file", "Merge branch 'file'");
        assert_eq!(told(&repo).0, "claimed");
        let both = mapped.replace("{eve:", "{ana: ana@example.com, eve:");
        repo.branch("map").by("sam").write("exledger.yaml", &both).commit("Map");
        repo.by("lee").merge("map", "Merge branch 'map'");
        assert_eq!(told(&repo).0, "self");
        let unmapped = "version: 1\ngroups: {all: [lee@example.com]}\n";
        repo.branch("unmap").by("ana").write("exledger.yaml", unmapped).commit("Unmap");
        repo.by(removed_by).merge("unmap", "Merge branch 'unmap'");
        assert_eq!(told(&repo).0, result, "removed by {removed_by}");
    }
}

#[test]
fn a_forge_never_approves_wherever_it_stands() {
    for forge in [
        "github",
        "gitlab",
        "gerrit",
        "Gitea <gitea@git.example.com>",
        "Forgejo <noreply@git.example.com>",
    ] {
        let (result, why) = merged("", "", ["ana", forge]);
        assert_eq!(result, "none-recorded", "{forge}: {why}");
        let repo = ledger("");
        file(&repo);
        repo.by(forge).through("github").merge("file", "Merge pull request #7 from ana/file");
        let verdict = verdict(&repo);
        assert_eq!(said(&verdict).result, "none-recorded", "{forge}");
        assert_eq!(verdict.landed_by, None, "{forge}");
    }
    // As a person whom a line names, and with a key of its own.
    let repo = ledger("approval: {forge: gitlab}\n");
    let signers = format!("noreply@github.com {}\n", public("github"));
    crate::support::approval::govern(&repo, ".github/allowed_signers", &signers);
    file(&repo);
    let mut says = yes("github", ID, SAMPLE, "2026-11-20T10:30:00Z");
    says.file.by = exledger::record::address::Address::new("noreply@github.com").unwrap();
    repo.branch("file").by("ana").says(&says).commit("Approve it");
    repo.by("bot").merge("file", "Merge it\n\nApproved-by: Somebody <noreply@github.com>");
    let verdict = verdict(&repo);
    assert_eq!(said(&verdict).result, "none-recorded");
    let forges =
        verdict.statements.iter().filter(|it| it.counts == VoteCounts::No(NotCounted::Forge));
    assert_eq!(forges.count(), 1, "{:?}", verdict.statements);
    // A forge's key signs no approval.
    let mut refused = verdict.refused.iter().map(|it| it.counts.clone());
    assert!(matches!(refused.next(), Some(VoteCounts::No(NotCounted::BadFile(_)))));
}

#[test]
fn what_may_be_a_forge_at_a_host_without_a_name_is_unresolved_until_the_policy_names_it() {
    for email in ["noreply@git.example.com", "No-Reply@example.com", "gitlab@git.example.com"] {
        let forge = format!("Git Host <{email}>");
        let (result, why) = merged("", "", ["ana", &forge]);
        assert_eq!(result, "unresolved", "{email}");
        let line = format!("add \"Git Host <{}>\" to people.forges", email.to_lowercase());
        assert!(why.contains(&line), "{why}");
        // It can't state anything for others either.
        let repo = ledger("approval: {forge: generic}\n");
        file(&repo);
        repo.by(&forge).merge("file", "Merge it\n\nApproved-by: Dana Kim <dana@example.com>");
        assert_eq!(told(&repo).0, "unresolved", "{email}");
        // If listed, it is the forge, and the author of the merge is whoever pressed the button.
        let policy = format!("people: {{forges: [\"Git Host <{email}>\"]}}\n");
        let repo = ledger(&policy);
        file(&repo);
        repo.by("lee").through(&forge).merge("file", "Merge branch 'file'");
        assert_eq!(told(&repo).0, "claimed", "{email}");
        assert_eq!(merged(&policy, "", ["ana", &forge]).0, "none-recorded");
    }
}

#[test]
fn the_actions_of_github_are_a_bot_in_every_spelling() {
    for bot in [
        "github-actions <actions@example.com>",
        "GitHub Actions <ci@example.com>",
        "GitHub Action <action@github.com>",
        "github_actions <x@example.com>",
        "ci <github-actions@github.com>",
        "ci <41898282+github-actions@users.noreply.github.com>",
        "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>",
    ] {
        let verdict = {
            let repo = ledger("");
            file(&repo);
            repo.by(bot).merge("file", "Merge branch 'file'");
            verdict(&repo)
        };
        assert_eq!(said(&verdict).result, "none-recorded", "{bot}");
        assert_eq!(verdict.statements[0].counts, VoteCounts::No(NotCounted::Bot), "{bot}");
    }
}

#[test]
fn a_machine_passes_nobodys_word_on_without_a_listed_key() {
    let by = |stater: &str, policy: &str| {
        let repo = ledger(policy);
        file(&repo);
        repo.by(stater)
            .merge("file", "Merge branch 'file'\n\nReviewed-by: Bob Tan <bob@example.com>");
        verdict(&repo)
    };
    let copilot = "copilot-swe-agent[bot] <198982749+Copilot@users.noreply.github.com>";
    for (stater, policy) in [
        (copilot, ""),
        ("Claude <noreply@anthropic.com>", ""),
        ("Job <job@example.com>", "people: {agents: [job@example.com]}\n"),
        (copilot, "approval: {self_asserted: allow}\n"),
        // A job that merges under the address of a forge.
        ("CI <noreply@github.com>", ""),
        ("CI <noreply@github.com>", "approval: {forge: generic}\n"),
        ("Release Job <NoReply@GitLab.com>", ""),
    ] {
        let verdict = by(stater, policy);
        assert_eq!(said(&verdict).result, "none-recorded", "{stater}");
        let counts = verdict.statements.iter().map(|statement| &statement.counts);
        let told: Vec<String> = counts
            .map(|counts| match counts {
                VoteCounts::No(why_not) => why_not.to_string(),
                VoteCounts::Yes => "yes".to_owned(),
            })
            .collect();
        assert!(
            told.iter()
                .any(|why_not| why_not.contains("an agent or a forge, whose word for others")),
            "{told:?}"
        );
    }
    assert_eq!(said(&by("lee", "")).result, "claimed");
    // The landing of a forge that the policy pins is that forge's own word.
    let pinned = by("bors <bors@app.example.com>", "approval: {forge: bors}\n");
    assert!(
        pinned
            .statements
            .iter()
            .all(|one| !matches!(one.counts, VoteCounts::No(NotCounted::StatedByMachine(_))))
    );
}

#[test]
fn a_list_of_machines_names_them_by_a_former_address_too() {
    for (list, mailmap) in [
        ("bots: [job@old.example.com]", "Job <job@example.com> <job@old.example.com>"),
        ("agents: ['*@old.example.com']", "Job <job@example.com> Job <job@old.example.com>"),
        ("bots: [job@example.com]", "Job <job@example.com> <job@old.example.com>"),
    ] {
        let repo = Repo::at("2026-11-20T08:00:00Z");
        let policy =
            format!("version: 1\npeople: {{{list}, logins: {{900+job: job@old.example.com}}}}\n");
        let first = repo.by("dana").write("exledger.yaml", &policy);
        first.write(".mailmap", &format!("{mailmap}\n")).commit("Begin");
        file(&repo);
        let job = "job <900+job@users.noreply.github.com>";
        repo.by(job).merge("file", "Merge branch 'file'\n\nReviewed-by: Bob Tan <bob@example.com>");
        let verdict = verdict(&repo);
        assert_eq!(said(&verdict).result, "none-recorded", "{list}: {:?}", verdict.statements);
    }
}

#[test]
fn the_address_of_approvals_is_nobody() {
    let approvals = "exledger approvals <approvals@exledger.invalid>";
    let repo = ledger("");
    repo.by(approvals).write(ID, SAMPLE).commit("File it");
    let found = verdict(&repo);
    assert_eq!(said(&found).result, "indeterminate");
    assert_eq!(found.landed_by, None);

    let repo = ledger("");
    repo.by("ana").with(approvals).write(ID, SAMPLE).commit("File it");
    let found = verdict(&repo);
    check("a co-author", &found, "no", "self", &[], &["ana"]);
    assert!(found.unresolved.is_empty());

    let repo = ledger("");
    file(&repo);
    repo.by(approvals)
        .merge("file", "Merge it\n\nApproved-by: exledger approvals <approvals@exledger.invalid>");
    let found = verdict(&repo);
    assert_eq!(said(&found).satisfied, "no");
    assert_eq!(found.landed_by, None);
}

#[test]
fn place_and_kind_come_before_the_name() {
    let nested = |policy: &str| {
        let repo = ledger(policy);
        repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it\n\nReviewed-by: somebody");
        repo.by("bot").merge("file", "Merge branch 'file'");
        told(&repo).0
    };
    assert_eq!(nested("approval: {forge: generic}\n"), "none-recorded");
    let kind = "approval: {accept: [detached], forge: generic}\n";
    let repo = ledger(kind);
    file(&repo);
    repo.by("lee").merge("file", "Merge it\n\nReviewed-by: somebody");
    assert_eq!(told(&repo).0, "none-recorded");
}
