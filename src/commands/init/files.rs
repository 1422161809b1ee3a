//! The files that `init` writes, where each goes, and what an existing file would need.
//!
//! Start at [`drafts`].

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context;

use crate::commands::init::action::ProgramSource;
use crate::commands::init::approvers::Approvers;
use crate::commands::init::forge::Forge;
use crate::commands::init::{Extra, people, texts};
use crate::commands::next_steps::{ATTRIBUTES, JOBS, PIPELINE, SIGNERS, WORKFLOW};
use crate::commands::schema;
use exledger::diag::shell::quoted;
use exledger::formats::issue_form;
use exledger::ledger::tree::{EntryKind, Tree};
use exledger::policy;
use exledger::record::address::Address;
use exledger::store::files::WorkTree;
use exledger::survey::workflows::ci::CiSetup;

#[derive(Debug)]
pub(super) struct Place {
    pub(super) tree: WorkTree,
    /// The ledger's folder relative to the repository, with a final `/`; empty for the root.
    pub(super) prefix: String,
}

#[derive(Debug)]
pub(super) struct Draft {
    pub(super) path: String,
    pub(super) text: String,
    others: &'static [&'static str],
    needs: FileStep,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum FileStep {
    /// Nothing: any content is right.
    Nothing,
    /// It has to be made again, by this command.
    This(String),
    /// The lines of the draft.
    Lines,
    // Lines of a policy about these people, each with a key of `people.logins`.
    People(Vec<(String, Address)>),
}

impl Place {
    pub(super) fn new(top: &Path, prefix: &str) -> Place {
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Place { tree: WorkTree::new(top), prefix }
    }

    pub(super) fn policy(&self) -> String {
        format!("{}{}", self.prefix, policy::FILE)
    }
}

impl Draft {
    pub(super) fn found(&self, tree: &WorkTree) -> anyhow::Result<Option<String>> {
        let paths = std::iter::once(self.path.as_str()).chain(self.others.iter().copied());
        for path in paths {
            if tree.kind(path).context("looking for existing files")?.is_some() {
                return Ok(Some(path.to_owned()));
            }
        }
        Ok(None)
    }

    pub(super) fn needs(&self, tree: &WorkTree, found: &str) -> anyhow::Result<String> {
        let there = match tree.kind(found)? {
            Some(EntryKind::File) => tree.bytes(found)?.unwrap_or_default(),
            _ => Vec::new(),
        };
        let same = there == self.text.as_bytes();
        Ok(match &self.needs {
            _ if same => String::new(),
            FileStep::Nothing => String::new(),
            FileStep::This(command) => command.clone(),
            FileStep::Lines => self.text.clone(),
            FileStep::People(people) => people::lacking(&String::from_utf8_lossy(&there), people),
        })
    }
}

#[derive(Debug)]
pub(super) struct Setup {
    pub(super) place: Place,
    pub(super) forge: Forge,
    /// The branch that pull requests are merged into; empty where no file names it.
    pub(super) branch: String,
    /// How the jobs get exledger; `None` if nothing tells, and no job is written.
    pub(super) program: Option<ProgramSource>,
    pub(super) signs_merges: Option<String>,
    pub(super) name: Option<String>,
    pub(super) approvers: Approvers,
    pub(super) with: BTreeSet<Extra>,
    pub(super) adopts: bool,
}

pub(super) fn drafts(setup: &Setup) -> Vec<Draft> {
    let own = |path: &str| format!("{}{path}", setup.place.prefix);
    let mut drafts = vec![
        draft(
            own(policy::FILE),
            texts::policy(setup),
            FileStep::People(setup.approvers.logins.clone()),
        ),
        draft(own(ATTRIBUTES), include_str!("gitattributes").to_owned(), FileStep::Lines),
    ];
    if !setup.approvers.signers.is_empty() {
        let lines = setup.approvers.signers.clone();
        drafts.push(draft(own(SIGNERS), lines, FileStep::Lines));
    }
    if setup.with.contains(&Extra::Schemas) {
        let kinds = [
            (schema::SchemaKind::Exception, "exception"),
            (schema::SchemaKind::Policy, "policy"),
            (schema::SchemaKind::Redesign, "redesign"),
        ];
        drafts.extend(kinds.map(|(kind, name)| {
            let path = format!("schemas/{name}.schema.json");
            let again = format!("exledger schema {name} > {path}");
            draft(own(&path), kind.text().to_owned(), FileStep::This(again))
        }));
    }
    match setup.forge {
        Forge::Github => drafts.extend(github(setup)),
        Forge::Gitlab => drafts.extend(gitlab(setup)),
        Forge::None => {}
    }
    drafts
}

pub(super) fn is_written(extra: Extra, forge: Forge) -> bool {
    match forge {
        Forge::Github => true,
        // The issue form is GitHub's.
        Forge::Gitlab => extra != Extra::IssueForm,
        Forge::None => extra == Extra::Schemas,
    }
}

