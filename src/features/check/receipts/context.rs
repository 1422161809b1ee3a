//! What an answer that is going to be stored is about.

use serde_json::Value;

use crate::gate::answer::Question;
use crate::policy::governance::Governance;
use crate::record::time::Instant;

pub(crate) struct AnswerContext<'a> {
    pub(crate) question: &'a Question,
    pub(crate) id: &'a Value,
    /// The governance in force, which lists the keys that sign receipts; `None` without a ledger.
    pub(crate) governance: Option<&'a Governance>,
    /// The clock's time.
    pub(crate) now: Instant,
}
