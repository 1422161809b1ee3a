//! Accepted texts: they cover while they stand exactly once in their file, and nothing else.

use std::collections::BTreeMap;
use std::rc::Rc;

use exledger::gate::accepted_text::{AcceptedItem, FileLines, ItemError, ScannedFiles};
use exledger::gate::answer::{Question, ReceiptCounts};
use exledger::gate::verdict::{self, Outside};
use exledger::history::objects::Oid;
use exledger::policy::governance::Governance;

use crate::support::gate::{question, record_states, with};

const AT: &str = "2026-11-25T00:00:00Z";

const BLOB: &str = "3f9a1c0b5d3f9a1c0b5d3f9a1c0b5d3f9a1c0b5d";

/// Files by path, and one blob.
#[derive(Default)]
struct Files {
    files: BTreeMap<String, Vec<u8>>,
    blob: Option<Vec<u8>>,
}

impl ScannedFiles for Files {
    fn file(&self, path: &str, _: Option<&str>) -> Result<Rc<FileLines>, String> {
        let bytes = self.files.get(path).ok_or_else(|| format!("{path} is missing"))?;
        Ok(Rc::new(FileLines::new(bytes)))
    }

    fn blob(&self, blob: Oid) -> Option<Rc<FileLines>> {
        let is_it = blob.to_string() == BLOB;
        self.blob.as_ref().filter(|_| is_it).map(|bytes| Rc::new(FileLines::new(bytes)))
    }

    fn committed(&self, path: &str, _: Option<&str>) -> Result<Oid, String> {
        Err(format!("{path} is committed nowhere"))
    }
}

fn outside(files: &Files) -> Outside<'_> {
    Outside { files, ..Outside::NOTHING }
}

fn asked(path: &str, line: u64) -> Question {
    let question = question(&[("finding", "bandit:B602"), ("path", path)]);
    Question { line: Some(line), ..question }
}

/// Asks about `app/run.py` with this text, and one blob, by a record that accepts some texts.
fn answer(content: &str, text: &str, question: &Question) -> (&'static str, String) {
    let key = format!("{{tool: bandit, id: B602, paths: [app/run.py], content: {content}}}");
    let repo = with(|text| format!("{text}scope: {{findings: [{key}]}}\n"));
    let files = Files {
        files: BTreeMap::from([("app/run.py".to_owned(), text.as_bytes().to_vec())]),
        blob: Some(b"first\n  password = 'x'  # kept\nlast one here\n".to_vec()),
    };
    let states = record_states(&repo, AT);
    let states: Vec<_> = states.iter().collect();
    let governance = Governance::of_policy("version: 1\n");
    let answer = verdict::ask_among(
        question,
        &states,
        &ReceiptCounts::NotGiven,
        &governance,
        outside(&files),
    );
    (answer.verdict.as_str(), answer.reason)
}

const RUN: &str = "['subprocess.call(cmd, shell=True)']";
const LINE: &str = "subprocess.call(cmd, shell=True)";

#[test]
fn a_text_covers_where_it_stands_once() {
    let before = format!("import os\n{LINE}\nend()\n");
    for (text, line, verdict, reason) in [
        (before.clone(), 2, "allow", ""),
        (format!("a\nb\nc\n\t  {LINE}  \r\nd\n"), 4, "allow", ""),
        (LINE.to_owned(), 1, "allow", ""),
        (before.clone(), 1, "deny", " accepts another line of app/run.py"),
        (before.clone(), 3, "deny", " accepts another line of app/run.py"),
        (before.clone(), 99, "deny", " accepts another line of app/run.py"),
        (
            before.replace("shell=True", "shell=True, cwd=x"),
            2,
            "deny",
            ": the accepted text is gone from app/run.py",
        ),
        (
            format!("{before}{LINE}\n"),
            2,
            "deny",
            ": the accepted text stands 2 times in app/run.py",
        ),
        (format!("{before}x = {LINE}\n"), 2, "allow", ""),
        (String::new(), 1, "deny", ": the accepted text is gone from app/run.py"),
    ] {
        let (found, why) = answer(RUN, &text, &asked("app/run.py", line));
        assert_eq!(found, verdict, "{line} of {text:?}: {why}");
        assert!(why.contains(reason), "{line} of {text:?}: {why}");
    }
}

