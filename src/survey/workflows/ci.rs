//! The jobs that run exledger on a forge, recognised by what they run.
//!
//! Pure. Start at [`CiSetup::read`]. Follows `docs/spec/cli.md`, doctor. Whatever can't be read as YAML is not a workflow
//! for the forge either.

use crate::diag;
use crate::history::chain;
use crate::ledger::tree::{EntryKind, Tree, TreeError};
use crate::survey::workflows::review_job::{JobPlace, ReviewJob, WorkflowGap};
use crate::yaml;
use crate::yaml::node::{Limits, MapEntry, Node};
use crate::yaml::splice;

const FOLDER: &str = ".github/workflows";
/// The jobs that `init` writes for GitLab where there is a pipeline, which must include them, and that pipeline.
pub const GITLAB_JOBS: &str = ".gitlab/exledger.yml";
pub const GITLAB_PIPELINE: &str = ".gitlab-ci.yml";
const JOB: &str = "merged";
/// What the names of the variables that change the program's answers begin with.
const VARIABLES: &str = "EXLEDGER_";
/// The variable that names the approved ref.
pub const APPROVED_REF: &str = "EXLEDGER_APPROVED_REF";

/// The jobs of a repository that run exledger.
#[derive(Clone, Debug, Default)]
pub struct CiSetup {
    /// The workflows that run exledger, by path.
    pub workflows: Vec<CiWorkflow>,
    /// Whether there are files that `init` writes for GitHub.
    pub has_github_files: bool,
    pub gitlab: GitlabCi,
}

/// A workflow that runs exledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CiWorkflow {
    pub path: String,
    /// Why it can't be read.
    pub fault: Option<String>,
    /// The actions of exledger that are not pinned to a commit, as written.
    pub unpinned: Vec<String>,
    /// The local actions that do not exist.
    pub missing: Vec<String>,
    pub pushes: PushedBranches,
    /// The line that says so, or where it would be.
    pub pushes_line: u32,
    /// Whether those pushes start it only if they change certain paths.
    pub has_path_filter: bool,
    pub review_job: ReviewJob,
    /// The variables of exledger that it sets.
    pub variables: Vec<WorkflowVariable>,
}

/// A variable that a workflow sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkflowVariable {
    pub name: String,
    pub value: String,
    pub line: u32,
}

/// The pushes that start a workflow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PushedBranches {
    #[default]
    Nothing,
    Any,
    /// Those to branches that match these patterns.
    Matching(Vec<String>),
}

/// The pipeline of GitLab.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GitlabCi {
    /// Whether the jobs of `init` are there.
    pub has_jobs: bool,
    /// Whether the pipeline is there.
    pub has_pipeline: bool,
    /// Whether the pipeline includes the jobs, or runs exledger itself.
    pub runs_exledger: bool,
    pub states_reviews: bool,
}

impl CiSetup {
    /// Reads the jobs from the files of a repository.
    ///
    /// # Errors
    /// [`TreeError`] if a file can't be read.
    pub fn read(tree: &dyn Tree) -> Result<CiSetup, TreeError> {
        let mut setup = CiSetup { gitlab: GitlabCi::read(tree)?, ..CiSetup::default() };
        for item in tree.list(FOLDER)? {
            let name = item.path.strip_prefix(FOLDER).unwrap_or_default().trim_start_matches('/');
            let is_workflow = name.ends_with(".yml") || name.ends_with(".yaml");
            if item.kind != EntryKind::File || name.contains('/') || !is_workflow {
                continue;
            }
            let bytes = tree.bytes_within(&item.path, Limits::POLICY.bytes)?.unwrap_or_default();
            if mentions(&bytes) {
                setup.workflows.extend(CiWorkflow::read(tree, &item.path, &bytes)?);
            }
        }
        let own = tree.kind(".github/ISSUE_TEMPLATE/exception.yml")?;
        setup.has_github_files = own.is_some() || !setup.workflows.is_empty();
        Ok(setup)
    }

