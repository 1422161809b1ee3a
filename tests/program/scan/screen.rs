//! The first screen, at a terminal. `UPDATE_GOLDEN=1` writes it into docs/scan.md.

use crate::support::repo::{Repo, git};
use crate::terminal::{Terminal, screen};

/// Twelve suppressions of eight kinds: what a small repository has.
const FILES: &[(&str, &str)] = &[
    (
        ".trivyignore",
        "# No fix yet, the parser is not reachable\nCVE-2025-24790 exp:2025-06-30\nCVE-2025-31001\nCVE-2025-31002\n",
    ),
    (
        "osv-scanner.toml",
        "[[IgnoredVulns]]\nid = \"GHSA-2c4m-59x9-fr2g\"\nignoreUntil = 2026-03-01T00:00:00Z\nreason = \"only the tests use it\"\n",
    ),
    (
        "services/billing/internal/payments/adapters/legacy_settlement_gateway.py",
        "run(cmd)  # nosec B602 - input is checked\neval(x)  # nosec\nrun(b)  # nosec B603 - remove after 2026-08-17\n",
    ),
    ("web/src/app.js", "/* eslint-disable no-eval */\n"),
    ("go/main.go", "x() //nolint:gosec // until 2026-10-01, the driver is replaced\n"),
    ("infra/bucket.tf", "#checkov:skip=CKV_AWS_20: public on purpose\n"),
    ("infra/Dockerfile", "# hadolint ignore=DL3008\nRUN apt-get install curl\n"),
    ("pipeline/deploy.rb", "run(x) # nosemgrep: shell-true\n"),
];

fn repo() -> Repo {
    let repo = Repo::at("2025-04-02T08:00:00Z");
    let (old, new) = FILES.split_at(3);
    let write = |who: &str, files: &[(&str, &str)]| {
        let mut work = repo.by(who);
        for (path, text) in files {
            work = work.write(path, text);
        }
        work.commit("Write");
    };
    write("dana", old);
    repo.clock("2026-09-01T08:00:00Z");
    write("ana", new);
    repo.checkout();
    git(repo.path(), &["update-ref", "refs/remotes/origin/main", "main"]);
    git(repo.path(), &["remote", "add", "origin", "https://example.com/x.git"]);
    repo
}

fn shown(repo: &Repo, columns: u16, rows: &str) -> Vec<String> {
    let variables = [("NO_COLOR", "1"), ("LINES", rows)];
    let terminal = Terminal { folder: repo.path(), columns, variables: &variables };
    let seen = terminal.run(&["-q", "--on", "2026-11-21", "scan"], &[]);
    assert_eq!(seen.code, 0, "{}", seen.bytes);
    let shown = screen(&seen.bytes, usize::from(columns));
    let text = shown.join("\n");
    text.trim_end().lines().map(str::to_owned).collect()
}

#[test]
fn the_first_screen_fits_a_terminal_of_eighty_by_twenty_four() {
    let repo = repo();
    let small = shown(&repo, 80, "24");
    let text = small.join("\n");
    // The last row is that of the prompt.
    assert!(small.len() < 24, "{}: {text}", small.len());
    for word in ["12 suppressions", "next: exledger scan --base origin/main", "Past (4)"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    // Each past one is one line, with the date that the file states.
    for (at, why) in [
        (".trivyignore:2 ", "until 2025-06-30, "),
        ("osv-scanner.toml:1 ", "until 2026-03-01, "),
        ("teway.py:3 ", "comment says 2026-08-17, "),
        ("go/main.go:1 ", "comment says 2026-10-01, "),
    ] {
        let is_told = |line: &String| line.contains(at) && line.contains(why);
        assert!(small.iter().any(is_told), "{at}{why}: {text}");
    }
    assert!(small.iter().all(|line| line.chars().count() <= 80), "{text}");
    let large = shown(&repo, 100, "60").join("\n");
    assert!(large.contains("\nhadolint ") && !large.contains("and 2 more"), "{large}");
    let narrow = shown(&repo, 60, "40").join("\n");
    assert!(!narrow.contains("why it is past:"), "{narrow}");
    crate::terminal::screens::taken(
        "docs/scan.md",
        &[("scan", format!("$ exledger scan\n{text}"))],
    );
}
