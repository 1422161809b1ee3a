//! Days, instants, moments and terms: the only code that turns `2026-12-20` into instants.
//!
//! Pure: nothing here reads a clock or a local time zone. Start at [`When`] and [`not_after`]. Follows
//! `docs/spec/record.md`, values, and `docs/spec/status.md`, dates.

use crate::record::parse_error::ParseError;
use crate::record::scalar::Scalar;
use crate::yaml::node::Repair;
use chrono::{
    DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Timelike, Utc,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A moment in UTC, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(DateTime<Utc>);

/// A calendar day, from midnight to midnight in UTC.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Day(
    #[schemars(
        with = "String",
        regex(pattern = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")
    )]
    NaiveDate,
);

/// A date or an instant, for the start or the end of a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9]))?$"))]
pub enum When {
    /// A whole day in UTC.
    Day(Day),
    /// An instant, and the text that states it.
    Instant(Instant, String),
}

/// A duration, such as `36h`, `30d`, `2w`, `3mo` or `1y`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = "^[0-9]+(h|d|w|mo|y)$"))]
pub struct Term {
    /// How many.
    pub number: u32,
    /// Of what.
    pub unit: Unit,
}

/// A moment as a command takes it: stated, or as a duration from another moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MomentOrTerm {
    /// A day or an instant.
    Moment(When),
    /// How long after, or before, another moment.
    Term(Term),
}

/// The unit of a [`Term`], shortest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Hours of 60 minutes.
    Hours,
    /// Days of 24 hours.
    Days,
    /// Weeks of 7 days.
    Weeks,
    /// Months of the calendar; the day is clamped to the month's last.
    Months,
    /// Years of the calendar; 29 February is clamped likewise.
    Years,
}

/// The years that can be stated; there is no year 0.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9999;

const UNITS: &[(&str, Unit)] = &[
    ("h", Unit::Hours),
    ("d", Unit::Days),
    ("w", Unit::Weeks),
    ("mo", Unit::Months),
    ("y", Unit::Years),
];

impl Instant {
    /// The earliest instant.
    pub const MIN: Instant = Instant(DateTime::<Utc>::MIN_UTC);
    /// The latest instant.
    pub const MAX: Instant = Instant(DateTime::<Utc>::MAX_UTC);

    /// Returns the instant of a Unix time in seconds, as in git; `None` if outside the calendar.
    pub fn from_unix(seconds: i64) -> Option<Instant> {
        DateTime::from_timestamp(seconds, 0).map(Instant)
    }

    /// Returns the Unix time in seconds.
    pub fn unix(self) -> i64 {
        self.0.timestamp()
    }

    /// Parses an RFC 3339 text: with `T`, seconds and offset, from the year 1 to 9999 in UTC.
    ///
    /// A leap second is refused: computations assume days of 86,400 seconds.
    pub fn parse(text: &str) -> Option<Instant> {
        let separated = matches!(text.as_bytes().get(10), Some(b'T' | b't'));
        let instant = DateTime::parse_from_rfc3339(text).ok().filter(|_| separated)?.to_utc();
        let is_leap_second = instant.nanosecond() >= 1_000_000_000;
        let is_in_calendar = YEARS.contains(&instant.year());
        (!is_leap_second && is_in_calendar).then_some(Instant(instant))
    }

    /// Returns the day in UTC.
    pub fn day(self) -> Day {
        Day(self.0.date_naive())
    }

    /// Returns the year in UTC.
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// Returns the instant this many seconds later, clamped to the calendar.
    pub fn plus_seconds(self, seconds: i64) -> Instant {
        let sum =
            TimeDelta::try_seconds(seconds).and_then(|delta| self.0.checked_add_signed(delta));
        Instant(sum.unwrap_or(if seconds < 0 {
            DateTime::<Utc>::MIN_UTC
        } else {
            DateTime::<Utc>::MAX_UTC
        }))
    }

    /// Returns the seconds from the other instant to this one.
    pub fn seconds_since(self, other: Instant) -> i64 {
        self.unix().saturating_sub(other.unix())
    }

    /// Returns the whole days from the other instant to this one, rounded down, also if negative.
    pub fn days_since(self, other: Instant) -> i64 {
        self.seconds_since(other).div_euclid(86_400)
    }
}

