//! What is read, what is refused, and what never leads to a dismissal.

use serde_json::{Value, json};

use super::{ON, SECRET, changes, code_scanning, file, ledger, plan, plan_at, secret};
use crate::cli;
use crate::support::repo::{Repo, git};

const ID: &str = "EXC-2026-C0VER";

fn covering() -> Repo {
    let repo = ledger();
    let findings = "{tool: semgrep, id: r}, {tool: github-secret-scanning, id: s}";
    file(&repo, ID, "brittle-dependency", findings);
    repo.checkout();
    repo
}

#[test]
fn every_form_in_which_gh_prints_alerts_is_read() {
    let repo = covering();
    let [one, two] = [4, 5].map(|number| code_scanning(number, "semgrep", "r", "a"));
    let pretty = serde_json::to_string_pretty(&json!([one])).unwrap();
    for text in [
        format!("[{one},{two}]"),
        format!("[{one}][{two}]"),
        format!("{pretty}\n[{two}]\n"),
        format!("[[{one}],[],[{two}]]"),
        format!("{one}\n{two}\n"),
        format!("\u{feff}{one}\n\n{two}"),
        format!("[{one},{two}][{one}]"),
    ] {
        let run = plan_at(&repo, &text, ON);
        assert_eq!((run.code, changes(&run).len()), (0, 2), "{text}: {}", run.err);
    }
    for empty in ["", "[]", "[][]", "[[]]", "\n"] {
        let run = plan_at(&repo, empty, ON);
        assert_eq!((run.code, run.out.as_str()), (0, ""), "{empty:?}");
        assert!(run.err.starts_with("plan: 0 dismiss, 0 reopen"), "{}", run.err);
    }
}

#[test]
fn an_input_that_cannot_be_read_makes_no_plan() {
    let repo = covering();
    let good = code_scanning(4, "semgrep", "r", "a");
    let with = |key: &str, value: Value| {
        let mut alert = code_scanning(5, "semgrep", "r", "a");
        alert[key] = value;
        alert
    };
    let mut nameless = code_scanning(5, "semgrep", "r", "a");
    nameless["tool"]["name"] = Value::Null;
    let url = |url: &str| with("url", url.into());
    for (bad, why) in [
        (json!({"message": "Not Found", "status": "404"}), "it has no `number`"),
        (json!(7), "not a JSON object"),
        (json!([[[good]]]), "not a JSON object"),
        (with("state", "odd".into()), "`state` is not known"),
        (with("state", Value::Null), "no `state`"),
        (with("number", 6.into()), "another number"),
        (with("dismissed_comment", 6.into()), "is not a text"),
        (with("rule", json!({})), "no `rule.id`"),
        (nameless, "no `tool.name`"),
        (url("https://api.github.com/repos/acme/shop/issues/5"), "not that of an alert"),
        (url("https://api.github.com/repos/acme/shop/code-scanning/alerts/5/x"), "not that"),
        (url("https://api.github.com/repos/acme/../code-scanning/alerts/5"), "not that"),
        (url("file:///repos/acme/shop/code-scanning/alerts/5"), "not that of an alert"),
    ] {
        let run = plan(&repo, &[good.clone(), bad.clone()]);
        assert_eq!((run.code, run.out.as_str()), (3, ""), "{bad}: {}", run.err);
        assert!(run.err.contains(why), "{bad}: {}", run.err);
    }
    for broken in ["[", "{\"number\":", "[{}", "no", "[{}]]", "{\"number\":1,\"number\":2}"] {
        let run = plan_at(&repo, broken, ON);
        assert_eq!((run.code, run.out.as_str()), (3, ""), "{broken}: {}", run.err);
    }
}

#[test]
fn the_value_of_a_secret_goes_nowhere() {
    let repo = covering();
    let mut resolved = secret(8, "s", "a");
    resolved["state"] = "resolved".into();
    resolved["resolution_comment"] = ID.into();
    let run = plan(&repo, &[secret(7, "s", "a"), resolved, secret(9, "other", "a")]);
    assert_eq!(changes(&run).len(), 1, "{}", run.err);
    assert!(!run.out.contains(SECRET) && !run.err.contains(SECRET));
    // A broken one is refused without it, too.
    for key in ["url", "secret_type", "state", "resolution_comment", "number"] {
        let mut broken = secret(7, "s", "a");
        broken[key] = SECRET.into();
        let run = plan(&repo, &[broken.clone()]);
        assert!(!run.out.contains(SECRET) && !run.err.contains(SECRET), "{key}: {}", run.err);
        broken[key] = json!([SECRET]);
        let run = plan(&repo, &[broken]);
        assert!(!run.out.contains(SECRET) && !run.err.contains(SECRET), "{key}: {}", run.err);
    }
    let torn = secret(7, "s", "a").to_string().replace("\"has_more", "has_more");
    let run = plan_at(&repo, &torn, ON);
    assert!(run.code == 3 && !run.err.contains(SECRET), "{}", run.err);
}

