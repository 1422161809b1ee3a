//! Edits, byte by byte, in layouts that people and tools really write.

mod added;
mod quote;
mod refused;

use exledger::yaml::splice::change::SpliceError;
use exledger::yaml::splice::{SpliceEdit, splice};

use super::clean;

/// Applies one edit.
fn edited(before: &str, edit: SpliceEdit<'_>) -> Result<String, SpliceError> {
    splice(before, &clean(before), &[edit])
}

/// Checks edits given as data: the source, the edit, the resulting source.
fn check(cases: &[(&str, SpliceEdit<'_>, &str)]) {
    for (before, edit, after) in cases {
        match edited(before, *edit) {
            Ok(text) => assert_eq!(&text, after, "{edit:?} of {before:?}"),
            Err(error) => panic!("{edit:?} of {before:?}: {error}"),
        }
    }
}

fn set<'a>(path: &'a str, value: &'a str) -> SpliceEdit<'a> {
    SpliceEdit::Set { path, value }
}

fn append<'a>(path: &'a str, item: &'a str) -> SpliceEdit<'a> {
    SpliceEdit::Append { path, item, after: &[] }
}

fn insert<'a>(path: &'a str, yaml: &'a str) -> SpliceEdit<'a> {
    SpliceEdit::Insert { path, yaml, after: &[] }
}

fn remove(path: &str) -> SpliceEdit<'_> {
    SpliceEdit::Remove { path }
}

#[test]
fn a_text_keeps_its_quotes_its_comment_and_its_line_end() {
    check(&[
        ("a: 1\nb: 2\n", set("a", "x y"), "a: x y\nb: 2\n"),
        ("a: 'it''s' # why\n", set("a", "that's"), "a: 'that''s' # why\n"),
        ("a: \"x\\n\" # why\n", set("a", "say \"é\""), "a: \"say \\\"é\\\"\" # why\n"),
        ("a: x\r\nb: y\n", set("a", "z"), "a: z\r\nb: y\n"),
        ("\u{FEFF}a: x\n", set("a", "z"), "\u{FEFF}a: z\n"),
        ("a: x", set("a", "z"), "a: z"),
        ("a:   x   # far\n", set("a", "zz"), "a:   zz   # far\n"),
        ("\"a b\": x\n", set("a b", "z"), "\"a b\": z\n"),
        ("a: 2026-12-20\n", set("a", "2027-01-10"), "a: 2027-01-10\n"),
        ("a: one\n  two\nb: 1\n", set("a", "three"), "a: three\nb: 1\n"),
        ("a: {b: {c: x}, d: [y, 'z']}\n", set("a.d[1]", "w"), "a: {b: {c: x}, d: [y, 'w']}\n"),
        ("a:\n  - b: x\n    c: y\n", set("a[0].c", "z"), "a:\n  - b: x\n    c: z\n"),
    ]);
}

#[test]
fn a_text_is_quoted_where_it_needs_it() {
    check(&[
        ("a: x\n", set("a", "b: c"), "a: 'b: c'\n"),
        ("a: x\n", set("a", "b #c"), "a: 'b #c'\n"),
        ("a: x\n", set("a", "no"), "a: 'no'\n"),
        ("a: x\n", set("a", ""), "a: ''\n"),
        ("a: x\n", set("a", "*.example.com"), "a: '*.example.com'\n"),
        ("a: x\n", set("a", "one\ntwo"), "a: \"one\\ntwo\"\n"),
        ("a: x\n", set("a", "one, [two]"), "a: one, [two]\n"),
        ("a: {b: x}\n", set("a.b", "one, [two]"), "a: {b: 'one, [two]'}\n"),
        ("a: 'x'\n", set("a", "one\ttwo"), "a: \"one\\ttwo\"\n"),
        ("a: x\n", set("a", "https://example.com/?a=b"), "a: https://example.com/?a=b\n"),
    ]);
}

#[test]
fn a_block_text_stays_a_block_text() {
    check(&[
        ("a: | # why\n  x\n  y\nb: 1\n", set("a", "z\n\nw\n"), "a: | # why\n  z\n\n  w\nb: 1\n"),
        ("a: >-\n    x\n    y\n\nb: 1\n", set("a", "z"), "a: |-\n    z\n\nb: 1\n"),
        ("a: |\r\n  x\r\nb: 1\r\n", set("a", "y\nz"), "a: |\r\n  y\r\n  z\r\nb: 1\r\n"),
        ("a: |\n  x\n", set("a", " y"), "a: ' y'\n"),
        ("a:\n- |\n x\n- b\n", set("a[0]", "y"), "a:\n- |\n y\n- b\n"),
    ]);
}

#[test]
fn nothing_is_filled() {
    check(&[
        ("a:\nb: 1\n", set("a", "x"), "a: x\nb: 1\n"),
        ("a: # why\nb: 1\n", set("a", "x"), "a: x # why\nb: 1\n"),
        ("a: ~\n", set("a", "x"), "a: x\n"),
        ("a:\n  -\n  - y\n", set("a[0]", "x"), "a:\n  - x\n  - y\n"),
        ("a: {b, c: }\n", set("a.b", "x"), "a: {b: x, c: }\n"),
        ("a: {b, c: }\n", set("a.c", "x"), "a: {b, c: x }\n"),
    ]);
}

#[test]
fn a_new_key_comes_after_the_last_of_its_map() {
    check(&[
        ("a: 1\nb: 2\n", set("c", "3 4"), "a: 1\nb: 2\nc: 3 4\n"),
        ("a: 1\nb: 2", set("c", "x"), "a: 1\nb: 2\nc: x"),
        ("a: 1\r\nb: 2\r\n", set("c", "x"), "a: 1\r\nb: 2\r\nc: x\r\n"),
        ("a: 1\r\nb: 2", set("c", "x"), "a: 1\r\nb: 2\r\nc: x"),
        (
            "a:\n  b: 1 # one\n\n# two\nc: 2\n",
            set("a.d", "x"),
            "a:\n  b: 1 # one\n  d: x\n\n# two\nc: 2\n",
        ),
        (
            "a:\n  - b: 1\n    c:\n    - x\n  - y\n",
            set("a[0].d", "z"),
            "a:\n  - b: 1\n    c:\n    - x\n    d: z\n  - y\n",
        ),
        ("a: |\n  x\n\n\nb: 1\n", set("c", "x"), "a: |\n  x\n\n\nb: 1\nc: x\n"),
        ("b: 1\na: |+\n  x\n\n", set("c", "x"), "b: 1\na: |+\n  x\n\nc: x\n"),
        ("a: |\n  x\n\n# end\n", set("c", "x"), "a: |\n  x\nc: x\n\n# end\n"),
        ("a: {b: 1}\n", set("a.c", "x, y"), "a: {b: 1, c: 'x, y'}\n"),
        ("a: {b: 1,}\n", set("a.c", "x"), "a: {b: 1, c: x,}\n"),
        ("a: {}\n", set("a.c", "x"), "a: {c: x}\n"),
        ("a: { }\n", set("a.c", "x"), "a: {c: x}\n"),
        (
            "a: {\n  b: 1, # one\n  c: 2 # two\n}\n",
            set("a.d", "x"),
            "a: {\n  b: 1, # one\n  c: 2, d: x # two\n}\n",
        ),
        ("a: {b: }\n", set("a.c", "x"), "a: {b: , c: x }\n"),
        ("{a: 1}\n", set("b", "x"), "{a: 1, b: x}\n"),
        ("{\"a\": \"1\"}", set("b", "x"), "{\"a\": \"1\", b: x}"),
        ("---\na: 1\n...\n", set("b", "x"), "---\na: 1\nb: x\n...\n"),
        ("a: 1 # é\nb: 2\n", set("on", "x"), "a: 1 # é\nb: 2\n'on': x\n"),
        ("é: ü\n", set("ß", "ü: ö"), "é: ü\nß: 'ü: ö'\n"),
    ]);
}

#[test]
fn what_is_removed_takes_its_lines_with_it() {
    check(&[
        ("a: 1\n# of b\nb: 2 # two\nc: 3\n", remove("b"), "a: 1\n# of b\nc: 3\n"),
        ("a: 1\nb: |\n  x\n\n  y\nc: 3\n", remove("b"), "a: 1\nc: 3\n"),
        ("a: 1\r\nb: 2", remove("b"), "a: 1"),
        ("a: {b: 1, c: 2, d: 3}\n", remove("a.c"), "a: {b: 1, d: 3}\n"),
        ("a: {b: 1, c: 2}\n", remove("a.c"), "a: {b: 1}\n"),
        ("a: {b: 1, c: 2}\n", remove("a.b"), "a: {c: 2}\n"),
        ("a: [x, y ,]\n", remove("a[1]"), "a: [x ,]\n"),
        ("a:\n  - x\n  # of y\n  - y\n  - z\n", remove("a[1]"), "a:\n  - x\n  # of y\n  - z\n"),
        ("a:\n- b: 1\n  c: 2\n- d\n", remove("a[0].b"), "a:\n- c: 2\n- d\n"),
        ("a:\n- b: 1 # one\n  c: 2\n- d\n", remove("a[0].b"), "a:\n-\n  c: 2\n- d\n"),
        ("a: # why\n  - x\nb: 1\n", remove("a[0]"), "a: [] # why\nb: 1\n"),
        ("a:\n- b: 1\n", remove("a[0].b"), "a:\n- {}\n"),
        ("a: [x]\n", remove("a[0]"), "a: []\n"),
        ("a:\n  - - x\n    - y\n", remove("a[0][0]"), "a:\n  - - y\n"),
    ]);
}

#[test]
fn several_edits_follow_each_other() {
    let before = "expires: 2026-12-20\nowner: {name: Ana, email: ana@example.com}\n";
    let edits = [
        set("expires", "2027-01-10"),
        append("renewals", "{date: 2026-12-18, from: 2026-12-20, until: 2027-01-10, reason: late}"),
        append(
            "renewals",
            "{date: 2027-01-08, from: 2027-01-10, until: 2027-02-10, reason: later}",
        ),
        set("owner.team", "billing"),
        remove("owner.email"),
    ];
    let after = "expires: 2027-01-10\nowner: {name: Ana, team: billing}\nrenewals:\n  \
        - {date: 2026-12-18, from: 2026-12-20, until: 2027-01-10, reason: late}\n  \
        - {date: 2027-01-08, from: 2027-01-10, until: 2027-02-10, reason: later}\n";
    assert_eq!(splice(before, &clean(before), &edits).unwrap(), after);
}
