//! Whom an input is routed to: the owner of the record, of the asset, of the files; and who is notified.

use serde_json::{Value, json};

use crate::support::repo::Repo;
use crate::triage::{ON, POLICY, file, finding, json as asked, ledger, put, result, run, sarif};

const PEOPLE: &str = "\
email,name,team,active
ana@example.com,Ana Ruiz,billing,yes
dana@example.com,Dana Kim,security,yes
kim@example.com,Kim Oz,platform,yes
max@example.com,Max Left,platform,no
lee@example.com,Lee Park,platform,yes
";

const ROUTING: &str = "people: {roster: people.csv, logins: {kim: kim@example.com}}
assets:
  - {match: ['svc:gone-*'], owner: max@example.com}
  - {match: ['svc:billing-*', 'services/billing/**'], owner: ana@example.com, notify: [platform]}
  - {match: ['vault:prod/**'], owner: kim@example.com}
  - {match: ['svc:billing-night'], notify: [audit@example.com, max@example.com]}
";

const CODEOWNERS: &str = "\
*               @example/everybody
/services/      @kim lee@example.com
/services/gone/ max@example.com
/vendor/
";

/// A ledger with owners of assets and files, and baselines that notify.
fn owned() -> Repo {
    let policy = POLICY.replace(
        "    review_by: 2027-03-31\n",
        "    notify: [security, lee@example.com]\n    review_by: 2027-03-31\n",
    );
    let repo = ledger(&format!("{policy}{ROUTING}"));
    repo.by("root")
        .write("people.csv", PEOPLE)
        .write(".github/CODEOWNERS", CODEOWNERS)
        .commit("Say who owns what");
    repo.checkout();
    repo
}

/// A denied call in production, with these further values in `data`.
fn event(id: &str, more: Value) -> String {
    let mut data = json!({"environment": "production", "decision": "denied"});
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let event = json!({"specversion": "1.0", "type": "tool.call", "source": "agent", "id": id, "time": ON, "data": data});
    format!("{event}\n")
}

/// Returns an address, or nothing.
fn email(person: &Value) -> &str {
    person["email"].as_str().unwrap_or("")
}

/// Returns the owner, those notified, and the reason, of each input.
fn routes(repo: &Repo, name: &str, text: &str) -> Vec<(String, String, String)> {
    put(repo, name, text);
    let answer = asked(repo, &[name]).1;
    let results = answer["results"].as_array().unwrap().iter();
    results
        .map(|row| {
            let route = &row["route"];
            let notify: Vec<&str> = route["notify"].as_array().unwrap().iter().map(email).collect();
            let because = route["because"].as_str().unwrap().to_owned();
            (email(&route["owner"]).to_owned(), notify.join(" "), because)
        })
        .collect()
}

#[test]
fn an_event_goes_to_the_owner_of_the_asset_and_to_those_whom_baseline_and_asset_notify() {
    let repo = owned();
    let security = "dana@example.com lee@example.com";
    let nobody = "neither `assets` nor CODEOWNERS names an owner";
    for (data, owner, notify, because) in [
        (
            json!({"identity": "svc:billing-batch"}),
            "ana@example.com",
            security,
            "owner of asset `svc:billing-*`, which fits its identity",
        ),
        (
            json!({"identity": "svc:billing-night"}),
            "ana@example.com",
            "dana@example.com lee@example.com audit@example.com",
            "owner of asset `svc:billing-*`, which fits its identity",
        ),
        // The first rule in the policy's order decides, not the first value of the event.
        (
            json!({"identity": "x", "credential": "vault:prod/db/billing", "asset": "svc:billing-db"}),
            "ana@example.com",
            security,
            "owner of asset `svc:billing-*`, which fits its asset",
        ),
        (
            json!({"identity": "x", "credential": "vault:prod/db/billing"}),
            "kim@example.com",
            security,
            "owner of asset `vault:prod/**`, which fits its credential",
        ),
        (
            json!({"application": "svc:billing-ui"}),
            "ana@example.com",
            security,
            "owner of asset `svc:billing-*`, which fits its application",
        ),
        (
            json!({"identity": "x", "resource": ["db", "vault:prod/db"]}),
            "kim@example.com",
            security,
            "owner of asset `vault:prod/**`, which fits its resource",
        ),
        (
            json!({"identity": "x", "path": "./services/billing/main.rs"}),
            "ana@example.com",
            security,
            "owner of asset `services/billing/**`, which fits its path",
        ),
        (
            json!({"identity": "x", "path": "services/shop/main.rs"}),
            "kim@example.com",
            "lee@example.com dana@example.com",
            "owner by line 2 of CODEOWNERS, `/services/`",
        ),
        (json!({"identity": "x", "path": "../services/shop/main.rs"}), "", security, nobody),
        (json!({"identity": "x", "path": "/services/shop/main.rs"}), "", security, nobody),
        (json!({"identity": ["svc:billing-batch"]}), "", security, nobody),
        (
            json!({"identity": "svc:gone-job"}),
            "",
            security,
            "neither `assets` nor CODEOWNERS names an owner; the owner of asset `svc:gone-*`, max@example.com, has left",
        ),
    ] {
        let found = routes(&repo, "events.jsonl", &event("1", data.clone()));
        let expected = (owner.to_owned(), notify.to_owned(), because.to_owned());
        assert_eq!(found, [expected], "{data}");
    }
}

