//! Reviewers who wrote part of what they review: in a commit of the request, which a squash need not name.

use serde_json::{Value, json};

use super::reviewers::{PLAIN, asked, review, with};
use super::{ID, RECORD, World};
use crate::support::repo::speak;

const SAYS: &str = "wrote part of EXC-2026-7F3KQ, so their review of it does not count: ask someone else (https://forge.example.com/pull/2#review-1)";

fn mapped() -> World {
    World::new(&PLAIN.replace("people: {", "people: {logins: {901+odiaz: omar@example.com}, "))
}

/// Squashes the branch, and records Omar's review of its last commit, with these accounts in the forge's answer.
fn record(world: &World, reviewed: &str, authors: Value) -> (i32, String) {
    let head = world.repo.tip("billing").to_string();
    let landing = world.squash("billing").to_string();
    let review = with(review(reviewed), &[("number", json!(901))]);
    let asked = with(asked(&landing, &review), &[("authors", authors), ("head", json!(head))]);
    let run = world.reviewed(&asked);
    (run.code, run.err)
}

#[test]
fn who_wrote_a_commit_of_the_request_approves_nothing_of_it() {
    let nina = json!([{"email": "ana@example.com", "login": "aruiz"}]);
    let also = |email: &str, login: Value| json!([{"email": "ana@example.com", "login": "aruiz"}, {"email": email, "login": login}]);
    let trailer = "Two days less\n\nCo-authored-by: Omar <omar@example.com>\n";
    for (author, message, authors) in [
        ("omar", "Two days less", also("omar@example.com", json!("odiaz"))),
        // By the policy, as a forge that names no logins has it.
        ("omar", "Two days less", also("omar@example.com", Value::Null)),
        ("omar", "Two days less", nina.clone()),
        // By the login, by the number, and as co-author.
        ("o <o@home.example>", "Two days less", also("o@home.example", json!("Odiaz"))),
        ("o <901+former@users.noreply.github.com>", "Two days less", nina.clone()),
        ("ana", trailer, nina.clone()),
    ] {
        let world = mapped();
        let work = world.repo.branch("billing").by(author);
        work.edit(ID, "expires: 2026-12-18").commit(message);
        let head = world.repo.tip("billing").to_string();
        let (code, err) = record(&world, &head, authors);
        assert_eq!((code, err.contains(SAYS)), (0, true), "{author} {message}: {err}");
        assert!(world.recorded().is_empty(), "{author} {message}");
        assert_eq!(world.stands().0, "unapproved", "{author} {message}");
    }
}

#[test]
fn who_changed_something_else_or_updated_the_branch_approves() {
    let world = mapped();
    world.repo.by("lee").write("README.md", "Payments\n").commit("Describe it (#1)");
    world.repo.branch("billing").by("omar").write("job.sh", "true\n").commit("Mend a typo");
    let reviewed = world.repo.tip("billing").to_string();
    world.repo.branch("billing").by("omar").merge("main", "Merge branch 'main' into billing");
    let authors = json!([{"email": "ana@example.com", "login": "aruiz"}, {"email": "omar@example.com", "login": "odiaz"}]);
    assert_eq!(record(&world, &reviewed, authors), (0, String::new()));
    let files = world.recorded();
    assert!(files[0].1.contains("\nauthor ana@example.com aruiz\n"), "{}", files[0].1);
    assert!(!files[0].1.contains("author omar"), "{}", files[0].1);
    assert_eq!(world.stands(), ("active".into(), "claimed".into()));
}

#[test]
fn what_a_commit_changed_that_only_the_forge_names_is_not_known() {
    let world = mapped();
    let head = world.repo.tip("billing").to_string();
    let authors = json!([{"email": "ana@example.com", "login": "aruiz"}, {"email": "gone@example.com", "login": "odiaz"}]);
    let (code, err) = record(&world, &head, authors);
    assert_eq!((code, err.contains(SAYS)), (0, true), "{err}");
    assert!(world.recorded().is_empty());
}

#[test]
fn a_statement_that_names_its_reviewer_as_an_author_counts_for_no_squash() {
    use exledger::approval::evidence::statement_file::AuthorLogin;
    use exledger::record::address::Address;
    for (email, login, expected) in [
        ("ana@example.com", "aruiz", "active"),
        ("omar@example.com", "odiaz", "unapproved"),
        ("o@home.example", "odiaz", "unapproved"),
        ("omar@example.com", "former", "unapproved"),
    ] {
        let world = mapped();
        let mut says =
            speak::reviewed("omar", ID, RECORD, "2026-11-20T10:30:00Z").ledger("example/payments");
        says.file.account = Address::new("901+odiaz@users.noreply.github.com");
        let email = Address::new(email).unwrap();
        says.file.authors = vec![AuthorLogin { email, login: login.to_owned() }];
        world.squash("billing");
        world.repo.by("lee").says(&says).commit("Record a review (#2)");
        assert_eq!(world.stands().0, expected, "{login}");
    }
}

#[test]
fn an_author_whom_the_answer_gives_the_reviewers_account_is_the_reviewer() {
    let world = mapped();
    let omar = "o <o@home.example>";
    world.repo.branch("billing").by(omar).edit(ID, "expires: 2026-12-18").commit("Two days less");
    let text = world.repo.branch("billing").by(omar).text(ID);
    let mut says =
        speak::reviewed("omar", ID, &text, "2026-11-20T10:30:00Z").ledger("example/payments");
    use exledger::approval::evidence::statement_file::AuthorLogin;
    use exledger::record::address::Address;
    says.file.account = Address::new("901+odiaz@users.noreply.github.com");
    let email = Address::new("o@home.example").unwrap();
    says.file.authors = vec![AuthorLogin { email, login: "odiaz".to_owned() }];
    world.repo.by("ana").merge("billing", "Merge branch 'billing'");
    world.repo.by("lee").says(&says).commit("Record a review (#2)");
    assert_eq!(world.stands().0, "unapproved");
}
