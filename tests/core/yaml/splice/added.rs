//! Adding items and blocks of lines.

use super::{append, check, insert, remove, set};

#[test]
fn an_item_comes_after_the_last_of_its_list() {
    check(&[
        ("a:\n  - x\nb: 1\n", append("a", "{c: d}"), "a:\n  - x\n  - {c: d}\nb: 1\n"),
        ("a:\n- x\nb: 1\n", append("a", "{c: d}"), "a:\n- x\n- {c: d}\nb: 1\n"),
        (
            "a:\n      - x # far\n      # below\nb: 1\n",
            append("a", "y"),
            "a:\n      - x # far\n      - y\n      # below\nb: 1\n",
        ),
        (
            "a:\n  # above\n  - x\n\n  # between\n  - y",
            append("a", "z"),
            "a:\n  # above\n  - x\n\n  # between\n  - y\n  - z",
        ),
        ("a:\r\n  - x\r\nb: 1\n", append("a", "y"), "a:\r\n  - x\r\n  - y\r\nb: 1\n"),
        (
            "a:\n  - b: |\n      x\n    c: [d,\n      e]\nf: 1\n",
            append("a", "y"),
            "a:\n  - b: |\n      x\n    c: [d,\n      e]\n  - y\nf: 1\n",
        ),
        (
            "a:\n  - - x\n    - y\n  - z\n",
            append("a[0]", "w"),
            "a:\n  - - x\n    - y\n    - w\n  - z\n",
        ),
    ]);
    check(&[
        ("a: []\n", append("a", "{c: d}"), "a: [{c: d}]\n"),
        ("a: [ ] # none\n", append("a", "{c: d}"), "a: [{c: d}] # none\n"),
        ("a: [x]\n", append("a", "{c: d}"), "a: [x, {c: d}]\n"),
        ("a: [x, ]\n", append("a", "y"), "a: [x, y, ]\n"),
        (
            "a: [\n  x, # one\n  y # two\n]\n",
            append("a", "z"),
            "a: [\n  x, # one\n  y, z # two\n]\n",
        ),
        ("a: [ # none\n]\n", append("a", "z"), "a: [z # none\n]\n"),
        ("a:\n  [x,\n   y]\nb: 1\n", append("a", "z"), "a:\n  [x,\n   y, z]\nb: 1\n"),
    ]);
}

#[test]
fn a_list_is_made_where_there_is_none() {
    check(&[
        ("a: 1\n", append("b", "{c: d}"), "a: 1\nb:\n  - {c: d}\n"),
        ("a:\n- 1\n", append("b", "{c: d}"), "a:\n- 1\nb:\n- {c: d}\n"),
        ("a:\n    - 1", append("b", "{c: d}"), "a:\n    - 1\nb:\n    - {c: d}"),
        ("a:\n    c: 1\n", append("b", "x"), "a:\n    c: 1\nb:\n    - x\n"),
        ("a:\n  c: 1\n", append("a.b", "x"), "a:\n  c: 1\n  b:\n    - x\n"),
        ("a: {c: 1}\n", append("a.b", "{d: e}"), "a: {c: 1, b: [{d: e}]}\n"),
        ("a: # none\nb: 1\n", append("a", "x"), "a: # none\n  - x\nb: 1\n"),
        ("a: ~\n", append("a", "x"), "a: [x]\n"),
    ]);
}

#[test]
fn a_block_of_lines_is_added_and_indented() {
    let closure =
        "outcome: remediated\nby: lee@example.com\nchecks:\n  rotated: yes-see-E1\n\n  # last\n";
    check(&[
        (
            "a: 1\n",
            insert("closure", closure),
            "a: 1\nclosure:\n  outcome: remediated\n  by: lee@example.com\n  checks:\n    rotated: yes-see-E1\n\n    # last\n",
        ),
        ("a: 1\r\nb: 2", insert("c", "x: 1\ny: 2"), "a: 1\r\nb: 2\r\nc:\r\n  x: 1\r\n  y: 2"),
        ("a:\n    b: 1\n", insert("a.c", "x: 1\n"), "a:\n    b: 1\n    c:\n        x: 1\n"),
        ("a: 1\n", insert("b", "{x: 1}"), "a: 1\nb: {x: 1}\n"),
        ("a: 1\n", insert("b", "- x\n- y"), "a: 1\nb:\n  - x\n  - y\n"),
        ("a: 1\n", insert("b", "|\n  x\n  y\n"), "a: 1\nb: |\n    x\n    y\n"),
        ("a: {b: 1}\n", insert("a.c", "{x: 1}"), "a: {b: 1, c: {x: 1}}\n"),
        ("a: # why\nb: 1\n", insert("a", "x: 1"), "a: # why\n  x: 1\nb: 1\n"),
        ("a:\nb: 1\n", insert("a", "{x: 1}"), "a: {x: 1}\nb: 1\n"),
        ("a: {b: }\n", insert("a.b", "[x]"), "a: {b: [x] }\n"),
    ]);
}

#[test]
fn a_block_text_that_ends_with_the_source_keeps_its_value() {
    check(&[
        ("a: 1\nb: |\n  x", append("c", "z"), "a: 1\nb: |-\n  x\nc:\n  - z"),
        ("a: 1\nb: |+\n  x", append("c", "z"), "a: 1\nb: |-\n  x\nc:\n  - z"),
        ("a: 1\nb: > # why\n  x", set("c", "z"), "a: 1\nb: >- # why\n  x\nc: z"),
        ("a: 1\nb: |-\n  x", set("c", "z"), "a: 1\nb: |-\n  x\nc: z"),
        ("a: 1\nb: |2+\n   x", set("c", "z"), "a: 1\nb: |2-\n   x\nc: z"),
        ("a: 1\r\nb: |\r\n  x", set("c", "z"), "a: 1\r\nb: |-\r\n  x\r\nc: z"),
        ("a:\n  - b: |\n      x", append("a", "z"), "a:\n  - b: |-\n      x\n  - z"),
        // A text that ends with a line break keeps it.
        ("a: 1\nb: |\n  x\n", set("c", "z"), "a: 1\nb: |\n  x\nc: z\n"),
        ("a: 1\nb: |+\n  x\n\n", set("c", "z"), "a: 1\nb: |+\n  x\n\nc: z\n"),
        ("a: |\n  x\nb: z", remove("b"), "a: |\n  x\n"),
        ("a: |-\n  x\nb: z", remove("b"), "a: |-\n  x"),
        // An edit elsewhere leaves it alone.
        ("a: 1\nb: |\n  x", set("a", "k"), "a: k\nb: |\n  x"),
    ]);
}
