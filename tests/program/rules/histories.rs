//! Histories in practice: the steps of an example are executed in a real repository, and `verify` reports its findings.

use std::collections::BTreeSet;
use std::path::PathBuf;

use exledger::diag::code::Code;
use exledger::history::refs::{self, APPROVALS_BRANCH};
use exledger::record::time::Instant;
use exledger::rules::ALL;
use exledger::rules::example::{Example, Shape};
use exledger::rules::rule::Rule;
use serde_json::{Value, json};

use crate::advice::stage::answered;
use crate::cli;
use crate::gate::chained::digest;
use crate::support::lint::instant;
use crate::support::repo::{self, MAIN, Repo, person};
use crate::support::samples::LISTED;

const ID: &str = "EXC-2026-7F3KQ";
/// The instant of the question, unless an example names another.
const ON: &str = "2026-12-01T12:00:00Z";
/// The branch on which everything is proposed.
const BRANCH: &str = "work";
/// A signature that OpenSSH would never write.
const BAD_SIGNATURE: &str =
    "gpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n -----END SSH SIGNATURE-----";

/// A ledger in which the steps are executed.
pub(super) struct Stage {
    repo: Repo,
    /// Files outside the repository: checkpoints and receipts.
    outside: tempfile::TempDir,
    /// The edits of the sample so far.
    edits: Vec<String>,
    checkpoint: Option<PathBuf>,
    receipts: Option<PathBuf>,
    /// Whether receipts must be signed.
    require_signed: bool,
    on: String,
    policy: String,
    /// Whether suppressions are looked for, not what landed.
    faults: bool,
    /// Whether the branch is linted, not what landed.
    lints: bool,
    /// The commit since which suppressions are looked for, where there is no ledger.
    added_since: Option<String>,
}

impl Stage {
    pub(super) fn of(example: &Example) -> Stage {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        let mut policy = example.policy.unwrap_or("version: 1\n").to_owned();
        // The sample states an identity, which listed people approve.
        if !policy.contains("groups:") {
            policy.push_str(LISTED);
        }
        repo.by("dana").write("exledger.yaml", &policy).commit("Keep exceptions in a ledger");
        Stage {
            repo,
            outside: crate::support::temporary(),
            edits: Vec::new(),
            checkpoint: None,
            receipts: None,
            require_signed: false,
            on: example.on.unwrap_or(ON).to_owned(),
            policy,
            faults: false,
            lints: false,
            added_since: None,
        }
    }

    /// Executes the steps of an example, or proposes its files on what landed before them.
    pub(super) fn play(example: &Example) -> Stage {
        let mut stage = Stage::of(example);
        if let Shape::History(steps) = example.shape {
            for step in steps.iter().filter(|step| !step.starts_with("found: ")) {
                stage.act(step);
            }
            return stage;
        }
        stage.lints = true;
        let landed = example.before().into_iter().chain(example.neighbours()).collect();
        for (branch, files) in [(MAIN, landed), (BRANCH, example.files())] {
            let work = stage.repo.branch(branch).by("ana");
            let files = files.iter().filter(|(path, _)| path != "exledger.yaml");
            files
                .fold(work, |work, (path, bytes)| work.write_mode(path, 0o100_644, bytes))
                .commit("File records");
        }
        stage
    }

    /// Executes one step.
    pub(super) fn act(&mut self, step: &str) {
        if let Some((path, text)) = step.split_once(" has: ") {
            self.faults = true;
            self.repo.by("ana").write(path, &format!("{text}\n")).commit("Write a file");
        } else if let Some(at) = step.strip_prefix("asked on ") {
            self.on = at.to_owned();
        } else if let Some(at) = step.strip_prefix("at ") {
            self.repo.clock(at);
        } else if let Some(at) = step.strip_prefix("used at ") {
            self.keep_receipt(at);
        } else if let Some(which) = step.strip_prefix("receipts ") {
            self.keep_chain(which);
        } else if step == "no ledger" {
            self.repo.by("dana").remove("exledger.yaml").commit("Keep no ledger");
            self.added_since = Some(self.repo.tip(MAIN).to_string());
        } else if step == "signatures required" {
            self.require_signed = true;
        } else if step == "receipts" {
            self.receipts = Some(self.outside.path().join("receipts.jsonl"));
            std::fs::write(self.receipts.as_ref().unwrap(), "").unwrap();
        } else if step == "checkpoint" {
            self.take_checkpoint();
        } else if step == "linted" {
            self.lints = true;
        } else if let Some((who, what)) = step.split_once(" proposes ") {
            // A merged branch is finished: the next one starts at the mainline.
            let tip = self.repo.tip(MAIN);
            self.repo.set_ref(&format!("refs/heads/{BRANCH}"), tip);
            self.change(BRANCH, who, what);
        } else if let Some((who, what)) = step.split_once(" adds ") {
            self.change(BRANCH, who, what);
        } else if let Some((who, what)) = step.split_once(" pushes ") {
            self.change(MAIN, who, what);
        } else if let Some((who, label)) = step.split_once(" notes ") {
            self.note(who, label);
        } else {
            self.land(step);
        }
    }

