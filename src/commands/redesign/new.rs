//! `redesign new`: files a redesign.

use clap::Parser;

use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::listed_values::ListedValues;
use crate::commands::context::{Ctx, fault, filter};
use crate::commands::decision::{self, DecisionFlags};
use crate::commands::exit::Outcome;
use crate::commands::redesign::written::{self, RedesignEvent};
use crate::commands::{picker, prompts, transfer};
use exledger::features::redesign::plan::{RedesignAnswers, pattern_keys};
use exledger::policy::governance::Governance;
use exledger::policy::redesign::{Redesign, file};
use exledger::record::scalar::Scalar;
use exledger::record::time::{Day, Term};
use exledger::record::vocabulary::FixTarget;
use exledger::session::snapshot::walk::Scope;
use exledger::session::{Session, locate};
use exledger::survey::patterns::{self, CausePattern};
use exledger::survey::redesign::doubt;
use exledger::{diag, features};

/// File a redesign
///
/// Writes a file for the change that makes the exceptions of a pattern unnecessary. New records of the pattern that link
/// it in `references.redesign` pass the freeze until it is due, once somebody other than its authors has approved it.
#[derive(Debug, Parser)]
#[command(
    after_help = "EXAMPLE\n  exledger redesign new --pattern root_cause=handoff-failure --pattern application=onboarding --title \"Onboarding hands over by event\" --target process --plan \"Replace the nightly mail with the event consumer\" --due 2027-01-31"
)]
pub(crate) struct RedesignNewArgs {
    /// What its records share: a word of `patterns.key`, or `finding`, and the value; repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    pattern: Vec<String>,

    /// What will be different, in one line
    #[arg(long)]
    title: Option<String>,

    /// What it changes
    #[arg(long, value_name = "TARGET", value_parser = ListedValues::of::<FixTarget>())]
    target: Option<String>,

    /// What will be done
    #[arg(long)]
    plan: Option<String>,

    /// Date by which it is done
    #[arg(long, value_name = "DATE", value_parser = read_day)]
    due: Option<Day>,

    /// Ticket that tracks it; records may link it instead of the id
    #[arg(long)]
    ticket: Option<String>,

    /// Name of the accountable person [default: from the roster, records or git]
    #[arg(long, value_name = "NAME")]
    owner_name: Option<String>,

    /// Email address of the accountable person [default: yours]
    #[arg(long, value_name = "EMAIL")]
    owner_email: Option<String>,

    /// How many occurrences may still land after it is done [default: 0]
    #[arg(long, value_name = "NUMBER")]
    at_most: Option<u32>,

    /// How long after it is done they are counted [default: 60d]
    #[arg(long, value_name = "DURATION", value_parser = filter::term)]
    within: Option<Term>,

    #[command(flatten)]
    flags: DecisionFlags,
}

pub(super) const COMMAND: Command = Command::of::<RedesignNewArgs>("new");

impl Run for RedesignNewArgs {
    const PAST: PastInstants = PastInstants::Refused("a redesign is filed now");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let session = ctx.home()?;
        session.repository()?;
        let governance = locate::governance(session.work_tree()?)?;
        prompts::needs(
            ctx,
            None,
            &[
                ("--pattern", !self.pattern.is_empty()),
                ("--title", self.title.is_some()),
                ("--target", self.target.is_some()),
                ("--plan", self.plan.is_some()),
                ("--due", self.due.is_some()),
            ],
        )?;
        let answers = self.answers(ctx, &session, &governance)?;
        let mut prepared = features::redesign::prepare_new(&session, &ctx.moment(), &answers)?;
        let filed = file::read(&prepared.path, prepared.edited.text.as_bytes()).redesign;
        if let Some(redesign) = filed {
            prepared.remarks.extend(remarks(ctx, &session, &redesign));
        }
        let happened = RedesignEvent {
            command: "redesign-new",
            event: "filed",
            branch: "",
            subject: "File redesign",
            is_dry: self.flags.dry_run,
        };
        written::write(ctx, &session, prepared, &happened)
    }
}

