//! Numbers of any size, compared exactly.
//!
//! Uses no other module. Pure. Start at [`ExactNumber::parse`]. Follows `docs/spec/policy.md`, baselines. Binary
//! floating point would make 9007199254740993 equal to 9007199254740992.

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

    /// Compares the numbers without their signs.
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

#[cfg(test)]
mod tests {
    use crate::policy::number::ExactNumber;

    #[test]
    fn numbers_are_compared_exactly() {
        let ascending = [
            "-1e400",
            "-18446744073709551616",
            "-2",
            "-1.5",
            "-1",
            "-0.001",
            "0",
            "1e-300",
            "0.1",
            "0.11",
            "0.2",
            "1",
            "1.0000000000000000001",
            "9.99",
            "10",
            "99",
            "100",
            "5000000",
            "5000000.5",
            "9007199254740992",
            "9007199254740993",
            "1e20",
            "1.5e20",
            "2E+20",
        ];
        let parsed: Vec<ExactNumber> =
            ascending.iter().filter_map(|text| ExactNumber::parse(text)).collect();
        assert_eq!(parsed.len(), ascending.len());
        for (i, one) in parsed.iter().enumerate() {
            for (j, other) in parsed.iter().enumerate() {
                assert_eq!(one.cmp(other), i.cmp(&j), "{} {}", ascending[i], ascending[j]);
            }
        }
        for (one, other) in [
            ("0", "-0"),
            ("0", "0.00e7"),
            ("1", "1.0"),
            ("100", "1e2"),
            ("0.05", "5e-2"),
            ("12.50", "0.125e2"),
        ] {
            assert_eq!(ExactNumber::parse(one), ExactNumber::parse(other), "{one} {other}");
        }
    }

    #[test]
    fn other_notations_are_no_numbers() {
        let long = "1".repeat(401);
        for text in [
            "",
            "-",
            "x",
            "+1",
            "007",
            "1,000",
            "1.",
            ".5",
            "1e",
            "1e+",
            "1e1234567",
            "0x10",
            " 1",
            "1 ",
            "1_000",
            "NaN",
            "Infinity",
            "-Infinity",
            "--1",
            "1e1.5",
            "\u{661}",
            &long,
        ] {
            assert_eq!(ExactNumber::parse(text), None, "{text}");
        }
    }
}