    fn land(&self, step: &str) {
        let repo = &self.repo;
        let merged = |who: &str| {
            repo.by(who).merge(BRANCH, &format!("Merge pull request #7 from ana/{BRANCH}"));
        };
        if let Some(who) = step.strip_suffix(" merges") {
            merged(who);
        } else if let Some(who) = step.strip_suffix(" merges on GitHub, unsigned") {
            repo.by(who).through("github").merge(BRANCH, "Merge pull request #7 from ana/work");
        } else if let Some(who) = step.strip_suffix(" merges, badly signed") {
            repo.by(who).header(BAD_SIGNATURE).merge(BRANCH, "Merge pull request #7 from ana/work");
        } else if let Some(who) = step.strip_suffix(" rebases") {
            // Rebasing onto the commit itself would only change the committer.
            repo.by(who).rebase(BRANCH);
        } else if let Some(who) = step.strip_suffix(" turns the mainline") {
            let tip = repo.git.find_commit(repo.tip(MAIN)).unwrap();
            let before = tip.parent_id(0).unwrap().to_string();
            repo.branch_from("turned", &before)
                .by(who)
                .write("TURNED.md", "Something else\n")
                .commit("Write something else");
            let turned =
                repo.branch("turned").by(who).merge(MAIN, "Merge branch 'main' into turned");
            repo.set_ref("refs/heads/main", turned);
        } else if let Some(who) = step.strip_suffix(" rewrites the mainline") {
            let tip = repo.git.find_commit(repo.tip(MAIN)).unwrap();
            repo.set_ref("refs/heads/main", tip.parent_id(0).unwrap());
            merged(who);
        } else if let Some(who) = step.strip_suffix(" begins the approvals branch") {
            repo.orphan(APPROVALS_BRANCH).by(who).write("README.md", "Approvals\n").commit("Begin");
        } else if step.ends_with(" deletes the approvals branch") {
            let name = refs::approvals_ref(None);
            repo.git.find_reference(&name).unwrap().delete().unwrap();
        } else if step.ends_with(" replaces an object") {
            let tip = repo.tip(MAIN);
            repo.set_ref(&format!("refs/replace/{tip}"), tip);
        } else {
            panic!("nobody knows how to act out: {step}");
        }
    }

    /// Changes something and commits it on a branch.
    fn change(&mut self, branch: &str, who: &str, what: &str) {
        let (path, text) = if let Some(line) = what.strip_prefix("policy: ") {
            ("exledger.yaml".to_owned(), format!("{}{line}\n", self.policy))
        } else if let Some(line) = what.strip_prefix("key: ") {
            (".github/allowed_signers".to_owned(), format!("{line}\n"))
        } else if what == "the sample" || what.contains(": ") {
            let edits = what.split("; ").filter(|edit| edit.contains(": "));
            self.edits.extend(edits.map(str::to_owned));
            let text = Example::edited(&self.edits.join("\n")).unwrap();
            (ID.to_owned(), text)
        } else {
            (what.to_owned(), "Read me\n".to_owned())
        };
        self.repo.branch(branch).by(who).write(&path, &text).commit(&format!("Write {what}"));
    }

    /// Adds a label to the tip, as Gerrit's plug-in stores it.
    fn note(&self, who: &str, label: &str) {
        let git = &self.repo.git;
        let tip = self.repo.tip(MAIN);
        let email = format!("{who}@example.com");
        let time = git2::Time::new(self.repo.now().unix(), 0);
        let signature = git2::Signature::new(who, &email, &time).unwrap();
        let text = format!("{label}: {who} <{email}>\n");
        git.note(&signature, &signature, Some("refs/notes/review"), tip, &text, false).unwrap();
    }

