//! The redesign that a command is about: as named, or chosen from a list.
//!
//! Start at [`id_or_ask`].

use crate::commands::context::{Ctx, fault};
use crate::commands::{picker, prompts};
use exledger::features;
use exledger::policy::redesign::Redesign;

/// Returns the given id; without one, the redesign of the work tree that the user chooses among those that fit.
pub(super) fn id_or_ask(
    ctx: &Ctx,
    command: &str,
    given: Option<&str>,
    fits: &dyn Fn(&Redesign) -> bool,
) -> anyhow::Result<String> {
    if let Some(id) = given {
        return Ok(id.to_owned());
    }
    let unnamed = || {
        fault::usage_error(
            "no redesign is named",
            "give its id; `exledger redesign list` shows the ids",
        )
    };
    if !prompts::can_prompt(ctx) {
        return Err(unnamed());
    }
    let offers = features::redesign::list(&ctx.home()?, fits)?.into_iter();
    match offers.map(|redesign| picker::offer(redesign.id, redesign.title)).collect::<Vec<_>>() {
        offers if offers.is_empty() => Err(fault::usage_error(
            format!("there is no redesign here for `redesign {command}`"),
            "run `exledger redesign list` for the redesigns and their next steps",
        )),
        offers => picker::pick("Which redesign", offers, "name an id"),
    }
}
