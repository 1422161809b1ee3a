//! What repeats in events, uses and refusals: for `triage` and `patterns`.
//!
//! Pure. Start at `RepeatedView` and `blocks`. Follows `docs/spec/cli.md`, triage and patterns.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::diag;
use crate::policy::people::person::Person;
use crate::policy::settings::{EventPatterns, PatternKey};
use crate::record::time::{Day, Instant};
use crate::survey::observation::ObservedKey;
use crate::survey::redesign::RedesignState;
use crate::survey::repetition::advised::AdvisedGroup;
use crate::survey::repetition::{DeviationShare, RepeatedGroup, Trend};
use crate::survey::route::Route;
use crate::view::doc::{Block, Doc, StyledText, Tone};
use crate::view::follow_up::LinkedRedesignView;

#[derive(Serialize)]
pub(crate) struct RepeatedView<'a> {
    key: ObservedKey,
    #[serde(flatten)]
    share: ShareView,
    days: usize,
    first: Instant,
    last: Instant,
    before: Option<ShareView>,
    trend: &'static str,
    route: &'a Route,
    redesign: Option<LinkedRedesignView<'a>>,
    advice: &'a str,
}

/// The deviations of a group, the inputs of its application, and the share in per cent, with one decimal.
#[derive(Serialize)]
struct ShareView {
    inputs: u64,
    deviations: u64,
    share: f64,
}

