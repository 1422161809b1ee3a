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
use crate::record::purl::Purl;
use crate::record::subject::FindingKey;
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
    pub place: Option<&'r str>,
    /// The package URL of a finding about a package, in place of the place.
    pub purl: Option<&'r str>,
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
        let (key, path) = match (self.purl, self.place) {
            (Some(purl), None) => (package((tool, id), purl)?, None),
            (None, Some(place)) => {
                let (path, key) = at_place((tool, id), place, located)?;
                (key, Some(path))
            }
            (purl, _) => {
                let what = match purl {
                    Some(_) => "a package is known by its version, not by a place",
                    None => "neither a place nor a package is given",
                };
                let help = "write TOOL:RULE PATH:LINE, or TOOL:RULE --purl PURL";
                return Err(Usage::refused(what, help).into());
            }
        };
        let findings = json!([key]);
        let mut answers = Answers::default();
        let place = path.as_deref().or(self.purl).unwrap_or_default();
        answers.set("title", format!("{id} of {tool} in {place} is a false positive"));
        answers.set("deviates_from.rule", self.finding);
        answers.set("subject.application", application(located, governance));
        answers.set("scope.findings", findings);
        answers.set("risk.level", Risk::Low.as_str());
        answers.set("root_cause", RootCause::FalsePositive.as_str());
        answers.set("justification", self.reason);
        let owners = file_owners(located)?;
        let owners = Owners { router: Router { governance, files: &owners } };
        let paths = path.iter().map(String::as_str).collect();
        let owner = owners.first_of(&RouteSubject { paths, ..RouteSubject::default() });
        if let Some(email) = owner.email {
            answers.set("owner.email", email);
            answers.set_given("owner.name", owner.name);
            answers.set_given("owner.team", owner.team);
        }
        Ok(answers)
    }
}

fn package((tool, id): (&str, &str), purl: &str) -> Result<FindingKey, Usage> {
    if Purl::parse(purl).is_none_or(|purl| purl.version.is_none()) {
        let what = format!("{purl} is not the package URL of a version");
        return Err(Usage::refused(what, "write it as in pkg:npm/lodash@4.17.15"));
    }
    Ok(FindingKey {
        tool: Some(tool.to_owned()),
        id: Some(id.to_owned()),
        purl: Some(purl.to_owned()),
        ..FindingKey::default()
    })
}

fn at_place(
    (tool, id): (&str, &str),
    place: &str,
    located: &Located,
) -> Result<(String, FindingKey), Error> {
    let (path, line) = path_and_line((tool, id), place)?;
    let files = RepositoryFiles::new(located.repository()?, None);
    let unclear = |why: String| {
        let help = format!(
            "correct TOOL:RULE PATH:LINE, or draft it from the report with `exledger triage`: --only {tool}:{id} --draft DIR"
        );
        Usage::refused(format!("{place}: {why}"), help)
    };
    files.file(&path, None).map_err(unclear)?;
    if tool_ids::class(tool, id) == ToolClass::Package {
        let what = format!("{place}: a package is known by its version");
        return Err(Usage::refused(what, "give --purl PURL in place of PATH:LINE").into());
    }
    let key = match line.filter(|_| !tool_ids::is_about_whole_file(tool, id)) {
        Some(line) => {
            drafted_finding::of_line((tool, id), (&path, line), (&files, &HashSet::new()))
        }
        None => drafted_finding::of_file((tool, id), &path),
    };
    let key = key.map_err(|refusal| unclear(refusal.reason))?;
    Ok((path, key))
}

fn path_and_line((tool, id): (&str, &str), stated: &str) -> Result<(String, Option<u64>), Usage> {
    let split = stated.rsplit_once(':');
    let place = split.and_then(|(path, line)| Some((path, line.parse::<u64>().ok()?)));
    let (path, line) = match place {
        Some((path, line)) => (path, Some(line)),
        None if tool_ids::is_about_whole_file(tool, id) => (stated, None),
        None if tool_ids::class(tool, id) == ToolClass::Package => (stated, None),
        None => {
            let what = format!("{stated} names no line");
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
