//! The claims of `docs/security.md`: each item that says what an attacker cannot do names the test that acts it out.

use std::collections::BTreeSet;

use crate::support::project::{files, root};

/// Tests that act out no claim: the honest acts beside one, and what people see of it.
const HELPERS: &[&str] = &[
    "branch_that_begins_a_ledger_may_be_edited",
    "answers_name_the_folder",
    "branch_says_that_it_adds_a_policy_below",
    "draft_of_an_approved_emergency_uses_up_no_grace",
    "draft_that_became_another_class_and_was_approved_uses_up_no_grace",
    "drafts_work_below",
    "honest_emergencies_have_a_grace",
    "id_that_a_branch_gave_up_uses_up_no_grace",
    "ledgers_side_by_side_stay",
    "listed_all_asks_the_same_of_every_record",
    "merge_takes_no_approval_from_what_a_second_file_began",
    "rules_that_nobody_could_change_are_an_error",
    "unapproved_path_takes_no_repair_away",
    "way_out_works_as_printed",
];

const OPENING: &str = "<!--claims::";

/// An item below *Cannot*: its line, and the tests that it names.
#[derive(Debug, PartialEq)]
struct Claim {
    line: usize,
    tests: Vec<String>,
}

/// Returns the items of every list below a line that begins with `- **Cannot**`.
///
/// The items are indented by two blanks, and their further lines by four. A *Cannot* without a list is an item itself.
fn claims_of(page: &str) -> Vec<Claim> {
    let mut claims: Vec<Claim> = Vec::new();
    let mut text = String::new();
    let mut in_list = false;
    for (index, line) in page.lines().enumerate() {
        let opens = line.starts_with("- **Cannot**");
        let is_item = in_list && line.starts_with("  - ");
        let continues = in_list && line.starts_with("  ") && !is_item && !text.is_empty();
        if (opens || is_item || !continues) && !text.is_empty() {
            claims.last_mut().unwrap().tests = tests_at_end(&text);
            text.clear();
        }
        in_list = opens || (in_list && line.starts_with("  "));
        let begins = is_item || (opens && !line.ends_with("**Cannot**"));
        if begins {
            claims.push(Claim { line: index + 1, tests: Vec::new() });
        }
        if begins || continues {
            text.push_str(line.trim());
            text.push(' ');
        }
    }
    if !text.is_empty() {
        claims.last_mut().unwrap().tests = tests_at_end(&text);
    }
    claims
}

/// Returns the names in the comments with which a text ends.
fn tests_at_end(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = text.trim_end();
    while let Some((before, name)) =
        rest.strip_suffix("-->").and_then(|rest| rest.rsplit_once(OPENING))
    {
        names.insert(0, name.to_owned());
        rest = before.trim_end();
    }
    names
}

/// Returns the names of the test functions of a source file.
fn tests_in(source: &str) -> Vec<String> {
    let mut tests = Vec::new();
    let mut is_test = false;
    for line in source.lines() {
        if let Some(rest) = line.strip_prefix("fn ")
            && is_test
        {
            tests.push(rest.split('(').next().unwrap().to_owned());
        }
        is_test = line == "#[test]" || (is_test && line.starts_with("#["));
    }
    tests
}

#[test]
fn every_claim_of_the_threat_model_names_its_test() {
    let page = std::fs::read_to_string(root().join("docs/security.md")).unwrap();
    let claims = claims_of(&page);
    assert!(claims.len() > 30, "{claims:#?}");
    let attackers = page.lines().filter(|line| line.starts_with("- **Cannot**")).count();
    assert!(attackers > 10, "{attackers}");
    assert_eq!(page.matches("**Cannot**").count(), attackers, "each begins a line");
    let mut tests = BTreeSet::new();
    for path in files(&root().join("tests/program/claims"), "rs") {
        tests.extend(tests_in(&std::fs::read_to_string(&path).unwrap()));
    }
    let mut wrong = Vec::new();
    for claim in &claims {
        if claim.tests.is_empty() {
            wrong.push(format!("line {} does not end with `{OPENING}NAME-->`", claim.line));
        }
        for name in &claim.tests {
            if !tests.contains(name) {
                wrong.push(format!("line {}: there is no test {name}", claim.line));
            }
        }
    }
    let named = |name: &str| page.contains(&format!("{OPENING}{name}-->"));
    for name in &tests {
        if named(name) == HELPERS.contains(&name.as_str()) {
            wrong.push(format!("{name} is either named by a claim or listed as a helper"));
        }
    }
    for name in HELPERS.iter().filter(|name| !tests.contains(**name)) {
        wrong.push(format!("{name} is listed as a helper, and there is no such test"));
    }
    // A name elsewhere on the page belongs to no item, and would be believed all the same.
    let at_items: usize = claims.iter().map(|claim| claim.tests.len()).sum();
    let in_all = page.matches("claims::").count();
    if at_items != in_all {
        wrong.push(format!("{in_all} names are on the page, and {at_items} of them end an item"));
    }
    assert!(wrong.is_empty(), "docs/security.md and tests/program/claims: {wrong:#?}");
}

#[test]
fn items_are_read_with_the_names_at_their_end() {
    let page = "\
- **Can** do this <!--claims::no-->
- **Cannot**
  - do that, or
    more <!--claims::a--><!--claims::b-->
  - do it <!--claims::c--> twice
- **You**
  - look
- **Cannot** be told apart <!--claims::d-->
";
    let claim = |line, tests: &[&str]| Claim {
        line,
        tests: tests.iter().map(|&name| name.to_owned()).collect(),
    };
    let expected = [claim(3, &["a", "b"]), claim(5, &[]), claim(8, &["d"])];
    assert_eq!(claims_of(page), expected);
    let source = "#[test]\nfn a() {\n}\n\nfn b() {}\n#[test]\n#[ignore]\nfn c() {}\n";
    assert_eq!(tests_in(source), ["a", "c"]);
}
