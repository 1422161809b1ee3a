//! Whether the counted approvers are enough: their number, their groups, their roles.

use crate::support::approval::{check, file_as, ledger, verdict};
use crate::support::samples::SAMPLE;

const GROUPS: &str = "
groups:
  security: [dana@example.com, sam@example.com]
  platform: [lee@example.com, sam@example.com]
";

/// A tier for everything, and the additional approvers in the message of a merge by Lee.
struct Case {
    what: &'static str,
    approvals: &'static str,
    named: &'static [&'static str],
    satisfied: &'static str,
    approvers: &'static [&'static str],
    missing: &'static [(&'static str, &'static [&'static str])],
}

const CASES: &[Case] = &[
    Case {
        what: "one of two",
        approvals: "{count: 2}",
        named: &[],
        satisfied: "no",
        approvers: &["lee"],
        missing: &[("one more person", &[])],
    },
    Case {
        what: "two of two",
        approvals: "{count: 2}",
        named: &["Dana Kim <dana@example.com>"],
        satisfied: "yes",
        approvers: &["dana", "lee"],
        missing: &[],
    },
    Case {
        what: "one of each group",
        approvals: "{count: 1, each_of: [security, platform]}",
        named: &["Dana Kim <dana@example.com>"],
        satisfied: "yes",
        approvers: &["dana", "lee"],
        missing: &[],
    },
    Case {
        what: "one person for two groups",
        approvals: "{count: 1, each_of: [platform, security]}",
        named: &[],
        satisfied: "no",
        approvers: &["lee"],
        missing: &[("group security", &["dana", "sam"])],
    },
    Case {
        what: "two people of whom one is in both groups",
        approvals: "{count: 1, each_of: [platform, security]}",
        named: &["Sam Ito <sam@example.com>"],
        satisfied: "yes",
        approvers: &["lee", "sam"],
        missing: &[],
    },
    Case {
        what: "the risk owner is not among them",
        approvals: "{count: 1, must_include: [risk_owner]}",
        named: &[],
        satisfied: "no",
        approvers: &["lee"],
        missing: &[("the risk owner dana@example.com", &["dana"])],
    },
    Case {
        what: "the risk owner fills a group's place",
        approvals: "{count: 1, each_of: [security, platform], must_include: [risk_owner]}",
        named: &["Dana Kim <dana@example.com>"],
        satisfied: "yes",
        approvers: &["dana", "lee"],
        missing: &[],
    },
];

#[test]
fn people_groups_and_roles_are_all_demanded() {
    let text = SAMPLE.replace("{level: moderate}", "{level: moderate, owner: dana@example.com}");
    for case in CASES {
        let repo = ledger(&format!(
            "{GROUPS}tiers: [{{name: standard, approvals: {}}}]\n",
            case.approvals
        ));
        file_as(&repo, &text);
        let lines: Vec<String> = case.named.iter().map(|it| format!("Approved-by: {it}")).collect();
        repo.by("lee").merge("file", &format!("Land it\n\n{}", lines.join("\n")));
        let verdict = verdict(&repo);
        check(case.what, &verdict, case.satisfied, "claimed", case.approvers, &["ana"]);
        let missing: Vec<(&str, Vec<String>)> = verdict
            .missing
            .iter()
            .map(|it| {
                let who =
                    it.who.iter().map(|person| crate::support::approval::local(&person.email));
                (it.need.as_str(), who.collect())
            })
            .collect();
        assert_eq!(missing.len(), case.missing.len(), "{}: {missing:?}", case.what);
        for ((need, who), (part, names)) in missing.iter().zip(case.missing) {
            assert!(need.contains(part), "{}: {need}", case.what);
            assert_eq!(who, names, "{}", case.what);
        }
    }
}

#[test]
fn the_filer_is_no_candidate_for_a_group() {
    let repo = ledger(
        "groups: {security: [ana@example.com, dana@example.com]}\ntiers: [{name: standard, approvals: {each_of: [security]}}]\n",
    );
    file_as(&repo, SAMPLE);
    repo.by("ana").merge("file", "Merge branch 'file'");
    let verdict = verdict(&repo);
    check("own group", &verdict, "no", "self", &[], &["ana"]);
    let who: Vec<&str> = verdict.missing[0].who.iter().map(|it| it.email.as_str()).collect();
    assert_eq!(who, ["dana@example.com"]);
    assert!(verdict.missing[0].need.contains("ana@example.com: is an author"));
}

#[test]
fn each_class_adds_to_its_tier() {
    let repo = ledger(
        "groups: {compliance: [dana@example.com]}\nclasses: {regulated: {each_of: [compliance]}}\n",
    );
    file_as(&repo, &SAMPLE.replace("class: standard", "class: regulated"));
    repo.by("lee").merge("file", "Merge branch 'file'");
    let verdict = verdict(&repo);
    check("regulated", &verdict, "no", "claimed", &["lee"], &["ana"]);
    assert_eq!(verdict.needed.each_of, ["compliance"]);
}

#[test]
fn the_policy_before_the_landing_judges() {
    let strict = "version: 1\ntiers: [{name: standard, approvals: {count: 2}}]\n";
    let repo = ledger("tiers: [{name: standard, approvals: {count: 2}}]\n");
    file_as(&repo, SAMPLE);
    repo.branch("file").by("ana").write("exledger.yaml", "version: 1\n").commit("Loosen");
    repo.by("lee").merge("file", "Merge branch 'file'");
    check("loosened on its way", &verdict(&repo), "no", "claimed", &["lee"], &["ana"]);
    // An unreadable policy does not count: the previous one still applies.
    let repo = ledger("tiers: [{name: standard, approvals: {count: 2}}]\n");
    repo.by("root").write("exledger.yaml", "version: [\n").commit("Break");
    file_as(&repo, SAMPLE);
    repo.by("lee").merge("file", "Merge branch 'file'");
    let broken = verdict(&repo);
    check("broken before", &broken, "no", "claimed", &["lee"], &["ana"]);
    assert!(broken.flags.contains("earlier-policy"));
    // Content that lands with the first policy is judged by it: the defaults grant nothing.
    let repo = crate::support::repo::Repo::at("2026-11-20T09:00:00Z");
    let first = format!("{strict}approval: {{self_approval: allow}}\n");
    repo.by("ana")
        .write("exledger.yaml", &first)
        .write(crate::support::samples::ID, SAMPLE)
        .commit("Begin");
    check("with the first policy", &verdict(&repo), "no", "self", &["ana"], &["ana"]);
}