    fn take_checkpoint(&mut self) {
        let path = self.outside.path().join("checkpoint.json");
        self.repo.checkout();
        let run = cli::run(
            self.repo.path(),
            &["verify", "--on", &self.on, "--write-checkpoint", path.to_str().unwrap()],
        );
        assert!(path.exists(), "{}{}", run.out, run.err);
        self.checkpoint = Some(path);
    }

    fn keep_receipt(&mut self, at: &str) {
        let path = self.outside.path().join("receipts.jsonl");
        std::fs::write(&path, format!("{}\n", self.receipt(at))).unwrap();
        self.receipts = Some(path);
    }

    fn receipt(&self, at: &str) -> Value {
        json!({
            "schema": "exledger/check/v1",
            "verdict": "allow",
            "record": ID,
            "ledger": {
                "ref": "refs/heads/main",
                "commit": self.repo.tip(MAIN).to_string(),
                "instant": at,
            },
        })
    }

    /// Stores three linked receipts, and leaves those that are named, in that order.
    fn keep_chain(&mut self, which: &str) {
        let mut lines: Vec<String> = Vec::new();
        for seq in 1..=3 {
            let mut receipt = self.receipt("2026-12-01T12:00:00Z");
            receipt["seq"] = json!(seq);
            receipt["previous"] = json!(lines.last().map(|line| digest(line)));
            lines.push(receipt.to_string());
        }
        let named = which.split(", ").map(|name| match name.split_once(' ') {
            Some(("signed", _)) => badly_signed(lines.len(), &lines[1]),
            Some((seq, _)) => lines[seq.parse::<usize>().unwrap() - 1].replace("12:00", "13:00"),
            None => lines[name.parse::<usize>().unwrap() - 1].clone(),
        });
        let text: String = named.map(|line| line + "\n").collect();
        let path = self.outside.path().join("receipts.jsonl");
        std::fs::write(&path, text).unwrap();
        self.receipts = Some(path);
    }

    /// Checks out the branch that is asked about, for somebody who asks at that time.
    pub(super) fn check_out(&self, asker: &str) {
        self.repo.checkout();
        if self.lints {
            self.git(&["checkout", "--quiet", "--force", BRANCH]);
        }
        let (name, address) = person(asker);
        self.git(&["config", "user.name", &name]);
        self.git(&["config", "user.email", &address]);
        let before = Instant::from_unix(instant(&self.on).unix() - 6 * 3600).unwrap();
        self.repo.clock(&before.to_string());
    }

    fn git(&self, words: &[&str]) -> String {
        repo::git(self.repo.path(), words)
    }

    /// Runs a command as it is printed, with what a person answers to its prompts.
    pub(super) fn run(&self, command: &str) -> Result<(), String> {
        let run = cli::shell(&self.repo, &answered(command));
        match run.code {
            0 => Ok(()),
            // It has written its checkpoint, and still finds something else.
            1 if command.starts_with("exledger verify") => Ok(()),
            code => Err(format!("{command}: {code} {}{}", run.out, run.err)),
        }
    }

    /// Merges what the work tree has, if what landed is asked about.
    pub(super) fn land_work_tree(&self) {
        if self.lints || self.faults || self.git(&["status", "--porcelain"]).is_empty() {
            return;
        }
        self.git(&["checkout", "--quiet", "-B", BRANCH]);
        self.git(&["add", "--all"]);
        let commit = cli::shell(&self.repo, "git commit --quiet --message 'Do what was said'");
        assert_eq!(commit.code, 0, "{}{}", commit.out, commit.err);
        self.repo.wait("1h").by("lee").merge(BRANCH, "Merge pull request #8 from ana/work");
        self.git(&["checkout", "--quiet", "--force", MAIN]);
    }

    /// Returns what `verify` finds in the end.
    pub(super) fn findings(&self) -> Vec<Value> {
        self.check_out("ana");
        self.ask()
    }

