//! How old the approved ref may be for an answer.
//!
//! Start at [`MaxAge`]. Follows `docs/spec/cli.md`, check, `--max-age`: an unknown age counts as too old.

use std::fmt;

use crate::record::dates;
use crate::record::time::Instant;
use crate::session::snapshot::Snapshot;

/// How long ago the approved ref may have been fetched: a whole number with `s`, `m` for minutes, `h` or `d`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaxAge {
    seconds: i64,
    text: String,
}

impl fmt::Display for MaxAge {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl MaxAge {
    /// Reads a length of time.
    ///
    /// # Errors
    /// The text that says what to write instead.
    pub fn parse(text: &str) -> Result<MaxAge, String> {
        let mut units = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)].into_iter();
        let found = units.find_map(|(unit, seconds)| {
            let digits = text.strip_suffix(unit)?;
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            let number: i64 = digits.parse().ok().filter(|_| is_number)?;
            number.checked_mul(seconds)
        });
        let seconds = found.ok_or(
            "write a whole number with s, m (minutes), h or d, such as 30s, 10m, 1h or 2d",
        )?;
        Ok(MaxAge { seconds, text: text.to_owned() })
    }

    /// Returns the length of time in seconds.
    pub fn seconds(&self) -> i64 {
        self.seconds
    }
}

impl Snapshot<'_> {
    /// Returns why there is no answer: the approved ref is older than allowed, or its age is unknown.
    /// `now` is the clock's time.
    pub fn refusal(&self, most: &MaxAge, now: Instant) -> Option<String> {
        let (repository, chosen) = self.origin();
        let name = &chosen.reference;
        let Some(remote) = &chosen.remote else {
            return Some(format!(
                "{name} is not a remote-tracking branch, so its age is unknown: run this in a clone, or without --max-age"
            ));
        };
        let run = format!("run `git fetch {remote}`");
        let Some(fetched) = repository.last_fetch(name, remote, Some(chosen.tip)).seen else {
            return Some(format!(
                "it is not known when {name} was fetched, and --max-age is {most}: {run}"
            ));
        };
        let ago = dates::distance(fetched, now);
        match now.seconds_since(fetched) {
            ..0 => Some(format!(
                "{name} was fetched {ago} according to this machine's clock: correct the clock, then {run}"
            )),
            age if age > most.seconds => {
                Some(format!("{name} was fetched {ago}, and --max-age is {most}: {run}"))
            }
            _ => None,
        }
    }
}