fn github(setup: &Setup) -> Vec<Draft> {
    let mut drafts = Vec::new();
    if let Some(program) = &setup.program {
        drafts.push(draft(WORKFLOW.to_owned(), texts::workflow(setup, program), FileStep::Lines));
    }
    drafts.extend(setup.with.iter().filter_map(|extra| match extra {
        Extra::Schemas => None,
        Extra::Codeowners => Some(code_owners(".github/CODEOWNERS", setup)),
        Extra::IssueForm => Some(draft(
            ".github/ISSUE_TEMPLATE/exception.yml".to_owned(),
            issue_form::write(),
            FileStep::Nothing,
        )),
        Extra::PrTemplate => Some(Draft {
            path: ".github/pull_request_template.md".to_owned(),
            text: include_str!("pull_request.md").to_owned(),
            others: &[
                ".github/PULL_REQUEST_TEMPLATE.md",
                "pull_request_template.md",
                "PULL_REQUEST_TEMPLATE.md",
                "docs/pull_request_template.md",
                "docs/PULL_REQUEST_TEMPLATE.md",
            ],
            needs: FileStep::Lines,
        }),
    }));
    drafts
}

/// Returns the file of GitLab's jobs: the pipeline itself, or a file that the pipeline of a project's own has to include.
pub(super) fn gitlab_jobs(tree: &WorkTree) -> &'static str {
    let there = CiSetup::read(tree).map(|ci| ci.gitlab).unwrap_or_default();
    let has_own = there.has_pipeline && !there.runs_exledger;
    if there.has_jobs || has_own { JOBS } else { PIPELINE }
}

fn gitlab(setup: &Setup) -> Vec<Draft> {
    let mut drafts = Vec::new();
    if let Some(program) = &setup.program {
        let jobs = gitlab_jobs(&setup.place.tree);
        let include = include_str!("gitlab-ci.yml").to_owned();
        match jobs {
            PIPELINE => {
                let text = texts::pipeline(setup, program);
                drafts.push(draft(PIPELINE.to_owned(), text, FileStep::Nothing));
            }
            _ => {
                let text = texts::included_jobs(setup, program);
                drafts.push(draft(JOBS.to_owned(), text, FileStep::Lines));
                drafts.push(draft(PIPELINE.to_owned(), include, FileStep::Lines));
            }
        }
    }
    drafts.extend(setup.with.iter().filter_map(|extra| match extra {
        // The issue form is GitHub's.
        Extra::Schemas | Extra::IssueForm => None,
        Extra::Codeowners => Some(code_owners(".gitlab/CODEOWNERS", setup)),
        Extra::PrTemplate => Some(draft(
            ".gitlab/merge_request_templates/Default.md".to_owned(),
            include_str!("pull_request.md").replace("pull requests", "merge requests"),
            FileStep::Lines,
        )),
    }));
    drafts
}

/// Returns the owners of the files that decide. A forge reads only the first file that it finds: a new one would disable the old one.
fn code_owners(path: &str, setup: &Setup) -> Draft {
    let (path, text) = (path.to_owned(), texts::code_owners(setup));
    Draft { path, text, others: CODE_OWNERS, needs: FileStep::Lines }
}

const CODE_OWNERS: &[&str] =
    &[".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

fn draft(path: String, text: String, needs: FileStep) -> Draft {
    Draft { path, text, others: &[], needs }
}

/// Returns the commands to run next: `ci setup` adds a line to a file that is committed with the others.
pub(super) fn next(created: &[String], setup: Option<String>, git: &str) -> Vec<String> {
    if created.is_empty() {
        return Vec::new();
    }
    let mut next = Vec::from_iter(setup);
    let folder = |path: &String| match path.split_once('/') {
        Some((folder, _)) if folder.starts_with('.') => folder.to_owned(),
        // Of adopted records there may be many.
        _ => match path.rsplit_once('/') {
            Some((folder, file)) if file.ends_with(".yaml") && file != policy::FILE => {
                folder.to_owned()
            }
            _ => path.clone(),
        },
    };
    let all: BTreeSet<String> = created.iter().map(folder).collect();
    let is_above =
        |path: &str| path.rsplit_once('/').is_some_and(|(folder, _)| all.contains(folder));
    let paths: BTreeSet<String> = all.iter().filter(|path| !is_above(path)).cloned().collect();
    next.push(folded(&format!("{git} add"), &paths.into_iter().collect::<Vec<_>>()));
    next.push(format!("{git} commit -m \"Keep exceptions in a ledger\""));
    next
}

fn folded(command: &str, arguments: &[String]) -> String {
    let mut out = command.to_owned();
    let mut column = command.len();
    for argument in arguments {
        if column + argument.len() + 3 > 80 {
            out.push_str(" \\\n   ");
            column = 3;
        }
        out.push(' ');
        out.push_str(&quoted(argument));
        column += argument.len() + 1;
    }
    out
}
