//! The forge's answers about accounts, impossible answers, and what a bridge signs.

use serde_json::{Value, json};

use super::reviewers::{PLAIN, asked, review, unresolved, with};
use super::reviews::squashed;
use super::{ID, POLICY, RECORD, World};

#[test]
fn one_answer_of_the_forge_tells_a_known_reviewer_from_an_author_who_is_only_an_account() {
    let mapped = PLAIN.replace("people: {", "people: {logins: {odiaz: omar@example.com}, ");
    for (authors, expected) in [
        (json!([{"email": "777+nweber@users.noreply.github.com", "login": "nweber"}]), "active"),
        (Value::Null, "unapproved"),
    ] {
        let world = World::new(&mapped);
        world
            .repo
            .branch("rotate")
            .by("nweber <777+nweber@users.noreply.github.com>")
            .write(ID, &RECORD.replace("moderate", "low"))
            .commit("File it");
        let head = world.repo.tip("rotate").to_string();
        let author = "nweber <777+nweber@users.noreply.github.com>";
        let landing = world.repo.by(author).through("github").squash("rotate", "File it (#2)");
        let asked = with(
            asked(&landing.to_string(), &review(&head)),
            &[("authors", authors), ("opened_by", json!("nweber"))],
        );
        assert_eq!(world.reviewed(&asked).code, 0);
        assert_eq!(world.stands().0, expected);
    }
}

#[test]
fn a_bare_key_is_about_one_forge_and_no_login_is_read_as_a_number() {
    let policy = PLAIN.replace(
        "people: {",
        "people: {logins: {odiaz: omar@example.com, kpark@users.noreply.gitlab.com: kim@example.com}, ",
    );
    let world = World::new(&policy);
    let (head, landing) = squashed(&world);
    let gitlab = |login: &str| {
        let review = with(review(&head), &[("login", json!(login)), ("permission", json!("read"))]);
        let run =
            world.reviewed(&with(asked(&landing, &review), &[("forge", json!("gitlab.com"))]));
        (run.code, unresolved(&run).first().map(|it| it["line"].clone()))
    };
    assert_eq!(gitlab("kpark"), (0, None));
    let by: Vec<String> = world.recorded().into_iter().map(|(path, _)| path).collect();
    assert!(by.len() == 2 && by[0].ends_with("-kim@example.com.txt"), "{by:?}");
    let line = json!("odiaz@users.noreply.gitlab.com: ADDRESS");
    assert_eq!(gitlab("odiaz"), (1, Some(line)));
    assert_eq!(gitlab("7-kpark").0, 1);
}

#[test]
fn what_the_forge_can_not_have_said_is_refused() {
    let world = World::new(PLAIN);
    let (head, landing) = squashed(&world);
    let sound = asked(&landing, &review(&head));
    let bad = |key: &str, value: Value| with(sound.clone(), &[(key, value)]);
    let review = |key: &str, value: Value| asked(&landing, &with(review(&head), &[(key, value)]));
    for json in [
        bad("forge", json!("https://github.com")),
        bad("forge", json!("")),
        bad("opened_by", json!("a b")),
        bad("opened_by", json!(7)),
        bad("authors", json!([{"email": "ana@example.com", "login": "a\nb"}])),
        bad("authors", json!([{"login": "aruiz"}])),
        bad("authors", json!([{"email": "ana@example.com", "login": "aruiz", "id": 7}])),
        review("permission", json!("owner")),
        review("author_association", json!("member")),
    ] {
        let run = world.reviewed(&json);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{json}: {}", run.err);
        assert!(world.recorded().is_empty(), "{json}");
    }
}

#[test]
fn the_key_of_the_bridge_signs_what_then_counts_through_the_forge() {
    let policy = POLICY.replace("logins: {", "logins: {odiaz: omar@example.com, ");
    let policy = policy.replace("platform: [lee", "platform: [omar@example.com, lee");
    let policy =
        policy.replace("count: 2, each_of: [security, platform]", "count: 1, each_of: [platform]");
    let world = World::new(&policy);
    let (head, landing) = squashed(&world);
    let asked = asked(&landing, &review(&head)).to_string();
    let sign = |key: &str| {
        world.repo.checkout();
        std::fs::write(world.repo.path().join(".git/reviews.json"), &asked).unwrap();
        let key = world.key(key).display().to_string();
        let run = ["approve", "--from-reviews", ".git/reviews.json", "--key", &key];
        world.run(&[&run[..], &["--format", "json"]].concat())
    };
    let unlisted = sign("mallory");
    assert_eq!(unlisted.code, 1, "{}", unlisted.err);
    assert!(
        unlisted.err.contains("does not count yet") && unlisted.err.contains("exledger-review@v1"),
        "{}",
        unlisted.err
    );
    // A statement would keep the time at which nobody listed its key.
    assert!(world.recorded().is_empty());
    let public = std::fs::read_to_string(world.key("mallory.pub")).unwrap();
    let line = format!("bridge@example.com namespaces=\"exledger-review@v1\" {public}");
    let work = world.repo.branch("keys").by("sam");
    let signers = work.text(".github/allowed_signers") + &line;
    work.write(".github/allowed_signers", &signers).commit("List the bridge");
    world.repo.by("lee").merge("keys", "Merge branch 'keys'");
    let signed = sign("mallory");
    assert_eq!((signed.code, signed.err.as_str()), (0, ""), "{}", signed.out);
    let answer: Value = serde_json::from_str(&signed.out).unwrap();
    assert_eq!(answer["results"][0]["files"].as_array().unwrap().len(), 2);
    let files = world.recorded();
    assert_eq!(world.stands(), ("active".into(), "claimed".into()));
    let again = sign("mallory");
    assert_eq!(again.code, 0, "{}", again.err);
    let answer: Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!(answer["results"][0]["landed"], true);
    assert_eq!(world.recorded(), files, "what is signed stays");
}
