//! Forge accounts: who owns a private address, and when two people are known to be different.

use exledger::approval::verdict::{ApprovalVerdict, VoteCounts};

use crate::support::approval::{check, ledger, said, verdict};
use crate::support::repo::speak::{public, yes};
use crate::support::samples::{ID, SAMPLE};

pub(crate) const NINA: &str = "Nina Weber <nina@example.com>";
pub(crate) const NWEBER: &str = "nweber <777+nweber@users.noreply.github.com>";
pub(crate) const OMAR: &str = "Omar Diaz <omar@example.com>";
pub(crate) const ODIAZ: &str = "odiaz <555+odiaz@users.noreply.github.com>";
const GITHUB: &str = "github";

/// One person files, another merges, and the result.
struct Case<'t> {
    what: &'t str,
    policy: &'t str,
    author: &'t str,
    merger: &'t str,
    result: &'t str,
    /// A line that a reason must name, if it is `unresolved`.
    line: &'t str,
}

/// Description, policy, filer, merger, result, and the line to add. Each is also tried with the roles swapped.
const PAIRS: &str = "\
her own account, unmapped |  | NINA | NWEBER | unresolved | nweber: ADDRESS
her own account, mapped | people: {logins: {nweber: nina@example.com}} | NINA | NWEBER | self |
her own account, mapped in other letter case | people: {logins: {NWeber: Nina@Example.com}} | NINA | NWEBER | self |
her own account, mapped by its number | people: {logins: {777+nweber: nina@example.com}} | NINA | NWEBER | self |
another number is mapped | people: {logins: {778+nweber: nina@example.com}} | NINA | NWEBER | unresolved | nweber: ADDRESS
two keys disagree | people: {logins: {nweber: nina@example.com, Nweber: omar@example.com}} | NINA | NWEBER | unresolved | nweber: ADDRESS
an account mapped to itself says nothing | people: {logins: {nweber: nweber@users.noreply.github.com}} | NINA | NWEBER | unresolved | nweber: ADDRESS
an account that a group names is in it, and nobody knows whose it is | groups: {security: [777+nweber@users.noreply.github.com]} | NINA | NWEBER | unresolved | nweber: ADDRESS
a colleague, unmapped |  | NINA | ODIAZ | unresolved | odiaz: ADDRESS
a colleague, mapped | people: {logins: {odiaz: omar@example.com}} | NINA | ODIAZ | claimed |
two accounts with numbers |  | NWEBER | ODIAZ | claimed |
two accounts without numbers |  | n <nweber@users.noreply.github.com> | o <odiaz@users.noreply.github.com> | claimed |
one number is not known: a login changes |  | NWEBER | o <odiaz@users.noreply.github.com> | unresolved | odiaz: ADDRESS
one login with and without its number |  | NWEBER | n <nweber@users.noreply.github.com> | self |
one number with two logins: it was renamed |  | NWEBER | nina-weber <777+nina-weber@users.noreply.github.com> | self |
a number with zeros before it |  | NWEBER | nina-weber <0777+nina-weber@users.noreply.github.com> | self |
the number of a colleague is mapped, and differs | people: {logins: {555+odiaz: omar@example.com}} | NWEBER | OMAR | claimed |
the login of a colleague is mapped, which proves nothing | people: {logins: {odiaz: omar@example.com}} | NWEBER | OMAR | unresolved | nweber: ADDRESS
accounts of two forges |  | NWEBER | o <9-odiaz@users.noreply.gitlab.com> | unresolved | odiaz@users.noreply.gitlab.com: ADDRESS
GitLab's number with another login |  | o <9-odiaz@users.noreply.gitlab.com> | p <9-omar@users.noreply.gitlab.com> | self |
two numbers of GitLab |  | o <9-odiaz@users.noreply.gitlab.com> | p <8-omar@users.noreply.gitlab.com> | claimed |
elsewhere what looks like a number only joins |  | o <9-odiaz@noreply.git.example.com> | p <odiaz@noreply.git.example.com> | self |
elsewhere two logins are two |  | o <odiaz@noreply.git.example.com> | p <nweber@noreply.git.example.com> | claimed |
a bare key is about GitHub alone | people: {logins: {odiaz: omar@example.com}} | NINA | o <odiaz@noreply.git.example.com> | unresolved | odiaz@noreply.git.example.com: ADDRESS
a key with its domain | people: {logins: {odiaz@noreply.git.example.com: omar@example.com}} | NINA | o <odiaz@noreply.git.example.com> | claimed |
a listed domain, which bare keys are about | people: {noreply: [private.example.com], logins: {odiaz: omar@example.com}} | NINA | o <5+odiaz@private.example.com> | claimed |
a listed domain, unmapped | people: {noreply: [Private.Example.com]} | NINA | o <5+odiaz@private.example.com> | unresolved | odiaz: ADDRESS
an account beside a bot that everybody knows |  | renovate[bot] <29139614+renovate[bot]@users.noreply.github.com> | ODIAZ | claimed |
";

fn pairs() -> Vec<Case<'static>> {
    let person = |text: &'static str| match text {
        "NINA" => NINA,
        "NWEBER" => NWEBER,
        "OMAR" => OMAR,
        "ODIAZ" => ODIAZ,
        text => text,
    };
    let row = |line: &'static str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [what, policy, author, merger, result, line] = cells[..] else {
            panic!("{line}");
        };
        Case { what, policy, author: person(author), merger: person(merger), result, line }
    };
    PAIRS.lines().map(row).collect()
}