impl<'a> RepeatedView<'a> {
    pub(crate) fn all(groups: &'a [AdvisedGroup]) -> Vec<RepeatedView<'a>> {
        groups.iter().map(RepeatedView::of).collect()
    }

    fn of(advised: &'a AdvisedGroup) -> RepeatedView<'a> {
        let repeated = &advised.repeated;
        let values = repeated.group.values.iter().cloned();
        RepeatedView {
            key: ObservedKey(repeated.keys.iter().copied().zip(values).collect()),
            share: ShareView::of(repeated.share),
            days: repeated.days.len(),
            first: repeated.first,
            last: repeated.last,
            before: repeated.before.map(ShareView::of),
            trend: repeated.trend.as_str(),
            route: &advised.route,
            redesign: advised.redesign.as_ref().map(LinkedRedesignView::of_state),
            advice: advised.advice,
        }
    }
}

impl ShareView {
    fn of(share: DeviationShare) -> ShareView {
        ShareView {
            inputs: share.inputs,
            deviations: share.deviations,
            share: (share.per_cent() * 10.0).round() / 10.0,
        }
    }
}

pub(crate) fn blocks(doc: &mut Doc, groups: &[AdvisedGroup], events: &EventPatterns) {
    for advised in groups {
        doc.blocks.push(Block::Heading(heading(&advised.repeated)));
        doc.blocks.push(Block::Pairs(pairs(advised, events)));
    }
}

/// Returns `Timeout in onboarding: 300 of 480 inputs on 15 days, rising`.
fn heading(repeated: &RepeatedGroup) -> StyledText {
    let DeviationShare { inputs, deviations } = repeated.share;
    let days = diag::count(repeated.days.len(), "day");
    let what = format!(": {deviations} of {inputs} inputs on {days}, ");
    let (tone, trend) = match repeated.trend {
        Trend::Rising => (Tone::Bad, "rising"),
        Trend::New => (Tone::Bad, "new"),
        Trend::Falling => (Tone::Good, "falling"),
        Trend::Steady => (Tone::Warn, "steady"),
        Trend::Unknown => (Tone::Warn, "trend unknown"),
    };
    StyledText::with_tone(Tone::Strong, name(repeated)).and(Tone::Plain, what).and(tone, trend)
}

fn name(repeated: &RepeatedGroup) -> String {
    let is_cause = |key: &PatternKey| *key == PatternKey::RootCause;
    let mut text = match repeated.value(PatternKey::RootCause) {
        Some(cause) => capitalized(&cause.replace('-', " ")),
        None if repeated.keys.iter().any(is_cause) => "Unstated cause".to_owned(),
        None => "Deviations".to_owned(),
    };
    if let Some(application) = repeated.value(PatternKey::Application) {
        text.push_str(&format!(" in {application}"));
    }
    let others = repeated.keys.iter().zip(&repeated.group.values);
    for (key, value) in others.filter(|(key, _)| !is_cause(key) && **key != PatternKey::Application)
    {
        text.push_str(&match value {
            Some(value) => format!(", {} {value}", key.as_str()),
            None => format!(", no {}", key.as_str()),
        });
    }
    text
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn pairs(advised: &AdvisedGroup, events: &EventPatterns) -> Vec<(String, StyledText)> {
    let repeated = &advised.repeated;
    let pair = |label: &str, text: String| (label.to_owned(), StyledText::plain(text));
    let mut pairs = Vec::new();
    pairs.extend(picture(&repeated.days).map(|picture| pair("days", picture)));
    pairs.push(pair("before", before(repeated, events)));
    pairs.push(pair("owner", owner(&advised.route)));
    if let Some(redesign) = &advised.redesign {
        pairs.push(pair("redesign", describe_redesign(redesign)));
    }
    pairs.push(pair("advice", advised.advice.to_owned()));
    pairs
}

fn before(repeated: &RepeatedGroup, events: &EventPatterns) -> String {
    let window = events.window;
    match repeated.before {
        Some(DeviationShare { inputs, deviations }) => {
            format!("{deviations} of {inputs} inputs in the {window} before")
        }
        None => format!("no inputs are known from the {window} before"),
    }
}

pub(crate) fn owner(route: &Route) -> String {
    let address = |person: &Person| match person.email.as_str() {
        "" => person.name.clone(),
        email => email.to_owned(),
    };
    let owner = route.owner.as_ref().map_or_else(|| "nobody".to_owned(), address);
    let notified: Vec<String> = route.notify.iter().map(address).collect();
    let notified = match notified.as_slice() {
        [] => String::new(),
        notified => format!("; notified: {}", notified.join(", ")),
    };
    format!("{owner}, {}{notified}", route.because)
}

fn describe_redesign(redesign: &RedesignState) -> String {
    let name = redesign.id.as_ref().or(redesign.ticket.as_ref());
    let due = redesign.due.map(|due| format!(", due {due}")).unwrap_or_default();
    format!("{} {}{due}", name.map_or("", String::as_str), redesign.status.as_str())
}

/// The heights of a bar, lowest first; a day without deviations has none.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The maximum number of bars, so that a picture with its dates fits into 80 columns.
const MOST_BARS: i64 = 31;

/// Returns a bar for each day from the first with a deviation to the last: `2026-11-05 ▁▂·▅█ 2026-11-09`. Several days
/// share a bar if there are too many. `None` for a single day.
fn picture(days: &BTreeMap<Day, u64>) -> Option<String> {
    let (first, last) = (*days.first_key_value()?.0, *days.last_key_value()?.0);
    let n_days = last.days_since(first) + 1;
    if n_days < 2 {
        return None;
    }
    let per_bar = (n_days + MOST_BARS - 1) / MOST_BARS;
    let mut bars: BTreeMap<i64, u64> = BTreeMap::new();
    for (day, deviations) in days {
        let bar = bars.entry(day.days_since(first) / per_bar).or_default();
        *bar = bar.saturating_add(*deviations);
    }
    let most = bars.values().copied().max().unwrap_or(1).max(1);
    let bar = |place: i64| match bars.get(&place) {
        None => '·',
        Some(n) => {
            // The tallest bar has the last height, and every day with a deviation at least the first.
            let height = (u128::from(*n) * BARS.len() as u128).div_ceil(u128::from(most));
            let place = usize::try_from(height).unwrap_or(BARS.len()).saturating_sub(1);
            BARS.get(place).copied().unwrap_or('█')
        }
    };
    let bars: String = (0..=(n_days - 1) / per_bar).map(bar).collect();
    Some(format!("{first} {bars} {last}"))
}
