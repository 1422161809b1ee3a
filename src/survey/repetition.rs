//! Repetition in events, uses and refusals: one workflow that keeps overriding, among many that are merely noisy.
//!
//! Pure. Start at [`find_repeated`]. Follows `docs/spec/policy.md`, repetition in events, and M88 of the mission. It
//! freezes nothing.

pub mod advised;

use crate::diag::sorting::StableSort as _;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::history::digest::Digest;
use crate::policy::settings::{EventPatterns, PatternKey};
use crate::record::folded::folded;
use crate::record::time::{Day, Instant};
use crate::record::vocabulary::words;
use crate::survey::cause::CauseGroup;
use crate::survey::observation::{CountedInputs, Observation};

/// A group of inputs that deviates often, on several days, and in a relevant share of its application's inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepeatedGroup {
    /// The keys of the policy.
    pub keys: Vec<PatternKey>,
    /// The common values, as the first row spells them.
    pub group: CauseGroup,
    /// The window that ends at the requested day.
    pub share: DeviationShare,
    /// The deviations of each day of the window that has any.
    pub days: BTreeMap<Day, u64>,
    /// The time of the first deviation in the window.
    pub first: Instant,
    /// The time of the last deviation in the window.
    pub last: Instant,
    /// The window before; `None` if nothing is known about the application then.
    pub before: Option<DeviationShare>,
    pub trend: Trend,
}

/// The deviations of a group, and all inputs of its application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeviationShare {
    pub inputs: u64,
    pub deviations: u64,
}

words! {
    /// The share of deviations, compared with the window before.
    pub enum Trend {
        /// More than 1.5 times the share before.
        Rising,
        /// Less than the share before divided by 1.5.
        Falling,
        /// No deviation before.
        New,
        /// Anything in between.
        Steady,
        /// Nothing is known about the application before.
        Unknown,
    }
}

impl Trend {
    fn of(now: DeviationShare, before: Option<DeviationShare>) -> Trend {
        let Some(before) = before else {
            return Trend::Unknown;
        };
        let [new, old] = [now.cross(before), before.cross(now)];
        match before.deviations {
            0 => Trend::New,
            _ if 2 * new > 3 * old => Trend::Rising,
            _ if 3 * new < 2 * old => Trend::Falling,
            _ => Trend::Steady,
        }
    }
}

impl DeviationShare {
    /// Returns the share in per cent.
    #[expect(clippy::cast_precision_loss, reason = "counts above 2^53 are rounded like the share")]
    pub fn per_cent(self) -> f64 {
        if self.inputs == 0 { 0.0 } else { self.deviations as f64 * 100.0 / self.inputs as f64 }
    }

    /// Returns a number that is larger than the other one's if the share is.
    fn cross(self, other: DeviationShare) -> u128 {
        u128::from(self.deviations) * u128::from(other.inputs)
    }

    fn reaches(self, events: &EventPatterns) -> bool {
        let hundredfold = u128::from(self.deviations) * 100;
        self.deviations >= u64::from(events.threshold)
            && hundredfold >= u128::from(events.share) * u128::from(self.inputs)
    }
}

/// A row whose key is not the policy's, so that it is in no group.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a row of {day} is counted by {found}, and `patterns.key` is {expected}")]
pub struct OtherKey {
    pub day: Day,
    found: String,
    expected: String,
}

struct InputCounts<'r> {
    spelled: &'r CountedInputs,
    applications: BTreeSet<String>,
    deviations: u64,
    before: u64,
    days: BTreeMap<Day, u64>,
    first: Instant,
    last: Instant,
}

#[derive(Clone, Copy, Default)]
struct AllInputs {
    current: u64,
    previous: u64,
}

/// Returns the repeated groups among some rows at a day, the highest share first. Identical rows count once.
///
/// # Errors
/// [`OtherKey`] for a row of one of the two windows that can't be grouped by the policy's key: what can't be counted must
/// not count as nothing.
pub fn find_repeated<'r>(
    rows: impl IntoIterator<Item = &'r Observation>,
    keys: &[PatternKey],
    events: &EventPatterns,
    today: Day,
) -> Result<Vec<RepeatedGroup>, OtherKey> {
    let counted = rows.into_iter().filter_map(|row| match row {
        Observation::Counted(row) => Some((windows_ago(row.day, today, events)?, row)),
        Observation::LastSeen(_) => None,
    });
    let mut groups: BTreeMap<CauseGroup, InputCounts<'_>> = BTreeMap::new();
    let mut all: BTreeMap<String, AllInputs> = BTreeMap::new();
    let mut seen: BTreeSet<&CountedInputs> = BTreeSet::new();
    for (ago, row) in counted.filter(|(_, row)| seen.insert(row)) {
        let group = group_of(row, keys)?;
        let application = application_of(row);
        let inputs = all.entry(application.clone()).or_default();
        match ago {
            0 => inputs.current = inputs.current.saturating_add(row.inputs),
            _ => inputs.previous = inputs.previous.saturating_add(row.inputs),
        }
        if row.deviations > 0 {
            let counts = groups.entry(group.folded()).or_insert_with(|| InputCounts::new(row));
            counts.add(ago, application, row);
        }
    }
    let mut found: Vec<(CauseGroup, RepeatedGroup)> = groups
        .into_iter()
        .filter_map(|(group, counts)| Some((group, counts.repeated(keys, events, &all)?)))
        .collect();
    found.order_by(|(one, a), (other, b)| {
        let by_share = b.share.cross(a.share).cmp(&a.share.cross(b.share));
        by_share
            .then_with(|| Reverse(a.share.deviations).cmp(&Reverse(b.share.deviations)))
            .then_with(|| one.cmp(other))
    });
    Ok(found.into_iter().map(|(_, repeated)| repeated).collect())
}