impl fmt::Display for Instant {
    /// RFC 3339 in UTC with `Z`, to the second.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

impl Serialize for Instant {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl Day {
    /// Parses a text `YYYY-MM-DD`.
    pub fn new(text: &str) -> Option<Day> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = |part: &str, n: usize| {
            part.len() == n && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if parts.next().is_some() || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
            return None;
        }
        let day =
            NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
        if YEARS.contains(&day.year()) { Some(Day(day)) } else { None }
    }

    /// Returns the day that a text such as `2026-2-3` or `2026/02/03` most likely means.
    pub fn nearly(text: &str) -> Option<Day> {
        let parts: Vec<&str> = text.trim().split(['-', '/', '.']).collect();
        let [year, month, day] = parts[..] else {
            return None;
        };
        Day::new(&format!("{year}-{month:0>2}-{day:0>2}"))
    }

    /// Returns the first instant of the day, in UTC.
    pub fn start(self) -> Instant {
        Instant(self.0.and_time(NaiveTime::MIN).and_utc())
    }

    /// Returns the first instant after the day, in UTC.
    pub fn end(self) -> Instant {
        self.plus_days(1).start()
    }

    /// Returns the last second of the day, in UTC: the meaning of a bare date where an instant is expected.
    pub fn last_instant(self) -> Instant {
        self.end().plus_seconds(-1)
    }

    /// Returns the day this many days later, clamped to the calendar.
    pub fn plus_days(self, days: i64) -> Day {
        let moved = if days < 0 {
            self.0.checked_sub_days(Days::new(days.unsigned_abs()))
        } else {
            self.0.checked_add_days(Days::new(days.unsigned_abs()))
        };
        Day(moved.unwrap_or(if days < 0 { NaiveDate::MIN } else { LAST }))
    }

    /// Returns the days from the other day to this one.
    pub fn days_since(self, other: Day) -> i64 {
        self.0.signed_duration_since(other.0).num_days()
    }
}

/// The year before the calendar's last, so that the following day also has a first instant.
const LAST: NaiveDate = match NaiveDate::from_ymd_opt(99_999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl Scalar for Day {
    fn parse(text: &str) -> Result<Self, ParseError> {
        let help = "write it as 2026-12-20";
        Day::new(text)
            .ok_or_else(|| invalid_time(text, "not a day", explain_invalid_moment(text), help))
    }
}

impl When {
    /// Returns the first instant: a day's midnight, or the instant.
    pub fn start(&self) -> Instant {
        match self {
            When::Day(day) => day.start(),
            When::Instant(instant, _) => *instant,
        }
    }

    /// Returns the day in UTC.
    pub fn day(&self) -> Day {
        match self {
            When::Day(day) => *day,
            When::Instant(instant, _) => instant.day(),
        }
    }

    /// Returns the moment for an instant, written in UTC.
    pub fn instant(instant: Instant) -> When {
        When::Instant(instant, instant.to_string())
    }

    /// Tells whether its year can be stated: a duration may lead beyond the last one.
    pub fn can_be_stated(&self) -> bool {
        YEARS.contains(&self.day().0.year())
    }
}

/// Returns the first instant at which an exception with this end no longer grants anything.
///
/// A day includes all of itself in UTC, so the result is the following midnight; an instant
/// is exclusive. Follows `docs/spec/status.md`, dates.
pub fn not_after(expires: &When) -> Instant {
    match expires {
        When::Day(day) => day.end(),
        When::Instant(instant, _) => *instant,
    }
}

impl fmt::Display for When {
    /// As written in the file.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::Day(day) => day.fmt(out),
            When::Instant(_, written) => out.write_str(written),
        }
    }
}

impl Scalar for When {
    fn parse(text: &str) -> Result<Self, ParseError> {
        let instant =
            || Instant::parse(text).map(|instant| When::Instant(instant, text.to_owned()));
        Day::new(text).map(When::Day).or_else(instant).ok_or_else(|| {
            invalid_time(text, "neither a day nor an instant", explain_invalid_moment(text), MOMENT)
        })
    }
}

const MOMENT: &str = "write it as 2026-12-20, or as 2026-12-20T18:00:00Z with seconds and offset";

