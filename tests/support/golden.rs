//! Expected outputs, kept as files below `tests/golden/` and reviewed like code.
//!
//! `UPDATE_GOLDEN=1 cargo test` rewrites them. The bytes must be the same on every machine: tests replace paths and
//! versions by placeholders first.

use std::path::PathBuf;

/// Compares an output with `tests/golden/<name>`; a difference is shown line by line.
pub(crate) fn check(name: &str, actual: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, actual).unwrap();
        return;
    }
    let Ok(expected) = std::fs::read_to_string(&path) else {
        panic!("no golden tests/golden/{name}: write it with UPDATE_GOLDEN=1\n{actual}");
    };
    assert!(
        expected == actual,
        "tests/golden/{name} differs (- expected, + actual; UPDATE_GOLDEN=1 rewrites it)\n{}",
        difference(&expected, actual)
    );
}

/// Shows the lines from the first to the last that differ, with two lines around them.
fn difference(expected: &str, actual: &str) -> String {
    let expected: Vec<&str> = expected.split_inclusive('\n').collect();
    let actual: Vec<&str> = actual.split_inclusive('\n').collect();
    let pairs = || expected.iter().zip(&actual);
    let start = pairs().take_while(|(left, right)| left == right).count();
    let most = expected.len().min(actual.len()) - start;
    let ends = expected.iter().rev().zip(actual.iter().rev());
    let end = ends.take(most).take_while(|(left, right)| left == right).count();
    let (old, new) = (&expected[start..expected.len() - end], &actual[start..actual.len() - end]);
    let mut out = format!("at line {}\n", start + 1);
    let mut push = |mark: &str, lines: &[&str]| {
        for line in lines {
            // Invisible differences are differences too: `\r`, trailing spaces, escape sequences.
            out.push_str(&format!("{mark} {}|\n", line.escape_debug()));
        }
    };
    push(" ", &expected[start.saturating_sub(2)..start]);
    push("-", old);
    push("+", new);
    let after = expected.len() - end;
    push(" ", &expected[after..expected.len().min(after + 2)]);
    out
}