#[test]
fn alerts_of_another_repository_stay_as_they_are() {
    let repo = covering();
    let elsewhere = |url: &str| {
        let mut alert = code_scanning(4, "semgrep", "r", "a");
        alert["url"] = url.into();
        alert
    };
    let run = plan(
        &repo,
        &[
            elsewhere("https://api.github.com/repos/acme/other/code-scanning/alerts/4"),
            elsewhere("https://api.github.com/repos/other/shop/code-scanning/alerts/4"),
        ],
    );
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    assert!(run.err.contains("2 elsewhere"), "{}", run.err);
    // GitHub ignores the case of names; a server of a company has another address.
    let run = plan(
        &repo,
        &[elsewhere("https://git.example.com/api/v3/repos/Acme/SHOP/code-scanning/alerts/4")],
    );
    assert_eq!(changes(&run).len(), 1);
    assert!(run.out.contains("\"/repos/acme/shop/code-scanning/alerts/4\""), "{}", run.out);
}

#[test]
fn a_record_whose_status_is_unknown_dismisses_nothing() {
    let repo = ledger();
    let text = "{tool: semgrep, id: r}";
    file(&repo, ID, "brittle-dependency", text);
    let branch = repo.branch("uses").by("ana");
    branch.edit(ID, "uses: {limit: 1}").commit("Allow it once");
    repo.by("dana").merge("uses", "Merge branch 'uses'");
    let mut cited = code_scanning(5, "semgrep", "r", "a");
    cited["state"] = "dismissed".into();
    cited["dismissed_comment"] = ID.into();
    let run = plan(&repo, &[code_scanning(4, "semgrep", "r", "a"), cited.clone()]);
    assert_eq!((run.code, run.out.as_str()), (3, ""), "{}", run.err);
    assert!(run.err.contains("whether code-scanning alert 4 is covered"), "{}", run.err);
    // One whose cited record is known not to be in force is opened again all the same.
    file(&repo, "EXC-2026-EN0ED", "brittle-dependency", "{tool: semgrep, id: other}");
    let branch = repo.branch("end").by("ana");
    branch.edit("EXC-2026-EN0ED", "expires: 2026-11-25").commit("End it");
    repo.by("dana").merge("end", "Merge branch 'end'");
    cited["dismissed_comment"] = "EXC-2026-EN0ED".into();
    let run = plan(&repo, &[cited]);
    assert_eq!(
        changes(&run),
        [("reopen".to_owned(), "code-scanning".to_owned(), 5)],
        "{}",
        run.err
    );
}

#[test]
fn a_clone_without_the_history_dismisses_nothing() {
    let repo = covering();
    let folder = crate::support::temporary();
    let from = format!("file://{}", repo.path().display());
    git(folder.path(), &["clone", "-q", "--depth", "1", &from, "cut"]);
    let alerts = Value::from(vec![code_scanning(4, "semgrep", "r", "a")]).to_string();
    let args = ["triage", "-", "--plan", "github", "--repo", "acme/shop"];
    let clock = [("EXLEDGER_TEST_CLOCK", ON)];
    let run = cli::run_fed_with(&folder.path().join("cut"), &args, &clock, alerts.as_bytes());
    assert_eq!((run.code, run.out.as_str()), (3, ""), "{}", run.err);
}

#[test]
fn wrong_use_is_refused_with_the_way_out() {
    let repo = covering();
    std::fs::write(repo.path().join("alerts.json"), "[]").unwrap();
    for (args, why) in [
        (&["--plan", "github"] as &[&str], "add --repo OWNER/NAME"),
        (&["--plan", "github", "--repo", "shop"], "shop is not a repository of GitHub"),
        (&["--plan", "github", "--repo", "a/b/c"], "is not a repository"),
        (&["--plan", "github", "--repo", "a/.."], "is not a repository"),
        (&["--plan", "github", "--repo", "a/b", "--on", "2026-12-01"], "about the present"),
        (&["--plan", "github", "--repo", "a/b", "--filter"], "--filter"),
        (&["--plan", "gitlab", "--repo", "a/b"], "gitlab"),
        (&["--repo", "a/b"], "--plan"),
    ] {
        let run = cli::run(repo.path(), &[&["triage", "alerts.json"], args].concat());
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}");
        assert!(run.err.contains(why), "{args:?}: {}", run.err);
    }
    let missing = ["triage", "none.json", "--plan", "github", "--repo", "a/b"];
    assert_eq!(cli::run(repo.path(), &missing).code, 3);
    let into = ["triage", "alerts.json", "--plan", "github", "--repo", "a/b", "-o", "plan.jsonl"];
    assert_eq!(cli::run(repo.path(), &into).code, 0);
    assert_eq!(std::fs::read_to_string(repo.path().join("plan.jsonl")).unwrap(), "");
}