// What is known about a text that is not a time.
enum TimeFault {
    Reason(String),
    Meant(String),
}

fn invalid_time(text: &str, what: &str, why: Option<TimeFault>, help: &str) -> ParseError {
    let message = format!("`{text}` is {what}");
    match why {
        Some(TimeFault::Reason(reason)) => ParseError::new(format!("{message}: {reason}"), help),
        Some(TimeFault::Meant(meant)) => {
            let repair = Repair::Write(meant.clone());
            ParseError::new(message, format!("did you mean {meant}? {help}")).ended_by(repair)
        }
        None => ParseError::new(message, help),
    }
}

impl Scalar for MomentOrTerm {
    fn parse(text: &str) -> Result<Self, ParseError> {
        let term = Term::new(text).map(MomentOrTerm::Term);
        let moment = || When::parse(text).ok().map(MomentOrTerm::Moment);
        term.or_else(moment).ok_or_else(|| {
            let why = explain_invalid_moment(text).or_else(|| explain_invalid_term(text));
            let help = "write it as 2026-12-20, as 2026-12-20T18:00:00Z with seconds and offset, or as a \
                        duration: 90d, 2w, 3mo or 8h";
            invalid_time(text, "neither a day, an instant nor a duration", why, help)
        })
    }
}

impl TryFrom<String> for When {
    type Error = String;

    fn try_from(text: String) -> Result<When, String> {
        When::parse(&text).map_err(|error| error.message)
    }
}

impl From<When> for String {
    fn from(when: When) -> String {
        when.to_string()
    }
}

impl Term {
    /// Parses a term such as `30d`; zero is allowed, a negative one is not.
    pub fn new(text: &str) -> Option<Term> {
        let split = text.find(|character: char| !character.is_ascii_digit())?;
        let (number, unit) = text.split_at_checked(split)?;
        let unit = UNITS.iter().find(|(word, _)| *word == unit).map(|(_, unit)| *unit)?;
        Some(Term { number: number.parse().ok()?, unit })
    }

    /// Tells whether the term is zero: `0d` and the like.
    pub fn is_zero(self) -> bool {
        self.number == 0
    }

    /// Returns the day a term after another day; hours are rounded up to days.
    pub fn after_day(self, begin: Day) -> Day {
        self.after(begin.start())
            .plus_seconds(if self.unit == Unit::Hours { 86_399 } else { 0 })
            .day()
    }

    /// Returns the instant a term later, clamped to the calendar.
    ///
    /// Months and years are calendar units, clamped to the last day of the month: 31 January plus `1mo` is 28 February.
    pub fn after(self, begin: Instant) -> Instant {
        let n = i64::from(self.number);
        match self.unit {
            Unit::Hours => begin.plus_seconds(n * 3_600),
            Unit::Days => begin.plus_seconds(n * 86_400),
            Unit::Weeks => begin.plus_seconds(n * 7 * 86_400),
            Unit::Months => months_after(begin, Some(self.number)),
            Unit::Years => months_after(begin, self.number.checked_mul(12)),
        }
    }

    /// Returns the approximate length in seconds, to tell the shorter of two terms.
    pub fn seconds(self) -> i64 {
        let unit = match self.unit {
            Unit::Hours => 3_600,
            Unit::Days => 86_400,
            Unit::Weeks => 604_800,
            Unit::Months => 2_629_746,
            Unit::Years => 31_556_952,
        };
        i64::from(self.number).saturating_mul(unit)
    }
}

fn months_after(begin: Instant, months: Option<u32>) -> Instant {
    let sum = months.and_then(|months| begin.0.checked_add_months(Months::new(months)));
    sum.map_or(Instant::MAX, Instant)
}

impl fmt::Display for Term {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS.iter().find(|(_, unit)| *unit == self.unit).map_or("", |(word, _)| word);
        write!(out, "{}{unit}", self.number)
    }
}

impl Scalar for Term {
    /// Zero is accepted here; fields that refuse it check it themselves.
    fn parse(text: &str) -> Result<Self, ParseError> {
        Term::new(text).ok_or_else(|| {
            let help = "write it as 36h, 30d, 2w, 3mo or 1y";
            let error = invalid_time(text, "not a duration", explain_invalid_term(text), help);
            if error.repair == Repair::Unknown { error.such_as("30d") } else { error }
        })
    }
}

