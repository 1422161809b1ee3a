//! The requirements for closures, the exclusions of scan, and the baselines of `triage`.
//!
//! Pure. Follows `docs/spec/policy.md` and `docs/spec/interop.md`, triage.

use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

use crate::policy::expectation::{Expectations, Others, SinceLast, Words};
use crate::policy::settings::{NotifyTarget, texts};
use crate::record;
use crate::record::folded::Spelling;
use crate::record::time::{Day, Instant};

/// The times at which access must be verified.
pub const TIMES: &[&str] = &["before", "during", AFTER];

/// The time after the exception ended, at which access must be gone.
pub const AFTER: &str = "after";

/// What a closure must answer.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClosureRules {
    /// The checklist that a closure must answer, by baseline or identity type; if several match, all of them apply.
    #[schemars(schema_with = "crate::policy::schema::checks")]
    pub checks: BTreeMap<String, Vec<String>>,
    /// The tiers in which access must be verified before, during and after the exception.
    pub access_verified: Vec<String>,
}

impl ClosureRules {
    /// Returns the items that a closure must answer: those of the record's baseline
    /// and identity type, without duplicates.
    pub fn items(&self, kinds: [Option<&str>; 2]) -> Vec<&str> {
        let lists = kinds.into_iter().flatten();
        let mut items: Vec<&str> = Vec::new();
        for item in lists.filter_map(|kind| self.checks.get(kind)).flatten() {
            if !items.contains(&item.as_str()) {
                items.push(item);
            }
        }
        items
    }
}

impl Default for ClosureRules {
    fn default() -> ClosureRules {
        let checks = [
            (
                "secret-storage",
                texts(&["rotated", "pipeline-reviewed", "removed-from-code", "removed-from-logs"]),
            ),
            ("certificate", texts(&["why-missed", "impact", "prevention"])),
            ("privilege-elevation", texts(&["privilege-reduced", "access-removed"])),
            (
                "tool-invocation",
                texts(&["evidence-reviewed", "behaviour-reviewed", "boundary-reviewed"]),
            ),
        ];
        ClosureRules {
            checks: checks.map(|(kind, items)| (kind.to_owned(), items)).into_iter().collect(),
            access_verified: Vec::new(),
        }
    }
}

/// Where not to look for suppressions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Scan {
    /// Patterns of paths to skip.
    pub exclude: Vec<String>,
    /// The tools whose suppressions are looked for; empty for those that are on by default.
    pub tools: Vec<String>,
    /// The lints of Rust whose `allow` and `expect` are looked for.
    pub rust_lints: Vec<String>,
}

/// What is normal activity, for `triage`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// The rule's id, unique among the baselines.
    pub id: String,
    /// The kind of baseline.
    pub kind: record::vocabulary::Baseline,
    /// The events that it applies to: each field listed must have one of its values, patterns or limits like `<=5000000`.
    #[serde(default)]
    pub when: Words,
    /// What makes such an event material: any field listed with one of its values.
    #[serde(default)]
    pub material_if: Words,
    /// What is normal for an identity, or for those that fit a pattern; anything else is material.
    #[serde(default)]
    pub expect: Expectations,
    /// Whether an identity that no key of `expect` fits is material; by default it is, unless there is a `material_if`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub others: Option<Others>,
    /// How long after the last event with the same values an event is normal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_last: Option<SinceLast>,
    /// How many of every hundred routine events are shown for inspection.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100))]
    pub sample: u32,
    /// The date by which this baseline must be reviewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_by: Option<Day>,
    /// Groups or addresses that are notified of what it finds material.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub notify: Vec<NotifyTarget>,
}

impl Baseline {
    /// Returns how `when` is compared: a baseline that can find nothing material only makes inputs routine.
    pub fn spelling(&self) -> Spelling {
        let only_gives =
            self.material_if.0.is_empty() && self.expect.is_empty() && self.since_last.is_none();
        if only_gives { Spelling::Exact } else { Spelling::Folded }
    }

    /// Tells whether an identity that no key of `expect` fits is material.
    pub fn are_others_material(&self) -> bool {
        match self.others {
            Some(others) => others == Others::Material,
            None => self.material_if.0.is_empty(),
        }
    }
}

/// A span of the day in UTC, such as `01:00-03:00Z`; one that ends before it begins crosses midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// The first second of the day within the span.
    from: i64,
    /// The first second of the day after the span.
    until: i64,
}

impl Hours {
    /// Parses a span; `None` if the text is malformed.
    pub fn new(text: &str) -> Option<Hours> {
        let (from, until) = text.strip_suffix('Z')?.split_once('-')?;
        Some(Hours { from: second_of_day(from)?, until: second_of_day(until)? })
    }

    /// Tells whether an instant lies in the span.
    pub fn covers(self, instant: Instant) -> bool {
        let second = instant.unix().rem_euclid(86_400);
        if self.from <= self.until {
            (self.from..self.until).contains(&second)
        } else {
            second >= self.from || second < self.until
        }
    }
}

fn second_of_day(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let is_time = (hours < 24 && minutes < 60) || (hours == 24 && minutes == 0);
    if is_time { Some(hours * 3_600 + minutes * 60) } else { None }
}
