//! For each code a story: a ledger in which it is found, and what its remedy is to be.
//!
//! The macro that lists the codes names one function for each, so that a code without a story does not compile. `core` makes the
//! edits, `program` includes this file and asks for the rest. Follows `docs/spec/cli.md` (a finding).

use exledger::diag::code::Code;
use exledger::rules::example::Example;
use exledger::rules::{self};

/// A ledger in which a code is found, and what ends it.
pub(crate) struct Story {
    pub(crate) code: Code,
    pub(crate) ledger: Example,
    pub(crate) ends: StoryEnd,
}

/// Who ends a finding, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoryEnd {
    /// The edit of a file.
    Edited,
    /// Commands of the asker.
    Run,
    /// Commands of other people.
    ByOthers,
    /// Nothing.
    Stays,
    /// Words alone, so far.
    Read,
}

fn story(code: Code, ends: StoryEnd) -> Story {
    Story { code, ledger: rules::find(code).unwrap().bad, ends }
}

/// Tells the stories whose ledger is the bad example of the rule.
macro_rules! told_by_example {
    ($($ends:ident: $($code:ident)+;)+) => {
        $($(pub(crate) fn $code() -> Story {
            story(Code::$code, StoryEnd::$ends)
        })+)+
    };
}

#[expect(non_snake_case, reason = "a story is named as its code")]
#[expect(clippy::module_inception, reason = "the macro of all codes names stories::CODE")]
pub(crate) mod stories {
    use super::{Code, Example, Story, StoryEnd, story};

    /// The rule's example lacks most fields, too.
    pub(crate) fn Syntax() -> Story {
        Story {
            ledger: Example::with("title", "Move: the key"),
            ..story(Code::Syntax, StoryEnd::Edited)
        }
    }

    /// Where nobody has a key, nobody is listed either.
    pub(crate) fn ApprovalImpossible() -> Story {
        Story {
            ledger: Example::SAMPLE.policy("version: 1\n"),
            ..story(Code::ApprovalImpossible, StoryEnd::Edited)
        }
    }

    told_by_example! {
        Edited: Encoding TooLarge YamlFeature DuplicateKey UnknownKey MissingField WrongType BadValue BadId
            NoDeviation NoSubject Placeholder ShortJustification UnknownOwner WindowInverted TermTooLong MissingTrigger
            NoCompensatingControl IncompleteIdentity MissingForTier WildcardScope StandingAccess OutlivesEvent FixOverdue
            CriteriaTooWide FindingContent TooBroad MissingChange BadReference UnknownControl WithdrawnControl
            LooseControl Secret UnclassifiedCause StaleBaseline KeyOfTwoOffices MissingEvidence
            EvidenceChanged UnportablePath ClosureIncomplete ReviewBySelf WrongRedesign HouseSchema
            SilentExtension RenewalLimit TotalLimit ScopeWidened ControlDropped RiskLowered OwnerChanged RecordDeleted
            ClosedEdited DecisionRewritten;
        Run: DuplicateId NotAFile StrayRecord StaleControl FrozenPattern ExpiryCliff MergeWouldTake KeyByClaim NeverUsed
            ReceiptSignature ReceiptUnsigned HistoryRewritten MainlineRerouted ApprovalsRemoved ReplacedObjects;
        ByOthers: LandedUnapproved PolicyChanged PolicyLoosened SelfApproval MissingApproval MissingGroup BotApproval Vetoed
            ChangedSinceApproval PolicyUnapproved EmergencyUnreviewed;
        Stays: WorkflowChanged BulkRenewal InvalidSignature DirectPush CommitterOnly UseAfterEnd ReceiptAltered
            ReceiptMissing ReceiptOrder DecisionByOther Lapsed FutureDated ClockSkew MainlineSuspicious;
        Read: Recurrence BadApprovalFile UnresolvedIdentity UnknownAccount ScanUncovered ScanUnknownId ScanNotInForce
            ScanNotNamed ScanScopeWider ScanTermLonger ScanStaleFile ScanDead ScanPast ScanNew ScanSuppression;
    }
}

macro_rules! name_stories {
    ($($group:ident { $($code:ident = $text:literal,)+ })+) => {
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
