//! Excerpts of lines with mistakes: at most 200 characters per line, and 50 mistakes per file.

use crate::cli::run;
use crate::support::repo::Repo;
use crate::support::samples::SAMPLE;

const ID: &str = "EXC-2026-7F3KQ";

const POLICY: &str = "version: 1\n";

/// Lints a record that ends with some text, for people.
fn linted(end: &str) -> String {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root").write("exledger.yaml", POLICY).commit("Begin");
    repo.by("ana").write(ID, &format!("{SAMPLE}{end}")).commit("File it");
    repo.checkout();
    run(repo.path(), &["lint"]).out
}

/// Returns the file lines in the output, which follow a line number, except those of the sample and the policy.
fn excerpts(out: &str) -> Vec<&str> {
    let shown = out.lines().filter_map(|line| line.split_once(" | "));
    let numbered = shown.filter(|(number, _)| number.trim().parse::<u32>().is_ok());
    let lines = numbered.map(|(_, line)| line);
    lines.filter(|line| SAMPLE.lines().chain(POLICY.lines()).all(|it| it != *line)).collect()
}

#[test]
fn of_a_long_line_200_characters_around_the_mistake_are_shown() {
    let long = "y".repeat(9_000);
    for end in [
        format!("zone: {long}\n"),
        format!("x: {{{long}: 1, {long}: 2}}\n"),
        format!("x: {{a: {long}, b: 1, b: 2, c: {long}}}\n"),
    ] {
        let out = linted(&end);
        let lines = excerpts(&out);
        assert!(!lines.is_empty(), "{out}");
        for line in lines {
            let length = line.chars().count();
            // A mark at each end shows that the line continues.
            assert!((100..=202).contains(&length), "{length}: {out}");
        }
    }
    let beside = linted(&format!("x: {{a: {long}, b: 1, b: 2, c: {long}}}\n"));
    let shown = excerpts(&beside);
    assert!(shown.iter().any(|line| line.contains("b: 2")), "{beside}");
}

#[test]
fn of_a_file_50_mistakes_are_shown_with_their_lines() {
    for (n_mistakes, n_shown) in [(49, 49), (50, 50), (120, 50)] {
        let keys: String = (0..n_mistakes).map(|n| format!("key_{n}: 1\n")).collect();
        let out = linted(&keys);
        let lines = excerpts(&out);
        let n_others = out.matches("\n  --> exceptions/").count() - lines.len();
        assert_eq!(lines.len(), n_shown.min(50 - n_others), "{out}");
        assert!(lines.iter().all(|line| line.starts_with("key_")), "{out}");
    }
}
