//! What keeps a job of a workflow from recording reviews, as the file says it.
//!
//! Pure. Start at `JobPlace::gap`. Follows `docs/spec/cli.md`, doctor. A value that the forge computes
//! (`${{ … }}`) is taken to be right; what decides whether the job records at all is not.

use crate::diag::Pos;
use crate::diag::shell::quoted;
use crate::yaml::node::{MapEntry, Node};

// The environment whose secret is the key.
const ENVIRONMENT: &str = "exledger";
const KEY: &str = "EXLEDGER_KEY";
const TOKEN: &str = "GH_TOKEN";
const JOB: &str = "merged";
const CONDITION: &str = "github.event_name != 'pull_request' && github.event_name != 'merge_group' && !github.event.repository.fork";
// The conditions that hold on each push: that of `init`, and the plain one.
const CONDITIONS: [&str; 2] = [CONDITION, "github.event_name == 'push'"];
// The name of the job to run, as `init` writes it.
const CHOICE: &str = "${{ github.event_name == 'schedule' && 'nightly' || 'merged' }}";

/// Whether a workflow has a job that records reviews.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ReviewJob {
    #[default]
    Absent,
    /// It has what records them, but it can't, or it is not known whether it does.
    Lacking(WorkflowGap),
    Complete,
    /// A bridge of one's own: its key, its rights and what starts it are where only its owner knows.
    Own,
}

/// What a workflow lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkflowGap {
    /// The gap with its file and line.
    pub message: String,
    /// The line to write there.
    pub line: String,
    /// Whether a review may be recorded all the same: only the forge can tell.
    pub is_doubt: bool,
}

impl WorkflowGap {
    /// Returns what follows from it, with the gap.
    pub fn sentence(&self) -> String {
        let follows = match self.is_doubt {
            true => "it is not known whether reviews are recorded",
            false => "no review is recorded",
        };
        format!("{follows}: {}", self.message)
    }
}

// A step that seems to run `ci merged`, in its job and workflow.
pub(super) struct JobPlace<'n> {
    pub(super) path: &'n str,
    pub(super) root: &'n Node,
    pub(super) job: &'n MapEntry,
    pub(super) step: &'n Node,
}

