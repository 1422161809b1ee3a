//! For each code a story: a ledger in which it is found, and what its remedy is to be.
//!
//! The macro that lists the codes names one function for each, so that a code without a story does not compile. `core` makes the
//! edits, `program` includes this file and asks for the rest. Follows `docs/spec/cli.md` (a finding).

use exledger::diag::code::{Code, EndsBy};
use exledger::rules::example::Example;
use exledger::rules::{self};

/// A ledger in which a code is found.
pub(crate) struct Story {
    pub(crate) code: Code,
    pub(crate) ledger: Example,
}

fn story(code: Code) -> Story {
    Story { code, ledger: rules::find(code).unwrap().bad }
}

/// Returns the stories of the codes that end in a way.
pub(crate) fn ending(ends_by: EndsBy) -> impl Iterator<Item = Story> {
    all().into_iter().filter(move |story| story.code.ends_by() == ends_by)
}

/// Tells the stories whose ledger is the bad example of the rule.
macro_rules! told_by_example {
    ($($code:ident)+) => {
        $(pub(crate) fn $code() -> Story {
            story(Code::$code)
        })+
    };
}

#[expect(non_snake_case, reason = "a story is named as its code")]
#[expect(clippy::module_inception, reason = "the macro of all codes names stories::CODE")]
pub(crate) mod stories {
    use super::{Code, Example, Story, story};

    /// The rule's example lacks most fields, too.
    pub(crate) fn Syntax() -> Story {
        Story { ledger: Example::with("title", "Move: the key"), ..story(Code::Syntax) }
    }

    /// A file that landed is only noted from then on.
    pub(crate) fn BadApprovalFile() -> Story {
        Story {
            ledger: Example::history(&[
                "ana pushes the sample",
                "dana proposes exceptions/.approvals/EXC-2026-7F3KQ/0123456789ab-dana@example.com.txt",
                "linted",
            ]),
            ..story(Code::BadApprovalFile)
        }
    }

    /// Where nobody has a key, nobody is listed either.
    pub(crate) fn ApprovalImpossible() -> Story {
        Story { ledger: Example::SAMPLE.policy("version: 1\n"), ..story(Code::ApprovalImpossible) }
    }

    told_by_example! {
        Encoding TooLarge YamlFeature DuplicateKey UnknownKey MissingField WrongType BadValue BadId NoDeviation NoSubject Placeholder ShortJustification UnknownOwner WindowInverted TermTooLong MissingTrigger NoCompensatingControl IncompleteIdentity MissingForTier WildcardScope StandingAccess OutlivesEvent FixOverdue CriteriaTooWide FindingContent TooBroad MissingChange BadReference UnknownControl WithdrawnControl LooseControl Secret UnclassifiedCause StaleBaseline KeyOfTwoOffices MissingEvidence EvidenceChanged UnportablePath ClosureIncomplete ReviewBySelf WrongRedesign HouseSchema SilentExtension RenewalLimit TotalLimit ScopeWidened ControlDropped RiskLowered OwnerChanged RecordDeleted ClosedEdited DecisionRewritten DuplicateId NotAFile StrayRecord StaleControl FrozenPattern ExpiryCliff MergeWouldTake KeyByClaim NeverUsed ReceiptSignature ReceiptUnsigned HistoryRewritten MainlineRerouted ApprovalsRemoved ReplacedObjects LandedUnapproved PolicyChanged PolicyLoosened SelfApproval MissingApproval MissingGroup BotApproval Vetoed ChangedSinceApproval PolicyUnapproved EmergencyUnreviewed WorkflowChanged BulkRenewal InvalidSignature DirectPush CommitterOnly UseAfterEnd ReceiptAltered ReceiptMissing ReceiptOrder DecisionByOther Lapsed FutureDated ClockSkew MainlineSuspicious Recurrence UnresolvedIdentity UnknownAccount ScanUncovered ScanUnknownId ScanNotInForce ScanNotNamed ScanScopeWider ScanTermLonger ScanStaleFile ScanDead ScanPast ScanNew ScanSuppression
    }
}

macro_rules! name_stories {
    ($($group:ident { $($code:ident = $text:literal, $ends_by:ident;)+ })+) => {
        /// Returns all stories, in the order of the codes.
        pub(crate) fn all() -> Vec<Story> {
            vec![$($(stories::$code(),)+)+]
        }
    };
}

exledger::for_each_code!(name_stories);

#[test]
fn each_code_has_the_story_of_its_name() {
    let codes: Vec<Code> = all().iter().map(|story| story.code).collect();
    assert_eq!(codes, Code::ALL);
}
