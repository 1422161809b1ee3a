//! The jobs that run exledger on a forge, recognised by what they run.
//!
//! Pure. Start at [`CiSetup::read`]. Follows `docs/spec/cli.md`, doctor. Whatever can't be read as YAML is not a workflow
//! for the forge either.

use crate::ledger::tree::{EntryKind, Tree, TreeError};
use crate::yaml;
use crate::yaml::node::{Limits, Node};

const FOLDER: &str = ".github/workflows";
/// The jobs that `init` writes for GitLab, and the pipeline that must include them.
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
    pub states_reviews: bool,
    /// The variables of exledger that it sets, with their values.
    pub variables: Vec<(String, String)>,
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

    /// Returns the file of the job that records reviews.
    pub fn states_reviews(&self, forge: Option<&str>) -> Option<&str> {
        let mut workflows = self.workflows_of(forge).iter();
        let workflow = workflows
            .find(|workflow| workflow.states_reviews)
            .map(|workflow| workflow.path.as_str());
        let gitlab = self.gitlab.runs_exledger && self.gitlab.states_reviews;
        workflow.or(if gitlab { Some(GITLAB_JOBS) } else { None })
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
        workflow.pushes = root.get("on").map(PushedBranches::read).unwrap_or_default();
        workflow.read_variables(root);
        let mut runs_exledger = false;
        let jobs = root.get("jobs").map(Node::entries).unwrap_or_default();
        for job in jobs {
            workflow.read_variables(&job.value);
            let steps = job.value.get("steps").map(Node::items).unwrap_or_default();
            for step in steps.iter().chain([&job.value]) {
                workflow.read_variables(step);
                runs_exledger |= workflow.add(tree, step)?;
            }
        }
        Ok(runs_exledger.then_some(workflow))
    }

    fn read_variables(&mut self, part: &Node) {
        let entries = part.get("env").map(Node::entries).unwrap_or_default();
        let own = entries.iter().filter(|entry| entry.key.starts_with(VARIABLES));
        for entry in own {
            let value = entry.value.text().unwrap_or_default().to_owned();
            if !self.variables.iter().any(|(name, _)| *name == entry.key) {
                self.variables.push((entry.key.clone(), value));
            }
        }
    }

    /// Adds a step, or a job that uses a workflow; tells whether it runs exledger.
    fn add(&mut self, tree: &dyn Tree, step: &Node) -> Result<bool, TreeError> {
        let text = |key: &str| step.get(key).and_then(Node::text).unwrap_or_default();
        let (run, uses) = (text("run"), text("uses"));
        let variables = step.get("env").map(Node::entries).unwrap_or_default();
        let mut values = variables.iter().filter_map(|entry| entry.value.text());
        let names_job = run.contains(JOB) || values.any(|value| value.contains(JOB));
        let runs_job = run.contains("exledger") && run.contains(" ci ") && names_job;
        self.states_reviews |= runs_job || run.contains("--from-reviews");
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
        match (push.get("branches"), push.get("branches-ignore"), push.get("tags")) {
            (Some(branches), ..) => {
                let one = branches.text().map(str::to_owned);
                let items =
                    branches.items().iter().filter_map(|item| Some(item.text()?.to_owned()));
                PushedBranches::Matching(one.into_iter().chain(items).collect())
            }
            (None, None, Some(_)) => PushedBranches::Nothing,
            _ => PushedBranches::Any,
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
                Some(pattern) if fits(pattern, branch) => found = false,
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
            let command = line.trim().trim_start_matches(['-', ' ', '"', '\'']);
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
