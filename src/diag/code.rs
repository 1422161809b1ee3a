//! The codes of the rules, and their groups.
//!
//! Uses nothing else. Pure. Start at [`Code`]. Follows `docs/spec/rules.md`. A new rule needs a line here
//! and a file in `src/rules/`.

use serde::{Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;

/// The subject of a rule, which determines whether a policy may change its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleGroup {
    /// Whether a file can be read at all; can't be disabled.
    Shape,
    /// The content of a record; the policy may raise, lower or disable it.
    Content,
    /// The changes of records, policy and workflows.
    Change,
    /// What history proves about merged records.
    Audit,
    /// Suppressions in other tools' files and in comments.
    Scan,
}

impl RuleGroup {
    /// Returns the name that `explain` gives the group.
    pub fn as_str(self) -> &'static str {
        match self {
            RuleGroup::Shape => "shape",
            RuleGroup::Content => "content",
            RuleGroup::Change => "change",
            RuleGroup::Audit => "audit",
            RuleGroup::Scan => "scan",
        }
    }
}

/// The code of a rule, which is stable: suppressions, dashboards and scripts rely on it.
///
/// A value and not an enum, so that a new code changes no type that holds one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Code {
    text: &'static str,
    group: RuleGroup,
}

/// Calls a macro with all codes, below their groups, in the order of the documentation.
#[macro_export]
macro_rules! for_each_code {
    ($callback:ident) => {
        $callback! {
            Shape {
                Syntax = "syntax",
                Encoding = "encoding",
                TooLarge = "too-large",
                YamlFeature = "yaml-feature",
                DuplicateKey = "duplicate-key",
                UnknownKey = "unknown-key",
                MissingField = "missing-field",
                WrongType = "wrong-type",
                BadValue = "bad-value",
                BadId = "bad-id",
                DuplicateId = "duplicate-id",
                NotAFile = "not-a-file",
                StrayRecord = "stray-record",
            }
            Content {
                NoDeviation = "no-deviation",
                NoSubject = "no-subject",
                Placeholder = "placeholder",
                ShortJustification = "short-justification",
                UnknownOwner = "unknown-owner",
                WindowInverted = "window-inverted",
                TermTooLong = "term-too-long",
                MissingTrigger = "missing-trigger",
                NoCompensatingControl = "no-compensating-control",
                IncompleteIdentity = "incomplete-identity",
                MissingForTier = "missing-for-tier",
                WildcardScope = "wildcard-scope",
                StandingAccess = "standing-access",
                OutlivesEvent = "outlives-event",
                FixOverdue = "fix-overdue",
                CriteriaTooWide = "criteria-too-wide",
                FindingContent = "finding-content",
                TooBroad = "too-broad",
                HouseSchema = "house-schema",
                MissingChange = "missing-change",
                BadReference = "bad-reference",
                UnknownControl = "unknown-control",
                WithdrawnControl = "withdrawn-control",
                LooseControl = "loose-control",
                Secret = "secret",
                UnclassifiedCause = "unclassified-cause",
                StaleBaseline = "stale-baseline",
                KeyOfTwoOffices = "key-of-two-offices",
                ApprovalImpossible = "approval-impossible",
                StaleControl = "stale-control",
                MissingEvidence = "missing-evidence",
                EvidenceChanged = "evidence-changed",
                UnportablePath = "unportable-path",
                ClosureIncomplete = "closure-incomplete",
                ReviewBySelf = "review-by-self",
                FrozenPattern = "frozen-pattern",
                WrongRedesign = "wrong-redesign",
                Recurrence = "recurrence",
                ExpiryCliff = "expiry-cliff",
            }
            Change {
                SilentExtension = "silent-extension",
                RenewalLimit = "renewal-limit",
                TotalLimit = "total-limit",
                ScopeWidened = "scope-widened",
                ControlDropped = "control-dropped",
                RiskLowered = "risk-lowered",
                OwnerChanged = "owner-changed",
                RecordDeleted = "record-deleted",
                ClosedEdited = "closed-edited",
                DecisionRewritten = "decision-rewritten",
                LandedUnapproved = "landed-unapproved",
                PolicyChanged = "policy-changed",
                MergeWouldTake = "merge-would-take",
                PolicyLoosened = "policy-loosened",
                WorkflowChanged = "workflow-changed",
                BulkRenewal = "bulk-renewal",
            }
            Audit {
                SelfApproval = "self-approval",
                MissingApproval = "missing-approval",
                MissingGroup = "missing-group",
                BotApproval = "bot-approval",
                Vetoed = "vetoed",
                ChangedSinceApproval = "changed-since-approval",
                InvalidSignature = "invalid-signature",
                BadApprovalFile = "bad-approval-file",
                PolicyUnapproved = "policy-unapproved",
                KeyByClaim = "key-by-claim",
                DirectPush = "direct-push",
                CommitterOnly = "committer-only",
                UnresolvedIdentity = "unresolved-identity",
                UnknownAccount = "unknown-account",
                UseAfterEnd = "use-after-end",
                NeverUsed = "never-used",
                ReceiptAltered = "receipt-altered",
                ReceiptMissing = "receipt-missing",
                ReceiptOrder = "receipt-order",
                ReceiptSignature = "receipt-signature",
                ReceiptUnsigned = "receipt-unsigned",
                DecisionByOther = "decision-by-other",
                EmergencyUnreviewed = "emergency-unreviewed",
                Lapsed = "lapsed",
                FutureDated = "future-dated",
                ClockSkew = "clock-skew",
                MainlineSuspicious = "mainline-suspicious",
                HistoryRewritten = "history-rewritten",
                MainlineRerouted = "mainline-rerouted",
                ApprovalsRemoved = "approvals-removed",
                ReplacedObjects = "replaced-objects",
            }
            Scan {
                ScanUncovered = "scan-uncovered",
                ScanUnknownId = "scan-unknown-id",
                ScanNotInForce = "scan-not-in-force",
                ScanNotNamed = "scan-not-named",
                ScanScopeWider = "scan-scope-wider",
                ScanTermLonger = "scan-term-longer",
                ScanStaleFile = "scan-stale-file",
                ScanDead = "scan-dead",
                ScanPast = "scan-past",
                ScanNew = "scan-new",
                ScanSuppression = "scan-suppression",
            }
        }
    };
}

