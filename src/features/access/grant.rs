//! Access that exists, as the system that grants it lists it, and its state.
//!
//! Pure. Start at [`AccessGrant`]. Follows `docs/spec/cli.md`, access, and `docs/spec/interop.md`, input of `access`.

use crate::gate::answer::{Asker, Question, ScannerDetails, few};
use crate::record::time::When;
use crate::record::vocabulary::words;

words! {
    /// The state of a grant: the first that applies.
    pub enum AccessState {
        /// A record in force covers it, and it does not end later than that record.
        Covered,
        /// A record that would cover it waits for approval, or for its start.
        Pending,
        /// A record that would cover it has ended or is suspended.
        Ended,
        /// A record in force is about it, but does not cover all of it.
        Wider,
        /// A baseline says that it is normal.
        Routine,
        /// Nothing does.
        #[serde(rename = "none")]
        #[strum(serialize = "none")]
        Uncovered,
        /// The line can't be read.
        Unparsed,
    }
}

impl AccessState {
    /// Tells whether somebody must do something about the grant.
    pub fn is_problem(self) -> bool {
        matches!(
            self,
            AccessState::Pending | AccessState::Ended | AccessState::Wider | AccessState::Uncovered
        )
    }
}

/// Access that exists, as the system that grants it lists it. What it doesn't state is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessGrant {
    /// The system that grants it.
    pub source: Option<String>,
    /// Its id in that system.
    pub id: Option<String>,
    pub identity: Option<String>,
    pub credential: Option<String>,
    pub asset: Option<String>,
    pub application: Option<String>,
    pub environment: Option<String>,
    /// The change, incident, ticket or onboarding record.
    pub reference: Option<String>,
    pub resources: Vec<String>,
    pub actions: Vec<String>,
    pub since: Option<When>,
    /// When the system takes it away.
    pub expires: Option<When>,
    /// When the system listed it.
    pub observed: Option<When>,
}

impl AccessGrant {
    pub(crate) fn questions(&self) -> impl Iterator<Item = Question> + '_ {
        let some = |list: &[String]| -> Vec<Option<String>> {
            if list.is_empty() { vec![None] } else { list.iter().cloned().map(Some).collect() }
        };
        let (resources, actions) = (some(&self.resources), some(&self.actions));
        resources.into_iter().flat_map(move |resource| {
            let actions = actions.clone();
            actions.into_iter().map(move |action| Question {
                resource: resource.clone(),
                action,
                ..self.question()
            })
        })
    }

    pub(crate) fn question(&self) -> Question {
        Question {
            identity: self.identity.clone(),
            asset: self.asset.clone(),
            application: self.application.clone(),
            credential: self.credential.clone(),
            environment: self.environment.clone(),
            reference: self.reference.clone(),
            scanner_details: ScannerDetails { asker: Asker::Grant, ..ScannerDetails::default() },
            ..Question::default()
        }
    }

    /// Returns whose access to what it is, on one line: `svc:billing-batch: read db:invoices`.
    pub fn about(&self) -> String {
        let names =
            [&self.identity, &self.credential, &self.asset, &self.application, &self.reference];
        let names: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
        let lists = [&self.actions, &self.resources].map(|list| few(list));
        let what: Vec<String> = lists.into_iter().filter(|text| !text.is_empty()).collect();
        let parts = [names.join(" "), what.join(" ")];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(": ")
    }
}
