//! A closure whose proof is on the screen, in the log and on the page.

use crate::decisions::refused::refused;
use crate::decisions::{ID, Life, record};

const POLICY: &str = "\
version: 1
groups: {platform: [lee@example.com, kim@example.com]}
tiers: [{name: standard, max_term: 90d, approvals: {count: 1}, post_closure_review: 30d}]
closure: {checks: {secret-storage: [rotated, removed-from-code, removed-from-logs]}, access_verified: [standard]}
";

const LINES: &str = "\
subject: {identity: 'svc:invoices', identity_type: service-account, credential: 'vault:prod/invoices', task: nightly}
deviates_from: {rule: Keys are in the vault, baseline: secret-storage}
";

/// The arguments of a closure with these answers to two of its checks.
fn close<'a>(rotated: &'a str, logs: &'a str, log: &'a str) -> Vec<&'a str> {
    let args = "close EXC-2026-7F3KQ --outcome remediated --access-verified before=2026-11-20 \
        --access-verified during=2026-11-20 --access-verified after=2026-11-20 \
        --evidence E2=change:https://ci.example.com/7 --check removed-from-code=E2 --check";
    let more = [rotated, "--check", logs, "--evidence", log];
    let said =
        ["--reason", "The job has its own key", "--prevention", "A hook refuses keys in code"];
    args.split_whitespace().chain(more).chain(said).collect()
}

/// Returns what `show`, `log` and the card on the page say of the closure, and asserts that they have these parts.
fn assert_says(life: &Life, parts: &[&str]) {
    let page = life.run("sam", &["report", "--format", "html"]).out;
    let card = page.split(&format!("<details class=\"card\" id=\"{ID}\">")).nth(1).unwrap();
    let text = |html: &str| {
        let parts = html.split('<').filter_map(|part| part.split_once('>').map(|(_, text)| text));
        parts.collect::<String>()
    };
    for (name, answer) in [
        ("show", life.run("sam", &["show", ID]).out),
        ("log", life.run("sam", &["log", ID]).out),
        ("card", text(card)),
    ] {
        for part in parts {
            assert!(answer.contains(part), "{name}: {part}: {answer}");
        }
    }
}

#[test]
fn what_a_closure_proved_is_on_the_screen_in_the_log_and_on_the_page() {
    let life = Life::of(POLICY);
    life.filed(ID, &record(ID, LINES), "ana", "lee");
    let outside = crate::support::temporary();
    let [seen, gone] =
        [("before.txt", "two callers"), ("after.txt", "no caller")].map(|(name, text)| {
            let path = outside.path().join(name);
            std::fs::write(&path, text).unwrap();
            format!("log:{}", path.display())
        });
    let (seen, gone) = (format!("E1={seen}"), format!("E3={gone}"));
    let note =
        ["note", ID, "--stage", "investigation", "--note", "Two callers", "--evidence", &seen];
    life.decided("ana", &note, "lee");
    // Nothing is written of answers that say nothing, cite nothing, or leave something out.
    for (rotated, logs, why) in [
        ("rotated=tbd", "removed-from-logs=E1", "checks.rotated (`tbd` is not an answer)"),
        ("rotated=E9", "removed-from-logs=E1", "checks.rotated (there is no evidence E9)"),
        (
            "rotated=E1",
            "removed-from-logs=n/a: none",
            "checks.removed-from-logs (`n/a` needs a reason",
        ),
        ("rotated=E1", "other=E1", "checks.removed-from-logs"),
    ] {
        let err = refused(&life, &close(rotated, logs, &gone));
        assert!(err.contains(why), "{err}");
    }
    assert!(!life.repo.path().join(format!("evidence/{ID}/after.txt")).exists());
    // The answers may cite the evidence of an earlier note.
    life.decided(
        "ana",
        &close("rotated=E1, E3", "removed-from-logs=n/a: it was never logged", &gone),
        "lee",
    );
    let before = format!("E1 log evidence/{ID}/before.txt afa20753a2ee unchanged");
    let after = format!("E3 log evidence/{ID}/after.txt 4748726d3922 unchanged");
    assert_says(
        &life,
        &[
            "remediated",
            "2026-11-20 by ana@example.com",
            "The job has its own key",
            "rotated: E1, E3",
            "removed-from-code: E2",
            "removed-from-logs: n/a: it was never logged",
            "before 2026-11-20, during 2026-11-20, after 2026-11-20",
            "A hook refuses keys in code",
            &before,
            "E2 change https://ci.example.com/7",
            &after,
            "not yet: due by 2026-12-20",
            "closed 2026-11-20: remediated",
        ],
    );
    let list = life.run("sam", &["list", "--all"]).out;
    assert!(list.contains("closed 2026-11-20: remediated"), "{list}");
    // Evidence that changes later no longer proves it, and the review says who looked again.
    life.repo.by("mal").write(&format!("evidence/{ID}/after.txt"), "none").commit("Tidy up");
    life.repo.by("mal").remove(&format!("evidence/{ID}/before.txt")).commit("Tidy up");
    life.switch("main");
    assert_says(&life, &["after.txt 4748726d3922 changed", "before.txt afa20753a2ee missing"]);
    // Nobody reviews a closure whose evidence is not there any more.
    life.repo.clock("2026-12-01T09:00:00Z");
    let review = ["close", ID, "--reviewed", "--outcome", "effective"];
    let err = refused(&life, &review);
    assert!(err.contains("missing-evidence") && err.contains("evidence-changed"), "{err}");
    let restored = life.repo.by("ana").write(&format!("evidence/{ID}/after.txt"), "no caller");
    restored.write(&format!("evidence/{ID}/before.txt"), "two callers").commit("Restore it");
    life.decided("kim", &review, "lee");
    assert_says(&life, &[&before, &after, "effective, 2026-12-01 by kim@example.com"]);
}
