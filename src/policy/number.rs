//! Numbers of any size, compared exactly.
//!
//! Pure. Start at [`ExactNumber::parse`]. Follows `docs/spec/policy.md`, baselines. Binary floating point would make
//! 9007199254740993 equal to 9007199254740992.

use std::cmp::Ordering;

/// A decimal number: `0.DIGITS` times ten to the power of `point`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExactNumber {
    is_negative: bool,
    /// The digits without zeros at either end; empty for zero.
    digits: String,
    point: i64,
}

/// The longest text that is read as a number, in bytes: every number that JSON readers keep is shorter.
const LONGEST: usize = 400;

impl ExactNumber {
    /// Parses a number in JSON's notation; `None` for every other text, also for `+1`, `007` and `1,000`.
    pub fn parse(text: &str) -> Option<ExactNumber> {
        if text.len() > LONGEST {
            return None;
        }
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, exponent(power)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) if is_digits(fraction) => (whole, fraction),
            Some(_) => return None,
            None => (mantissa, ""),
        };
        if !is_digits(whole) || whole.len() > 1 && whole.starts_with('0') {
            return None;
        }
        let all = format!("{whole}{fraction}");
        let significant = all.trim_start_matches('0');
        let n_leading = i64::try_from(all.len() - significant.len()).ok()?;
        let digits = significant.trim_end_matches('0');
        if digits.is_empty() {
            return Some(ExactNumber { is_negative: false, digits: String::new(), point: 0 });
        }
        Some(ExactNumber {
            is_negative: unsigned.len() < text.len(),
            digits: digits.to_owned(),
            point: i64::try_from(whole.len()).ok()? - n_leading + exponent,
        })
    }

    fn compare_size(&self, other: &ExactNumber) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (false, false) => {
                self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits))
            }
            (is_zero, is_other_zero) => is_other_zero.cmp(&is_zero),
        }
    }
}

impl Ord for ExactNumber {
    fn cmp(&self, other: &ExactNumber) -> Ordering {
        match (self.is_negative, other.is_negative) {
            (false, false) => self.compare_size(other),
            (true, true) => other.compare_size(self),
            (is_negative, is_other_negative) => is_other_negative.cmp(&is_negative),
        }
    }
}

impl PartialOrd for ExactNumber {
    fn partial_cmp(&self, other: &ExactNumber) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Parses the power of ten; of more than six digits there is none.
fn exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let number: i64 =
        if is_digits(digits) && digits.len() <= 6 { digits.parse().ok()? } else { return None };
    Some(if text.starts_with('-') { -number } else { number })
}