#[test]
fn a_finding_goes_to_the_owner_of_its_files() {
    let repo = owned();
    for (paths, owner, notify, because) in [
        (
            &["services/billing/Cargo.lock"][..],
            "ana@example.com",
            "lee@example.com",
            "owner of asset `services/billing/**`, which fits its path",
        ),
        (
            &["services/shop/Cargo.lock"],
            "kim@example.com",
            "lee@example.com",
            "owner by line 2 of CODEOWNERS, `/services/`",
        ),
        // Teams are nobody in particular, and those who have left are nobody any more.
        (
            &["README"],
            "",
            "",
            "line 1 of CODEOWNERS, `*`, names @example/everybody: nobody who is known and still there",
        ),
        (
            &["services/gone/a"],
            "",
            "",
            "line 3 of CODEOWNERS, `/services/gone/`, names max@example.com: nobody who is known and still there",
        ),
        (&["vendor/a"], "", "", "line 4 of CODEOWNERS, `/vendor/`, has no owner"),
        (&["../outside"], "", "", "neither `assets` nor CODEOWNERS names an owner"),
        (
            &["vendor/a", "services/shop/a"],
            "kim@example.com",
            "lee@example.com",
            "owner by line 2 of CODEOWNERS, `/services/`",
        ),
    ] {
        let mut one = result("CVE-2026-0100", paths[0]);
        let places = paths.iter().map(|path| result("x", path)["locations"][0].clone());
        one["locations"] = places.collect();
        let found = routes(&repo, "a.sarif", &sarif("Trivy", &[one]));
        let expected = (owner.to_owned(), notify.to_owned(), because.to_owned());
        assert_eq!(found, [expected], "{paths:?}");
    }
}

#[test]
fn the_owner_of_the_record_comes_first_while_they_are_there() {
    let repo = owned();
    // Pushed by its author and approved by nobody, so it is pending.
    for (id, owner) in
        [("EXC-2026-AAAA1", "ana"), ("EXC-2026-AAAA2", "max"), ("EXC-2026-AAAA3", "new")]
    {
        let n = id.chars().last().unwrap();
        let text = finding(id, &format!("tool: trivy, id: CVE-{n}"))
            .replace("email: ana@example.com", &format!("email: {owner}@example.com"));
        repo.by("ana").write(id, &text).commit(&format!("File {id}"));
    }
    let ended = finding("EXC-2026-AAAA4", "tool: trivy, id: CVE-4")
        .replace("expires: 2027-01-10", "expires: 2026-11-25");
    file(&repo, "EXC-2026-AAAA4", &ended);
    repo.checkout();
    let results: Vec<Value> =
        (1..=4).map(|n| result(&format!("CVE-{n}"), "services/shop/a")).collect();
    put(&repo, "a.sarif", sarif("Trivy", &results));
    let answer = asked(&repo, &["a.sarif"]).1;
    let rows: Vec<(&str, &str, &str)> = answer["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let route = &row["route"];
            (
                row["state"].as_str().unwrap(),
                email(&route["owner"]),
                route["because"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("pending", "ana@example.com", "owner of EXC-2026-AAAA1"),
            (
                "pending",
                "kim@example.com",
                "owner by line 2 of CODEOWNERS, `/services/`; the owner of EXC-2026-AAAA2, max@example.com, has left"
            ),
            (
                "pending",
                "kim@example.com",
                "owner by line 2 of CODEOWNERS, `/services/`; the owner of EXC-2026-AAAA3, new@example.com, is not on the roster"
            ),
            ("expired_cover", "ana@example.com", "owner of EXC-2026-AAAA4"),
        ]
    );
}

#[test]
fn what_needs_nobody_has_no_route_and_what_cannot_be_read_has_no_owner() {
    let repo = owned();
    let normal = json!({"identity": "svc:billing-batch", "decision": "allowed"});
    put(&repo, "events.jsonl", event("1", normal) + "no event\n");
    let answer = asked(&repo, &["events.jsonl"]).1;
    assert_eq!(answer["results"][0]["state"], "routine");
    assert_eq!(answer["results"][0]["route"], Value::Null);
    let unread = json!({"owner": null, "because": "what can't be read names nobody", "notify": []});
    assert_eq!(answer["results"][1]["route"], unread);
}

#[test]
fn a_branch_routes_nothing_elsewhere() {
    let repo = owned();
    let branch = repo.branch("elsewhere").by("ana");
    branch.write(".github/CODEOWNERS", "* ana@example.com\n").commit("Take all");
    std::fs::write(repo.path().join(".github/CODEOWNERS"), "* ana@example.com\n").unwrap();
    let found = routes(&repo, "a.sarif", &sarif("Trivy", &[result("CVE-1", "services/shop/a")]));
    assert_eq!(found[0].0, "kim@example.com");
}

#[test]
fn a_codeowners_that_is_too_long_is_said() {
    let repo = owned();
    repo.by("root").write(".github/CODEOWNERS", &"# long\n".repeat(200_000)).commit("Too long");
    let found = routes(&repo, "a.sarif", &sarif("Trivy", &[result("CVE-1", "services/shop/a")]));
    assert_eq!(found[0].0, "");
    assert_eq!(
        found[0].2,
        "`assets` names no owner, and CODEOWNERS can't be read: .github/CODEOWNERS is longer than 1 MiB"
    );
}

#[test]
fn the_table_says_who() {
    let repo = owned();
    let text = event("1", json!({"identity": "svc:billing-batch"}))
        + &event("2", json!({"identity": "x"}));
    put(&repo, "events.jsonl", text);
    let answer = run(&repo, &["events.jsonl"]);
    assert_eq!(answer.code, 1, "{}", answer.err);
    let out = answer.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(out.contains("svc:billing-batch ana@example.com"), "{out}");
    assert!(out.contains("x nobody; notified: dana@example.com and 1 more"), "{out}");
    let without = "without an owner: 1 input (others are notified): name owners in `assets` of exledger.yaml, or in CODEOWNERS";
    assert!(out.contains(without), "{out}");
}