    /// Returns the file of the job that records reviews of what lands on the approved ref.
    pub fn states_reviews(&self, forge: Option<&str>, reference: &str) -> Option<&str> {
        let mut workflows = self.workflows_of(forge).iter();
        let workflow = workflows
            .find(|workflow| {
                matches!(workflow.review_job, ReviewJob::Complete | ReviewJob::Own)
                    && workflow.gap(reference).is_none()
            })
            .map(|workflow| workflow.path.as_str());
        let gitlab = self.gitlab.runs_exledger && self.gitlab.states_reviews;
        let jobs = if self.gitlab.has_jobs { GITLAB_JOBS } else { GITLAB_PIPELINE };
        workflow.or(if gitlab { Some(jobs) } else { None })
    }

    /// Returns what the job that should record reviews lacks; `None` if one lacks nothing, or none should.
    pub fn review_gap(&self, forge: Option<&str>, reference: &str) -> Option<WorkflowGap> {
        if self.states_reviews(forge, reference).is_some() {
            return None;
        }
        let mut workflows = self.workflows_of(forge).iter();
        let workflow = workflows.find(|workflow| workflow.review_job != ReviewJob::Absent)?;
        workflow.gap(reference)
    }

    /// Returns the workflows that a forge runs: Gitea and Forgejo run those of GitHub, others don't.
    pub fn workflows_of(&self, forge: Option<&str>) -> &[CiWorkflow] {
        match forge {
            None | Some("github" | "gitea") => &self.workflows,
            Some(_) => &[],
        }
    }

    /// Returns the forge whose files are there.
    pub fn forge(&self) -> Option<&'static str> {
        if self.gitlab.has_jobs || self.gitlab.runs_exledger {
            return Some("gitlab");
        }
        let gitlab = if self.gitlab.has_pipeline { Some("gitlab") } else { None };
        if self.has_github_files { Some("github") } else { gitlab }
    }
}

fn mentions(bytes: &[u8]) -> bool {
    String::from_utf8_lossy(bytes).contains("exledger")
}

impl CiWorkflow {
    /// Reads a workflow; `None` if it mentions exledger without running it.
    fn read(tree: &dyn Tree, path: &str, bytes: &[u8]) -> Result<Option<CiWorkflow>, TreeError> {
        let mut workflow = CiWorkflow { path: path.to_owned(), ..CiWorkflow::default() };
        let document = yaml::parse(bytes, &Limits::POLICY);
        let Some(root) = document.root.as_ref().filter(|root| root.get("jobs").is_some()) else {
            let fault = document.faults.first();
            workflow.fault = Some(match fault {
                Some(fault) => match fault.pos {
                    Some(pos) => format!("{path}:{}:{}: {}", pos.line, pos.column, fault.message),
                    None => format!("{path}: {}", fault.message),
                },
                None => format!("{path}: there are no jobs"),
            });
            return Ok(Some(workflow));
        };
        if let Some(on) = root.entry("on") {
            workflow.pushes = PushedBranches::read(&on.value);
            let push = on.value.entry("push");
            workflow.pushes_line = push.unwrap_or(on).key_pos.line;
            let has = |key: &str| push.is_some_and(|push| push.value.get(key).is_some());
            workflow.has_path_filter = has("paths") || has("paths-ignore");
        }
        workflow.read_variables(root);
        let mut runs_exledger = false;
        let jobs = root.get("jobs").map(Node::entries).unwrap_or_default();
        for job in jobs {
            workflow.read_variables(&job.value);
            let steps = job.value.get("steps").map(Node::items).unwrap_or_default();
            for step in steps.iter().chain([&job.value]) {
                workflow.read_variables(step);
                runs_exledger |= workflow.add(tree, step)?;
                workflow.add_review_job(root, job, step);
            }
        }
        Ok(runs_exledger.then_some(workflow))
    }

    fn read_variables(&mut self, part: &Node) {
        let entries = part.get("env").map(Node::entries).unwrap_or_default();
        let own = entries.iter().filter(|entry| entry.key.starts_with(VARIABLES));
        for entry in own {
            if !self.variables.iter().any(|variable| variable.name == entry.key) {
                let value = entry.value.text().unwrap_or_default().to_owned();
                let (name, line) = (entry.key.clone(), entry.key_pos.line);
                self.variables.push(WorkflowVariable { name, value, line });
            }
        }
    }

