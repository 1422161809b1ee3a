//! A suppression as `scan` shows it: why it is there, until when, since when, and what the ledger says.
//!
//! Pure. Start at [`ScanEntry`]. Follows `docs/spec/interop.md`, 5, and `docs/spec/cli.md`, scan.

use crate::view::doc::RowColumns;
use serde::Serialize;
use std::ops::RangeInclusive;

use crate::features::scan::ages::EntryAge;
use crate::features::scan::search::SuppressionLine;
use crate::record::credential;
use crate::record::pattern;
use crate::record::time::{Day, Instant};
use crate::rules::scan::promise::Promise;
use crate::rules::scan::suppression::{FoundSuppression, SuppressionEnd};
use crate::rules::scan::{SuppressionCase, SuppressionFault};

/// A suppression, in the form of answers.
#[derive(Clone, Debug, Serialize)]
pub struct ScanEntry {
    /// What it is, by the table of kinds: `trivy`.
    pub kind: &'static str,
    /// `security` or `supply-chain`.
    pub group: &'static str,
    /// The tool that obeys it.
    pub tool: String,
    /// The ids or names that it hides; empty if it names none.
    pub rules: Vec<String>,
    /// The path of the file, from the top.
    pub path: String,
    /// The line on which it begins, from 1.
    pub line: u32,
    /// That line, without what stands before a comment: it may be a secret that the comment hides.
    pub text: String,
    /// Why it is there, as the file says it.
    pub reason: Option<String>,
    /// The first instant at which its tool doesn't obey it any more.
    pub end: Option<Instant>,
    pub promise: Option<Promise>,
    /// Whether its end or its promise is over.
    pub past: bool,
    /// Whether it names no rule, or turns off a rule, a file or the tool everywhere.
    pub blanket: bool,
    pub since: Option<Instant>,
    pub commit: Option<String>,
    pub author: Option<EntryAuthor>,
    /// Whether its author is still active.
    pub active: Option<bool>,
    /// The record that it cites.
    pub cites: Option<String>,
    /// The record that covers it, or that it cites, if the ledger has it.
    pub record: Option<String>,
    /// What the ledger says: `allowed`, or the rule that it breaks without `scan-`; `None` without a ledger.
    pub state: Option<&'static str>,
    /// The instant before which it was there already, where the search ended.
    #[serde(skip)]
    pub before: Option<Instant>,
    /// What it is the same by wherever it is moved: kind, rules and line.
    #[serde(skip)]
    pub identity: String,
    /// All of its lines, among which are those that limit it.
    #[serde(skip)]
    pub lines: RangeInclusive<u32>,
    /// Whether its kind names rules, so that one without any could name them.
    #[serde(skip)]
    pub names_rules: bool,
    /// Whether it is an entry of a list, and not beside the code that it is about.
    #[serde(skip)]
    pub is_listed: bool,
}

/// Who brought a suppression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntryAuthor {
    pub email: String,
    pub name: String,
}

impl ScanEntry {
    pub(super) const COLUMNS: &'static RowColumns = &[
        ("", "kind group tool rules path line text reason end"),
        ("promise.", "text date ticket"),
        ("", "past blanket since commit author.email author.name active cites record state"),
    ];

    pub(super) fn of(
        found: &FoundSuppression,
        line: &SuppressionLine,
        promise: Option<&Promise>,
        case: &SuppressionCase,
        age: EntryAge,
        (has_ledger, group): (bool, &'static str),
        instant: Instant,
    ) -> ScanEntry {
        let end = match found.end {
            SuppressionEnd::Until(end) => Some(end),
            SuppressionEnd::NoSuchField | SuppressionEnd::Missing => None,
        };
        let hidden = |text: &str| credential::hidden(text.to_owned());
        let promise =
            promise.map(|promise| Promise { text: hidden(&promise.text), ..promise.clone() });
        let of_ledger =
            |fault: &&SuppressionFault| !matches!(fault, SuppressionFault::PromisePast(_));
        let fault = case.faults.iter().find(of_ledger);
        let author = age.author.map(|(name, email)| EntryAuthor { email, name });
        ScanEntry {
            kind: found.kind,
            group,
            tool: found.tool().to_owned(),
            rules: found.rules().into_iter().map(hidden).collect(),
            path: found.path.clone(),
            line: found.line,
            text: shown_text(found, line),
            reason: found.reason.as_deref().map(hidden),
            end,
            past: end.is_some_and(|end| end <= instant)
                || promise.as_ref().is_some_and(|promise| promise.is_past(instant)),
            promise,
            blanket: found.is_blanket || found.rules().iter().any(|rule| pattern::is_stars(rule)),
            since: age.since,
            commit: age.commit.map(|commit| commit.to_string()),
            author,
            active: age.is_active,
            cites: found.cited.as_ref().map(ToString::to_string),
            record: case.record.clone(),
            state: has_ledger.then(|| fault.map_or("allowed", SuppressionFault::state)),
            before: age.before,
            lines: found.lines.clone(),
            names_rules: found.names_rules(),
            is_listed: !found.is_beside_code(),
            identity: [found.kind, &found.rules().join(" "), &line.text].join("\0"),
        }
    }

    /// Tells whether the ledger, if there is one, does not allow it.
    pub fn is_refused(&self) -> bool {
        self.state.is_some_and(|state| state != "allowed")
    }

    /// Tells whether its author left.
    pub fn is_left(&self) -> bool {
        self.active == Some(false)
    }

    /// Returns what it hides, on one line: its rules, or `everything`.
    pub fn what(&self) -> String {
        match self.rules.as_slice() {
            [] => "everything".to_owned(),
            rules => rules.join(" "),
        }
    }

    /// Returns the day that its file states for its end: some formats state the last second, others the first instant
    /// that is not covered.
    pub fn stated_end(&self, end: Instant) -> Day {
        match self.kind {
            "conforma" | "azure-policy" => end.plus_seconds(-1).day(),
            _ => end.day(),
        }
    }

    /// Returns the place in the order of the page: what is not allowed, what is past, what has no reason, the oldest.
    pub(super) fn rank(&self) -> impl Ord + use<> {
        let age = self.before.or(self.since).unwrap_or(Instant::MAX);
        (!self.is_refused(), !self.past, self.reason.is_some(), age, self.path.clone(), self.line)
    }
}

fn shown_text(found: &FoundSuppression, line: &SuppressionLine) -> String {
    if may_have_secret(found) {
        return "…".to_owned();
    }
    let column = usize::try_from(found.column.saturating_sub(1)).unwrap_or_default();
    let begin = column.saturating_sub(line.indent);
    let at = line.text.char_indices().nth(begin).map_or(0, |(at, _)| at);
    let before = line.text.get(..at).unwrap_or_default();
    let is_code = before.chars().any(char::is_alphanumeric);
    let text = line.text.get(at..).unwrap_or_default();
    let text = if is_code { format!("… {text}") } else { line.text.clone() };
    credential::hidden(text)
}

// Tells whether the line of an entry may have the secret that it lets pass.
fn may_have_secret(found: &FoundSuppression) -> bool {
    let names_none = found.rules().is_empty();
    !found.is_beside_code()
        && match (found.kind, found.tool()) {
            ("gitleaks", _) => found.label.ends_with(":…"),
            ("gitguardian", _) => names_none && !found.is_blanket,
            (_, tool) => tool == "trivy-secret" && names_none,
        }
}