#[test]
fn what_a_question_lacks_is_said() {
    let text = format!("{LINE}\n");
    let whole = asked("app/run.py", 1);
    assert_eq!(answer(RUN, &text, &whole).0, "allow");
    let without_line = Question { line: None, ..whole.clone() };
    let (verdict, why) = answer(RUN, &text, &without_line);
    assert_eq!(verdict, "deny");
    assert!(why.ends_with(": limited to accepted text: ask with --line"), "{why}");
    let (_, why) = answer(RUN, &text, &asked("app/other.py", 1));
    assert!(why.ends_with("limited to paths app/run.py"), "{why}");
}

#[test]
fn several_lines_are_neighbours_and_overlapping_ones_count() {
    let run = "[\"def run(cmd):\\n  subprocess.call(cmd, shell=True)\"]";
    let text = format!("def run(cmd):\n{LINE}\n\ndef run(cmd):\n\n{LINE}\n");
    for (line, verdict) in [(1, "allow"), (2, "allow"), (3, "deny"), (4, "deny"), (6, "deny")] {
        assert_eq!(answer(run, &text, &asked("app/run.py", line)).0, verdict, "{line}");
    }
    let twice = "['same text\nsame text']".replace('\n', "\\n").replace('\'', "\"");
    let text = "same text\nsame text\nsame text\n";
    let (verdict, why) = answer(&twice, text, &asked("app/run.py", 1));
    assert_eq!(verdict, "deny");
    assert!(why.contains("stands 2 times"), "{why}");
}

#[test]
fn of_two_equal_neighbours_neither_is_covered_by_a_text_that_holds_both() {
    let both = format!("[\"{LINE}\\n{LINE}\\nend()\"]");
    let text = format!("{LINE}\n{LINE}\nend()\n");
    for (line, verdict, reason) in [
        (1, "deny", "has this line 2 times"),
        (2, "deny", "has this line 2 times"),
        (3, "allow", ""),
    ] {
        let (found, why) = answer(&both, &text, &asked("app/run.py", line));
        assert_eq!(found, verdict, "{line}: {why}");
        assert!(why.contains(reason), "{line}: {why}");
    }
}

#[test]
fn one_of_several_texts_is_enough() {
    let both = "['subprocess.call(cmd, shell=True)', 'os.system(command)']";
    let text = format!("{LINE}\nos.system(command)\nos.popen(command)\n");
    for (line, verdict) in [(1, "allow"), (2, "allow"), (3, "deny")] {
        assert_eq!(answer(both, &text, &asked("app/run.py", line)).0, verdict, "{line}");
    }
    let (_, why) = answer(both, "os.popen(command)\n", &asked("app/run.py", 1));
    assert!(why.ends_with("the accepted text is gone from app/run.py"), "{why}");
}

#[test]
fn a_reference_covers_like_its_lines() {
    let of = |lines: &str| format!("['{lines}@{BLOB}']");
    let text = "password = 'x'  # kept\n";
    assert_eq!(answer(&of("2-2"), text, &asked("app/run.py", 1)).0, "allow");
    for (content, reason) in [
        (of("3-3"), "the accepted text is gone"),
        (of("1-1"), "fewer than 8 letters"),
        (of("3-4"), "has no line 4"),
        (of("0-1"), "refers to no lines"),
        (of("1-11"), "more than 10 lines"),
        (of("2-1"), "refers to no lines"),
        (format!("['2-2@{}']", &BLOB[..12]), "refers to no lines"),
        (of("2-2").replace("3f9a", "3f9b"), "is not in this clone: run `git fetch --all`"),
    ] {
        let (verdict, why) = answer(&content, text, &asked("app/run.py", 1));
        assert_eq!(verdict, "deny", "{content}");
        assert!(why.contains(reason), "{content}: {why}");
    }
}

#[test]
fn other_line_ends_need_a_quote_of_the_line() {
    for end in ["\r", "\u{b}", "\u{c}", "\u{1c}", "\u{1e}", "\u{85}", "\u{2028}", "\u{2029}"] {
        let text = format!("{LINE}\na = 1{end}b = 2\n");
        let question = asked("app/run.py", 1);
        let (verdict, why) = answer(RUN, &text, &question);
        assert_eq!(verdict, "deny", "{end:?}");
        assert!(why.contains("line ends other than LF and CRLF"), "{why}");
        for (snippet, verdict) in [(LINE, "allow"), ("  a\r\n", "deny"), ("", "deny")] {
            let mut question = question.clone();
            question.scanner_details.snippet = Some(snippet.to_owned());
            assert_eq!(answer(RUN, &text, &question).0, verdict, "{end:?} {snippet:?}");
        }
    }
}