    /// Returns what keeps it from answering about the approved ref, or a job of it from recording reviews; what only may,
    /// if nothing else does.
    pub fn gap(&self, reference: &str) -> Option<WorkflowGap> {
        let of_job = || match &self.review_job {
            ReviewJob::Lacking(gap) => Some(gap.clone()),
            ReviewJob::Absent | ReviewJob::Complete | ReviewJob::Own => None,
        };
        self.branch_gap(reference).or_else(of_job).or_else(|| self.path_doubt(reference))
    }

    fn path_doubt(&self, reference: &str) -> Option<WorkflowGap> {
        if !self.has_path_filter || self.review_job == ReviewJob::Absent {
            return None;
        }
        let (path, line, branch) = (&self.path, self.pushes_line, chain::branch(reference));
        let message = format!(
            "{path}:{line} records reviews, but only of pushes to {branch} that change certain paths"
        );
        let line = format!("push: {{branches: [{}]}}", splice::quote(branch));
        Some(WorkflowGap { message, line, is_doubt: true })
    }

    fn branch_gap(&self, reference: &str) -> Option<WorkflowGap> {
        let (path, line, branch) = (&self.path, self.pushes_line, chain::branch(reference));
        let quoted = splice::quote(branch);
        let gap =
            |message: String, line: String| Some(WorkflowGap { message, line, is_doubt: false });
        if let PushedBranches::Matching(branches) = &self.pushes
            && !self.pushes.has(branch)
        {
            let message = format!(
                "{path}:{line} runs on pushes to {}, but the approved branch is {branch}: add it to on.push.branches",
                diag::names(branches)
            );
            return gap(message, format!("branches: [{quoted}]"));
        }
        let named = self.variables.iter().find(|variable| variable.name == APPROVED_REF);
        if let Some(variable) = named.filter(|variable| chain::branch(&variable.value) != branch) {
            let message = format!(
                "{path}:{} sets {APPROVED_REF} to {}, but the approved ref is {reference}: whatever it answers is about another branch",
                variable.line, variable.value
            );
            return gap(message, format!("{APPROVED_REF}: \"{reference}\""));
        }
        let is_job = matches!(self.review_job, ReviewJob::Complete | ReviewJob::Lacking(_));
        if is_job && self.pushes == PushedBranches::Nothing {
            let message = format!(
                "{path}:{line} records reviews, but no push to {branch} starts it: add that to `on`"
            );
            return gap(message, format!("push: {{branches: [{quoted}]}}"));
        }
        None
    }

    fn add_review_job(&mut self, root: &Node, job: &MapEntry, step: &Node) {
        let run = step.get("run").and_then(Node::text).unwrap_or_default();
        let is_own = run.contains("--from-reviews");
        let place = JobPlace { path: &self.path, root, job, step };
        if self.review_job == ReviewJob::Complete || !(is_own || place.is_candidate()) {
            return;
        }
        self.review_job = match place.gap() {
            _ if is_own => ReviewJob::Own,
            Some(gap) => ReviewJob::Lacking(gap),
            None => ReviewJob::Complete,
        };
    }

    /// Adds a step, or a job that uses a workflow; tells whether it runs exledger.
    fn add(&mut self, tree: &dyn Tree, step: &Node) -> Result<bool, TreeError> {
        let text = |key: &str| step.get(key).and_then(Node::text).unwrap_or_default();
        let (run, uses) = (text("run"), text("uses"));
        let (action, version) = uses.split_once('@').unwrap_or((uses, ""));
        if !action.to_ascii_lowercase().contains("exledger") {
            return Ok(run.contains("exledger"));
        }
        if action.starts_with("./") {
            let folder = action.trim_start_matches("./").trim_end_matches('/');
            let files = ["action.yml", "action.yaml"].map(|name| format!("{folder}/{name}"));
            let is_file = folder.ends_with(".yml") || folder.ends_with(".yaml");
            let mut is_there = is_file && tree.kind(folder)?.is_some();
            for file in &files {
                is_there |= tree.kind(file)?.is_some();
            }
            if !is_there {
                self.missing.push(uses.to_owned());
            }
        } else if !is_commit(version) {
            self.unpinned.push(uses.to_owned());
        }
        Ok(true)
    }
}

