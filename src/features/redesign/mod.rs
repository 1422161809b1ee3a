//! Redesign: redesigns of the work tree, and decisions about them.
//!
//! Start at `prepare_new` or `prepare_edit`. Follows `docs/spec/cli.md`, redesign.

pub mod answer;
pub mod plan;

use crate::features::redesign::answer::{
    NamedRedesign, PreparedRedesign, RedesignPlan, create, edit, list_named, read_named,
};
use crate::features::redesign::plan::RedesignAnswers;
use crate::policy::redesign::Redesign;
use crate::record::address::Address;
use crate::session::Session;
use crate::session::error::Error;
use crate::session::options::Moment;

/// Works out a new redesign. Nothing is written yet.
///
/// # Errors
/// [`Error::Usage`] if the pattern or a date can't be as given, or the result would not lint;
/// [`Error::Undetermined`] if the ledger can't be read.
pub fn prepare_new<'s>(
    session: &'s Session,
    at: &Moment,
    answers: &RedesignAnswers,
) -> Result<PreparedRedesign<'s>, Error> {
    create(session.current()?, at, answers)
}

/// Works out a decision about the redesign of the work tree that a text names. Nothing is written yet.
///
/// # Errors
/// [`Error::Usage`] if the redesign is unknown, the decision is refused, or the result would not lint;
/// [`Error::Undetermined`] if the ledger can't be read.
pub fn prepare_edit<'s>(
    session: &'s Session,
    at: &Moment,
    (named, by): (&str, &Address),
    plan: RedesignPlan<'_>,
) -> Result<PreparedRedesign<'s>, Error> {
    edit(session.current()?, at, (named, by), plan)
}

/// Returns the redesigns of the work tree that fit, by id.
///
/// # Errors
/// If the policy has errors, or a file can't be read.
pub fn list(
    session: &Session,
    fits: &dyn Fn(&Redesign) -> bool,
) -> Result<Vec<NamedRedesign>, Error> {
    list_named(session.current()?, fits)
}

/// Returns the redesign of the work tree that a text names; `None` if its file can't be read.
///
/// # Errors
/// [`Usage::Record`](crate::session::error::Usage::Record) if the name matches none or several.
pub fn read(session: &Session, named: &str) -> Result<Option<Redesign>, Error> {
    read_named(session.current()?, named)
}