#[test]
fn what_is_malformed_covers_nothing() {
    let eleven = ["accepted text"; 11].join("\\n");
    let long = "a".repeat(401);
    for (content, text) in [
        ("['else:']".to_owned(), "else:\n".to_owned()),
        ("[]".to_owned(), format!("{LINE}\n")),
        (format!("[\"{eleven}\"]"), eleven.replace("\\n", "\n")),
        (format!("['{long}']"), long.clone()),
    ] {
        let (verdict, why) = answer(&content, &text, &asked("app/run.py", 1));
        assert_eq!(verdict, "deny", "{content}: {why}");
    }
    let key = format!("{{tool: bandit, id: B602, content: {RUN}}}");
    let repo = with(|text| format!("{text}scope: {{findings: [{key}]}}\n"));
    let found = crate::support::gate::ask(&repo, &asked("app/run.py", 1), AT);
    assert_eq!(found.verdict.as_str(), "deny", "{}", found.reason);
    assert_eq!(AcceptedItem::read(&long), Err(ItemError::TooLong));
}

#[test]
fn a_false_positive_covers_an_exact_finding_and_nothing_else() {
    let record = |scope: &str| {
        with(|text| {
            let text = text.replace("root_cause: ", "root_cause: false-positive # ");
            format!("{text}scope: {scope}\n")
        })
    };
    let exact = "tool: bandit, id: B602, paths: [app/run.py], content: ['call(cmd, shell=True)']";
    for (scope, is_read) in [
        (format!("{{findings: [{{{exact}}}]}}"), true),
        ("{findings: [{tool: trivy, id: CVE-1, purl: 'pkg:npm/a@1.0.0'}]}".to_owned(), true),
        ("{findings: [{tool: trivy, id: DS-0002, paths: [Dockerfile]}]}".to_owned(), true),
        ("{findings: [{tool: trivy, id: AVD-DS-0002, paths: [Dockerfile]}]}".to_owned(), true),
        ("{findings: [{tool: trivy, id: DS-0002, paths: [Dockerfile, x]}]}".to_owned(), false),
        ("{findings: [{tool: trivy, id: DS-0002, paths: ['**']}]}".to_owned(), false),
        ("{findings: [{tool: trivy, id: DS-0002}]}".to_owned(), false),
        ("{findings: [{tool: trivy, id: CVE-1, purl: 'pkg:npm/a'}]}".to_owned(), false),
        ("{findings: [{tool: trivy, id: CVE-1, purl: 'pkg:npm/a@'}]}".to_owned(), false),
        ("{findings: [{tool: trivy, id: CVE-1, versions: '<3'}]}".to_owned(), false),
        ("{findings: [{tool: bandit, id: B602, paths: [app/run.py]}]}".to_owned(), false),
        (
            "{findings: [{tool: bandit, id: B602, paths: [app/run.py], content: []}]}".to_owned(),
            false,
        ),
        (
            "{findings: [{id: B602, paths: [app/run.py], content: ['call(cmd, shell=True)']}]}"
                .to_owned(),
            false,
        ),
        (format!("{{findings: [{{{exact}}}, {{tool: bandit, id: B602}}]}}"), false),
        ("{findings: []}".to_owned(), false),
        ("{resources: ['db:invoices']}".to_owned(), false),
    ] {
        let states = record_states(&record(&scope), AT);
        assert_eq!(states[0].stated.is_some(), is_read, "{scope}: {:?}", states[0].reasons);
    }
    // Whoever acts gains nothing by a false alarm.
    let repo = record(&format!("{{findings: [{{{exact}}}]}}"));
    let states = record_states(&repo, AT);
    let states: Vec<_> = states.iter().collect();
    let governance = Governance::of_policy("version: 1\n");
    for asked in [&[("application", "billing")][..], &[("identity", "svc:billing-batch")]] {
        let asked = question(asked);
        let counts = ReceiptCounts::NotGiven;
        let files = Files::default();
        let answer = verdict::ask_among(&asked, &states, &counts, &governance, outside(&files));
        assert_eq!(answer.verdict.as_str(), "deny", "{asked:?}: {}", answer.reason);
    }
}