/// Declares a constant of [`Code`] for each line.
macro_rules! declare_codes {
    ($($group:ident { $($code:ident = $text:literal,)+ })+) => {
        #[expect(non_upper_case_globals, reason = "a code is spelt as the variant of an enum")]
        impl Code {
            $($(
                #[doc = concat!("`", $text, "`")]
                pub const $code: Code = Code { text: $text, group: RuleGroup::$group };
            )+)+

            /// All codes, in the order of the documentation.
            pub const ALL: &[Code] = &[$($(Code::$code,)+)+];
        }
    };
}

for_each_code!(declare_codes);

impl Code {
    /// Returns the code as findings, policies and formats write it.
    pub const fn as_str(self) -> &'static str {
        self.text
    }

    /// Returns the group that the rule belongs to.
    pub const fn group(self) -> RuleGroup {
        self.group
    }

    /// Returns the code with this text.
    pub fn parse(text: &str) -> Option<Code> {
        let mut all = Code::ALL.iter();
        all.find(|code| code.as_str() == text).copied()
    }

    /// Returns the codes whose level a policy may change.
    pub fn adjustable() -> impl Iterator<Item = Code> {
        let all = Code::ALL.iter().copied();
        all.filter(|code| code.group() == RuleGroup::Content)
    }
}

/// By text, the order of findings in answers.
impl Ord for Code {
    fn cmp(&self, other: &Code) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Code) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}
