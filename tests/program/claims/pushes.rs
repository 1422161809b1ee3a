//! Pushes: whoever pushes to the approved branch without review widens nothing, approves nothing and brings nothing back.

use super::{
    BOTH, CLAIMED, POLICY, REVOKED, SIGNED, WAYS, approvals, approved, errors, is_allowed, is_new,
    land, ledger, sign, status,
};
use crate::support::repo::Repo;
use crate::support::repo::speak::{no, public, yes};
use crate::support::samples::{ID, SAMPLE};

const RULE: &str = "Every job has its own database user";
const BILLING: [&str; 2] = ["--application", "billing"];

/// Returns the ways in which the n-th text lands: all of them for the first, and some for each other.
fn ways(n: usize, some: usize) -> impl Iterator<Item = &'static str> {
    WAYS.into_iter().cycle().skip(some * n).take(if n == 0 { WAYS.len() } else { some })
}

#[test]
fn push_widens_nothing() {
    let text = SAMPLE.to_owned() + "scope: {resources: ['db:invoices'], actions: [read]}\n";
    let now = "2026-11-22T09:00:00Z";
    let later = "2026-12-28T09:00:00Z";
    let question = |application, rule, resource, action| {
        let asked = ["--application", application, "--rule", rule];
        [&asked[..], &["--resource", resource, "--action", action]].concat()
    };
    let granted = question("billing", RULE, "db:invoices", "read");
    let widenings = [
        ("a later end", "2026-12-20", "2027-01-20", granted.clone(), later),
        (
            "another application",
            "application: billing",
            "application: orders",
            question("orders", RULE, "db:invoices", "read"),
            now,
        ),
        (
            "a further resource",
            "['db:invoices']",
            "['db:invoices', 'db:salaries']",
            question("billing", RULE, "db:salaries", "read"),
            now,
        ),
        (
            "a further action",
            "[read]",
            "[read, write]",
            question("billing", RULE, "db:invoices", "write"),
            now,
        ),
        (
            "a wildcard",
            "['db:invoices']",
            "['db:*']",
            question("billing", RULE, "db:salaries", "read"),
            now,
        ),
        (
            "another rule",
            RULE,
            "Every change has a review",
            question("billing", "Every change has a review", "db:invoices", "read"),
            now,
        ),
    ];
    assert!(is_allowed(&approved(&text), &granted));
    for (n, (what, from, to, question, when)) in widenings.into_iter().enumerate() {
        let wider = text.replace(from, to);
        assert_ne!(wider, text, "{what}");
        for way in ways(n, 2) {
            let repo = approved(&text);
            land(&repo, way, ID, &wider);
            repo.clock(when);
            assert!(!is_allowed(&repo, &question), "{what}: {way}");
            if way == "push" {
                assert!(errors(&repo).contains(&"changed-since-approval".to_owned()), "{what}");
            }
        }
        let repo = approved(&text);
        repo.by("ana").write(ID, &wider).commit("Ask for more");
        sign(&repo, "ana", &approvals(&repo, &BOTH, &wider));
        repo.clock(when);
        assert!(is_allowed(&repo, &question), "{what}, approved");
    }
}

