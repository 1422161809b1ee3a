//! Which comments hold for which entries, in all formats.

use exledger::formats::suppressions::reasons::{self, CommentSyntax, EntryPlace};

/// Returns the comments of each entry, whose lines and names are given.
fn comments(text: &str, syntax: CommentSyntax, entries: &[(usize, &str)]) -> Vec<String> {
    let places: Vec<EntryPlace<'_>> =
        entries.iter().map(|(line, name)| EntryPlace { line: *line, names: vec![name] }).collect();
    reasons::beside(text, syntax, &places).into_iter().map(|lines| lines.join(" / ")).collect()
}

#[test]
fn comments_above_hold_down_to_the_next_blank_line_or_comment() {
    let text = "# one\nA-1\nA-2 # two\nA-3\n# four\nA-4\n\nA-5\n# A-6\nA-7\n";
    let entries = [(2, "A-1"), (3, "A-2"), (4, "A-3"), (6, "A-4"), (8, "A-5"), (10, "A-7")];
    let expected = ["one", "one / two", "one", "four", "", ""];
    assert_eq!(comments(text, CommentSyntax::Lines, &entries), expected);
}

#[test]
fn comments_above_a_key_that_name_some_entries_hold_for_those_alone() {
    let text = "# All are ours\nignore:\n  - a\n  - b\n";
    let entries = [(3, "a"), (4, "b")];
    assert_eq!(comments(text, CommentSyntax::Yaml, &entries), ["All are ours"; 2]);
    for (above, expected) in [
        ("# a is ours\n", ["a is ours", ""]),
        ("# b: no fix.\n", ["", "b: no fix."]),
        ("# a and b\n", ["a and b", "a and b"]),
        ("# a-b is another\n", ["a-b is another"; 2]),
    ] {
        let text = text.replace("# All are ours\n", above);
        assert_eq!(comments(&text, CommentSyntax::Yaml, &entries), expected, "{above}");
    }
    let table = "# a is slow\n[tool.x]\na = false\nb = false # fixed\n";
    assert_eq!(comments(table, CommentSyntax::Toml, &entries), ["a is slow", "fixed"]);
}

#[test]
fn comments_inside_an_entry_are_its_own() {
    let yaml = "ignore:\n  - id: a\n    # deeper\n    x: 1\n  # above b\n  - id: b\n    text: |\n      # no comment\n    # last\n";
    let entries = [(2, "a"), (6, "b")];
    assert_eq!(comments(yaml, CommentSyntax::Yaml, &entries), ["deeper", "above b / last"]);
    let toml = "[[x]]\nid = \"a#b\" # own\n\n# above b\n[[x]]\n# inside\nid = \"b\"\n";
    let entries = [(1, "a#b"), (5, "b")];
    assert_eq!(comments(toml, CommentSyntax::Toml, &entries), ["own", "above b / inside"]);
    let json = "{\n  \"a\": {\n    // deeper\n    \"url\": \"http://x\"\n  },\n  /* above\n     b */\n  \"b\": {}\n}\n";
    let entries = [(2, "a"), (8, "b")];
    assert_eq!(comments(json, CommentSyntax::Json, &entries), ["deeper", "above / b"]);
}

#[test]
fn what_was_commented_out_is_no_reason_and_ends_a_block() {
    for (syntax, comment) in [
        (CommentSyntax::Toml, "\"RUSTSEC-0000-0000\","),
        (CommentSyntax::Toml, "{ id = \"RUSTSEC-0000-0000\", reason = \"why\" },"),
        (CommentSyntax::Toml, "git-fetch = true"),
        (CommentSyntax::Yaml, "- CVE-2026-1"),
        (CommentSyntax::Yaml, "- id: CVE-2026-1"),
        (CommentSyntax::Yaml, "expired_at: 2027-01-01"),
        (CommentSyntax::Lines, "CVE-2026-1 exp:2027-01-01"),
        (CommentSyntax::Lines, "src/a.py:aws-key:3"),
        (CommentSyntax::Lines, "yaml-language-server: $schema=x"),
    ] {
        let text = format!("# why\n# {comment}\n- x-9\n");
        assert_eq!(comments(&text, syntax, &[(3, "x-9")]), [""], "{comment}");
    }
    for reason in [
        "https://example.com/issues/1",
        "CVE-2026-1: not reached",
        "see #12",
        "JIRA-123",
        "- we wait for them",
        "Reason: no fix",
    ] {
        let text = format!("# {reason}\n- x-9\n");
        assert_eq!(comments(&text, CommentSyntax::Yaml, &[(2, "x-9")]), [reason]);
    }
}
