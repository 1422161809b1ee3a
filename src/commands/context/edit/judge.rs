//! What the rules say of the result of a decision, and who must approve it; what would not lint is refused.
//!
//! Start at [`judge`].

use crate::commands::context::Ctx;
use crate::commands::context::edit::{History, Opened};
use crate::commands::context::fault;
use exledger::diag::{self, Finding, Level};
use exledger::plan::decision::Refusal;
use exledger::policy::governance::Governance;
use exledger::record::file::RecordFile;
use exledger::rules::case::RuleContext;
use exledger::rules::change_cases::ChangeCase;
use exledger::rules::extra_schema::ExtraSchema;
use exledger::rules::lint::{self};
use exledger::rules::past::RecordPast;
use exledger::session::Session;
use exledger::session::compare::{Compared, Entry, Proposed};
use exledger::session::overlay::Overlay;
use exledger::survey::neighbour::Neighbours;

/// What is said of one record after a decision.
pub(super) struct Judged {
    /// The findings, none of them an error.
    pub(super) findings: Vec<Finding>,
    /// Who must approve it, in words.
    pub(super) needs: Option<String>,
}

/// Judges each record as it would be.
///
/// # Errors
/// [`fault::Fault::Misuse`] with every finding where there is an error; [`fault::Fault::CannotSay`] where history is
/// needed and can't be read.
pub(super) fn judge(
    ctx: &Ctx,
    home: &Session,
    governance: &Governance,
    history: History,
    overlay: &Overlay,
    opened: &[Opened],
) -> anyhow::Result<Vec<Judged>> {
    let paths: Vec<String> = overlay.files.keys().cloned().collect();
    let proposed = Proposed {
        tree: overlay,
        governance,
        commit: None,
        instead: &paths,
    };
    let compared = match ctx.compare(home, None, proposed) {
        Ok(compared) => Some(compared),
        Err(error) if history == History::Needed => return Err(error),
        Err(error) => {
            ctx.hint(&format!("hint: who must approve it: {error}"));
            None
        }
    };
    // What is decided now is judged now, whenever the last commit was made.
    let neighbours = compared.as_ref().and_then(|compared| {
        let neighbours = compared.neighbours.clone()?;
        Some(Neighbours {
            until: ctx.instant(),
            ..neighbours
        })
    });
    let governance = match &compared {
        Some(compared) => {
            ctx.of_uncounted(compared);
            &compared.governance
        }
        None => governance,
    };
    let known = RuleContext {
        governance,
        house: &ExtraSchema::of(governance),
        tree: overlay,
        instant: ctx.globals.on.as_ref().map(|on| on.instant()),
        neighbours: neighbours.as_ref(),
    };
    let mut judged = Vec::new();
    let mut errors = Vec::new();
    for one in opened {
        let result = findings(ctx, one, compared.as_ref(), &known, history)?;
        let is_error = |finding: &Finding| finding.level == Level::Error;
        if result.findings.iter().any(is_error) {
            errors.extend(result.findings.iter().map(said));
        }
        judged.push(result);
    }
    if errors.is_empty() {
        return Ok(judged);
    }
    Err(fault::misuse(
        format!(
            "the result would not lint, so nothing was written\n  {}",
            errors.join("\n  ")
        ),
        "correct what is named, then run the command again",
    ))
}

fn findings(
    ctx: &Ctx,
    one: &Opened,
    compared: Option<&Compared>,
    known: &RuleContext<'_>,
    history: History,
) -> anyhow::Result<Judged> {
    let source = &one.edited.source;
    let key = source.stem().to_ascii_uppercase();
    let entry = compared.and_then(|compared| {
        let entry = compared.entries.iter().find(|it| it.delta.key == key)?;
        Some((compared, entry))
    });
    let past = entry.map_or(RecordPast::UNKNOWN, |(_, entry)| entry.past);
    let mut found = lint::record(source, known, past)?;
    if let Some((compared, entry)) = entry {
        if let Some(doubt) = entry.doubt().filter(|_| history == History::Needed) {
            return Err(fault::cannot_say(
                format!("how often {key} was renewed, and since when it lasts"),
                doubt,
            ));
        }
        behind(ctx, one, entry)?;
        let changed = entry.changed(compared);
        let earlier = lint::change(
            &ChangeCase {
                after: Some(&one.before),
                needs: changed.needs.clone(),
                ..entry.changed(compared)
            },
            known,
        );
        let is_new = |finding: &Finding| {
            finding.level != Level::Error
                || !earlier.iter().any(|it| {
                    (it.rule, &it.field, &it.message)
                        == (finding.rule, &finding.field, &finding.message)
                })
        };
        for finding in lint::change(&changed, known) {
            let is_said = found
                .iter()
                .any(|it| (it.rule, it.pos) == (finding.rule, finding.pos));
            if is_new(&finding) && !is_said {
                found.push(finding);
            }
        }
        found.sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
    }
    Ok(Judged {
        findings: found,
        needs: entry.map(|(_, entry)| entry.needs.words()),
    })
}

/// Refuses to decide about what was closed meanwhile, and says where else the branch is behind.
fn behind(ctx: &Ctx, one: &Opened, entry: &Entry) -> anyhow::Result<()> {
    let (Some(tip), Some(here)) = (&entry.landed.tip, &one.before.record) else {
        return Ok(());
    };
    let id = &tip.id;
    if tip.closure.is_some() && here.closure.is_none() {
        return Err(fault::misuse(
            format!("{id} is closed on the approved ref, and the file here does not say so yet"),
            "merge the approved ref into this branch, and look again",
        ));
    }
    let base = entry.delta.before.first();
    let left = base.and_then(|base| base.record.as_ref());
    if left.is_some_and(|left| *left != **tip) && *here != **tip {
        ctx.hint(&format!(
            "hint: {id} changed on the approved ref since this branch left it: merge that first"
        ));
    }
    Ok(())
}

/// Returns why a file is not edited that states no record.
pub(super) fn unreadable(source: &RecordFile) -> Refusal {
    let lines: Vec<String> = source.findings.iter().map(said).collect();
    let n = diag::count(lines.len(), "fault");
    Refusal::new(
        format!("{} has {n}\n  {}", source.path, lines.join("\n  ")),
        "mend the file first; `exledger lint` shows where",
    )
}

fn said(finding: &Finding) -> String {
    let place = finding
        .pos
        .map(|pos| format!(":{}:{}", pos.line, pos.column))
        .unwrap_or_default();
    format!(
        "{}[{}] {}{place}: {}\n    {}",
        finding.level, finding.rule, finding.path, finding.message, finding.help
    )
}
