//! A question that depends on the governance in force, such as the map of tool calls: one walk finds both.
//!
//! Start at [`GovernedRequest`]. Follows `docs/spec/cli.md`, hook.

use crate::features::check;
use crate::features::check::answer::CheckRequest;
use crate::features::check::freshness::MaxAge;
use crate::features::check::receipts::ReceiptLog;
use crate::gate::answer::Question;
use crate::gate::receipt::CheckAnswer;
use crate::history::watched_paths::RecordFilter;
use crate::policy::governance::{Governance, State};
use crate::session::error::Error;
use crate::session::locate::Located;
use crate::session::mainline::OpenMainline;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;

/// What the governance makes of a request.
#[derive(Clone, Debug)]
pub enum GovernedRequest<T> {
    /// The gate has to be asked this.
    Ask(Box<Question>),
    /// The governance itself decides, without a question.
    Decided(T),
}

/// A question that the gate answered.
pub struct AskedQuestion {
    /// The question that the governance chose.
    pub question: Question,
    /// What the gate answered, as it is stored.
    pub check: CheckAnswer,
    /// Where the receipt is stored.
    pub receipts: ReceiptLog,
}

/// The answer to a request.
pub enum GovernedAnswer<T> {
    /// The gate was asked, and answered.
    Asked(Box<AskedQuestion>),
    /// The governance itself decided, without a question.
    Decided(T),
}

/// Decides by the governance in force, and asks the gate if that is the decision. `decide` may be called repeatedly.
pub(crate) fn ask_governed<T>(
    located: &Located,
    at: &Moment,
    max_age: Option<&MaxAge>,
    open: &dyn Fn() -> Result<ReceiptLog, Error>,
    decide: &dyn Fn(&Governance) -> GovernedRequest<T>,
) -> Result<GovernedAnswer<T>, Error> {
    let line = OpenMainline::open(located, at)?;
    let asked = |question: Box<Question>, check, receipts| {
        let question = *question;
        GovernedAnswer::Asked(Box::new(AskedQuestion { question, check, receipts }))
    };
    let is_same = |governance: &Governance, question: &Question| matches!(decide(governance), GovernedRequest::Ask(other) if *other == *question);
    // What landed nearly always counts: then the walk that answers the question also confirms it.
    if line.governance.state != State::Absent
        && let GovernedRequest::Ask(question) = decide(&line.governance)
    {
        let (request, receipts) =
            (CheckRequest { question: &question, at: None, max_age }, open()?);
        let check =
            check::answer::ask_while(located, (line, at), &request, &receipts, &|governance| {
                is_same(governance, &question)
            })?;
        if let Some(check) = check {
            return Ok(asked(question, check, receipts));
        }
    }
    let line = OpenMainline::open(located, at)?;
    let snapshot = Snapshot::walk_few(line, &RecordFilter::default(), None)?;
    snapshot.refuse_incomplete()?;
    let governance = snapshot.data.governance;
    match decide(&governance) {
        GovernedRequest::Decided(decision) => Ok(GovernedAnswer::Decided(decision)),
        GovernedRequest::Ask(question) => {
            let (request, receipts) =
                (CheckRequest { question: &question, at: None, max_age }, open()?);
            // What landed since the walk may decide otherwise.
            let line = OpenMainline::open(located, at)?;
            let check =
                check::answer::ask_while(located, (line, at), &request, &receipts, &|it| {
                    is_same(it, &question)
                })?;
            Ok(asked(question, check.ok_or_else(check::answer::no_longer_stands)?, receipts))
        }
    }
}
