//! The codes of the rules, and their groups.
//!
//! Pure. Start at [`Code`]. Follows `docs/spec/rules.md`. A new rule needs a line here and a file in `src/rules/`.

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

/// What ends the findings of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndsBy {
    /// An edit of a file.
    Edit,
    /// Commands of the asker.
    Run,
    /// What only words can say.
    Words,
    /// The approval of somebody else.
    Approval,
    /// The same, if the finding names somebody; else nothing.
    ApprovalIfNamed,
    /// Nothing, such as where the commit itself is the fault.
    Stays,
}

impl EndsBy {
    /// Returns the word of the documentation, and what to do.
    pub fn as_str(self) -> &'static str {
        match self {
            EndsBy::Edit => "repair: make the edit that the finding shows",
            EndsBy::Run => "repair: run the commands that the finding shows",
            EndsBy::Words => "repair: do what the finding says",
            EndsBy::Approval => "approval: ask the people whom the finding names",
            EndsBy::ApprovalIfNamed => {
                "approval: ask the people whom the finding names; one that names nobody stays"
            }
            EndsBy::Stays => "stays: nothing ends the finding",
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
    ends_by: EndsBy,
}

/// Calls a macro with all codes and what ends their findings, below their groups, in the order of the documentation.
#[macro_export]
macro_rules! for_each_code {
    ($callback:ident) => {
        $callback! {
            Shape {
                Syntax = "syntax", Edit;
                Encoding = "encoding", Edit;
                TooLarge = "too-large", Edit;
                YamlFeature = "yaml-feature", Edit;
                DuplicateKey = "duplicate-key", Edit;
                UnknownKey = "unknown-key", Edit;
                MissingField = "missing-field", Edit;
                WrongType = "wrong-type", Edit;
                BadValue = "bad-value", Edit;
                BadId = "bad-id", Edit;
                DuplicateId = "duplicate-id", Run;
                NotAFile = "not-a-file", Run;
                StrayRecord = "stray-record", Run;
            }
            Content {
                NoDeviation = "no-deviation", Edit;
                NoSubject = "no-subject", Edit;
                Placeholder = "placeholder", Edit;
                ShortJustification = "short-justification", Edit;
                UnknownOwner = "unknown-owner", Edit;
                WindowInverted = "window-inverted", Edit;
                TermTooLong = "term-too-long", Edit;
                MissingTrigger = "missing-trigger", Edit;
                NoCompensatingControl = "no-compensating-control", Edit;
                IncompleteIdentity = "incomplete-identity", Edit;
                MissingForTier = "missing-for-tier", Edit;
                WildcardScope = "wildcard-scope", Edit;
                StandingAccess = "standing-access", Edit;
                OutlivesEvent = "outlives-event", Edit;
                FixOverdue = "fix-overdue", Edit;
                CriteriaTooWide = "criteria-too-wide", Edit;
                FindingContent = "finding-content", Edit;
                TooBroad = "too-broad", Edit;
                HouseSchema = "house-schema", Edit;
                MissingChange = "missing-change", Edit;
                BadReference = "bad-reference", Edit;
                UnknownControl = "unknown-control", Edit;
                WithdrawnControl = "withdrawn-control", Edit;
                LooseControl = "loose-control", Edit;
                Secret = "secret", Edit;
                UnclassifiedCause = "unclassified-cause", Edit;
                StaleBaseline = "stale-baseline", Edit;
                KeyOfTwoOffices = "key-of-two-offices", Edit;
                ApprovalImpossible = "approval-impossible", Edit;
                StaleControl = "stale-control", Run;
                MissingEvidence = "missing-evidence", Edit;
                EvidenceChanged = "evidence-changed", Edit;
                UnportablePath = "unportable-path", Edit;
                ClosureIncomplete = "closure-incomplete", Edit;
                ReviewBySelf = "review-by-self", Edit;
                FrozenPattern = "frozen-pattern", Edit;
                WrongRedesign = "wrong-redesign", Edit;
                Recurrence = "recurrence", Stays;
                ExpiryCliff = "expiry-cliff", Run;
            }
            Change {
                SilentExtension = "silent-extension", Edit;
                RenewalLimit = "renewal-limit", Edit;
                TotalLimit = "total-limit", Edit;
                ScopeWidened = "scope-widened", Edit;
                ControlDropped = "control-dropped", Edit;
                RiskLowered = "risk-lowered", Edit;
                OwnerChanged = "owner-changed", Edit;
                RecordDeleted = "record-deleted", Words;
                ClosedEdited = "closed-edited", Edit;
                DecisionRewritten = "decision-rewritten", Edit;
                LandedUnapproved = "landed-unapproved", Approval;
                PolicyChanged = "policy-changed", Approval;
                MergeWouldTake = "merge-would-take", Run;
                PolicyLoosened = "policy-loosened", Approval;
                WorkflowChanged = "workflow-changed", Stays;
                BulkRenewal = "bulk-renewal", Stays;
            }
            Audit {
                SelfApproval = "self-approval", Approval;
                MissingApproval = "missing-approval", Approval;
                MissingGroup = "missing-group", Approval;
                BotApproval = "bot-approval", Approval;
                Vetoed = "vetoed", Approval;
                ChangedSinceApproval = "changed-since-approval", Approval;
                InvalidSignature = "invalid-signature", Stays;
                BadApprovalFile = "bad-approval-file", Run;
                PolicyUnapproved = "policy-unapproved", Approval;
                KeyByClaim = "key-by-claim", Run;
                DirectPush = "direct-push", Stays;
                CommitterOnly = "committer-only", Stays;
                UnresolvedIdentity = "unresolved-identity", Words;
                UnknownAccount = "unknown-account", Words;
                UseAfterEnd = "use-after-end", Stays;
                NeverUsed = "never-used", Run;
                ReceiptAltered = "receipt-altered", Stays;
                ReceiptMissing = "receipt-missing", Stays;
                ReceiptOrder = "receipt-order", Stays;
                ReceiptSignature = "receipt-signature", Run;
                ReceiptUnsigned = "receipt-unsigned", Run;
                DecisionByOther = "decision-by-other", Stays;
                EmergencyUnreviewed = "emergency-unreviewed", Approval;
                Lapsed = "lapsed", Stays;
                FutureDated = "future-dated", Stays;
                ClockSkew = "clock-skew", Stays;
                MainlineSuspicious = "mainline-suspicious", ApprovalIfNamed;
                HistoryRewritten = "history-rewritten", Run;
                MainlineRerouted = "mainline-rerouted", Run;
                ApprovalsRemoved = "approvals-removed", Run;
                ReplacedObjects = "replaced-objects", Run;
            }
            Scan {
                ScanUncovered = "scan-uncovered", Words;
                ScanUnknownId = "scan-unknown-id", Words;
                ScanNotInForce = "scan-not-in-force", Words;
                ScanNotNamed = "scan-not-named", Words;
                ScanScopeWider = "scan-scope-wider", Words;
                ScanTermLonger = "scan-term-longer", Words;
                ScanStaleFile = "scan-stale-file", Run;
                ScanDead = "scan-dead", Words;
                ScanPast = "scan-past", Words;
                ScanNew = "scan-new", Words;
                ScanSuppression = "scan-suppression", Words;
            }
        }
    };
}

/// Declares a constant of [`Code`] for each line.
macro_rules! declare_codes {
    ($($group:ident { $($code:ident = $text:literal, $ends_by:ident;)+ })+) => {
        #[expect(non_upper_case_globals, reason = "a code is spelt as the variant of an enum")]
        impl Code {
            $($(
                #[doc = concat!("`", $text, "`")]
                pub const $code: Code =
                    Code { text: $text, group: RuleGroup::$group, ends_by: EndsBy::$ends_by };
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

    /// Returns what ends its findings.
    pub const fn ends_by(self) -> EndsBy {
        self.ends_by
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
