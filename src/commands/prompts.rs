//! Answers from a flag, or from a prompt on the terminal.
//!
//! Start at [`text_or_ask`]. Without a terminal, the error for a missing answer names its flag.

use crate::ask;
use crate::commands::context::{Ctx, fault};
use exledger::record::scalar::Scalar;
use exledger::record::vocabulary::Vocabulary;

pub(crate) fn can_prompt(ctx: &Ctx) -> bool {
    ctx.person == ask::Prompting::There
}

/// Reports all missing flags of a command at once, if two or more are missing and nobody can be prompted.
pub(crate) fn needs(
    ctx: &Ctx,
    choice: Option<(&str, Vec<&str>)>,
    flags: &[(&str, bool)],
) -> anyhow::Result<()> {
    let open: Vec<&str> =
        flags.iter().filter(|(_, is_given)| !is_given).map(|(flag, _)| *flag).collect();
    match open.split_last() {
        Some((last, rest)) if !rest.is_empty() && !can_prompt(ctx) => Err(fault::usage_error(
            format!("{} and {last} are missing", rest.join(", ")),
            match choice.filter(|(flag, _)| open.contains(flag)) {
                Some((flag, words)) => {
                    format!("{flag} is one of {}; `--help` has an example", words.join(", "))
                }
                None => "`--help` has an example".to_owned(),
            },
        )),
        _ => Ok(()),
    }
}

/// Returns a meaningful text: the flag's value, otherwise the answer to a prompt.
pub(crate) fn text_or_ask(
    ctx: &Ctx,
    given: Option<&str>,
    flag: &str,
    question: &str,
) -> anyhow::Result<String> {
    let has_text = |text: &str| !text.trim().is_empty();
    match given {
        Some(text) if has_text(text) => Ok(text.trim().to_owned()),
        Some(_) => Err(fault::usage_error(
            format!("{flag} is placeholder text"),
            format!("give a real answer: {flag} \"…\""),
        )),
        None if ctx.person == ask::Prompting::There => {
            let check = |text: &str| {
                if has_text(text) { Ok(()) } else { Err("an answer is needed".to_owned()) }
            };
            ask::text(question, None, &check).map_err(|error| broken_off(&error, flag))
        }
        None => Err(missing(flag)),
    }
}

/// Prompts again until the answer can be parsed.
pub(crate) fn value_or_ask<T>(
    ctx: &Ctx,
    flag: &str,
    question: &str,
    parse: &dyn Fn(&str) -> Result<T, String>,
) -> anyhow::Result<T> {
    if !can_prompt(ctx) {
        return Err(missing(flag));
    }
    let check = |text: &str| parse(text).map(|_| ());
    let answer = ask::text(question, None, &check).map_err(|error| broken_off(&error, flag))?;
    parse(&answer).map_err(|what| fault::usage_error(what, format!("give it with {flag}")))
}

/// Returns a word of a vocabulary: the flag's value, otherwise the choice at a prompt.
pub(crate) fn word_or_ask<W: Vocabulary>(
    ctx: &Ctx,
    given: Option<&str>,
    flag: &str,
    question: &str,
) -> anyhow::Result<W> {
    word_of_or_ask(ctx, given, flag, question, &|_| true)
}

/// Does the same as [`word_or_ask`], with only some of the words on offer.
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
                format!("use one of {}", words.join(", ")),
            ));
        }
    };
    let help = || format!("use one of {}", words.join(", "));
    W::parse_of(chosen, flag).map_err(|error| fault::usage_error(error.message, help()))
}

pub(crate) fn missing(flag: &str) -> anyhow::Error {
    fault::usage_error(format!("{flag} is missing"), "`--help` has an example")
}

fn broken_off(error: &ask::prompting::AskError, flag: &str) -> anyhow::Error {
    fault::unasked(error, format!("give it with {flag}"))
}
