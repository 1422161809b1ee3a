//! Which line of CODEOWNERS decides about a file, by the examples of GitHub's documentation.

use exledger::formats::codeowners;

/// The example of GitHub's documentation, shortened, and what it does not support.
const FILE: &str = "\
# This is a comment.
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/*  docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
src/**/gen/ @generator
/infra\\ old/  @ops
/exact @exact
![0-9].md @never
/app/[id]/page.tsx @never
\\#file @never
[Section] @never
/only/*  @direct
/deep/** @deep
/ @never
";

/// Returns the number of the line that decides, and its first owner.
fn decides(path: &str) -> (usize, String) {
    let owners = codeowners::read(FILE);
    let line = owners.line_of(path).and_then(|index| owners.line(index));
    line.map_or((0, String::new()), |line| {
        (line.number, line.owners.first().cloned().unwrap_or_default())
    })
}

#[test]
fn the_last_line_that_matches_decides() {
    for (path, number, owner) in [
        ("README", 2, "@global-owner1"),
        ("a/b/c.rs", 2, "@global-owner1"),
        ("main.js", 3, "@js-owner"),
        ("a/b/main.js", 3, "@js-owner"),
        // A pattern may also match a folder.
        ("a/vendored.js/x", 3, "@js-owner"),
        ("a.go", 4, "docs@example.com"),
        ("a/b.txt", 5, "@octo-org/octocats"),
        ("build/logs/a/b", 11, "@octocat"),
        ("other/build/logs/a", 11, "@octocat"),
        ("more/docs/page", 2, "@global-owner1"),
        ("docs/page", 9, "@doctocat"),
        ("docs/deep/page", 9, "@doctocat"),
        ("x/apps/y/z", 8, "@octocat"),
        ("scripts/a", 10, "@doctocat"),
        ("x/scripts/a", 2, "@global-owner1"),
        ("logs/a", 11, "@octocat"),
        ("x/logs", 11, "@octocat"),
        ("apps/a", 12, "@octocat"),
        // The line removes all owners.
        ("apps/github/a/b", 13, ""),
        ("apps/github", 13, ""),
        ("src/gen/a", 14, "@generator"),
        ("src/a/b/gen/c", 14, "@generator"),
        ("src/gen", 2, "@global-owner1"),
        ("infra old/a", 15, "@ops"),
        ("exact", 16, "@exact"),
        ("exact/below", 16, "@exact"),
        ("x/exact", 2, "@global-owner1"),
        ("1.md", 2, "@global-owner1"),
        ("app/i/page.tsx", 2, "@global-owner1"),
        ("app/[id]/page.tsx", 2, "@global-owner1"),
        ("#file", 2, "@global-owner1"),
        ("only/a", 21, "@direct"),
        ("only/a/b", 2, "@global-owner1"),
        ("deep/a", 22, "@deep"),
        ("deep/a/b", 22, "@deep"),
        ("deep", 2, "@global-owner1"),
    ] {
        assert_eq!(decides(path), (number, owner.to_owned()), "{path}");
    }
}

#[test]
fn letter_case_counts_and_without_a_line_nobody_owns_a_file() {
    let owners = codeowners::read("/Docs/ ana@example.com\n");
    assert_eq!(owners.line_of("Docs/a"), Some(0));
    assert_eq!(owners.line_of("docs/a"), None);
    assert_eq!(owners.line_of(""), None);
}

#[test]
fn a_line_made_to_be_slow_is_not() {
    let stars = "**/".repeat(500) + "a";
    let owners =
        codeowners::read(&format!("{stars} ana@example.com\n{} b@example.com\n", "*".repeat(5000)));
    let path = "b/".repeat(500) + "b";
    let begin = std::time::Instant::now();
    assert_eq!(owners.line_of(&path), Some(1));
    assert!(begin.elapsed().as_secs() < 5);
}
