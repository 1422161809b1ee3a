//! When each baseline with `since_last` saw its last event with certain values, and which of them are silent.
//!
//! Pure: earlier runs are rows that the caller passes. Start at [`LastEvents::new`]. Follows `docs/spec/policy.md`,
//! baselines.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::diag;
use crate::features::patterns::observed::FileLastEvent;
use crate::features::triage::fields;
use crate::policy::closing::Baseline;
use crate::policy::expectation::SinceLast;
use crate::record::time::Instant;
use crate::survey::event::TriageInput;
use crate::survey::route::Route;
use serde::Serialize;

/// The maximum number of keys, of all baselines: what comes on top can't be judged.
pub const MOST_KEYS: usize = 100_000;

/// The maximum length of the values of one key, in bytes.
const LONGEST_KEY: usize = 1_024;

/// How far in the future an event may be dated, in seconds: clocks differ.
const CLOCK_DIFFERENCE: i64 = 300;

/// The last events of all baselines.
#[derive(Debug)]
pub struct LastEvents {
    memory: EventMemory,
    now: Instant,
    keys: BTreeMap<Rc<EventKey>, KnownEvent>,
    current: BTreeMap<Rc<EventKey>, Instant>,
    most_keys: usize,
    /// How many first events were taken as known.
    pub n_learned: usize,
    /// How many events and rows have a key beyond the maximum.
    pub n_beyond: usize,
}

/// Where last events are known from, and what happens to an event without an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventMemory {
    /// From the files of this run only.
    Run,
    /// From earlier runs, too: a first event is material, and stays unknown.
    Observations,
    /// From earlier runs, too: a first event is taken as known.
    Learning,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct EventKey {
    baseline: usize,
    /// The values of the fields of `since_last.by`, in their order.
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default)]
struct KnownEvent {
    last: Option<Instant>,
    /// The last event by the rows of files that this run reads again.
    reread: Option<Instant>,
    /// Whether an earlier run knows it, or this one was told to learn it.
    is_learned: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BaselineDeviation {
    pub(super) why: String,
    pub(super) is_doubtful: bool,
}

/// A row of an earlier run.
#[derive(Clone, Copy, Debug)]
pub struct EarlierEvent<'r> {
    /// The id of the baseline.
    pub baseline: &'r str,
    /// The fields of `since_last.by`, each with its value.
    pub by: &'r BTreeMap<String, Option<String>>,
    pub last: Instant,
    /// Whether this run reads the same file again: its events must not be compared with themselves.
    pub is_reread: bool,
}

/// A key that had no event for longer than `at_most`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SilentKey {
    /// The index of the baseline in the policy.
    #[serde(skip)]
    pub place: usize,
    /// The id of the baseline.
    pub baseline: String,
    /// The fields of `since_last.by`, each with its value.
    pub by: BTreeMap<String, String>,
    pub last: Instant,
    /// The whole days since then.
    pub days: i64,
}

/// A silent key, and whom that concerns, as `silent[]` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoutedSilence {
    /// The key and its last event.
    #[serde(flatten)]
    pub key: SilentKey,
    /// Who answers for what its fields name.
    pub route: Route,
}

impl LastEvents {
    pub(super) fn is_of_this_run_only(&self) -> bool {
        self.memory == EventMemory::Run
    }

    /// Starts without known events; `now` is the instant that the ledger is asked about.
    pub fn new(memory: EventMemory, now: Instant) -> LastEvents {
        LastEvents {
            memory,
            now,
            keys: BTreeMap::new(),
            current: BTreeMap::new(),
            most_keys: MOST_KEYS,
            n_learned: 0,
            n_beyond: 0,
        }
    }

    /// Sets another maximum of keys, for tests.
    #[must_use]
    pub fn with_most_keys(self, most_keys: usize) -> LastEvents {
        LastEvents { most_keys, ..self }
    }

    /// Takes over a row of an earlier run. A row whose baseline or fields the policy no longer has says nothing.
    pub fn remember(&mut self, baselines: &[Baseline], row: &EarlierEvent<'_>) {
        let mut found =
            baselines.iter().enumerate().filter(|(_, baseline)| baseline.id == row.baseline);
        let Some((place, limits)) =
            found.find_map(|(place, baseline)| Some((place, baseline.since_last.as_ref()?)))
        else {
            return;
        };
        let values: Option<Vec<String>> =
            limits.by.iter().map(|field| row.by.get(field).cloned().flatten()).collect();
        let Some(values) = values.filter(|values| values.len() == row.by.len()) else {
            return;
        };
        let Some((_, known)) = self.entry(EventKey { baseline: place, values }) else {
            self.n_beyond += 1;
            return;
        };
        known.is_learned = true;
        let last = if row.is_reread { &mut known.reread } else { &mut known.last };
        *last = (*last).max(Some(row.last));
    }