impl JobPlace<'_> {
    // Tells whether the step can be the one that records reviews: it may name its job by a variable.
    pub(super) fn is_candidate(&self) -> bool {
        let run = self.run();
        match StepCommand::read(run) {
            StepCommand::Job(name) => name == JOB,
            StepCommand::Variable(name) => {
                self.variable(name).is_some_and(|value| value == JOB || is_computed(value))
            }
            StepCommand::Other => {
                let entries = self.step.get("env").map(Node::entries).unwrap_or_default();
                let mut values = entries.iter().filter_map(|entry| entry.value.text());
                let names_job = run.contains(JOB)
                    || run.contains('$') && values.any(|value| value.contains(JOB));
                run.contains("exledger") && run.contains(" ci ") && names_job
            }
        }
    }

    pub(super) fn gap(&self) -> Option<WorkflowGap> {
        let lacks = self.environment().or(self.key()).or(self.token()).or(self.permission());
        lacks.or(self.depth()).or(self.condition()).or(self.command())
    }

    fn run(&self) -> &str {
        self.step.get("run").and_then(Node::text).unwrap_or_default().trim()
    }

    // Returns what may keep the step from running on a push.
    fn condition(&self) -> Option<WorkflowGap> {
        for part in [&self.job.value, self.step] {
            let Some(entry) = part.entry("if") else { continue };
            let stated = entry.value.text().unwrap_or_default().trim();
            let inner = stated.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}"));
            if !CONDITIONS.contains(&inner.unwrap_or(stated).trim()) {
                let what = "runs under a condition that may not hold on a push";
                return self.doubt(entry.key_pos, what, format!("if: {CONDITION}"));
            }
        }
        let needs = self.job.value.entry("needs")?;
        let what = "runs only after other jobs, which may not run on a push";
        self.doubt(needs.key_pos, what, "needs: []".to_owned())
    }

    // Returns what keeps the file from showing that the step runs `ci merged`.
    fn command(&self) -> Option<WorkflowGap> {
        let at = self.step.entry("run").map_or(self.step.pos, |entry| entry.key_pos);
        match StepCommand::read(self.run()) {
            StepCommand::Job(_) => None,
            StepCommand::Variable(name) => {
                let is_known = |value: &str| value == JOB || value == CHOICE;
                if self.variable(name).is_some_and(is_known) {
                    return None;
                }
                let what = format!("may run another command: an expression gives {name}");
                self.doubt(at, &what, format!("{name}: {CHOICE}"))
            }
            StepCommand::Other => {
                let what = "has a step that is not `exledger ci merged` alone";
                self.doubt(at, what, "run: exledger ci merged".to_owned())
            }
        }
    }

    fn doubt(&self, at: Pos, what: &str, line: String) -> Option<WorkflowGap> {
        let message = format!("{}:{}: the job {} {what}", self.path, at.line, self.job.key);
        Some(WorkflowGap { message, line, is_doubt: true })
    }

    fn lacks(&self, at: Pos, what: &str, line: &str) -> Option<WorkflowGap> {
        let message = format!("{}:{}: the job {} {what}", self.path, at.line, self.job.key);
        Some(WorkflowGap { message, line: line.to_owned(), is_doubt: false })
    }

    fn variable(&self, name: &str) -> Option<&str> {
        let parts = [self.step, &self.job.value, self.root].into_iter();
        let mut values = parts.filter_map(|part| part.get("env")?.get(name)?.text());
        values.find(|value| !value.is_empty())
    }

    fn environment(&self) -> Option<WorkflowGap> {
        let stated = self.job.value.get("environment");
        let name = stated.and_then(|node| node.text().or_else(|| node.get("name")?.text()));
        if name.is_some_and(|name| name.eq_ignore_ascii_case(ENVIRONMENT) || is_computed(name)) {
            return None;
        }
        let at = stated.map_or(self.job.key_pos, |node| node.pos);
        self.lacks(at, "lacks `environment: exledger`, which has the key", "environment: exledger")
    }

    fn key(&self) -> Option<WorkflowGap> {
        if self.variable(KEY).is_some() {
            return None;
        }
        let line = "EXLEDGER_KEY: ${{ secrets.EXLEDGER_KEY }}";
        self.lacks(self.step.pos, "has a step without the variable EXLEDGER_KEY", line)
    }

    fn token(&self) -> Option<WorkflowGap> {
        if self.variable(TOKEN).is_some() {
            return None;
        }
        let line = "GH_TOKEN: ${{ github.token }}";
        self.lacks(self.step.pos, "has a step without the variable GH_TOKEN", line)
    }

    fn permission(&self) -> Option<WorkflowGap> {
        let stated = self.job.value.get("permissions").or(self.root.get("permissions"))?;
        // Without the word, the settings of the repository say it; another token has its own rights.
        let is_of_job =
            |token: &str| token.contains("github.token") || token.contains("GITHUB_TOKEN");
        let contents = stated.get("contents").and_then(Node::text);
        if stated.text() == Some("write-all")
            || contents == Some("write")
            || !self.variable(TOKEN).is_none_or(is_of_job)
        {
            return None;
        }
        let line = "permissions: {contents: write, pull-requests: write, issues: write}";
        self.lacks(stated.pos, "may not push: it lacks `contents: write`", line)
    }

    fn depth(&self) -> Option<WorkflowGap> {
        let steps = self.job.value.get("steps").map(Node::items).unwrap_or_default();
        let text = |step: &Node, key: &str| {
            step.get(key).and_then(Node::text).unwrap_or_default().to_owned()
        };
        let is_checkout = |step: &&Node| text(step, "uses").starts_with("actions/checkout@");
        let is_whole = |step: &Node| {
            let depth = step.get("with").and_then(|with| with.get("fetch-depth"));
            depth.and_then(Node::text).is_some_and(|depth| depth == "0" || is_computed(depth))
        };
        let first = steps.iter().find(is_checkout)?;
        if steps.iter().filter(is_checkout).any(is_whole)
            || steps.iter().any(|step| text(step, "run").contains("--unshallow"))
        {
            return None;
        }
        self.lacks(
            first.pos,
            "has no history: its checkout lacks `fetch-depth: 0`",
            "fetch-depth: 0",
        )
    }
}

// What a step runs, if that is `exledger [-C FOLDER] ci JOB` and nothing else.
enum StepCommand<'n> {
    Job(&'n str),
    // The variable that has the name of the job.
    Variable(&'n str),
    Other,
}

impl StepCommand<'_> {
    fn read(run: &str) -> StepCommand<'_> {
        let Some((start, argument)) = run.rsplit_once(" ci ") else { return StepCommand::Other };
        let is_name = |name: &str| {
            name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter))
        };
        let is_folder = |folder: &str| {
            let inner = folder.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
            inner.map_or(quoted(folder) == folder, |inner| !inner.contains('\''))
        };
        let flag = start.strip_prefix("exledger");
        if !flag
            .is_some_and(|flag| flag.is_empty() || flag.strip_prefix(" -C ").is_some_and(is_folder))
        {
            return StepCommand::Other;
        }
        let bare = argument.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let bare = bare.unwrap_or(argument);
        let name = bare.strip_prefix('$').unwrap_or(bare);
        let inner = name.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        match inner.unwrap_or(name) {
            name if !is_name(name) => StepCommand::Other,
            name if bare.starts_with('$') => StepCommand::Variable(name),
            name => StepCommand::Job(name),
        }
    }
}

fn is_computed(text: &str) -> bool {
    text.contains("${{")
}
