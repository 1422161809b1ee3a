//! What keeps a job of a workflow from recording reviews, as the file says it.
//!
//! Pure. Start at `JobPlace::gap`. Follows `docs/spec/cli.md`, doctor. A value that the forge computes
//! (`${{ … }}`) is taken to be right.

use crate::diag::Pos;
use crate::yaml::node::{MapEntry, Node};

// The environment whose secret is the key.
const ENVIRONMENT: &str = "exledger";
const KEY: &str = "EXLEDGER_KEY";

/// Whether a workflow has a job that records reviews.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ReviewJob {
    #[default]
    Absent,
    /// It runs what records them, but can't.
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
}

// A step that runs `ci merged`, in its job and workflow.
pub(super) struct JobPlace<'n> {
    pub(super) path: &'n str,
    pub(super) root: &'n Node,
    pub(super) job: &'n MapEntry,
    pub(super) step: &'n Node,
}

impl JobPlace<'_> {
    pub(super) fn gap(&self) -> Option<WorkflowGap> {
        self.environment().or(self.key()).or(self.permission()).or(self.depth())
    }

    fn lacks(&self, at: Pos, what: &str, line: &str) -> Option<WorkflowGap> {
        let message = format!("{}:{}: the job {} {what}", self.path, at.line, self.job.key);
        Some(WorkflowGap { message, line: line.to_owned() })
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

    fn permission(&self) -> Option<WorkflowGap> {
        let stated = self.job.value.get("permissions").or(self.root.get("permissions"))?;
        // Without the word, the settings of the repository say it; another token has its own rights.
        let is_of_job =
            |token: &str| token.contains("github.token") || token.contains("GITHUB_TOKEN");
        let contents = stated.get("contents").and_then(Node::text);
        if stated.text() == Some("write-all")
            || contents == Some("write")
            || !self.variable("GH_TOKEN").is_none_or(is_of_job)
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

fn is_computed(text: &str) -> bool {
    text.contains("${{")
}
