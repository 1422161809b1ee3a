//! The values that are read, and their positions.

use exledger::yaml::node::{Limits, Node, NodeStyle, Value};
use exledger::yaml::parse;

use super::{RECORD, clean};

fn at<'n>(root: &'n Node, path: &str) -> &'n Node {
    root.at(path).unwrap_or_else(|| panic!("nothing at {path}"))
}

#[test]
fn a_record_is_read_with_every_place() {
    let root = clean(RECORD);
    let cases = [
        ("id", "2:5", "EXC-2026-7F3KQ"),
        ("class", "4:8", "standard"),
        ("deviates_from.controls", "6:13", "[owasp-nhi:NHI7:2025, nist-csf:ID.RA-07]"),
        ("deviates_from.rule", "7:9", "'Service-account secrets rotate: every 30 days'"),
        ("subject", "9:3", "identity: svc:billing-batch\n  aliases: [host:bill-old-01]"),
        ("scope.not_waived[0]", "14:16", "\"Logging and \\\"network\\\" policy still apply\""),
        ("scope.findings[0].id", "17:25", "CVE-2026-1234"),
        (
            "scope.findings[1].resources",
            "21:7",
            "- k8s:billing/Deployment/billing-batch\n      - \"k8s:billing/Pod/billing-batch-*\"",
        ),
        ("owner.backup", "24:32", "~"),
        (
            "justification",
            "25:16",
            "|\n  The job hard-codes the credential path; rotating breaks invoicing.\n\n  It is retired on 18 December (BILL-412). # no comment",
        ),
        ("risk.blast_radius", "31:17", ">-\n    Read access\n    to invoices of one région"),
        (
            "compensating_controls",
            "35:3",
            "- id: CC1\n    description: Alert on any use\n      outside 01:00-03:00 UTC\n    status: active",
        ),
        (
            "compensating_controls[0]",
            "35:5",
            "id: CC1\n    description: Alert on any use\n      outside 01:00-03:00 UTC\n    status: active",
        ),
        (
            "triggers",
            "41:1",
            "- {id: T1, when: The vendor ships OAuth client credentials, then: close}",
        ),
        ("x.nothing", "42:53", ""),
    ];
    for (path, place, written) in cases {
        let node = at(&root, path);
        assert_eq!(format!("{}:{}", node.pos.line, node.pos.column), place, "{path}");
        assert_eq!(&RECORD[node.span.clone()], written, "{path}");
    }
}

#[test]
fn a_text_is_what_yaml_says() {
    let root = clean(RECORD);
    let cases = [
        ("deviates_from.rule", "Service-account secrets rotate: every 30 days", NodeStyle::Single),
        ("scope.not_waived[0]", "Logging and \"network\" policy still apply", NodeStyle::Double),
        (
            "justification",
            "The job hard-codes the credential path; rotating breaks invoicing.\n\nIt is retired on 18 December (BILL-412). # no comment\n",
            NodeStyle::Literal,
        ),
        ("risk.blast_radius", "Read access to invoices of one région", NodeStyle::Folded),
        (
            "compensating_controls[0].description",
            "Alert on any use outside 01:00-03:00 UTC",
            NodeStyle::Plain,
        ),
        ("x.on", "yes", NodeStyle::Plain),
        ("x.count", "3", NodeStyle::Plain),
    ];
    for (path, text, style) in cases {
        let Value::Scalar(scalar) = &at(&root, path).value else {
            panic!("{path} is no text");
        };
        assert_eq!((scalar.text.as_str(), scalar.style), (text, style), "{path}");
    }
}

#[test]
fn a_plain_text_arrives_as_written() {
    for text in [
        "no",
        "1e3",
        "010",
        "0o7",
        "0x1F",
        ".inf",
        "2026-12-20",
        "=",
        "-x",
        "a b  c",
        "True",
        "nULL",
    ] {
        let source = format!("a: {text}\n");
        assert_eq!(clean(&source).get("a").unwrap().text(), Some(text));
    }
}

#[test]
fn nothing_is_null_and_only_plain_words_are() {
    for text in ["", "~", "null", "Null", "NULL", " # c"] {
        assert_eq!(clean(&format!("a: {text}\nb: 1\n")).get("a").unwrap().value, Value::Null);
        assert_eq!(clean(&format!("a:\n- {text}\n")).at("a[0]").unwrap().value, Value::Null);
    }
    for text in ["''", "'~'", "\"null\"", "nUll", "none", "|\n", "[]", "{}"] {
        assert_ne!(clean(&format!("a: {text}\n")).get("a").unwrap().value, Value::Null);
    }
    let root = clean("a:\n\nb: {c, d: }\ne:\n-\n- x\n");
    for (path, place) in [("a", "1:3"), ("b.c", "3:6"), ("b.d", "3:10"), ("e[0]", "5:2")] {
        let node = at(&root, path);
        assert_eq!(format!("{}:{}", node.pos.line, node.pos.column), place, "{path}");
        assert!(node.value == Value::Null && node.span.is_empty());
    }
}