impl RedesignNewArgs {
    fn answers(
        &self,
        ctx: &Ctx,
        session: &Session,
        governance: &Governance,
    ) -> anyhow::Result<RedesignAnswers> {
        let by = decision::decider(session, &self.flags)?;
        let owner_email = match &self.owner_email {
            Some(email) => decision::address("--owner-email", email)?,
            None => by,
        };
        let owner_name = match self.owner_name.as_deref().map(str::trim) {
            Some("") => {
                return Err(fault::usage_error(
                    "--owner-name is placeholder text",
                    "give the name of the accountable person",
                ));
            }
            Some(name) => name.to_owned(),
            None => transfer::owner_name(session, governance, &owner_email)?,
        };
        let pattern = self.pattern(ctx, session, governance)?;
        let text = |given: &Option<String>, flag: &str, question: &str| {
            prompts::text_or_ask(ctx, given.as_deref(), flag, question)
        };
        Ok(RedesignAnswers {
            pattern,
            title: text(&self.title, "--title", "What will be different, in one line")?,
            target: prompts::word_or_ask::<FixTarget>(
                ctx,
                self.target.as_deref(),
                "--target",
                "What does it change",
            )?,
            plan: text(&self.plan, "--plan", "What will be done")?,
            due: match self.due {
                Some(due) => due,
                None => {
                    let question = "By which date is it done, as in 2027-01-31";
                    prompts::value_or_ask(ctx, "--due", question, &read_day)?
                }
            },
            ticket: self.ticket.clone(),
            owner_name,
            owner_email,
            at_most: self.at_most,
            within: self.within,
        })
    }

    /// Returns the pattern of the flags; without them, the group that the user chooses, or else describes.
    fn pattern(
        &self,
        ctx: &Ctx,
        session: &Session,
        governance: &Governance,
    ) -> anyhow::Result<Vec<(String, String)>> {
        if !self.pattern.is_empty() || !prompts::can_prompt(ctx) {
            return self.pattern.iter().map(|text| word(text)).collect();
        }
        let approved = ctx.approved_only(session, Scope::Everything)?;
        let neighbours = approved.neighbours();
        let mut groups = patterns::find_patterns(&neighbours, &[], approved.pattern_facts()).groups;
        groups.retain(|group| group.keys == governance.policy.patterns.key);
        if groups.is_empty() {
            let keys = pattern_keys(governance).join(", ");
            let question = format!("Which records does it make unnecessary (KEY=VALUE, of {keys})");
            let read = |text: &str| {
                let words = text.split_whitespace().map(word).collect::<anyhow::Result<Vec<_>>>();
                words.map_err(|error| fault::on_one_line(&error))
            };
            return prompts::value_or_ask(ctx, "--pattern", &question, &read);
        }
        let offers = groups.iter().map(|group| {
            let frozen = if group.is_frozen { "frozen, " } else { "" };
            let detail = format!("{frozen}{}", diag::count(group.occurrences.len(), "occurrence"));
            picker::offer(group.describe(), detail)
        });
        let chosen =
            picker::pick("Which pattern", offers.collect(), "give it with --pattern KEY=VALUE")?;
        let stated = |pattern: &CausePattern<'_>| -> Vec<(String, String)> {
            let words =
                pattern.key().filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned())));
            words.collect()
        };
        Ok(groups.iter().find(|group| group.describe() == chosen).map(stated).unwrap_or_default())
    }
}

/// Reads `KEY=VALUE`.
fn word(text: &str) -> anyhow::Result<(String, String)> {
    let split = text.split_once('=').map(|(key, value)| (key.trim(), value.trim()));
    let Some((key, value)) = split.filter(|(key, value)| !key.is_empty() && !value.is_empty())
    else {
        return Err(fault::usage_error(
            format!("--pattern {text} has no value"),
            "write KEY=VALUE, such as --pattern root_cause=timeout --pattern application=billing",
        ));
    };
    Ok((key.to_owned(), value.to_owned()))
}

/// Returns what who files a redesign should know of its pattern: that no record has it, or another redesign is in time.
fn remarks(ctx: &Ctx, session: &Session, redesign: &Redesign) -> Vec<String> {
    match ctx.approved_only(session, Scope::Everything) {
        Ok(approved) => doubt::doubts(redesign, &approved.neighbours(), approved.governance()),
        Err(error) => {
            let cause = fault::on_one_line(&error);
            ctx.hint(&format!("hint: whether any record has this pattern: {cause}"));
            Vec::new()
        }
    }
}

fn read_day(text: &str) -> Result<Day, String> {
    Day::parse(text).map_err(|error| format!("{}: {}", error.message, error.help))
}
