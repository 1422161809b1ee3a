//! Lints drafts in which nothing is open before any of them is written.
//!
//! Start at [`refuse_unsound`]. Follows `docs/spec/interop.md`, 4, and `docs/spec/cli.md`, new, `--complete`.

use crate::diag::{self, Finding, Level};
use crate::features::import::entry::ImportedEntry;
use crate::features::new::past;
use crate::features::new::past::NewRecord;
use crate::ledger::tree::Tree;
use crate::policy::governance::Governance;
use crate::record::file::{self, RecordFile};
use crate::rules::case::RuleContext;
use crate::rules::extra_schema::ExtraSchema;
use crate::session::error::{Error, Usage};
use crate::session::locate::Located;
use crate::session::notice::Notice;
use crate::session::options::Moment;

/// The number of drafts that are compared with history at once, which takes most of the memory.
const AT_ONCE: usize = 5_000;

/// Says in errors about drafts, whose files were never written, which entries they were made of.
pub(super) fn placed(error: Error, entries: &[ImportedEntry]) -> Error {
    let Error::Usage(Usage::WouldNotLint { mut findings, notices }) = error else {
        return error;
    };
    for finding in &mut findings {
        let stem = file::stem(&finding.path);
        let mut of_draft = entries.iter().filter(|entry| entry.id.as_deref() == Some(stem));
        let Some(first) = of_draft.next() else {
            continue;
        };
        let more = match of_draft.count() {
            0 => String::new(),
            n => format!(" and {}", diag::count(n, "more entry")),
        };
        finding.message = format!("{}:{}{more}: {}", first.source, first.line, finding.message);
    }
    Usage::WouldNotLint { findings, notices }.into()
}

pub(super) fn refuse_unsound(
    (located, tree): (&Located, &dyn Tree),
    at: &Moment,
    governance: &Governance,
    drafts: &[(&str, &str)],
) -> Result<Vec<Notice>, Error> {
    let extra_schema = ExtraSchema::of(governance);
    let context = RuleContext {
        governance,
        extra_schema: &extra_schema,
        tree,
        instant: None,
        neighbours: None,
    };
    let mut notices: Vec<Notice> = Vec::new();
    for some in drafts.chunks(AT_ONCE) {
        let sources: Vec<RecordFile> =
            some.iter().map(|(path, text)| file::read(path, text.as_bytes())).collect();
        let read = some.iter().zip(&sources);
        let records: Vec<NewRecord<'_>> =
            read.map(|((path, text), source)| NewRecord { path, text, source }).collect();
        let judged = past::judge((located, None), at, &context, &records)?;
        let findings = judged.findings.into_iter().flatten();
        let errors: Vec<Finding> =
            findings.filter(|finding| finding.level == Level::Error).collect();
        if !errors.is_empty() {
            return Err(Usage::WouldNotLint { findings: errors, notices: judged.notices }.into());
        }
        if notices.is_empty() {
            notices = judged.notices;
        }
    }
    Ok(notices)
}
