//! The routes of the inputs that need somebody: few routes for many inputs, each kept once.
//!
//! Pure. Start at [`RouteTable::add`]. Follows `docs/spec/interop.md`, 6, routing. Whatever the number of inputs, a table
//! is as large as policy and CODEOWNERS.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::gate;
use crate::record::Record;
use crate::survey::event::{CloudEvent, FindingFile, TriageDecision, TriageInput, TriageState};
use crate::survey::route::{Route, RouteMatch, RouteSubject, Router};

/// The number of a route in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RouteNumber(u32);

/// The routes so far.
#[derive(Debug, Default)]
pub struct RouteTable {
    routes: Vec<Route>,
    numbers: BTreeMap<RouteMatch, RouteNumber>,
    unreadable: Option<RouteNumber>,
}

impl RouteTable {
    /// Returns the number of an input's route; `None` if nobody needs to look at it, or if there are more than four
    /// billion.
    pub fn add(
        &mut self,
        router: Router<'_>,
        input: &TriageInput,
        decision: &TriageDecision,
        record: Option<&Record>,
    ) -> Option<RouteNumber> {
        if !decision.state.needs_somebody() {
            return None;
        }
        let paths = paths(input);
        let subject = RouteSubject {
            record,
            paths: paths.iter().map(String::as_str).collect(),
            baselines: &decision.baselines,
            ..subject(input)
        };
        let found = router.matched(&subject);
        if let Some(number) = self.numbers.get(&found) {
            return Some(*number);
        }
        let number = self.push(router.resolve(&found))?;
        self.numbers.insert(found, number);
        Some(number)
    }

    /// Returns the number of the route of everything that can't be read: nobody is known.
    pub fn unreadable(&mut self) -> Option<RouteNumber> {
        if self.unreadable.is_none() {
            let because = "what can't be read names nobody".to_owned();
            self.unreadable = self.push(Route { owner: None, because, notify: Vec::new() });
        }
        self.unreadable
    }

    fn push(&mut self, route: Route) -> Option<RouteNumber> {
        let number = RouteNumber(u32::try_from(self.routes.len()).ok()?);
        self.routes.push(route);
        Some(number)
    }

    /// Returns a route by its number.
    pub fn get(&self, number: RouteNumber) -> Option<&Route> {
        self.routes.get(usize::try_from(number.0).ok()?)
    }
}

impl TriageState {
    /// Tells whether somebody has to look at inputs in this state.
    pub fn needs_somebody(self) -> bool {
        self <= TriageState::Pending
    }
}

/// Returns what an input is about, without its files.
fn subject(input: &TriageInput) -> RouteSubject<'_> {
    match input {
        TriageInput::Finding(finding) => RouteSubject {
            resources: finding.places.iter().filter_map(|place| elsewhere(&place.file)).collect(),
            ..RouteSubject::default()
        },
        TriageInput::Event(event) => RouteSubject {
            identity: event.text("identity"),
            asset: event.text("asset"),
            credential: event.text("credential"),
            application: event.text("application"),
            resources: texts(event, "resource"),
            ..RouteSubject::default()
        },
    }
}

fn elsewhere(file: &FindingFile) -> Option<&str> {
    match file {
        FindingFile::Elsewhere(text) => Some(text),
        FindingFile::Inside(_) | FindingFile::Above(_) | FindingFile::Unknown => None,
    }
}

fn paths(input: &TriageInput) -> Vec<String> {
    match input {
        TriageInput::Finding(finding) => {
            let files = finding.places.iter().filter_map(|place| match &place.file {
                FindingFile::Inside(path) => Some(path.clone()),
                _ => None,
            });
            files.collect()
        }
        TriageInput::Event(event) => {
            texts(event, "path").into_iter().filter_map(gate::inside).collect()
        }
    }
}

fn texts<'e>(event: &'e CloudEvent, key: &str) -> Vec<&'e str> {
    match event.data(key) {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        value => value.and_then(Value::as_str).into_iter().collect(),
    }
}
