//! Answers to the checklist of a closure.

use exledger::record::checklist::{AnswerFlaw, flaw};

#[test]
fn an_answer_is_evidence_that_exists_or_a_sentence() {
    let has = |id: &str| ["E1", "E2"].contains(&id);
    for answer in [
        "E1",
        " E1 ",
        "E1, E2",
        "E1 and E2.",
        "yes",
        "No copy was left",
        "Rotated, see E9",
        "E9 shows it",
        "n/a: the job is gone",
        "N/A — 10 letters",
        "n/a the job is gone",
        "e",
        "E",
        "nanny state",
    ] {
        assert_eq!(flaw(answer, &has), None, "{answer}");
    }
    for (answer, id) in
        [("E9", "E9"), ("e1", "e1"), ("E1, E9", "E9"), ("E9+E1", "E9"), ("E10.", "E10")]
    {
        assert_eq!(flaw(answer, &has), Some(AnswerFlaw::NoEvidence(id.to_owned())), "{answer}");
    }
    for answer in ["tbd", "TODO", "none", "xxxx", "TBD: soon", "..."] {
        assert_eq!(
            flaw(answer, &has),
            Some(AnswerFlaw::Placeholder(answer.to_owned())),
            "{answer}"
        );
    }
    for answer in
        ["n/a", "N/A.", "n/a: no", "n/a:", "n/a: too short", "n/a: a   b   c", "n/a: xxxxxxxxxxxx"]
    {
        assert_eq!(flaw(answer, &has), Some(AnswerFlaw::NoReason), "{answer}");
    }
}