fn merged(case: &Case, author: &str, merger: &str) -> ApprovalVerdict {
    let repo = ledger(&format!("{}\n", case.policy));
    repo.branch("file").by(author).write(ID, SAMPLE).commit("File it");
    repo.by(merger).through(GITHUB).merge("file", "Merge pull request #7 from ana/file");
    verdict(&repo)
}

#[test]
fn an_approver_counts_only_if_known_to_be_another_person_either_way_round() {
    for case in &pairs() {
        let is_bot = case.author.contains("[bot]");
        for turned in [false, true] {
            let (author, merger) = match turned {
                true if is_bot => continue,
                true => (case.merger, case.author),
                false => (case.author, case.merger),
            };
            let verdict = merged(case, author, merger);
            let (what, found) = (format!("{} (turned: {turned})", case.what), said(&verdict));
            assert_eq!(found.result, case.result, "{what}: {:?}", verdict.missing);
            assert_eq!(found.satisfied == "yes", case.result == "claimed", "{what}");
            if case.result == "unresolved" {
                let need = &verdict.missing[0].need;
                let line = match turned {
                    // Which of the two is named first depends on who approves.
                    _ if need.contains(case.line) => continue,
                    _ => format!("`{}`", case.line),
                };
                assert!(need.contains(&line), "{what}: {need}");
            }
        }
    }
}

#[test]
fn the_reason_names_the_line_to_add() {
    let verdict = merged(&pairs()[0], NINA, NWEBER);
    let why = verdict.statements.iter().find_map(|it| match &it.counts {
        VoteCounts::No(why) => Some(why.to_string()),
        VoteCounts::Yes => None,
    });
    assert_eq!(
        why.as_deref(),
        Some(
            "it is not known that nweber (users.noreply.github.com) is not nina@example.com: add `nweber: ADDRESS` to \
             people.logins, then approve again"
        )
    );
}

#[test]
fn a_mapped_colleague_counts_in_the_groups_of_the_address() {
    let policy = "people: {logins: {odiaz: omar@example.com}}\ngroups: {security: [omar@example.com]}\n\
        tiers: [{name: standard, approvals: {each_of: [security], must_include: [risk_owner]}}]\n";
    let repo = ledger(policy);
    let text = SAMPLE.replace("owner: ana@example.com", "owner: omar@example.com");
    repo.branch("file").by(NINA).write(ID, &text).commit("File it");
    repo.by(ODIAZ).through(GITHUB).merge("file", "Merge pull request #7 from nina/file");
    let verdict = verdict(&repo);
    assert_eq!(verdict.approvers.len(), 1, "{:?}", verdict.missing);
    assert_eq!(verdict.approvers[0].person.email, "omar@example.com");
    assert_eq!(verdict.approvers[0].groups, ["security"]);
}

#[test]
fn a_line_that_is_added_later_changes_nothing_that_was_said_and_the_next_approval_counts() {
    let repo = ledger("groups: {all: [omar@example.com]}\n");
    let signers = format!("omar@example.com {}\n", public("omar"));
    crate::support::approval::govern_by(&repo, "omar", ".github/allowed_signers", &signers);
    repo.branch("file").by(NWEBER).write(ID, SAMPLE).commit("File it");
    repo.by(OMAR).merge("file", "Merge branch 'file'");
    assert_eq!(said(&verdict(&repo)).result, "unresolved");
    repo.branch("map")
        .by("root")
        .write(
            "exledger.yaml",
            "version: 1\ngroups: {all: [omar@example.com]}\npeople: {logins: {nweber: nina@example.com}}\n",
        )
        .commit("Say whose account nweber is");
    repo.by("omar").merge("map", "Merge branch 'map'");
    assert_eq!(said(&verdict(&repo)).result, "unresolved");
    repo.by("root").says(&yes("omar", ID, SAMPLE, "2026-11-20T19:00:00Z")).commit("Approve it");
    check("approved again", &verdict(&repo), "yes", "attested", &["omar"], &["nweber"]);
}

#[test]
fn a_map_that_says_later_whose_account_it_was_takes_the_approval_back() {
    let repo = ledger("");
    repo.branch("file").by(NWEBER).write(ID, SAMPLE).commit("File it");
    repo.by(ODIAZ).merge("file", "Merge branch 'file'");
    assert_eq!(said(&verdict(&repo)).result, "claimed");
    let both =
        "version: 1\npeople: {logins: {nweber: nina@example.com, odiaz: nina@example.com}}\n";
    repo.by("root").write("exledger.yaml", both).commit("Map them");
    assert_eq!(said(&verdict(&repo)).result, "self");
}

#[test]
fn only_an_approved_list_of_bots_tells_an_account_from_people() {
    let bots = "version: 1\npeople: {bots: ['nweber@*']}\n";
    for (merger, result) in [(None, "unresolved"), (Some("lee"), "claimed")] {
        let repo = ledger("");
        let listed = repo.branch("bots").by("root").write("exledger.yaml", bots);
        listed.commit("List a bot");
        match merger {
            Some(merger) => repo.by(merger).merge("bots", "Merge branch 'bots'"),
            None => repo.by("root").rebase("bots").pop().unwrap(),
        };
        repo.branch("file").by(NWEBER).write(ID, SAMPLE).commit("File it");
        repo.by(NINA).through(GITHUB).merge("file", "Merge pull request #7 from nweber/file");
        assert_eq!(said(&verdict(&repo)).result, result, "{merger:?}");
    }
}
