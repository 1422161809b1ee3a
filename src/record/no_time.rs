//! Why a text that looks like a day, an instant or a duration is invalid: `2026-02-30`, `2026-2-3`, `2026-12-20 18:00`, `90 days`.
//!
//! Uses record's times; chrono. Pure. Start at [`why`]. Follows `docs/spec/record.md`, values.

use chrono::{Datelike, Days, NaiveDate};

use crate::record::time::{Day, Term};

/// Returns why a text is not a day or an instant, if it has nearly the form of one.
pub(super) fn why(text: &str) -> Option<String> {
    let (date, rest) = match text.char_indices().nth(10) {
        Some((end, _)) => text.split_at_checked(end)?,
        None => (text, ""),
    };
    let Some(numbers) = read_numbers(date, '-', &[4, 2, 2]) else {
        return nearly_day(text).map(|day| format!("did you mean {day}?"));
    };
    let [year, month, day] = numbers[..] else {
        return None;
    };
    if year == 0 {
        return Some("the calendar starts with the year 0001".to_owned());
    }
    if !(1..=12).contains(&month) {
        return Some("a year has 12 months".to_owned());
    }
    let days = last_day(year, month)?;
    if !(1..=days).contains(&day) {
        return Some(format!(
            "{} {year} has {days} days",
            MONTHS.get(usize::try_from(month).ok()? - 1)?
        ));
    }
    match rest.chars().next()? {
        'T' | 't' => why_time(rest.get(1..)?),
        ' ' => Some("write a `T` between the date and the time".to_owned()),
        _ => None,
    }
}

/// Returns the day that a text states with other separators, or without leading zeros.
pub(super) fn nearly_day(text: &str) -> Option<Day> {
    let parts: Vec<&str> = text.trim().split(['-', '/', '.']).collect();
    let [year, month, day] = parts[..] else {
        return None;
    };
    Day::new(&format!("{year}-{month:0>2}-{day:0>2}"))
}

/// Returns why a text is not a duration, if it has nearly the form of one.
pub(super) fn why_no_term(text: &str) -> Option<String> {
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
        Some(term) => format!("did you mean {term}?"),
        None => "it is too long".to_owned(),
    })
}

/// Returns what is wrong with the part after the `T` of an instant.
fn why_time(text: &str) -> Option<String> {
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

/// Returns how many days a month has.
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
