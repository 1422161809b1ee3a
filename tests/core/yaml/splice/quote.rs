//! Quoting texts so that every reader reads them back.

use exledger::yaml::splice::quote;
use proptest::prelude::*;

use super::clean;
use crate::yaml::fuzz::check_all;

#[test]
fn a_text_is_quoted_as_every_reader_needs_it() {
    let cases = [
        ("plain text", "plain text"),
        ("it's", "it's"),
        ("svc:billing-batch", "svc:billing-batch"),
        ("a#b", "a#b"),
        ("2026-12-20", "2026-12-20"),
        ("2026-12-20T09:00:00Z", "2026-12-20T09:00:00Z"),
        ("2026-12-20 09:00:00", "'2026-12-20 09:00:00'"),
        ("12:30", "'12:30'"),
        ("3f2c9a7b", "3f2c9a7b"),
        ("12e45678", "'12e45678'"),
        ("1.2.3", "1.2.3"),
        ("-x", "-x"),
        ("- x", "'- x'"),
        ("-", "'-'"),
        ("--flag", "--flag"),
        ("---", "'---'"),
        ("", "''"),
        (" x", "' x'"),
        ("x ", "'x '"),
        ("x:", "'x:'"),
        ("x: y", "'x: y'"),
        ("x #y", "'x #y'"),
        ("a, b", "'a, b'"),
        ("[x]", "'[x]'"),
        ("'x", "'''x'"),
        ("\"x\"", "'\"x\"'"),
        ("#12", "'#12'"),
        ("@x", "'@x'"),
        ("`x`", "'`x`'"),
        ("%x", "'%x'"),
        ("*", "'*'"),
        ("&x", "'&x'"),
        ("!x", "'!x'"),
        ("|", "'|'"),
        (">=1.2", "'>=1.2'"),
        ("<2", "<2"),
        ("?", "'?'"),
        (":x", "':x'"),
        ("<<", "'<<'"),
        ("=", "'='"),
        ("~", "'~'"),
        ("x\ny", "\"x\\ny\""),
        ("x\t\"y\"\\", "\"x\\t\\\"y\\\"\\\\\""),
        ("\u{2028}", "\"\\u2028\""),
        ("\u{FEFF}x", "\"\\uFEFFx\""),
        ("é日本", "é日本"),
    ];
    for (text, written) in cases {
        assert_eq!(quote(text), written, "{text:?}");
    }
    let words = "yes Yes NO on Off y N true False null NULL ~ 1 -1 +1.5 .5 1e3 1_000 0x1F 0o7 010 .inf -.INF .NaN";
    for word in words.split(' ') {
        assert_eq!(quote(word), format!("'{word}'"));
    }
}

#[test]
fn any_text_is_read_back_by_this_reader_and_another() {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        "[ -~]{1,3}",
        prop::sample::select(vec![
            ": ", " #", "- ", "'", "\"", "\\", "no", "~", "1", "e", ".", "-", "\t", "{", "]", ",",
            "?", ":",
        ])
        .prop_map(str::to_owned),
    ];
    let text = prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat());
    check_all(4_000, &text, |text: String| {
        let written = quote(&text);
        let is_open = !text.chars().any(|c| c.is_control() && !"\t\n\r".contains(c));
        let is_open = is_open && !text.contains(|c| ('\u{202A}'..='\u{202E}').contains(&c));
        let is_open = is_open && !text.contains(|c| ('\u{2066}'..='\u{2069}').contains(&c));
        for source in [
            format!("a: {written} # b\n"),
            format!("{{a: {written}, b: [{written}, {{{written}: c}}]}}"),
        ] {
            if is_open {
                assert_eq!(clean(&source).get("a").unwrap().text(), Some(text.as_str()));
            }
            let other: serde_yaml::Value = serde_yaml::from_str(&source).unwrap();
            assert_eq!(other["a"].as_str(), Some(text.as_str()), "{source:?}");
        }
    });
}
