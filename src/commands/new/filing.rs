//! From answers to a file: what is missing is asked, what the rules object to is refused, what is written is clean.
//!
//! Start at [`file`]. Follows `docs/spec/cli.md`, new.

use exledger::session::ids;
use exledger::session::locate;
use std::path::Path;

use crate::ask;
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::exit::Outcome;
use crate::commands::new::desk::Desk;
use crate::commands::new::{NewArgs, filed, past, preview, sources};
use exledger::diag::code::Code;
use exledger::diag::{self, Finding, Level};
use exledger::ledger::Ledger;
use exledger::plan::answers::Answers;
use exledger::plan::draft::{self, RecordDraft};
use exledger::plan::offer::OfferedNames;
use exledger::plan::question::{self, End, FilingQuestion};
use exledger::plan::setting::{Filer, FilingUrgency, Setting};
use exledger::policy::governance::Governance;
use exledger::record::credential;
use exledger::record::id::Id;
use exledger::record::time::{When, not_after};
use exledger::rules::case::RuleContext;
use exledger::rules::extra_schema::ExtraSchema;
use exledger::rules::lint::{self};
use exledger::rules::past::RecordPast;
use exledger::session::Session;
use exledger::store::files;
use exledger::view;

/// What filing works with.
pub(super) struct Work<'w> {
    /// Who and when and under which policy.
    pub(super) setting: Setting<'w>,
    /// Where the ledger is.
    pub(super) home: &'w Session,
    /// What becomes of an end that nobody stated.
    pub(super) end: End,
    /// Whether a record is written that content rules object to.
    pub(super) drafts: Drafts,
    house: ExtraSchema,
}

/// Whether a record is written that content rules object to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Drafts {
    /// It is: somebody said so.
    Written,
    /// It is refused.
    Refused,
}

/// Files an exception.
pub(super) fn file(args: &NewArgs, ctx: &Ctx) -> anyhow::Result<Outcome> {
    let home = ctx.home()?;
    let (name, email) = home.repository()?.user();
    let governance = locate::governance(home.work_tree()?)?;
    let ledger = Ledger::read(home.tree(), &governance.policy.records)?;
    let known = sources::answers(args, ctx, &governance.policy, &ledger)?;
    let folder = args.folder.as_deref().or(known.folder.as_deref());
    let work = Work {
        setting: Setting {
            governance: &governance,
            now: ctx.instant(),
            urgency: if args.emergency {
                FilingUrgency::Emergency
            } else {
                FilingUrgency::Usual
            },
            filer: Filer { name, email },
            is_filer_owner: args.from_issue.is_none(),
            id: id(ctx, &governance, &ledger)?,
            folder: checked_folder(folder.unwrap_or_default())?,
        },
        home: &home,
        end: if args.from_issue.is_some() && !known.answers.states("expires") {
            End::Asked
        } else {
            End::Derived
        },
        drafts: if args.draft {
            Drafts::Written
        } else {
            Drafts::Refused
        },
        house: ExtraSchema::of(&governance),
    };
    let (made, findings) = match ctx.person {
        ask::Person::Away => unasked(ctx, &work, &known.answers)?,
        ask::Person::There => {
            let desk = Desk {
                ctx,
                work: &work,
                names: OfferedNames::collect(&governance, &ledger),
            };
            preview::agreed(&desk, known.answers)?
        }
    };
    files::create(home.tree(), &made.path, made.text.as_bytes()).map_err(|error| match error {
        files::FileError::Exists(_) | files::FileError::Outside(_) => {
            fault::misuse(error.to_string(), "choose another --folder")
        }
        _ => fault::cannot_say(error.to_string(), ""),
    })?;
    let filed = filed::of(ctx, &work, &made, findings);
    ctx.show(&view::new::doc(&filed))?;
    Ok(Outcome::Fine)
}

/// Returns the folder below the record folder, when it can be one.
fn checked_folder(name: &str) -> anyhow::Result<String> {
    let is_absolute = name.starts_with('/') || Path::new(name).is_absolute();
    if is_absolute {
        return Err(fault::misuse(
            format!("{name} begins at the root of the disk"),
            "name a folder below the first record folder: 2026 or billing/2026",
        ));
    }
    let name = name.trim_end_matches('/');
    let odd = |part: &str| part.is_empty() || part.starts_with('.') || part.contains(['\\', '\0']);
    if !name.is_empty() && name.split('/').any(odd) {
        return Err(fault::misuse(
            format!("{name} is no folder for records"),
            "name a folder below the first record folder, without dots in front: 2026 or billing/2026",
        ));
    }
    Ok(name.to_owned())
}

/// Draws an id that no record has.
fn id(ctx: &Ctx, governance: &Governance, ledger: &Ledger) -> anyhow::Result<Id> {
    let is_taken = |id: &str| {
        let mut entries = ledger.entries.iter();
        entries.any(|entry| entry.stem.eq_ignore_ascii_case(id))
    };
    Ok(ids::draw(governance, ctx.instant(), &is_taken)?)
}