    pub(super) fn compare(
        &mut self,
        place: usize,
        baseline: &Baseline,
        input: &TriageInput,
    ) -> Option<BaselineDeviation> {
        let limits = baseline.since_last.as_ref()?;
        let deviation = |why: String| Some(BaselineDeviation { why, is_doubtful: false });
        let values = match values(limits, input) {
            Ok(values) => values,
            Err(why) => return deviation(why),
        };
        // Rows keep whole seconds: an event read again must be the same one.
        let at = fields::instant(input).and_then(|at| Instant::from_unix(at.unix()));
        let Some(at) = at else {
            return deviation("its time is not stated, so `since_last` can't be judged".to_owned());
        };
        if at.seconds_since(self.now) > CLOCK_DIFFERENCE {
            return deviation(format!("it is dated {at}, which is after {}", self.now));
        }
        let name = fields::shorten(&values.join(", ")).into_owned();
        let (memory, most_keys) = (self.memory, self.most_keys);
        let Some((key, known)) = self.entry(EventKey { baseline: place, values }) else {
            self.n_beyond += 1;
            return Some(BaselineDeviation {
                why: format!(
                    "could not determine the last event of {name}: there are more than {most_keys} \
                     keys; narrow `when`"
                ),
                is_doubtful: true,
            });
        };
        let last = known.last;
        known.last = last.max(Some(at));
        let is_first = last.is_none() && !known.is_learned;
        let is_learned = is_first && memory == EventMemory::Learning;
        known.is_learned |= is_learned;
        self.n_learned += usize::from(is_learned);
        let current = self.current.entry(key).or_insert(at);
        *current = at.max(*current);
        match last {
            Some(last) => {
                apart(limits, last, at).and_then(|why| deviation(format!("{name}: {why}")))
            }
            None if is_first && !is_learned => deviation(first(memory, &name)),
            None => None,
        }
    }

    /// Returns the state of a key, new if it is unknown; `None` if there are too many keys.
    fn entry(&mut self, key: EventKey) -> Option<(Rc<EventKey>, &mut KnownEvent)> {
        let known = self.keys.get_key_value(&key).map(|(known, _)| Rc::clone(known));
        if known.is_none() && self.keys.len() >= self.most_keys {
            return None;
        }
        let shared = known.unwrap_or_else(|| Rc::new(key));
        let state = self.keys.entry(Rc::clone(&shared)).or_default();
        Some((shared, state))
    }

    /// Ends a file: returns the last events in it, of those keys that are known to later runs.
    pub fn end_file(&mut self, baselines: &[Baseline]) -> Vec<FileLastEvent> {
        let current = std::mem::take(&mut self.current);
        let learned = current
            .into_iter()
            .filter(|(key, _)| self.keys.get(key).is_some_and(|known| known.is_learned));
        let row = |(key, last): (Rc<EventKey>, Instant)| {
            let (baseline, by) = key.fields(baselines)?;
            let by = by.map(|(field, value)| (field.clone(), Some(value.clone()))).collect();
            Some(FileLastEvent { baseline: baseline.id.clone(), by, last })
        };
        learned.filter_map(row).collect()
    }

    /// Ends a file that can't be read to its end: later runs learn nothing from it.
    pub fn leave_file(&mut self) {
        self.current.clear();
    }

    /// Returns the keys that had no event for longer than `at_most`, by baseline and values; none if earlier runs are
    /// not known.
    pub fn silent(&self, baselines: &[Baseline]) -> Vec<SilentKey> {
        if self.is_of_this_run_only() {
            return Vec::new();
        }
        let silent = self.keys.iter().filter_map(|(key, known)| {
            let (baseline, by) = key.fields(baselines)?;
            let most = baseline.since_last.as_ref()?.at_most?;
            let last = known.last.max(known.reread)?;
            (self.now > most.after(last)).then(|| SilentKey {
                place: key.baseline,
                baseline: baseline.id.clone(),
                by: by.map(|(field, value)| (field.clone(), value.clone())).collect(),
                last,
                days: self.now.days_since(last),
            })
        });
        silent.collect()
    }
}

impl EventKey {
    fn fields<'k>(
        &'k self,
        baselines: &'k [Baseline],
    ) -> Option<(&'k Baseline, impl Iterator<Item = (&'k String, &'k String)>)> {
        let baseline = baselines.get(self.baseline)?;
        let fields = &baseline.since_last.as_ref()?.by;
        Some((baseline, fields.iter().zip(&self.values)))
    }
}

fn values(limits: &SinceLast, input: &TriageInput) -> Result<Vec<String>, String> {
    let mut values = Vec::new();
    for field in &limits.by {
        match fields::values(input, field).as_slice() {
            [] => return Err(format!("{field} is not stated, so its last event is unknown")),
            [Some(value)] => values.push(value.clone().into_owned()),
            _ => {
                return Err(format!("{field} is not a single value, so its last event is unknown"));
            }
        }
    }
    if values.iter().map(String::len).sum::<usize>() > LONGEST_KEY {
        let fields = limits.by.join(", ");
        return Err(format!(
            "{fields} has more than {LONGEST_KEY} bytes, so its last event is unknown"
        ));
    }
    Ok(values)
}

fn apart(limits: &SinceLast, last: Instant, at: Instant) -> Option<String> {
    if last > at {
        let help = "give the files oldest first";
        return Some(format!("an event at {last} is known, which is later than this one: {help}"));
    }
    let limit = match (limits.at_least, limits.at_most) {
        (Some(least), _) if at < least.after(last) => format!("at least {least}"),
        (_, Some(most)) if at > most.after(last) => format!("at most {most}"),
        _ => return None,
    };
    let distance = duration(at.seconds_since(last));
    Some(format!("{distance} after the last event at {last}, and {limit} is normal"))
}

fn first(memory: EventMemory, name: &str) -> String {
    match memory {
        EventMemory::Run => format!(
            "no earlier event of {name} is known in this run: give earlier files, or --observations"
        ),
        EventMemory::Observations | EventMemory::Learning => format!(
            "no earlier event of {name} is known in the observations: --learn takes it as known"
        ),
    }
}

/// Returns a duration in its two largest units: `90 days 5 hours`.
fn duration(seconds: i64) -> String {
    let mut rest = usize::try_from(seconds).unwrap_or(0);
    let mut parts: Vec<String> = Vec::new();
    for (length, unit) in [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")] {
        if rest >= length && parts.len() < 2 {
            parts.push(diag::count(rest / length, unit));
        }
        rest %= length;
    }
    if parts.is_empty() { "0 seconds".to_owned() } else { parts.join(" ") }
}
