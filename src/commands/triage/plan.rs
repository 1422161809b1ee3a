//! `triage --plan github`: which alerts of a repository to dismiss, and which to open again.
//!
//! Start at [`AlertsToPlan`]. Follows `docs/spec/interop.md`, 6b.

use exledger::features::triage;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::commands::context;
use crate::commands::context::{Ctx, fault, place, stdin};
use crate::commands::exit::Outcome;
use exledger::features;
use exledger::features::triage::alert::is_repository_name;
use exledger::features::triage::alerts::{AlertPlanRequest, AlertSource};
use exledger::policy::governance::{NO_POLICY, State};

/// The forge whose alerts are planned for.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum AlertForge {
    Github,
}

pub(super) struct AlertsToPlan<'a> {
    pub(super) files: &'a [PathBuf],
    pub(super) repository: Option<&'a str>,
    pub(super) environment: Option<&'a str>,
    /// The file to write to; stdout by default.
    pub(super) output: Option<&'a Path>,
}

impl AlertsToPlan<'_> {
    pub(super) fn run(&self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let repository = self.repository.filter(|name| is_repository_name(name));
        let Some(repository) = repository else {
            return Err(fault::usage_error(
                match self.repository {
                    Some(name) => format!("{name} is not a repository of GitHub"),
                    None => "the plan needs the repository of the alerts".to_owned(),
                },
                "add --repo OWNER/NAME",
            ));
        };
        if ctx.moment().is_moved() {
            return Err(fault::usage_error(
                "a plan is about the present",
                "leave --on and --as-of out",
            ));
        }
        let output = self.output.map(|path| ctx.folder.join(path));
        let output = output.map(place::unlinked_file).transpose()?;
        let session = ctx.home()?;
        let sources = self.sources(ctx)?;
        let progress = ctx.progress(context::READING);
        let request = AlertPlanRequest { repository, environment: self.environment };
        let answer = features::triage::plan_alerts(&session, &ctx.moment(), &sources, &request)?;
        drop(progress);
        ctx.of_notices(answer.snapshot().notices());
        if answer.snapshot().governance().state == State::Absent {
            ctx.tell(&format!("error: could not determine what is covered: {NO_POLICY}"));
            return Ok(Outcome::Undetermined);
        }
        let lines =
            triage::show::alert_plan::lines(&answer.plan, repository, answer.snapshot().stamp());
        match &output {
            Some(path) => place::write(path, lines.as_bytes())?,
            None => ctx.print(lines.as_bytes())?,
        }
        ctx.hint(&triage::show::alert_plan::summary(&answer.plan));
        let doubts = triage::show::alert_plan::doubts(&answer.plan);
        doubts.iter().for_each(|text| ctx.tell(&format!("error: {text}")));
        Ok(if doubts.is_empty() { Outcome::Fine } else { Outcome::Undetermined })
    }

    fn sources(&self, ctx: &Ctx) -> anyhow::Result<Vec<AlertSource>> {
        stdin::only_once(self.files)?;
        let open = |path: &PathBuf| {
            let name = path.to_string_lossy().into_owned();
            Ok(if stdin::is_named(path) {
                AlertSource::keep(name, std::io::stdin().lock())?
            } else {
                AlertSource::open(name, &ctx.folder.join(path))?
            })
        };
        self.files.iter().map(open).collect()
    }
}