/// Makes the record without asking anybody: what is missing or refused is named.
fn unasked(
    ctx: &Ctx,
    work: &Work<'_>,
    answers: &Answers,
) -> anyhow::Result<(RecordDraft, Vec<Finding>)> {
    let made = draft::draft(answers, &work.setting);
    let missing = question::missing(&made, &work.setting, work.end);
    if !missing.is_empty() && work.drafts == Drafts::Refused
        || missing
            .iter()
            .any(|it| it.because == question::Because::Form)
    {
        return Err(unanswered(&missing, &made));
    }
    let findings = judged(ctx, work, &made)?;
    if made.source.record.is_none() {
        let lines: Vec<String> = made.source.findings.iter().map(words).collect();
        return Err(fault::misuse(
            format!("the record can't be written\n  {}", lines.join("\n  ")),
            "correct the fields named",
        ));
    }
    let ended = ended(work, &made);
    let errors: Vec<String> = errors(&findings).map(words).collect();
    if let Some(ended) = ended.filter(|_| work.drafts == Drafts::Written) {
        return Err(fault::misuse(words(&ended), ""));
    }
    if !errors.is_empty() && work.drafts == Drafts::Refused {
        let what = format!("the record would not lint clean\n  {}", errors.join("\n  "));
        return Err(fault::misuse(
            what,
            "correct the fields named, or write it with --draft and go on in an editor",
        ));
    }
    Ok((made, findings))
}

/// Returns the findings that keep a record from being written.
pub(super) fn errors(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings
        .iter()
        .filter(|finding| finding.level == Level::Error)
}

/// Names what is missing, and what can't be read of the rest.
fn unanswered(missing: &[FilingQuestion], made: &RecordDraft) -> anyhow::Error {
    let line = |question: &FilingQuestion| match question.because.explanation().as_str() {
        "" => question.of.flags.to_owned(),
        because => format!("{} ({because})", question.of.flags),
    };
    let lines: Vec<String> = missing.iter().map(line).collect();
    let n = missing.len();
    let be = if n == 1 { "is" } else { "are" };
    let mut what = format!("{} {be} missing", diag::count(n, "answer"));
    for finding in unreadable(made) {
        what.push_str(&format!("\n  and {}", words(finding)));
    }
    fault::misuse(what, format!("give\n{}", lines.join("\n")))
}

/// Returns what of the answers can't be read, other than what is missing.
pub(super) fn unreadable(made: &RecordDraft) -> impl Iterator<Item = &Finding> {
    let findings = made.source.findings.iter();
    findings.filter(|finding| finding.rule != Code::MissingField)
}

/// Returns a finding on one line.
pub(super) fn words(finding: &Finding) -> String {
    let field = finding.field.as_deref().unwrap_or("record");
    credential::hidden(format!(
        "{}[{}] {field}: {}; {}",
        finding.level, finding.rule, finding.message, finding.help
    ))
}

/// Returns what shape, rules and history find in a draft, sorted; history is asked only of a draft that is whole.
pub(super) fn judged(
    ctx: &Ctx,
    work: &Work<'_>,
    made: &RecordDraft,
) -> anyhow::Result<Vec<Finding>> {
    if made.source.record.is_none() {
        return tried(work, made);
    }
    if !made.is_faithful {
        return Err(fault::cannot_say(
            "the text of the record does not read back to what was meant",
            "report the fields that were given",
        ));
    }
    let mut found = past::findings(ctx, work, made)?;
    found.extend(ended(work, made));
    Ok(found)
}

/// Returns what shape and rules find in a draft, sorted.
pub(super) fn tried(work: &Work<'_>, made: &RecordDraft) -> anyhow::Result<Vec<Finding>> {
    let found = lint::record(&made.source, &work.known(), RecordPast::UNKNOWN);
    let mut found = found?;
    found.extend(ended(work, made));
    Ok(found)
}

/// Returns the finding about an end that is past: such a record would never grant anything.
pub(super) fn ended(work: &Work<'_>, made: &RecordDraft) -> Option<Finding> {
    let now = work.setting.now;
    let expires: When = made.source.value("expires")?;
    (not_after(&expires) <= now).then(|| {
        made.source.finding(
            Code::BadValue,
            Level::Error,
            "expires",
            format!("{expires} is past"),
            format!("name an end that is still to come; now it is {now}"),
        )
    })
}

impl Work<'_> {
    /// Returns what rules know besides the record.
    pub(super) fn known(&self) -> RuleContext<'_> {
        RuleContext {
            governance: self.setting.governance,
            house: &self.house,
            tree: self.home.tree(),
            instant: None,
            neighbours: None,
        }
    }
}