#[test]
fn columns_count_characters_after_any_line_end() {
    let cases = [
        ("é: 日本 # 🎉\n日: [é, x]\n", "日[1]", "2:8"),
        ("\u{FEFF}a: x\nb: y\n", "a", "1:4"),
        ("\u{FEFF}a: x\nb: y\n", "b", "2:4"),
        ("a: x\r\n\r\nb: |\r\n  é\r\nc: y\r\n", "c", "5:4"),
        ("a: x\r\n\r\nb: |\r\n  é\r\nc: y\r\n", "b", "3:4"),
        ("a: 'é\n  é' # x\nb: \"é\\né\"\nc: z", "c", "4:4"),
        ("a:\n  - é: x\n    ü: [ö, {ä: y}]\n", "a[0].ü[1].ä", "3:16"),
        ("a: >\n\n\n  é\nb: # é | >\n  |-\n  x\n", "b", "6:3"),
    ];
    for (source, path, place) in cases {
        let root = clean(source);
        let node = at(&root, path);
        assert_eq!(format!("{}:{}", node.pos.line, node.pos.column), place, "{path} of {source:?}");
    }
}

#[test]
fn a_byte_order_mark_and_windows_lines_are_fine() {
    let root = clean("\u{FEFF}a: x\r\nb: |\r\n  y\r\n  z\r\n");
    assert_eq!(root.get("a").unwrap().text(), Some("x"));
    assert_eq!(root.get("b").unwrap().text(), Some("y\nz\n"));
}

#[test]
fn paths_lead_where_they_say() {
    let root = clean("a: {b.c: 1, b: {c: 2}, 'd[0]': 3, d: [4]}\n");
    let cases = [("a.b.c", "1"), ("a.d[0]", "3"), ("a.b.c", "1")];
    for (path, text) in cases {
        assert_eq!(at(&root, path).text(), Some(text));
    }
    for path in ["a.x", "a.d[1]", "a.d[x]", "a.d[0", "b", ".a", "a..b", "a[0]"] {
        assert_eq!(root.at(path), None, "{path}");
    }
    assert_eq!(root.at(""), Some(&root));
    let mut paths = Vec::new();
    clean("a:\n- b: [x, {c: d}]\n").walk(&mut |path, _| paths.push(path.to_owned()));
    let all = ["", "a", "a[0]", "a[0].b", "a[0].b[0]", "a[0].b[1]", "a[0].b[1].c"];
    assert_eq!(paths, all);
}

#[test]
fn a_file_at_the_limits_passes() {
    let deep = |depth: usize| format!("a: {}x{}\n", "[".repeat(depth - 1), "]".repeat(depth - 1));
    assert!(parse(deep(16).as_bytes(), &Limits::RECORD).faults.is_empty());
    let codes = |source: &str| -> Vec<&str> {
        let read = parse(source.as_bytes(), &Limits::RECORD);
        read.faults.iter().map(|fault| fault.code.as_str()).collect()
    };
    assert_eq!(codes(&deep(17)), ["too-large"]);
    let long = |bytes: usize| format!("a: {}\n", "x".repeat(bytes - 4));
    assert_eq!(codes(&long(65_536)), [""; 0]);
    assert_eq!(codes(&long(65_537)), ["too-large"]);
    assert!(parse(long(65_537).as_bytes(), &Limits::POLICY).faults.is_empty());
}

#[test]
fn a_text_may_be_long_anywhere_but_in_a_key() {
    let long = "x ".repeat(2_000) + "y";
    let source = format!(
        "a: {long}\nb: [{long}, '{long}']\nc:\n- {long}\n- d: \"{long}\"\ne: {{f: {long}}}\n"
    );
    let root = clean(&source);
    for path in ["a", "b[0]", "b[1]", "c[0]", "c[1].d", "e.f"] {
        assert_eq!(at(&root, path).text(), Some(long.as_str()), "{path}");
    }
}

#[test]
fn deep_and_wide_files_are_read_in_time() {
    let wide: String = (0..8_000).map(|key| format!("k{key}:\n")).collect();
    let cases = [
        "[".repeat(60_000),
        "{".repeat(60_000),
        "{a: ".repeat(15_000),
        "- ".repeat(30_000),
        "? ".repeat(30_000),
        "- - - a\n".repeat(7_500),
        "a: |\n".repeat(12_000),
        "&a *a !t ".repeat(6_000),
        format!("a: {{{}}}", wide.replace('\n', " ,")),
        format!("a: [{}]", "{b},".repeat(15_000)),
        "\t".repeat(60_000),
        "\u{202E}".repeat(20_000),
        wide,
    ];
    for source in cases {
        parse(source.as_bytes(), &Limits::RECORD);
    }
}
