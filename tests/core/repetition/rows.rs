//! The rows of an observations file: what is written is read again, and nothing else is.

use exledger::survey::observation::{self, Observation};

use crate::support::project;

const COUNTED: &str = r#"{"schema":"exledger/observations/v1","input":"0d5e0d5e0d5e0d5e0d5e0d5e0d5e0d5e0d5e0d5e0d5e0d5e0d5e0d5e0d5e0d5e","source":"/wf/onboarding","day":"2026-11-19","from":"2026-11-19T00:10:00Z","to":"2026-11-19T23:50:00Z","key":{"root_cause":"timeout","application":"onboarding"},"inputs":20,"deviations":12,"states":{"routine":9,"covered":1,"pending":2,"uncovered":3,"expired_cover":4,"dismissed":1}}"#;

const LAST: &str = r#"{"schema":"exledger/observations/v1","input":"0d5e0d5e0d5e0d5e0d5e0d5e0d5e0d5e0d5e0d5e0d5e0d5e0d5e0d5e0d5e0d5e","baseline":"B4","by":{"data.identity":"cert:edge"},"last":"2026-11-19T10:00:00Z"}"#;

#[test]
fn what_is_written_is_read_again() {
    let text = format!("{COUNTED}\n\n{LAST}\n");
    let rows = observation::read(&text).unwrap();
    assert!(matches!(rows.as_slice(), [Observation::Counted(_), Observation::LastSeen(_)]));
    let lines: Vec<String> = rows.iter().map(|row| row.line().unwrap()).collect();
    assert_eq!(lines, [COUNTED, LAST]);
    assert_eq!(observation::read(""), Ok(Vec::new()));
    // A last line without its line end is whole, if it is a row.
    assert_eq!(observation::read(&format!("{LAST}\n{COUNTED}")).unwrap().len(), 2);
}

#[test]
fn a_row_is_read_strictly() {
    for (from, to, why) in [
        ("v1", "v2", "unknown variant"),
        ("\"schema\":\"exledger/observations/v1\",", "", "missing field `schema`"),
        ("0d5e0d5e0d5e0d5e\"", "\"", "is not 64 hexadecimal digits"),
        ("\"0d5e", "\"+d5e", "is not 64 hexadecimal digits"),
        ("\"0d5e", "\"0D5e", "is not 64 hexadecimal digits"),
        ("2026-11-19\"", "2026-11-31\"", "input is out of range"),
        ("T00:10:00Z", "T00:10Z", "is not an RFC 3339 instant"),
        ("2026-11-19T00", "2026-11-18T00", "must be on `day`"),
        ("2026-11-19T23:50:00Z", "2026-11-19T00:09:59Z", "in this order"),
        ("\"inputs\":20", "\"inputs\":21", "must add up to `inputs`"),
        ("\"routine\":9", "\"routine\":18446744073709551615", "too large"),
        ("\"deviations\":12", "\"deviations\":10", "at least the inputs that aren't routine"),
        ("\"deviations\":12", "\"deviations\":21", "at most `inputs`"),
        ("\"deviations\":12", "\"deviations\":-1", "invalid value"),
        ("\"deviations\":12", "\"deviations\":12.5", "invalid type"),
        ("root_cause", "cause", "unknown variant `cause`"),
        ("\"timeout\"", "7", "invalid type"),
        ("\"inputs\"", "\"more\":1,\"inputs\"", "unknown field `more`"),
        ("\"inputs\":20", "\"inputs\":20,\"inputs\":20", "appears twice"),
        ("\"dismissed\":1", "\"dismissed\":1,\"unparsed\":0", "unknown field `unparsed`"),
        (
            "{\"root_cause\":\"timeout\",\"application\":\"onboarding\"}",
            "{}",
            "`key` must have a value",
        ),
        ("}}", "}", "EOF"),
    ] {
        let bad = COUNTED.replacen(from, to, 1);
        assert_ne!(bad, COUNTED, "{from}");
        let error = observation::read(&format!("{LAST}\n{bad}\n{COUNTED}")).unwrap_err();
        assert_eq!(error.line, 2, "{bad}");
        assert!(error.why.contains(why), "{from}: {}", error.why);
    }
    for bad in ["[]", "7", "null", "not JSON", "\u{feff}{}"] {
        assert_eq!(observation::read(bad).unwrap_err().line, 1, "{bad}");
    }
    let bad = LAST.replace("\"last\"", "\"first\"");
    assert!(observation::read(&bad).unwrap_err().why.contains("unknown field `first`"));
}

#[test]
fn the_samples_of_the_format_are_rows() {
    let sample = project::root().join("tests/data/samples/observations.jsonl");
    let text = std::fs::read_to_string(sample).unwrap();
    let digest = format!("9d5e{}", "0".repeat(60));
    let rows = observation::read(&text.replace("9d5e…64 hex", &digest)).unwrap();
    assert_eq!(rows.len(), 3);
    for (row, line) in rows.iter().zip(text.lines()) {
        assert_eq!(row.line().unwrap().replace(&digest, "9d5e…64 hex"), line);
    }
}
