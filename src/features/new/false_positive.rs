//! The answers about a false positive: a finding, its place and the reason make a whole record.
//!
//! Start at `FalsePositive::answers`. Follows `docs/spec/cli.md`, new. What the drafting function can't tell is refused:
//! nobody could say later what was looked at.

use std::collections::HashSet;

use serde_json::json;

use crate::gate::accepted_text::ScannedFiles;
use crate::plan::answers::Answers;
use crate::plan::drafted_finding;
use crate::plan::owner::Owners;
use crate::policy::governance::Governance;
use crate::record::tool_ids::{self, ToolClass};
use crate::record::vocabulary::{Risk, RootCause};
use crate::session::error::{Error, Usage};
use crate::session::locate::Located;
use crate::session::scanned_files::RepositoryFiles;
use crate::session::snapshot::owners::read_owners;
use crate::store::files::WorkTree;
use crate::survey::route::owned_files::FileOwners;
use crate::survey::route::{RouteSubject, Router};

/// A finding that the scanner should not have reported.
#[derive(Clone, Copy, Debug)]
pub struct FalsePositive<'r> {
    /// `TOOL:RULE`.
    pub finding: &'r str,
    /// `PATH:LINE`, from the root of the repository; `PATH` for a finding about a whole file.
    pub place: &'r str,
    pub reason: &'r str,
}

impl FalsePositive<'_> {
    /// Returns the fields of its record; fails if it can't be told what exactly was reported.
    pub(super) fn answers(
        &self,
        located: &Located,
        governance: &Governance,
    ) -> Result<Answers, Error> {
        let named =
            self.finding.split_once(':').filter(|(tool, id)| !tool.is_empty() && !id.is_empty());
        let Some((tool, id)) = named else {
            let what = format!("{} names no finding", self.finding);
            return Err(Usage::refused(what, "write TOOL:RULE, such as bandit:B602").into());
        };
        let (path, line) = self.path_and_line((tool, id))?;
        let files = RepositoryFiles::new(located.repository()?, None);
        let draft = format!("--only {tool}:{id} --draft DIR");
        let unclear = |why: String| {
            let help = format!(
                "correct TOOL:RULE PATH:LINE, or draft it from the report with `exledger triage`: {draft}"
            );
            Usage::refused(format!("{}: {why}", self.place), help)
        };
        files.file(&path, None).map_err(unclear)?;
        if tool_ids::class(tool, id) == ToolClass::Package {
            return Err(unclear("a package is known by its version".to_owned()).into());
        }
        let key = match line.filter(|_| !tool_ids::is_about_whole_file(tool, id)) {
            Some(line) => {
                drafted_finding::of_line((tool, id), (&path, line), (&files, &HashSet::new()))
            }
            None => drafted_finding::of_file((tool, id), &path),
        };
        let findings = json!([key.map_err(|refusal| unclear(refusal.reason))?]);
        let mut answers = Answers::default();
        answers.set("title", format!("{id} of {tool} in {path} is a false positive"));
        answers.set("deviates_from.rule", self.finding);
        answers.set("subject.application", application(located, governance));
        answers.set("scope.findings", findings);
        answers.set("risk.level", Risk::Low.as_str());
        answers.set("root_cause", RootCause::FalsePositive.as_str());
        answers.set("justification", self.reason);
        let owners = file_owners(located)?;
        let owners = Owners { router: Router { governance, files: &owners } };
        let owner =
            owners.first_of(&RouteSubject { paths: vec![&path], ..RouteSubject::default() });
        if let Some(email) = owner.email {
            answers.set("owner.email", email);
            answers.set_given("owner.name", owner.name);
            answers.set_given("owner.team", owner.team);
        }
        Ok(answers)
    }

    fn path_and_line(&self, (tool, id): (&str, &str)) -> Result<(String, Option<u64>), Usage> {
        let split = self.place.rsplit_once(':');
        let place = split.and_then(|(path, line)| Some((path, line.parse::<u64>().ok()?)));
        let (path, line) = match place {
            Some((path, line)) => (path, Some(line)),
            None if tool_ids::is_about_whole_file(tool, id) => (self.place, None),
            None => {
                let what = format!("{} names no line", self.place);
                return Err(Usage::refused(what, "write PATH:LINE, such as app/run.py:14"));
            }
        };
        let inside = crate::gate::inside(path).filter(|path| !path.is_empty());
        let path = inside.ok_or_else(|| {
            let what = format!("{path} is not a path inside the repository");
            Usage::refused(what, "give it from the root of the repository: app/run.py")
        })?;
        Ok((path, line))
    }
}

/// Returns the name of what the repository holds: the end of the ledger's name, otherwise that of its folder.
pub(crate) fn application(located: &Located, governance: &Governance) -> String {
    let name = governance.policy.name.as_deref().and_then(|name| name.rsplit('/').next());
    let folder = || Some(located.root.file_name()?.to_string_lossy().into_owned());
    name.map(str::to_owned).or_else(folder).unwrap_or_default()
}

pub(crate) fn file_owners(located: &Located) -> Result<FileOwners, Error> {
    let Some(top) = located.repository()?.work_dir() else { return Ok(FileOwners::default()) };
    Ok(read_owners(&WorkTree::new(top)).unwrap_or_else(FileOwners::unreadable))
}
