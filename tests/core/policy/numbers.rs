//! Exact comparison of decimal numbers.

use exledger::policy::number::ExactNumber;

#[test]
fn numbers_are_compared_exactly() {
    let ascending = [
        "-1e400",
        "-18446744073709551616",
        "-2",
        "-1.5",
        "-1",
        "-0.001",
        "0",
        "1e-300",
        "0.1",
        "0.11",
        "0.2",
        "1",
        "1.0000000000000000001",
        "9.99",
        "10",
        "99",
        "100",
        "5000000",
        "5000000.5",
        "9007199254740992",
        "9007199254740993",
        "1e20",
        "1.5e20",
        "2E+20",
    ];
    let parsed: Vec<ExactNumber> =
        ascending.iter().filter_map(|text| ExactNumber::parse(text)).collect();
    assert_eq!(parsed.len(), ascending.len());
    for (i, one) in parsed.iter().enumerate() {
        for (j, other) in parsed.iter().enumerate() {
            assert_eq!(one.cmp(other), i.cmp(&j), "{} {}", ascending[i], ascending[j]);
        }
    }
    for (one, other) in [
        ("0", "-0"),
        ("0", "0.00e7"),
        ("1", "1.0"),
        ("100", "1e2"),
        ("0.05", "5e-2"),
        ("12.50", "0.125e2"),
    ] {
        assert_eq!(ExactNumber::parse(one), ExactNumber::parse(other), "{one} {other}");
    }
}

#[test]
fn other_notations_are_no_numbers() {
    let long = "1".repeat(401);
    for text in [
        "",
        "-",
        "x",
        "+1",
        "007",
        "1,000",
        "1.",
        ".5",
        "1e",
        "1e+",
        "1e1234567",
        "0x10",
        " 1",
        "1 ",
        "1_000",
        "NaN",
        "Infinity",
        "-Infinity",
        "--1",
        "1e1.5",
        "\u{661}",
        &long,
    ] {
        assert_eq!(ExactNumber::parse(text), None, "{text}");
    }
}