fn is_commit(version: &str) -> bool {
    version.len() == 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl PushedBranches {
    fn read(on: &Node) -> PushedBranches {
        let is_push = |node: &Node| node.text() == Some("push");
        if is_push(on) || on.items().iter().any(is_push) {
            return PushedBranches::Any;
        }
        let Some(push) = on.get("push") else {
            return PushedBranches::Nothing;
        };
        let patterns = |branches: &Node| {
            let one = branches.text().map(str::to_owned);
            let items = branches.items().iter().filter_map(|item| Some(item.text()?.to_owned()));
            one.into_iter().chain(items).collect::<Vec<_>>()
        };
        let is_about_tags = push.get("tags").or(push.get("tags-ignore")).is_some();
        match (push.get("branches"), push.get("branches-ignore")) {
            (Some(branches), _) => PushedBranches::Matching(patterns(branches)),
            (None, Some(ignored)) => {
                let ignored = patterns(ignored).into_iter().map(|pattern| format!("!{pattern}"));
                PushedBranches::Matching(["**".to_owned()].into_iter().chain(ignored).collect())
            }
            (None, None) if is_about_tags => PushedBranches::Nothing,
            (None, None) => PushedBranches::Any,
        }
    }

    /// Tells whether a push to a branch starts the workflow.
    pub fn has(&self, branch: &str) -> bool {
        let PushedBranches::Matching(patterns) = self else {
            return *self == PushedBranches::Any;
        };
        let mut found = false;
        for pattern in patterns {
            match pattern.strip_prefix('!') {
                // Other characters of a pattern than `*` are not read, and may leave the branch out.
                Some(pattern)
                    if fits(pattern, branch) || pattern.contains(['?', '+', '[', '\\']) =>
                {
                    found = false;
                }
                Some(_) => {}
                None => found |= fits(pattern, branch),
            }
        }
        found
    }
}

/// Matches a branch filter, in which `*` is any text without `/`, and `**` any text.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let (rest, crosses) = match rest.strip_prefix('*') {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let Some(tail) = text.strip_prefix(start) else {
        return false;
    };
    let mut ends =
        tail.char_indices().map(|(at, _)| at).chain([tail.len()]).take_while(|at| {
            crosses || !tail.get(..*at).is_some_and(|skipped| skipped.contains('/'))
        });
    ends.any(|at| tail.get(at..).is_some_and(|tail| fits(rest, tail)))
}

impl GitlabCi {
    fn read(tree: &dyn Tree) -> Result<GitlabCi, TreeError> {
        let text = |path: &str| -> Result<Option<String>, TreeError> {
            let bytes = tree.bytes_within(path, Limits::POLICY.bytes)?;
            Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
        };
        let (jobs, pipeline) = (text(GITLAB_JOBS)?, text(GITLAB_PIPELINE)?);
        let own = pipeline.as_deref().unwrap_or_default();
        let document = yaml::parse(own.as_bytes(), &Limits::POLICY);
        let root = document.root.as_ref();
        let is_included = |node: &Node| {
            let local = node.get("local").and_then(Node::text).or(node.text());
            let component = node.get("component").and_then(Node::text);
            let is_local = |path: &str| path.trim_start_matches('/') == GITLAB_JOBS;
            local.is_some_and(is_local)
                || component.is_some_and(|component| component.contains("exledger"))
        };
        let include = root.and_then(|root| root.get("include"));
        let included = include
            .is_some_and(|include| is_included(include) || include.items().iter().any(is_included));
        // A pipeline of one's own runs it in a script.
        let runs_itself = own.lines().any(|line| {
            let command = line.trim().trim_start_matches(['-', ' ']);
            let command = command.strip_prefix("script:").unwrap_or(command);
            let command = command.trim_start_matches(['[', ' ', '"', '\'']);
            command.starts_with("exledger ") || command.starts_with("uvx exledger ")
        });
        let states = |text: &str| {
            let runs_job = text.contains("exledger") && text.contains(" ci ") && text.contains(JOB);
            runs_job || text.contains("--from-reviews")
        };
        Ok(GitlabCi {
            has_jobs: jobs.is_some(),
            has_pipeline: pipeline.is_some(),
            runs_exledger: included || runs_itself,
            states_reviews: jobs.as_deref().is_some_and(states) || states(own),
        })
    }
}