    /// Returns what is found, with the work tree as it is.
    pub(super) fn ask(&self) -> Vec<Value> {
        if self.lints {
            let args = ["lint", "--base", MAIN, "--on", &self.on, "--format", "json"];
            let run = cli::run(self.repo.path(), &args);
            let answer: Value = serde_json::from_str(&run.out).unwrap();
            return answer["findings"].as_array().unwrap().clone();
        }
        if self.faults {
            // The only format that has the notes, too.
            let mut args = vec!["scan", "--on", &self.on, "--format", "sarif"];
            args.extend(self.added_since.iter().flat_map(|base| ["--base", base]));
            let run = cli::run(self.repo.path(), &args);
            let answer: Value = serde_json::from_str(&run.out).unwrap();
            let results = answer["runs"][0]["results"].as_array().unwrap().iter();
            let finding = |it: &Value| json!({"rule": it["ruleId"], "level": it["level"], "help": it["properties"]["help"], "remedy": it["properties"]["remedy"]});
            return results.map(finding).collect();
        }
        let mut args = vec!["verify", "--on", &self.on, "--format", "json"];
        for (flag, path) in [("--checkpoint", &self.checkpoint), ("--receipts", &self.receipts)] {
            if let Some(path) = path {
                args.extend([flag, path.to_str().unwrap()]);
            }
        }
        args.extend(self.require_signed.then_some("--require-signed"));
        let run = cli::run_with(self.repo.path(), &args, &[("EXLEDGER_TEST_CLOCK", ON)]);
        assert!(run.code < 2, "{}", run.err);
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        answer["findings"].as_array().unwrap().clone()
    }
}

/// Returns a signature line that nobody signed.
fn badly_signed(seq: usize, before: &str) -> String {
    json!({
        "schema": "exledger/receipt-signature/v1",
        "seq": seq,
        "previous": digest(before),
        "at": ON,
        "signer": "gate@example.com",
        "signature": "-----BEGIN SSH SIGNATURE-----",
    })
    .to_string()
}

/// Returns the findings of an example, and the codes that it expects besides the rule's own.
///
/// Findings of rules that have no history as an example, and that it doesn't name, are left to their own tests.
fn acted_out(example: &Example) -> (Vec<Value>, BTreeSet<String>) {
    let Shape::History(steps) = example.shape else {
        panic!("no history");
    };
    let mut stage = Stage::of(example);
    let mut said = BTreeSet::new();
    for step in steps {
        match step.strip_prefix("found: ") {
            Some(codes) => said.extend(codes.split(", ").map(str::to_owned)),
            None => stage.act(step),
        }
    }
    let mut findings = stage.findings();
    findings.retain(|finding| {
        let code = finding["rule"].as_str().unwrap();
        let has_history = |rule: &Rule| matches!(rule.bad.shape, Shape::History(_));
        // Whatever is covered is noted.
        let is_note = code == Code::ScanSuppression.as_str();
        said.contains(code)
            || !is_note && ALL.iter().any(|it| it.code.as_str() == code && has_history(it))
    });
    (findings, said)
}

fn with_history(
    example: impl Fn(&Rule) -> Example,
) -> impl Iterator<Item = (&'static Rule, Example)> {
    let all = ALL.iter().map(move |rule| (rule, example(rule)));
    all.filter(|(_, example)| matches!(example.shape, Shape::History(_)))
}

#[test]
fn the_bad_history_of_a_rule_is_found_with_its_code_and_what_it_says_besides() {
    let mut n_rules = 0;
    let mut wrong = Vec::new();
    for (rule, example) in with_history(|rule| rule.bad) {
        n_rules += 1;
        let (findings, said) = acted_out(&example);
        let code = |it: &Value| it["rule"].as_str().unwrap().to_owned();
        let codes: BTreeSet<String> = findings.iter().map(code).collect();
        let expected = match said.is_empty() {
            true => BTreeSet::from([rule.code.as_str().to_owned()]),
            false => said,
        };
        assert!(expected.contains(rule.code.as_str()), "{}", rule.code.as_str());
        if codes != expected {
            wrong.push(format!("{}: {codes:?}, not {expected:?}", rule.code.as_str()));
        }
        for finding in findings.iter().filter(|it| code(it) == rule.code.as_str()) {
            assert_eq!(finding["level"], rule.level.as_str(), "{finding:#?}");
            assert!(!finding["help"].as_str().unwrap().is_empty());
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(n_rules > 15, "{n_rules}");
}

#[test]
fn the_good_history_of_a_rule_is_clean_but_for_what_it_says_itself() {
    for (rule, example) in with_history(|rule| rule.good) {
        let (findings, said) = acted_out(&example);
        let codes: BTreeSet<&str> =
            findings.iter().map(|it| it["rule"].as_str().unwrap()).collect();
        assert!(!codes.contains(rule.code.as_str()), "{}: {findings:#?}", rule.code.as_str());
        let said: BTreeSet<&str> = said.iter().map(String::as_str).collect();
        assert_eq!(codes, said, "{}: {findings:#?}", rule.code.as_str());
    }
}
