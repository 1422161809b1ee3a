//! Everything that can be wrong with a file as YAML, with its code, position and field.

use exledger::yaml::node::{Limits, Value};
use exledger::yaml::parse;

/// Returns the faults of a source, each as `code line:column field`.
fn faults(source: &[u8]) -> Vec<String> {
    let read = parse(source, &Limits::RECORD);
    let shown = read.faults.iter().map(|fault| {
        assert!(!fault.message.is_empty() && !fault.help.is_empty(), "{fault:?}");
        let place = fault.pos.map_or("-".to_owned(), |pos| format!("{}:{}", pos.line, pos.column));
        let field = fault.field.as_deref().unwrap_or("-");
        format!("{} {place} {field}", fault.code)
    });
    shown.collect()
}

fn check(cases: &[(&str, &[&str])]) {
    let mut wrong = Vec::new();
    for (source, wanted) in cases {
        let found = faults(source.as_bytes());
        if found != *wanted {
            wrong.push(format!("{source:?}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_not_yaml_is_syntax() {
    check(&[
        ("", &["syntax 1:1 -"]),
        ("\n \n", &["syntax 1:1 -"]),
        ("# only a comment\n", &["syntax 1:1 -"]),
        ("\u{FEFF}", &["syntax 1:1 -"]),
        ("---\n", &["syntax 1:1 -"]),
        ("--- # nothing\n...\n", &["syntax 1:1 -"]),
        ("a: b: c\n", &["syntax 1:5 -"]),
        ("a: [b\n", &["syntax 1:4 -"]),
        ("a: 'b\n", &["syntax 1:4 -"]),
        ("a: b\nc: [d, \"e\nf: g\n", &["syntax 2:8 -"]),
        ("a: 'it's'\n", &["syntax 1:8 -"]),
        ("a:\n\tb: c\n", &["syntax 2:2 -"]),
        ("a: @b\n", &["syntax 1:4 -"]),
        ("a: \"\\q\"\n", &["syntax 1:4 -"]),
        ("a: b\n c: d\n", &["syntax 2:2 -"]),
        ("a: b\n\n# why\n    c: d\n", &["syntax 4:5 -"]),
        ("- a: b\n   c: d\n", &["syntax 2:4 -"]),
        ("a: b c\n  and so: on\n", &["syntax 2:3 -"]),
        ("a: b: c\n d: e\n", &["syntax 1:5 -"]),
        ("a: {b: c\nd: {e: f}\n", &["syntax 1:4 -"]),
        ("a: [b, c\nd: e\n", &["syntax 1:4 -"]),
        ("a: {b: {c: d}\n", &["syntax 1:4 -"]),
        ("a: {b: c\n  d: e}\n", &["syntax 2:4 -"]),
        ("a: {b: \"}\", c: d\n", &["syntax 1:4 -"]),
        ("a: b\n<<<<<<< HEAD\nc: d\n=======\nc: e\n>>>>>>> x\n", &["syntax 2:1 -"]),
        ("a: |\n  b\n>>>>>>> x\n", &["syntax 3:1 -"]),
        ("a: |\n  <<<<<<< no mark\n  >>>>>>>>> nor this\n", &[]),
        ("a: {b: c,\nd: e}\n", &["syntax 2:1 a"]),
        ("a: {\n  b: c\n}\n", &[]),
        ("- a: {b: c,\n  d: e}\n", &["syntax 2:3 [0].a"]),
        ("- {b: c,\n  d: e}\n", &[]),
        ("- {b: c,\nd: e}\n", &["syntax 2:1 [0]"]),
        ("{a: b,\nc: d}\n", &[]),
        ("a: [b,\n\n# c\n  d]\n", &[]),
        ("a: |2\n  \tb\n", &[]),
        ("a: |\n  \tb\n", &["syntax 2:3 -"]),
        ("a:\n  b: c\n d: e\n", &["syntax 3:2 -"]),
        ("a: *\n", &["syntax 1:4 -"]),
        ("a: b\n---\nc: d\n", &["syntax 2:1 -"]),
        ("a: b\n...\n---\nc: d\n", &["syntax 3:1 -"]),
        ("a: b\n---\n", &["syntax 2:1 -"]),
        ("a: b\n...\n", &[]),
        ("--- # x\na: b\n", &[]),
    ]);
}

#[test]
fn a_syntax_error_ends_the_reading() {
    let source = b"a: &x b\na: c\nd: [\n\xE2\x80\xAE";
    assert_eq!(faults(source), ["syntax 3:4 -", "encoding 4:1 -"]);
    assert_eq!(parse(source, &Limits::RECORD).root, None);
}

#[test]
fn what_other_readers_refuse_is_syntax() {
    check(&[
        ("a: {b\n  : c}\n", &["syntax 1:5 a.b"]),
        ("a: {b:, c: d}\n", &["syntax 1:5 a.b"]),
        ("a: [:b]\n", &["syntax 1:5 a[0]"]),
        ("a: [b:?c]\n", &["syntax 1:5 a[0]"]),
        ("a: b\n\t\nc: d\n", &["syntax 2:1 -"]),
        ("a: |\n \tb\nc: d\n", &["syntax 2:2 -"]),
        ("-\ta\n", &["syntax 1:2 -"]),
        ("{\n\t\"a\": \"b\",\n\t\"c\": 1\n}\n", &[]),
        ("...\na: b\n", &["syntax 1:1 -"]),
        ("a:\tb\t# c\td\ne: \"\tf\"\n", &[]),
    ]);
}

#[test]
fn characters_that_hide_something_are_encoding() {
    check(&[
        ("a: b\u{7}\n", &["encoding 1:5 a"]),
        ("a: b # \u{1B}[0m\n", &["encoding 1:8 -"]),
        ("a: \u{202E}b\n", &["encoding 1:4 a"]),
        ("é: [x, '\u{2066}b\u{2069}']\n", &["encoding 1:9 é[1]", "encoding 1:11 é[1]"]),
        ("a: |\n  b\n  \u{85}c\n", &["encoding 3:3 a"]),
        ("a\u{7F}: b\n", &["encoding 1:2 a"]),
        ("a: b\0c\n", &["encoding 1:5 a"]),
        ("a: \u{FEFF}b\n", &["encoding 1:4 a"]),
        ("a: b\u{2028}c\n", &["encoding 1:5 a"]),
        ("a: \"b\\u0007\"\n", &["encoding 1:4 a"]),
        ("a: \"\\e[0m\"\n", &["encoding 1:4 a"]),
        (
            "a: [\"\\0\", \"\\x7F\", \"\\N\", \"\\u202E\"]\n",
            &[
                "encoding 1:5 a[0]",
                "encoding 1:11 a[1]",
                "encoding 1:19 a[2]",
                "encoding 1:25 a[3]",
            ],
        ),
        ("\"a\\b\": c\n", &["encoding 1:1 a\u{FFFD}"]),
        ("a: \"b\\tc\\nd\\r\\n\\u00E9\\L\"\nb: \"x\ty\"\nc: '\u{A0}–…'\n", &[]),
        ("c: '\u{200F}\u{200E}\u{61C}'\n", &["encoding 1:5 c", "encoding 1:6 c", "encoding 1:7 c"]),
        ("a: bil\u{AD}ling\n", &["encoding 1:7 a"]),
        ("a: bil\u{200B}ling\nb: x\u{2060}y\n", &["encoding 1:7 a", "encoding 2:5 b"]),
        ("a: svc\u{E0041}\u{E007F}\n", &["encoding 1:7 a", "encoding 1:8 a"]),
        ("a: \"svc\\u200B\"\n", &["encoding 1:4 a"]),
        ("a: \"svc\\U000E0041\"\n", &["encoding 1:4 a"]),
        // Words of Persian and Hindi, and emoji, are written with joiners and selectors.
        ("a: می\u{200C}خواهم क्\u{200D}ष ❤\u{FE0F} 👩\u{200D}🚒 1\u{FE0F}\u{20E3}\n", &[]),
        ("a: x\u{200C} y\n", &["encoding 1:5 a"]),
        ("a: \u{200D}x\n", &["encoding 1:4 a"]),
        ("a: svc:\u{200D}x\n", &["encoding 1:8 a"]),
        ("a: x \u{FE0F}y\n", &["encoding 1:6 a"]),
        // A key is identified by its visible characters.
        ("\u{FEFF}\u{FEFF}a: b\na: c\n", &["encoding 1:1 a", "duplicate-key 2:1 a"]),
        ("a: '\\u0007'\nb: \\u0007\nc: \"\\\\u0007\"\n", &[]),
    ]);
}

#[test]
fn bytes_that_are_not_utf_8_are_encoding() {
    assert_eq!(faults(b"a: Caf\xE9\nb: c\nb: d\n"), ["encoding 1:7 a", "duplicate-key 3:1 b"]);
    assert_eq!(faults(b"a: b # \xFF\n"), ["encoding 1:8 -"]);
    assert_eq!(faults(b"\xFF\xFEa\0:\0"), ["encoding 1:1 -"]);
    assert_eq!(faults(b"\xFE\xFF\0a\0:"), ["encoding 1:1 -"]);
    assert_eq!(
        faults(b"a: \xED\xA0\x80\n"),
        ["encoding 1:4 a", "encoding 1:5 a", "encoding 1:6 a"]
    );
    // A file in another encoding does not yield a thousand findings.
    let many = faults(&[b"a: ", "\u{1}".repeat(1_000).as_bytes()].concat());
    assert_eq!(many.len(), 20);
}

#[test]
fn features_of_yaml_that_hide_where_a_value_comes_from_are_refused() {
    check(&[
        ("a: &x b\nc: *x\n", &["yaml-feature 1:4 a", "yaml-feature 2:4 c"]),
        ("a: *x\n", &["yaml-feature 1:4 a"]),
        (
            "a: [*x, &y {b: &z c}]\n",
            &["yaml-feature 1:5 a[0]", "yaml-feature 1:9 a[1]", "yaml-feature 1:16 a[1].b"],
        ),
        (
            "a: !!str b\nc: !x {d: e}\nf: ! g\nh: !<tag:x> i\n",
            &[
                "yaml-feature 1:4 a",
                "yaml-feature 2:4 c",
                "yaml-feature 3:4 f",
                "yaml-feature 4:4 h",
            ],
        ),
        ("a: !x\n  b: c\n", &["yaml-feature 1:4 a"]),
        ("a: !e!x b\n", &["yaml-feature 1:4 -"]),
        ("<<: {a: b}\nc: d\n", &["yaml-feature 1:1 -"]),
        ("a:\n  <<: *x\n", &["yaml-feature 2:3 a"]),
        ("'<<': b\n", &[]),
        (
            "&x a: b\n!y c: d\n*x : e\n",
            &["yaml-feature 1:1 -", "yaml-feature 2:1 -", "yaml-feature 3:1 -"],
        ),
        ("%TAG ! tag:example.com,2026:\n---\na: b\n", &["yaml-feature 1:1 -"]),
        ("# x\n%YAML 1.1\n---\na: b\n", &["yaml-feature 2:1 -"]),
        ("%YAML 1.2\n---\na: b\n", &[]),
    ]);
}

#[test]
fn a_key_that_stands_twice_is_named_at_the_second() {
    check(&[
        ("a: b\nc: d\na: e\n", &["duplicate-key 3:1 a"]),
        ("a: b\n'a': c\n\"\\x61\": d\n", &["duplicate-key 2:1 a", "duplicate-key 3:1 a"]),
        ("a: {b: c, b: d}\n", &["duplicate-key 1:11 a.b"]),
        ("a: b\na: &x c\n", &["duplicate-key 2:1 a", "yaml-feature 2:4 a"]),
        ("- a: b\n  a: c\n", &["duplicate-key 2:3 [0].a"]),
    ]);
    let many: String = (0..40).map(|key| format!("k{key}: x\n")).collect();
    assert_eq!(faults(format!("{many}k0: y\nk39: z\n").as_bytes()).len(), 2);
    let read = parse(b"a: b\nc: d\na: e\n", &Limits::RECORD);
    let root = read.root.unwrap();
    let keys: Vec<&str> = root.entries().iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys, ["a", "c"]);
    assert_eq!(root.get("a").unwrap().value, Value::Unreadable);
}

#[test]
fn a_key_is_a_text() {
    check(&[
        ("? [a, b]\n: c\nd: e\n", &["wrong-type 1:3 -"]),
        ("{a: b}: c\n", &["wrong-type 1:1 -"]),
        (": a\n", &["wrong-type 1:1 -"]),
        ("? a\n: b\n", &[]),
        ("? |\n  a\n: b\n", &["syntax 1:3 a\u{FFFD}"]),
        ("1: a\nnull: b\n'': c\n", &[]),
    ]);
}

#[test]
fn what_a_fault_was_raised_for_is_neither_missing_nor_readable() {
    let source = "a: *x\nb: !t c\nd: \"\\e\"\ne: \u{202E}\nf: !t [g]\nh: &i j\n";
    let root = parse(source.as_bytes(), &Limits::RECORD).root.unwrap();
    for key in ["a", "b", "d", "e", "f"] {
        assert_eq!(root.get(key).unwrap().value, Value::Unreadable, "{key}");
    }
    assert_eq!(root.get("h").unwrap().text(), Some("j"));
}

#[test]
fn what_is_too_deep_is_named_once_and_the_rest_is_read() {
    let deep = "[".repeat(40) + "x" + &"]".repeat(40);
    let source = format!("a: {deep}\nb: c\nb: d\n");
    assert_eq!(
        faults(source.as_bytes()),
        ["too-large 1:19 a[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]", "duplicate-key 3:1 b"]
    );
    // Deeper than the parser supports.
    assert_eq!(faults("[".repeat(60_000).as_bytes()).len(), 1);
    assert_eq!(faults(&b"x"[..].repeat(65_537)), ["too-large - -"]);
}
