//! Answers that a flag gives, or a person at the terminal.
//!
//! Start at [`text_or_ask`]. Without a terminal a missing answer is named by its flag.

use crate::ask;
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::context::filter;
use crate::commands::context::filter::Filters;
use exledger::record::scalar::Scalar;
use exledger::record::time::When;
use exledger::record::time::not_after;
use exledger::record::vocabulary::Vocabulary;
use exledger::session::decide::select;
use exledger::survey::select::Filter;

/// Tells whether there is a person who can be asked.
pub(crate) fn asks(ctx: &Ctx) -> bool {
    ctx.person == ask::Prompting::There
}

/// Names all flags of a command that are not given, where two or more are and there is nobody to be asked.
///
/// # Errors
/// [`fault::Fault::Usage`] then.
pub(crate) fn needs(ctx: &Ctx, flags: &[(&str, bool)]) -> anyhow::Result<()> {
    let open: Vec<&str> =
        flags.iter().filter(|(_, is_given)| !is_given).map(|(flag, _)| *flag).collect();
    match open.split_last() {
        Some((last, rest)) if !rest.is_empty() && !asks(ctx) => Err(fault::usage_error(
            format!("{} and {last} are missing", rest.join(", ")),
            "give them with these flags; `--help` lists their values and has an example",
        )),
        _ => Ok(()),
    }
}

/// Returns a text that says something: the flag's, else what a person answers.
///
/// # Errors
/// [`fault::Fault::Usage`] where nobody says it.
pub(crate) fn text_or_ask(
    ctx: &Ctx,
    given: Option<&str>,
    flag: &str,
    question: &str,
) -> anyhow::Result<String> {
    let is_said = |text: &str| !text.trim().is_empty();
    match given {
        Some(text) if is_said(text) => Ok(text.trim().to_owned()),
        Some(_) => Err(fault::usage_error(
            format!("{flag} is placeholder text"),
            format!("give a real answer: {flag} \"…\""),
        )),
        None if ctx.person == ask::Prompting::There => {
            let check = |text: &str| {
                if is_said(text) { Ok(()) } else { Err("an answer is needed".to_owned()) }
            };
            ask::text(question, None, &check).map_err(|error| broken_off(&error, flag))
        }
        None => Err(missing(flag)),
    }
}

/// Returns what a person answers to a question, in the form that it must have; one of another form is asked again.
///
/// # Errors
/// [`fault::Fault::Usage`] where there is nobody to be asked.
pub(crate) fn value_or_ask<T>(
    ctx: &Ctx,
    flag: &str,
    question: &str,
    parse: &dyn Fn(&str) -> Result<T, String>,
) -> anyhow::Result<T> {
    if !asks(ctx) {
        return Err(missing(flag));
    }
    let check = |text: &str| parse(text).map(|_| ());
    let said = ask::text(question, None, &check).map_err(|error| broken_off(&error, flag))?;
    parse(&said).map_err(|what| fault::usage_error(what, format!("give it with {flag}")))
}

/// Returns the end that a text is, which must be still to come: at a prompt a past one is asked again.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn end_to_come(ctx: &Ctx, text: &str) -> Result<When, String> {
    let end = filter::moment(text)?;
    if not_after(&end) <= ctx.instant() {
        Err(format!("{end} is in the past: give an end in the future"))
    } else {
        Ok(end)
    }
}

/// Returns one of the words of a vocabulary: the flag's, else what a person chooses.
///
/// # Errors
/// [`fault::Fault::Usage`] where nobody says it, or the text is none of the words.
pub(crate) fn word_or_ask<W: Vocabulary>(
    ctx: &Ctx,
    given: Option<&str>,
    flag: &str,
    question: &str,
) -> anyhow::Result<W> {
    word_of_or_ask(ctx, given, flag, question, &|_| true)
}

/// Returns one of the words of a vocabulary, of which only some are offered: the flag's, else what a person chooses.
///
/// # Errors
/// [`fault::Fault::Usage`] where nobody says it, or the text is none of the words.
pub(crate) fn word_of_or_ask<W: Vocabulary>(
    ctx: &Ctx,
    given: Option<&str>,
    flag: &str,
    question: &str,
    is_offered: &dyn Fn(&str) -> bool,
) -> anyhow::Result<W> {
    let words: Vec<&str> = W::words().into_iter().filter(|word| is_offered(word)).collect();
    let chosen = match given {
        Some(word) => word,
        None if ctx.person == ask::Prompting::There => {
            let chosen =
                ask::choice(question, &words, 0).map_err(|error| broken_off(&error, flag))?;
            words.get(chosen).copied().unwrap_or_default()
        }
        None => {
            return Err(fault::usage_error(
                format!("{flag} is missing"),
                format!("give it with {flag}: {}", words.join(", ")),
            ));
        }
    };
    W::parse_of(chosen, flag).map_err(|flaw| fault::usage_error(flaw.message, flaw.help))
}

/// Returns the ids that are given; where neither they nor a filter are, the one that a person at the terminal chooses
/// among the open records.
///
/// # Errors
/// Where nobody names one.
pub(crate) fn ids_or_ask(
    ctx: &Ctx,
    ids: &[String],
    filters: &Filters,
) -> anyhow::Result<Vec<String>> {
    if !ids.is_empty() || filters.filter() != Filter::default() {
        return Ok(ids.to_vec());
    }
    if !asks(ctx) {
        return Err(select::unnamed().into());
    }
    let open = ctx.home()?.open_records()?;
    let shown: Vec<String> = open.iter().map(|it| format!("{}  {}", it.id, it.title)).collect();
    if shown.is_empty() {
        return Err(select::unnamed().into());
    }
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    let chosen = ask::choice("Which record", &shown, 0)
        .map_err(|error| fault::unasked(&error, "name ids"))?;
    let chosen = open.get(chosen).ok_or_else(select::unnamed)?;
    Ok(vec![chosen.id.clone()])
}

/// Returns the error of an answer that nobody gave.
pub(crate) fn missing(flag: &str) -> anyhow::Error {
    fault::usage_error(
        format!("{flag} is missing"),
        format!("give it with {flag}; `--help` has an example"),
    )
}

fn broken_off(error: &ask::prompting::AskError, flag: &str) -> anyhow::Error {
    fault::unasked(error, format!("give it with {flag}"))
}