#[test]
fn push_lifts_no_limit() {
    let strict = SIGNED.replace(
        "tiers: [",
        "tiers: [{name: low, match: {risk: [low]}, approvals: {count: 2}, degraded: grant}, ",
    );
    let strict =
        strict.replace("proof: attested}}", "proof: attested}, degraded: deny, review_every: 7d}");
    let fixed = "fix: {target: automation, plan: Replace the job}\n";
    let change = "references: {change: CHG-1}\n";
    let rule = format!("rule: {RULE}");
    let about = |baseline: &str| format!("{rule}, baseline: {baseline}");
    let window = SAMPLE.replace(&rule, &about("change-window")) + change;
    let adopted = SAMPLE.replace(&rule, &about("adopted"));
    let other = SAMPLE.replace("The job is replaced", "Every job is replaced");
    let deploy = ["--deploy", "--application", "billing"];
    type Case<'a> = (&'a str, &'a str, String, Vec<String>, &'a [&'a str]);
    let revokes = SAMPLE.to_owned() + "triggers: [{id: T1, when: The key leaks, then: revoke}]\n";
    let reviews = revokes.replace("then: revoke", "then: review");
    let fired = reviews.clone() + "fired: [{date: 2026-11-24, trigger: T1, by: lee@example.com}]\n";
    let guarded =
        strict.replace("degraded: deny", "degraded: deny, require: [compensating_controls]");
    let bare = SAMPLE.replace("status: active", "status: withdrawn");
    let cases: [Case; 8] = [
        ("what its trigger does", SIGNED, revokes, vec![reviews, fired], &BILLING),
        (
            "a control that is required",
            &guarded.replace(", review_every: 7d", ""),
            bare.clone(),
            vec![bare.replace("level: moderate", "level: low")],
            &BILLING,
        ),
        (
            "a review that is due",
            &strict,
            SAMPLE.to_owned(),
            vec![SAMPLE.replace("level: moderate", "level: low")],
            &BILLING,
        ),
        ("findings alone", SIGNED, adopted.clone(), vec![SAMPLE.to_owned()], &BILLING),
        ("its change alone", SIGNED, window.clone(), vec![SAMPLE.to_owned()], &BILLING),
        ("a landed change", SIGNED, SAMPLE.to_owned(), vec![window, other.clone()], &BILLING),
        ("landed findings", SIGNED, SAMPLE.to_owned(), vec![adopted, other], &BILLING),
        (
            "a deployment",
            SIGNED,
            SAMPLE.to_owned() + fixed,
            vec![SAMPLE.to_owned() + &fixed.replace("automation", "policy")],
            &deploy,
        ),
    ];
    for (what, policy, approved, pushed, question) in cases {
        let repo = ledger(policy, &["dana", "lee"]);
        repo.by("ana").write(ID, &approved).commit("File it");
        sign(&repo, "ana", &approvals(&repo, &BOTH, &approved));
        repo.clock("2026-11-30T09:00:00Z");
        for text in &pushed {
            assert_ne!(*text, approved, "{what}");
            repo.by("mallory").write(ID, text).commit("Change it");
        }
        assert!(!is_allowed(&repo, question), "{what}");
        // What was approved last is put back, or the last text is approved.
        let last = pushed.last().unwrap();
        sign(&repo, "ana", &approvals(&repo, &BOTH, last));
        assert!(is_allowed(&repo, question), "{what}, approved");
    }
    // Which of two intervals is the shorter one depends on the month.
    let monthly =
        SAMPLE.replace("2026-12-20", "2027-03-20") + "starts: 2027-01-31\nreview_every: 1mo\n";
    let repo = ledger(&strict.replace(", review_every: 7d", ""), &["dana", "lee"]);
    repo.by("ana").write(ID, &monthly).commit("File it");
    sign(&repo, "ana", &approvals(&repo, &BOTH, &monthly));
    let days = monthly.replace("1mo", "30d");
    repo.by("mallory").write(ID, &days).commit("Change it");
    repo.clock("2027-03-01T09:00:00Z");
    assert!(!is_allowed(&repo, &BILLING), "the review was due by 28 February");
    sign(&repo, "ana", &approvals(&repo, &BOTH, &days));
    assert!(is_allowed(&repo, &BILLING), "approved");
    // What can't be read any more is deployed as it was approved.
    for broken in ["id: [\n", ""] {
        let text = SAMPLE.to_owned() + fixed;
        let repo = ledger(SIGNED, &["dana", "lee"]);
        repo.by("ana").write(ID, &text).commit("File it");
        sign(&repo, "ana", &approvals(&repo, &BOTH, &text));
        let moved = text.replace("application: billing", "application: other");
        repo.by("mallory").write(ID, &moved).commit("Change it");
        match broken {
            "" => repo.by("mallory").write(MORE, &moved).commit("File it twice"),
            _ => repo.by("mallory").write(ID, broken).commit("Break it"),
        };
        assert!(!is_allowed(&repo, &deploy), "{broken}");
        let other = ["--deploy", "--application", "crm"];
        assert!(is_allowed(&repo, &other), "{broken}: of another application");
    }
}

#[test]
fn date_of_a_landing_makes_no_statement_older() {
    let filed = || {
        let repo = ledger(SIGNED, &["dana", "lee"]);
        repo.clock("2026-11-20T10:00:00Z").by("ana").write(ID, SAMPLE).commit("File it");
        repo.clock("2026-11-22T10:00:00Z");
        repo
    };
    let approve = |repo: &Repo, text: &str| {
        let says = approvals(repo, &BOTH, text);
        let work = repo.orphan("exledger-approvals").by("dana");
        says.iter().fold(work, |work, says| work.says(says)).commit("Approve it");
    };
    // A rejection lands under the date of what it rejects.
    let repo = filed();
    approve(&repo, SAMPLE);
    assert_eq!(status(&repo), "active");
    let at = repo.clock("2026-11-24T10:00:00Z").now().to_string();
    let rejected = no("lee", ID, SAMPLE, &at).ledger("example/payments");
    sign(repo.clock("2026-11-20T10:00:00Z"), "mallory", &[rejected]);
    repo.clock("2026-11-26T10:00:00Z");
    assert_eq!(status(&repo), "unapproved");
    // So does a narrower text that was approved after a wider one.
    let wide = SAMPLE.to_owned() + "scope: {resources: ['db:invoices', 'db:salaries']}\n";
    let narrow = wide.replace(", 'db:salaries'", "");
    let salaries = [&BILLING[..], &["--resource", "db:salaries"]].concat();
    let repo = filed();
    approve(&repo, &wide);
    repo.clock("2026-11-24T10:00:00Z");
    let says = approvals(&repo, &BOTH, &narrow);
    let work = repo.clock("2026-11-20T10:00:00Z").by("mallory").write(ID, &narrow);
    says.iter().fold(work, |work, says| work.says(says)).commit("Narrow it");
    repo.clock("2026-11-26T10:00:00Z");
    assert_eq!(status(&repo), "active");
    repo.by("mallory").write(ID, &wide).commit("Widen it");
    assert!(!is_allowed(&repo, &salaries));
    sign(&repo, "ana", &approvals(&repo, &BOTH, &wide));
    assert!(is_allowed(&repo, &salaries));
}

#[test]
fn own_push_approves_nothing() {
    let policy = "version: 1\nname: example/payments\n";
    let reviewed = "File it\n\nReviewed-by: mallory <mallory@example.com>";
    let branch = |text: &str| if text == SAMPLE { "first" } else { "second" };
    type Act<'a> = (&'a str, &'a dyn Fn(&Repo, &str));
    let acts: [Act; 7] = [
        ("a push", &|repo, text| {
            repo.by("mallory").write(ID, text).commit("File it");
        }),
        ("a push that says it was reviewed", &|repo, text| {
            repo.by("mallory").write(ID, text).commit(reviewed);
        }),
        ("a signed commit", &|repo, text| {
            repo.by("mallory").signed("mallory").write(ID, text).commit("File it");
        }),
        ("her own merge", &|repo, text| {
            repo.branch(branch(text)).by("mallory").write(ID, text).commit("File it");
            repo.by("mallory").signed("mallory").merge(branch(text), "Merge branch 'work'");
        }),
        ("her own squash", &|repo, text| {
            repo.branch(branch(text)).by("mallory").write(ID, text).commit("File it");
            repo.by("mallory").through("github").squash(branch(text), reviewed);
        }),
        ("her own signature", &|repo, text| {
            repo.by("mallory").write(ID, text).commit("File it");
            sign(repo, "mallory", &approvals(repo, &[("mallory", "mallory")], text));
        }),
        ("a file without a signature", &|repo, text| {
            repo.by("mallory").write(ID, text).commit("File it");
            let at = repo.now().to_string();
            let says = yes("lee", ID, text, &at).ledger("example/payments").unsigned();
            sign(repo, "mallory", &[says]);
        }),
    ];
    let later = SAMPLE.replace("2026-12-20", "2027-01-20");
    for (what, act) in acts {
        let repo = ledger(policy, &["mallory", "lee"]);
        act(&repo, SAMPLE);
        assert_eq!(status(&repo), "unapproved", "{what}");
        assert!(errors(&repo).iter().any(|it| it != "direct-push"), "{what}");
        sign(&repo, "mallory", &approvals(&repo, &[("lee", "lee")], SAMPLE));
        assert_eq!(status(&repo), "active", "{what}, and Lee approves");
        // What Lee approved stays as it is.
        act(&repo, &later);
        repo.clock("2026-12-28T09:00:00Z");
        assert!(!is_allowed(&repo, &BILLING), "{what}: a later end");
    }
}

type End<'a> = (&'a str, &'a dyn Fn(&Repo));

/// The ways in which an approved record ended.
const ENDS: [End; 2] = [
    ("removed", &|repo| {
        repo.by("ana").remove(ID).commit("Remove it");
    }),
    ("closed", &|repo| {
        repo.by("ana").write(ID, &closed()).commit("Close it");
    }),
];

fn closed() -> String {
    let closure =
        "closure: {date: 2026-11-20, by: ana@example.com, outcome: remediated, reason: Done}\n";
    SAMPLE.to_owned() + closure
}

#[test]
fn push_brings_nothing_back() {
    let reworded = SAMPLE.replace("Nightly invoices", "Invoices");
    let elsewhere = format!("exceptions/old/{ID}.yaml");
    for (end, finish) in ENDS {
        let ended = || {
            let repo = approved(SAMPLE);
            let is_new = is_new(end);
            if is_new {
                assert!(is_allowed(&repo, &BILLING));
            }
            finish(&repo);
            if is_new {
                assert!(!is_allowed(&repo, &BILLING), "{end}");
            }
            repo
        };
        let texts = [
            ("as it was", ID, SAMPLE),
            ("reworded", ID, &reworded),
            ("elsewhere", &elsewhere, SAMPLE),
        ];
        for (n, (what, path, text)) in texts.into_iter().enumerate() {
            for way in ways(n, 2) {
                let repo = ended();
                land(&repo, way, path, text);
                assert!(!is_allowed(&repo, &BILLING), "{end}, {what}: {way}");
            }
        }
        let push = |repo: &Repo, path: &str, text: &str| {
            repo.by("mallory").write(path, text).commit("Change it");
        };
        let attacks: [End; 5] = [
            ("broken first", &|repo| push(repo, ID, "broken")),
            ("misnamed first", &|repo| {
                repo.by("mallory").write("exceptions/x.yaml", &closed()).remove(ID).commit("Move");
                repo.by("mallory").remove("exceptions/x.yaml").commit("Tidy up");
            }),
            ("doubled first", &|repo| {
                push(repo, &elsewhere, SAMPLE);
                repo.by("mallory").remove(ID).commit("Tidy up");
                assert!(!is_allowed(repo, &BILLING), "{end}, only the double");
                repo.by("mallory").remove(&elsewhere).commit("Tidy up");
            }),
            ("closed under another id", &|repo| {
                let other = closed().replace(ID, "EXC-2026-00001");
                push(repo, ID, &other);
            }),
            ("with the old approvals again", &|repo| {
                let folder = format!("exceptions/.approvals/{ID}");
                let work = repo.by("mallory");
                let files = repo.files(Some(repo.tip("main"))).0.into_keys();
                let old: Vec<(String, String)> = files
                    .filter(|path| path.starts_with(&folder))
                    .map(|path| (path.clone(), work.text(&path)))
                    .collect();
                assert_eq!(old.len(), 4);
                work.remove(&folder).commit("Tidy up");
                push(repo, ID, SAMPLE);
                let work = repo.by("mallory");
                let work = old.iter().fold(work, |work, (path, text)| work.write(path, text));
                work.commit("Record approvals");
            }),
        ];
        for (what, attack) in attacks {
            let repo = ended();
            attack(&repo);
            push(&repo, ID, SAMPLE);
            assert!(!is_allowed(&repo, &BILLING), "{end}, {what}");
            sign(&repo, "ana", &approvals(&repo, &BOTH, SAMPLE));
            assert!(is_allowed(&repo, &BILLING), "{end}, {what}, and approved anew");
        }
    }
}

#[test]
fn second_file_keeps_nothing_that_is_removed() {
    let elsewhere = format!("exceptions/more/{ID}.yaml");
    let wider = SAMPLE.replace("application: billing", "application: orders");
    assert_ne!(wider, SAMPLE);
    for (n, text) in [SAMPLE, &wider].into_iter().enumerate() {
        for way in ways(n, 2) {
            let repo = approved(SAMPLE);
            land(&repo, way, &elsewhere, text);
            repo.by("dana").remove(ID).commit("It is no longer needed");
            let at = format!("{way}: {text}");
            assert_eq!(status(&repo), "unapproved", "{at}");
            assert!(!is_allowed(&repo, &BILLING), "{at}");
            assert!(!is_allowed(&repo, &["--application", "orders"]), "{at}");
        }
        // The double goes, and the record that was approved stays.
        let repo = approved(SAMPLE);
        land(&repo, "push", &elsewhere, text);
        assert_eq!(status(&repo), "conflicted", "{text}");
        repo.by("dana").remove(&elsewhere).commit("Tidy up");
        assert!(is_allowed(&repo, &BILLING), "{text}");
    }
    // Who means to go on with the other file has it approved.
    let repo = approved(SAMPLE);
    land(&repo, "push", &elsewhere, SAMPLE);
    repo.by("eve").remove(ID).commit("Tidy up");
    sign(&repo, "ana", &approvals(&repo, &BOTH, SAMPLE));
    assert!(is_allowed(&repo, &BILLING));
}

const MORE: &str = "exceptions/more/EXC-2026-7F3KQ.yaml";
const THIRD: &str = "exceptions/third/EXC-2026-7F3KQ.yaml";

type Replacement = (&'static str, fn(&Repo));

/// Ways in which the file that was approved goes, while another one with its id stays.
fn replacements() -> [Replacement; 8] {
    [
        ("removed and filed again", |repo| {
            repo.by("eve").remove(ID).commit("Remove it");
            repo.by("mallory").write(MORE, SAMPLE).commit("File it again");
        }),
        ("replaced", |repo| {
            repo.by("mallory").write(MORE, SAMPLE).commit("File a second one");
            repo.by("eve").remove(ID).commit("Remove it");
        }),
        ("broken, and replaced", |repo| {
            repo.by("mallory").write(ID, "broken\n").commit("Break it");
            repo.by("mallory").write(MORE, SAMPLE).commit("File a second one");
            repo.by("eve").remove(ID).commit("Remove it");
        }),
        ("broken and replaced at once", |repo| {
            repo.by("mallory").write(ID, "broken\n").write(MORE, SAMPLE).commit("Break it");
            repo.by("eve").remove(ID).commit("Remove it");
        }),
        ("split", |repo| {
            repo.by("mallory").rename(ID, MORE).write(THIRD, SAMPLE).commit("Split it");
            repo.by("eve").remove(MORE).commit("Remove it");
        }),
        ("split, the other one", |repo| {
            repo.by("mallory").rename(ID, MORE).write(THIRD, SAMPLE).commit("Split it");
            repo.by("eve").remove(THIRD).commit("Remove it");
        }),
        ("one of three", |repo| {
            repo.by("mallory").write(MORE, SAMPLE).write(THIRD, SAMPLE).commit("File two");
            repo.by("eve").remove(ID).commit("Remove it");
            repo.by("eve").remove(MORE).commit("Remove it");
        }),
        ("by merges", |repo| {
            repo.branch("more").by("mallory").write(MORE, SAMPLE).commit("File a second one");
            repo.by("mallory").merge("more", "Merge branch 'more'");
            repo.branch("less").by("eve").remove(ID).commit("Remove it");
            repo.by("mallory").merge("less", "Merge branch 'less'");
        }),
    ]
}

#[test]
fn second_file_keeps_no_older_statement() {
    for (n, (how, replace)) in replacements().into_iter().enumerate() {
        // The first replacement both ways, and each other in one of them.
        for is_late in [n % 2 == 1, true].into_iter().take(if n == 0 { 2 } else { 1 }) {
            let repo = approved(SAMPLE);
            // Signed before the removal, and landed after it.
            let older = approvals(&repo, &BOTH, SAMPLE);
            repo.wait("1h");
            replace(&repo);
            if is_late {
                repo.by("eve").write("README.md", "Payments\n").commit("Describe it");
                sign(&repo, "mallory", &older);
            }
            assert_eq!(status(&repo), "unapproved", "{how}, {is_late}");
            assert!(!is_allowed(&repo, &BILLING), "{how}, {is_late}");
            assert!(!errors(&repo).is_empty(), "{how}, {is_late}");
            sign(&repo, "ana", &approvals(&repo, &BOTH, SAMPLE));
            assert!(is_allowed(&repo, &BILLING), "{how}, {is_late}, and approved anew");
        }
    }
}

#[test]
fn second_file_loses_no_author() {
    let policy = SIGNED.replace("count: 2, each_of: [security, platform]", "count: 1");
    let later = SAMPLE.replace("2026-12-20", "2026-12-31");
    for (how, replace) in replacements().into_iter().filter(|(how, _)| !how.contains("again")) {
        let repo = ledger(&policy, &["bob", "dana", "lee"]);
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        sign(&repo, "ana", &approvals(&repo, &[("dana", "dana")], SAMPLE));
        // Bob wrote the end that stays.
        repo.by("bob").write(ID, &later).commit("Later");
        sign(&repo, "bob", &approvals(&repo, &[("dana", "dana")], &later));
        replace(&repo);
        let left = [MORE, THIRD].into_iter();
        let left: Vec<&str> =
            left.filter(|path| repo.files(repo.find("main")).0.contains_key(*path)).collect();
        repo.by("eve").write(left[0], &later).commit("As it was approved");
        sign(&repo, "bob", &approvals(&repo, &[("bob", "bob")], &later));
        repo.clock("2026-12-25T09:00:00Z");
        assert!(!is_allowed(&repo, &BILLING), "{how}");
        sign(&repo, "bob", &approvals(&repo, &[("lee", "lee")], &later));
        assert!(is_allowed(&repo, &BILLING), "{how}, and Lee approves");
    }
}

/// The sample with these resources alone.
fn scope(resources: &str) -> String {
    format!("{SAMPLE}scope: {{resources: [{resources}]}}\n")
}

/// Tells whether the gate allows a resource.
fn reaches(repo: &Repo, resource: &str) -> bool {
    is_allowed(repo, &[&BILLING[..], &["--resource", resource]].concat())
}

/// A ledger without keys in which Dana merged a text of Ana, and Lee reviewed it.
fn reviewed_ledger(text: &str) -> Repo {
    let repo = ledger(CLAIMED, &[]);
    land_reviewed(&repo, text);
    repo
}

fn land_reviewed(repo: &Repo, text: &str) {
    repo.branch("file").by("ana").write(ID, text).commit("File it");
    let says = "Merge branch 'file'\n\nReviewed-by: Lee <lee@example.com>";
    repo.by("dana").merge("file", says);
}

#[test]
fn stricter_rules_bring_nothing_back() {
    let wide = scope("'db:invoices', 'db:salaries'");
    let narrow = scope("'db:invoices'");
    let policy = SIGNED.replace("[lee@example.com]", "[lee@example.com, kim@example.com]");
    let edited = |from: &str, to: &str| (POLICY, policy.replace(from, to));
    let keys: String = ["dana", "lee"].map(|name| public(name) + "\n").concat();
    for (what, stricter) in [
        ("nothing", None),
        (
            "everybody is a bot",
            Some(edited("version: 1", "version: 1\npeople: {bots: ['*@example.com']}")),
        ),
        ("a member less", Some(edited("lee@example.com, kim@example.com", "kim@example.com"))),
        ("a larger count", Some(edited("count: 2", "count: 3"))),
        ("every key is revoked", Some((REVOKED, keys))),
    ] {
        let repo = ledger(&policy, &["dana", "lee"]);
        repo.by("ana").write(ID, &wide).commit("File it");
        sign(&repo, "ana", &approvals(&repo, &BOTH, &wide));
        assert!(reaches(&repo, "db:salaries"), "{what}");
        if let Some((path, text)) = stricter {
            assert_ne!(text, policy, "{what}");
            repo.by("mallory").write(path, &text).commit("Be stricter");
        }
        repo.by("ana").write(ID, &narrow).commit("Narrow it");
        sign(&repo, "ana", &approvals(&repo, &BOTH, &narrow));
        repo.by("ana").write(ID, &wide).commit("Ask for all of it");
        assert!(!reaches(&repo, "db:salaries"), "{what}");
    }
}

#[test]
fn typed_authors_bring_nothing_back() {
    let wide = scope("'db:invoices', 'db:salaries'");
    let later = |text: &str| text.replace("2026-12-20", "2026-12-31");
    for (what, narrow) in [
        ("narrows", scope("'db:invoices'")),
        ("narrows, and ends later", later(&scope("'db:invoices'"))),
    ] {
        for typed in [None, Some("dana"), Some("lee")] {
            let repo = ledger(SIGNED, &["dana", "lee"]);
            repo.by("ana").write(ID, &wide).commit("File it");
            sign(&repo, "ana", &approvals(&repo, &BOTH, &wide));
            assert!(reaches(&repo, "db:salaries"), "{what}, {typed:?}");
            if let Some(typed) = typed {
                repo.by("mallory").with(typed).write(ID, &later(&wide)).commit("Change it");
            }
            repo.by("ana").write(ID, &narrow).commit("Narrow it");
            sign(&repo, "ana", &approvals(&repo, &BOTH, &narrow));
            repo.by("ana").write(ID, &wide).commit("Ask for all of it");
            assert!(!reaches(&repo, "db:salaries"), "{what}, {typed:?}");
            sign(&repo, "ana", &approvals(&repo, &BOTH, &wide));
            assert_eq!(reaches(&repo, "db:salaries"), typed.is_none(), "{what}");
        }
    }
}

#[test]
fn approvals_that_cannot_be_checked_bring_nothing_back() {
    let (wide, narrow) = (scope("'db:invoices', 'db:salaries'"), scope("'db:invoices'"));
    // Whose keys the list has, when Dana and Lee approve the narrower text by theirs.
    for keys in [&["dana", "lee"][..], &["lee"], &[]] {
        let repo = ledger(CLAIMED, keys);
        land_reviewed(&repo, &wide);
        assert!(reaches(&repo, "db:salaries"), "{keys:?}");
        repo.by("ana").write(ID, &narrow).commit("Narrow it");
        sign(&repo, "ana", &approvals(&repo, &BOTH, &narrow));
        repo.by("ana").write(ID, &wide).commit("Ask for all of it");
        assert!(!reaches(&repo, "db:salaries"), "{keys:?}");
    }
    // Nobody is said to have approved what was put back here.
    let repo = reviewed_ledger(&wide);
    repo.by("mallory").write(ID, &narrow).commit("Narrow it");
    repo.by("ana").write(ID, &wide).commit("Put it back");
    assert!(reaches(&repo, "db:salaries"));
}

#[test]
fn approving_again_takes_back_what_was_said_of_another_text() {
    let (wide, narrow) = (scope("'db:invoices', 'db:salaries'"), scope("'db:invoices'"));
    for again in [false, true] {
        let repo = ledger(SIGNED, &["dana", "lee"]);
        repo.by("ana").write(ID, &narrow).commit("File it");
        sign(&repo, "ana", &approvals(&repo, &BOTH, &narrow));
        let earlier = approvals(&repo, &BOTH, &wide);
        repo.wait("1d");
        if again {
            sign(&repo, "ana", &approvals(&repo, &BOTH, &narrow));
        }
        repo.wait("1d");
        let work = earlier.iter().fold(repo.by("ana"), |work, says| work.says(says));
        work.write(ID, &wide).commit("Ask for all of it");
        assert!(reaches(&repo, "db:invoices"), "{again}");
        assert_eq!(reaches(&repo, "db:salaries"), !again);
    }
}

#[test]
fn no_name_or_layout_brings_an_older_text_back() {
    let (wide, narrow) = (scope("'db:invoices', 'db:salaries'"), scope("'db:invoices'"));
    let other = "exceptions/x.yaml";
    let tidy = format!("{narrow}# Tidy\n");
    type Act<'a> = (&'a str, bool, &'a dyn Fn(&Repo));
    // Whether Dana and Lee hold listed keys, and how the narrower text lands that they approve.
    let acts: [Act; 5] = [
        ("under another name", true, &|repo| {
            repo.by("ana").remove(ID).write(other, &narrow).commit("Narrow it");
            sign(repo, "ana", &approvals(repo, &BOTH, &narrow));
            repo.by("ana").remove(other).write(ID, &narrow).commit("Name it");
        }),
        ("by a typed co-author", true, &|repo| {
            repo.by("ana").with("dana").write(ID, &narrow).commit("Narrow it");
            sign(repo, "ana", &approvals(repo, &BOTH, &narrow));
        }),
        ("in another layout", false, &|repo| {
            repo.by("ana").write(ID, &narrow).commit("Narrow it");
            repo.by("eve").write(ID, &tidy).commit("Tidy");
            sign(repo, "ana", &approvals(repo, &BOTH, &tidy));
        }),
        ("in two layouts", false, &|repo| {
            repo.by("ana").write(ID, &narrow).commit("Narrow it");
            sign(repo, "ana", &approvals(repo, &BOTH[..1], &narrow));
            repo.by("eve").write(ID, &tidy).commit("Tidy");
            sign(repo, "ana", &approvals(repo, &BOTH[1..], &tidy));
        }),
        ("under a larger count", false, &|repo| {
            let more = CLAIMED.replace("count: 2", "count: 3");
            repo.by("mallory").write(POLICY, &more).commit("Ask more");
            repo.by("ana").write(ID, &narrow).commit("Narrow it");
            sign(repo, "ana", &approvals(repo, &BOTH, &narrow));
        }),
    ];
    for (how, is_signed, act) in acts {
        let repo = if is_signed {
            let repo = ledger(SIGNED, &["dana", "lee"]);
            repo.by("ana").write(ID, &wide).commit("File it");
            sign(&repo, "ana", &approvals(&repo, &BOTH, &wide));
            repo
        } else {
            reviewed_ledger(&wide)
        };
        assert!(reaches(&repo, "db:salaries"), "{how}");
        act(&repo);
        repo.by("ana").write(ID, &wide).commit("Ask for all of it");
        assert!(!reaches(&repo, "db:salaries"), "{how}");
    }
    // A file that nobody can read, merged by whoever, and put right.
    let repo = reviewed_ledger(&wide);
    land_reviewed(&repo, "id: [\n");
    repo.by("ana").write(ID, &wide).commit("Put it right");
    assert!(reaches(&repo, "db:salaries"));
}

#[test]
fn second_file_closes_in_lower_case_too() {
    for id in [ID.to_owned(), ID.to_ascii_lowercase()] {
        let repo = ledger(SIGNED, &["dana", "lee"]);
        repo.by("ana").write(ID, SAMPLE).commit("File it");
        sign(&repo, "ana", &approvals(&repo, &BOTH, SAMPLE));
        assert!(is_allowed(&repo, &BILLING), "{id}");
        let closure =
            "closure: {date: 2026-11-20, by: lee@example.com, outcome: remediated, reason: Done}\n";
        repo.by("lee").write(MORE, &(SAMPLE.replace(ID, &id) + closure)).commit("Close it");
        repo.by("mallory").remove(MORE).commit("Remove it");
        assert!(!is_allowed(&repo, &BILLING), "{id}");
    }
}