/// Returns 0 for a day of the window that ends today, 1 for one of the window before; `None` for any other.
fn windows_ago(day: Day, today: Day, events: &EventPatterns) -> Option<u8> {
    let next = events.window.after_day(day);
    if day > today {
        None
    } else if next > today {
        Some(0)
    } else {
        if events.window.after_day(next) > today { Some(1) } else { None }
    }
}

/// Returns the values of the policy's keys in a row, as they are spelled.
fn group_of(row: &CountedInputs, keys: &[PatternKey]) -> Result<CauseGroup, OtherKey> {
    let stated = |key: &PatternKey| row.key.0.iter().find(|(other, _)| other == key);
    let values: Option<Vec<Option<String>>> =
        keys.iter().map(|key| Some(stated(key)?.1.clone())).collect();
    match values {
        Some(values) if values.len() == row.key.0.len() => Ok(CauseGroup { values, finding: None }),
        _ => Err(OtherKey {
            day: row.day,
            found: names(row.key.0.iter().map(|(key, _)| key)),
            expected: names(keys.iter()),
        }),
    }
}

fn names<'k>(keys: impl Iterator<Item = &'k PatternKey>) -> String {
    let names: BTreeSet<&str> = keys.map(|key| key.as_str()).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// Returns the application of a row, folded; its source if the key has no application.
fn application_of(row: &CountedInputs) -> String {
    let stated = row.key.0.iter().find(|(key, _)| *key == PatternKey::Application);
    let application = stated.and_then(|(_, value)| value.as_deref());
    folded(application.unwrap_or(&row.source)).into_owned()
}

impl<'r> InputCounts<'r> {
    fn new(row: &'r CountedInputs) -> InputCounts<'r> {
        InputCounts {
            spelled: row,
            applications: BTreeSet::new(),
            deviations: 0,
            before: 0,
            days: BTreeMap::new(),
            first: Instant::MAX,
            last: Instant::MIN,
        }
    }

    fn add(&mut self, ago: u8, application: String, row: &CountedInputs) {
        self.applications.insert(application);
        if ago > 0 {
            self.before = self.before.saturating_add(row.deviations);
            return;
        }
        self.deviations = self.deviations.saturating_add(row.deviations);
        let day = self.days.entry(row.day).or_default();
        *day = day.saturating_add(row.deviations);
        self.first = self.first.min(row.from);
        self.last = self.last.max(row.to);
    }

    fn repeated(
        self,
        keys: &[PatternKey],
        events: &EventPatterns,
        all: &BTreeMap<String, AllInputs>,
    ) -> Option<RepeatedGroup> {
        let applications = self.applications.iter().filter_map(|application| all.get(application));
        let inputs = applications.fold(AllInputs::default(), |sum, it| AllInputs {
            current: sum.current.saturating_add(it.current),
            previous: sum.previous.saturating_add(it.previous),
        });
        let share = DeviationShare { inputs: inputs.current, deviations: self.deviations };
        let n_days = u32::try_from(self.days.len()).unwrap_or(u32::MAX);
        if !share.reaches(events) || n_days < events.days {
            return None;
        }
        let before = DeviationShare { inputs: inputs.previous, deviations: self.before };
        let before = if before.inputs > 0 { Some(before) } else { None };
        Some(RepeatedGroup {
            keys: keys.to_vec(),
            group: group_of(self.spelled, keys).ok()?,
            share,
            days: self.days,
            first: self.first,
            last: self.last,
            before,
            trend: Trend::of(share, before),
        })
    }
}

/// Events of a source that lie in the same time as those of another file: the same events may count twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverlappingInputs {
    pub source: String,
    /// The file that is counted now.
    pub input: Digest,
    /// The file that was counted before.
    pub earlier: Digest,
    /// The begin of the time in which both have events.
    pub from: Instant,
    /// The end of that time.
    pub to: Instant,
}

/// Returns where events of new files overlap with those of earlier files, or of new files before them: the first of each
/// pair of a new file and a source.
pub fn overlaps(earlier: &[Observation], new: &[Observation]) -> Vec<OverlappingInputs> {
    let mut spans: BTreeMap<&str, Vec<(Digest, Instant, Instant)>> = BTreeMap::new();
    add_spans(&mut spans, earlier);
    let mut found = Vec::new();
    let mut added: BTreeMap<&str, Vec<(Digest, Instant, Instant)>> = BTreeMap::new();
    add_spans(&mut added, new);
    for (source, new) in added {
        let known = spans.entry(source).or_default();
        for (input, from, to) in new {
            let mut others = known.iter().filter(|(earlier, ..)| *earlier != input);
            let overlapping = others.find(|(_, begin, end)| from <= *end && *begin <= to);
            if let Some((earlier, begin, end)) = overlapping {
                found.push(OverlappingInputs {
                    source: source.to_owned(),
                    input,
                    earlier: *earlier,
                    from: from.max(*begin),
                    to: to.min(*end),
                });
            }
            known.push((input, from, to));
        }
    }
    found
}

fn add_spans<'r>(
    spans: &mut BTreeMap<&'r str, Vec<(Digest, Instant, Instant)>>,
    rows: &'r [Observation],
) {
    let mut of_file: BTreeMap<(&str, Digest), (Instant, Instant)> = BTreeMap::new();
    for row in rows {
        if let Observation::Counted(row) = row {
            let span = of_file.entry((&row.source, row.input)).or_insert((row.from, row.to));
            *span = (span.0.min(row.from), span.1.max(row.to));
        }
    }
    for ((source, input), (from, to)) in of_file {
        spans.entry(source).or_default().push((input, from, to));
    }
}
