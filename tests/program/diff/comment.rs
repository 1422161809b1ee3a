//! The comment on a pull request: what it shows of a record, and that no text of a record escapes from it.

use crate::diff::{ID, Ledger, record};

/// Texts that would be markup, a mention or a command of a forge.
const HOSTILE: &[&str] = &[
    "@octo-org/security please",
    "![x](https://evil.example.com/p.png)",
    "[click](javascript:alert)",
    "<img src=x onerror=y><!-- exledger-comment -->",
    "</details></td></table>",
    "a | b | c",
    "```\n# Approved\n```",
    "~~~text",
    "**bold** _it_ `code` $x$ ~~no~~",
    "# Heading",
    "/approve",
    "- [x] Approved",
    "> quoted",
    "&lt;b&gt; &#64;all",
    "\\@all \\<b>",
];

fn comment(ledger: &Ledger, branch: &str, more: &[&str]) -> String {
    let args = [&["diff", "main", branch, "--format", "markdown"], more].concat();
    let run = ledger.run(&args);
    assert!(run.code < 2, "{}", run.err);
    run.out
}

/// Returns the comment about a new record with a text in every free place.
fn about(text: &str) -> String {
    let quoted = serde_json::to_string(&text.replace('\n', " ")).unwrap();
    let block: String = text.lines().map(|line| format!("  {line}\n")).collect();
    let written = record(ID)
        .replace("title: Nightly invoices still read with the shared database user", &format!("title: {quoted}"))
        .replace("Every job has its own database user", &quoted)
        .replace("{application: billing}", &format!("{{application: billing, task: {quoted}}}"))
        .replace("[db:invoices]", &format!("[{quoted}]"))
        .replace("name: Ana Ruiz", &format!("name: {quoted}"))
        .replace("Alert on use outside 01:00-03:00 UTC", &quoted)
        .replace(
            "justification: The job is replaced in December (BILL-412); splitting the user now would stop invoicing.",
            &format!("justification: |\n{block}"),
        );
    let ledger = Ledger::with(&[]);
    ledger.repo.branch("ask").by("ana").write(ID, &written).commit("File it");
    comment(&ledger, "ask", &[])
}

#[test]
fn no_text_of_a_record_is_markup_or_a_mention_in_its_comment() {
    let plain = about("Plain words");
    let shape = |comment: &str| -> Vec<String> {
        let start = |line: &str| line.chars().take(2).collect::<String>();
        comment.lines().map(start).collect()
    };
    for text in HOSTILE {
        let comment = about(text);
        // The same lines begin in the same way: no heading, list, table row, quote or tag is new.
        let (own, plain) = (shape(&comment), shape(&plain));
        assert_eq!(own.len(), plain.len(), "{text}: {comment}");
        for (own, plain) in own.iter().zip(&plain) {
            let first = |it: &str| it.chars().next();
            assert_eq!(first(own), first(plain), "{text}: {comment}");
        }
        assert!(comment.contains("### EXC-2026-7F3KQ"), "{text}: {comment}");
        let outside: String = comment.split("`git merge --no-ff ask`").collect();
        let bare = |part: &str| {
            let mut before = ' ';
            outside.match_indices(part).any(|(at, _)| {
                before = outside[..at].chars().next_back().unwrap_or(' ');
                !(before == '\\' || before.is_ascii_alphanumeric())
            })
        };
        for active in ["@", "<img", "<!--", "</td>", "```", "~~", "**bold", "[click", "![", "$x"] {
            assert!(!bare(active), "{active} of {text}: {comment}");
        }
        let tags = comment.matches('<').count();
        // One folded part and the footer: nothing else begins a tag.
        assert_eq!(tags, 6, "{text}: {comment}");
    }
}

#[test]
fn a_branch_is_named_in_the_commands_and_nothing_else_is() {
    let ledger = Ledger::with(&[]);
    let work = ledger.repo.branch("ask").by("ana");
    let head = work.write(ID, &record(ID)).commit("File it").to_string();
    let named = |args: &[&str]| comment(&ledger, &head, args);
    assert!(named(&[]).contains("`git merge --no-ff …`"), "{}", named(&[]));
    for (branch, command) in [
        ("billing-key", "`git merge --no-ff billing-key`"),
        ("origin/ana/key", "`git merge --no-ff origin/ana/key`"),
        ("a;rm", "`git merge --no-ff 'a;rm'`"),
        ("$(id)'x", r"`git merge --no-ff '$(id)'\''x'`"),
        ("a`b", "``git merge --no-ff 'a`b'``"),
        ("a|b", r"git merge --no-ff 'a\|b'"),
    ] {
        let comment = named(&["--branch", branch]);
        assert!(comment.contains(command), "{branch}: {comment}");
    }
    for branch in ["", "-f", "--ref", "a b", "a..b", "a\nb", "a.lock", "@{-1}", "a^", "a:b"] {
        let args = ["diff", "main", &head, &format!("--branch={branch}")];
        let run = ledger.run(&args);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{branch:?}: {}", run.err);
        assert!(run.err.contains("not the name of a branch"), "{branch:?}: {}", run.err);
    }
}

#[test]
fn a_long_record_is_cut_and_does_not_hide_the_next_one() {
    let ledger = Ledger::with(&[]);
    let control = |n: usize| {
        format!(
            "\n  - {{id: CC{n}, description: \"{}\", owner: soc@example.com, status: planned}}",
            "@ ".repeat(400)
        )
    };
    let controls: String = (1..=60).map(control).collect();
    let standard = "\n  - {id: CC1, description: Alert on use outside 01:00-03:00 UTC, owner: soc@example.com, status: active}";
    let long = record(ID)
        .replace(standard, &controls)
        .replace("splitting the user", &"splitting the user, ".repeat(500));
    let other = "EXC-2026-ZZZZZ";
    let work = ledger.repo.branch("ask").by("ana");
    work.write(ID, &long).write(other, &record(other)).commit("File both");
    let comment = comment(&ledger, "ask", &[]);
    assert!(comment.len() <= 60_000, "{}", comment.len());
    assert!(comment.contains("### EXC-2026-ZZZZZ: Nightly"), "{comment}");
    assert!(comment.contains("48 more controls") || comment.contains("1 more exception omitted"));
}