impl TryFrom<String> for Term {
    type Error = String;

    fn try_from(text: String) -> Result<Term, String> {
        Term::parse(&text).map_err(|error| error.message)
    }
}

impl From<Term> for String {
    fn from(term: Term) -> String {
        term.to_string()
    }
}

fn explain_invalid_moment(text: &str) -> Option<TimeFault> {
    let (date, rest) = match text.char_indices().nth(10) {
        Some((end, _)) => text.split_at_checked(end)?,
        None => (text, ""),
    };
    let Some(numbers) = read_numbers(date, '-', &[4, 2, 2]) else {
        return Day::nearly(text).map(|day| TimeFault::Meant(day.to_string()));
    };
    let [year, month, day] = numbers[..] else {
        return None;
    };
    let reason = |reason: &str| Some(TimeFault::Reason(reason.to_owned()));
    if year == 0 {
        return reason("the calendar starts with the year 0001");
    }
    if !(1..=12).contains(&month) {
        return reason("a year has 12 months");
    }
    let days = last_day(year, month)?;
    if !(1..=days).contains(&day) {
        let name = MONTHS.get(usize::try_from(month).ok()? - 1)?;
        return reason(&format!("{name} {year} has {days} days"));
    }
    match rest.chars().next()? {
        'T' | 't' => reason(&explain_invalid_time(rest.get(1..)?)?),
        ' ' => reason("write a `T` between the date and the time"),
        _ => None,
    }
}

fn explain_invalid_term(text: &str) -> Option<TimeFault> {
    let text = text.trim();
    let (number, unit) = text.split_at_checked(text.find(|it: char| !it.is_ascii_digit())?)?;
    let unit = unit.trim().to_lowercase();
    let unit = match unit.strip_suffix('s').unwrap_or(&unit) {
        "h" | "hr" | "hour" => "h",
        "d" | "day" => "d",
        "w" | "wk" | "week" => "w",
        "m" | "mo" | "mon" | "month" => "mo",
        "y" | "yr" | "year" => "y",
        _ => return None,
    };
    if number.is_empty() {
        return None;
    }
    Some(match Term::new(&format!("{number}{unit}")) {
        Some(term) => TimeFault::Meant(term.to_string()),
        None => TimeFault::Reason("it is too long".to_owned()),
    })
}

fn explain_invalid_time(text: &str) -> Option<String> {
    let end = text.find(|it: char| !it.is_ascii_digit() && !matches!(it, ':' | '.'));
    let (time, offset) = text.split_at_checked(end.unwrap_or(text.len()))?;
    let time = time.split('.').next().unwrap_or_default();
    if let Some(numbers) = read_numbers(time, ':', &[2, 2]) {
        let hour = numbers.first().copied().unwrap_or_default();
        return Some(match hour {
            0..=23 => "an instant needs seconds".to_owned(),
            _ => "the last second of a day is 23:59:59".to_owned(),
        });
    }
    let numbers = read_numbers(time, ':', &[2, 2, 2])?;
    let limits = [23, 59, 59];
    if numbers.iter().zip(limits).any(|(number, most)| *number > most) {
        return Some("the last second of a day is 23:59:59".to_owned());
    }
    offset.is_empty().then(|| "an instant needs an offset, such as `Z` for UTC".to_owned())
}

/// Returns the numbers between separators, if each has the given number of digits.
fn read_numbers(text: &str, between: char, digits: &[usize]) -> Option<Vec<u32>> {
    let parts: Vec<&str> = text.split(between).collect();
    let is_number = |(part, n): (&&str, &usize)| {
        part.len() == *n && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if parts.len() != digits.len() || !parts.iter().zip(digits).all(is_number) {
        return None;
    }
    parts.iter().map(|part| part.parse().ok()).collect()
}

fn last_day(year: u32, month: u32) -> Option<u32> {
    let (year, month) = match month {
        12 => (year + 1, 1),
        month => (year, month + 1),
    };
    let next = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, 1)?;
    Some(next.checked_sub_days(Days::new(1))?.day())
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
