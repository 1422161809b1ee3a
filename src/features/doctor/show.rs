//! `doctor`: whether an approval counts here, then every check with what to do.
//!
//! Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, doctor.

use serde::Serialize;

use crate::diag;
use crate::features::doctor::accounts::UnmappedAccount;
use crate::features::doctor::check::{CheckName, CheckState, DoctorCheck};
use crate::features::doctor::diagnosis::{ApprovalsCount, Diagnosis};
use crate::features::doctor::signed_merges::ForgeMerges;
use crate::policy;
use crate::status::stamp::Stamp;
use crate::view::doc::{Block, Doc, StyledText, Tone};
use crate::view::shape;

const MOST_LINES: usize = 12;

#[derive(Serialize)]
struct DoctorReport<'a> {
    verdict: ApprovalsCount,
    ci: ApprovalsCount,
    checks: &'a [DoctorCheck],
    logins: &'a [UnmappedAccount],
    forges: &'a [ForgeMerges],
}

/// Returns the answer.
pub fn doc(diagnosis: &Diagnosis, stamp: &Stamp) -> Doc<'static> {
    let mut doc = shape::stamped(
        stamp,
        "doctor",
        &DoctorReport {
            verdict: diagnosis.verdict(),
            ci: diagnosis.ci(),
            checks: &diagnosis.checks,
            logins: &diagnosis.logins,
            forges: &diagnosis.forges,
        },
    );
    doc.rows = Some("checks");
    // The check of the policy says what `stamped` says above other answers.
    doc.blocks = vec![Block::Heading(headline(diagnosis))];
    let pairs = diagnosis.checks.iter().map(|check| {
        let name = check.name.as_str().to_owned();
        (name, text(check, &diagnosis.logins))
    });
    doc.blocks.push(Block::Pairs(pairs.collect()));
    doc
}

fn headline(diagnosis: &Diagnosis) -> StyledText {
    let reasons = |state: CheckState| {
        let checks = diagnosis.deciding().filter(move |check| check.state == state);
        checks.map(|check| check.name.as_str()).collect::<Vec<_>>()
    };
    let (word, tone, rest) = match diagnosis.verdict() {
        ApprovalsCount::Yes => (
            "yes",
            Tone::Good,
            match diagnosis.is_first {
                true => format!(
                    ", an approval by someone other than the authors counts here once {} is merged",
                    policy::FILE
                ),
                false => ", an approval by someone other than the authors counts here".into(),
            },
        ),
        ApprovalsCount::No => {
            let problems = reasons(CheckState::Problem);
            let n_problems = diag::count(problems.len(), "problem");
            let rest =
                format!(", an approval may not count here: {n_problems} ({})", problems.join(", "));
            ("no", Tone::Bad, rest)
        }
        ApprovalsCount::Unknown => {
            let unknown = reasons(CheckState::Unknown);
            let first = unknown.first().copied().unwrap_or_default();
            let rest =
                format!(", whether an approval counts here can't be determined: see {first}");
            ("unknown", Tone::Bad, rest)
        }
    };
    StyledText::with_tone(tone, word).and(Tone::Plain, rest)
}

fn text(check: &DoctorCheck, logins: &[UnmappedAccount]) -> StyledText {
    let tone = match check.state {
        CheckState::Ok => Tone::Good,
        CheckState::Note => Tone::Warn,
        CheckState::Problem | CheckState::Unknown => Tone::Bad,
    };
    let mut text = StyledText::with_tone(tone, check.state.as_str())
        .and(Tone::Plain, format!(": {}", check.message));
    for line in check.lines.iter().take(MOST_LINES) {
        text = text.and(Tone::Strong, format!("\n{line}"));
        let account = logins.iter().find(|account| account.line() == *line);
        if let Some(account) = account.filter(|_| check.name == CheckName::Accounts) {
            text = text.and(Tone::Muted, format!("  # {}", account.because));
        }
    }
    if let Some(n_more) = check.lines.len().checked_sub(MOST_LINES).filter(|n| *n > 0) {
        text = text.and(Tone::Muted, format!("\n{n_more} more lines: `--format json` has all"));
    }
    for command in &check.commands {
        text = text.and(Tone::Id, format!("\n{command}"));
    }
    text
}
