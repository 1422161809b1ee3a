//! The output for hostile inputs does not grow with them: for four times the input, the answer has the same length.
//!
//! Start at [`INPUTS`]. Nothing is timed: the length of the output is measured.

use crate::cli::{Run, run};
use crate::support::repo::Repo;
use crate::support::samples::SAMPLE;

/// A ledger with a number of similar things, and the command to run.
struct Input {
    name: &'static str,
    make: fn(&Repo, usize),
    args: &'static [&'static str],
}

const ID: &str = "EXC-2026-7F3KQ";

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4e2lGKlx7y3kz8tC3Zyq2A1v8v1M2F8m8j5Tt3o7Jc";

const INPUTS: &[Input] = &[
    Input {
        name: "mistakes on one line of a record",
        make: |repo, n| {
            let mistakes = "a: 1, ".repeat(n);
            record(repo, &format!("{SAMPLE}x: {{{mistakes}b: 2}}\n"));
        },
        args: &["lint"],
    },
    Input {
        name: "mistakes on one line of a policy",
        make: |repo, n| policy(repo, &format!("{{version: 1{}}}\n", listed(n, ", key_{}: 1"))),
        args: &["lint"],
    },
    Input {
        name: "unknown keys of a policy",
        make: |repo, n| policy(repo, &format!("version: 1\n{}", listed(n, "key_{}: 1\n"))),
        args: &["lint"],
    },
    Input {
        name: "catalogs that are not there",
        make: |repo, n| {
            let catalogs = listed(n, "  - catalogs/c{}.csv\n");
            policy(repo, &format!("version: 1\ncatalogs:\n{catalogs}"));
        },
        args: &["lint"],
    },
    Input {
        name: "values of one row of a roster",
        make: |repo, n| roster(repo, &",".repeat(n)),
        args: &["lint", "--format", "json"],
    },
    Input {
        name: "rows of a roster that can't be read",
        make: |repo, n| roster(repo, &"nobody\n".repeat(n)),
        args: &["lint", "--format", "json"],
    },
    Input {
        name: "files with one id",
        make: |repo, n| {
            let files = (0..n).map(|n| format!("exceptions/f{n}.yaml"));
            let work = files.fold(repo.by("ana"), |work, path| work.write(&path, SAMPLE));
            work.commit("File it again and again");
        },
        args: &["verify", ID],
    },
    Input {
        name: "authors of one commit",
        make: |repo, n| {
            record(repo, SAMPLE);
            let names = listed(n, "Co-authored-by: P{} <p{}@example.com>\n");
            let edited = SAMPLE.replace("2026-12-20", "2026-12-19");
            repo.by("ana").write(ID, &edited).commit(&format!("Shorten it\n\n{names}"));
        },
        args: &["list"],
    },
    Input {
        name: "principals of one key",
        make: |repo, n| {
            let names = listed(n, "p{}@example.com,");
            policy(repo, "version: 1\napproval: {signers: keys}\n");
            repo.by("root")
                .write("keys", &format!("{names}ana@example.com {KEY}\n"))
                .commit("List keys");
            record(repo, SAMPLE);
        },
        args: &["verify"],
    },
];

/// Joins a text for each number, inserted at `{}`.
fn listed(n: usize, text: &str) -> String {
    (0..n).map(|n| text.replace("{}", &n.to_string())).collect()
}

fn record(repo: &Repo, text: &str) {
    repo.by("ana").write(ID, text).commit("File it");
}

fn policy(repo: &Repo, text: &str) {
    repo.by("root").write("exledger.yaml", text).commit("Rule");
}

fn roster(repo: &Repo, rows: &str) {
    policy(repo, "version: 1\npeople: {roster: people.csv}\n");
    let text = format!("email,name,team,active\n{rows}\n");
    repo.by("root").write("people.csv", &text).commit("List");
}

/// Returns the output for a ledger with this many of an input.
fn answered(input: &Input, n: usize) -> Run {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    policy(&repo, "version: 1\n");
    (input.make)(&repo, n);
    repo.checkout();
    run(repo.path(), input.args)
}

#[test]
fn four_times_as_many_mistakes_give_as_long_an_answer() {
    for input in INPUTS {
        let [few, many] = [120, 480].map(|n| answered(input, n));
        let length = |run: &Run| run.out.len() + run.err.len();
        assert_eq!(few.code, many.code, "{}: {}", input.name, many.err);
        assert!(few.code != 101 && length(&few) > 0, "{}", input.name);
        // Numbers have one more digit, and some bytes are about the number itself.
        let most = length(&few) * 11 / 10;
        assert!(
            length(&many) <= most,
            "{}: {} bytes, then {}\n{}{}",
            input.name,
            length(&few),
            length(&many),
            many.out,
            many.err
        );
    }
}
