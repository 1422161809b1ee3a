//! What files outside the ledger say about findings: whether a test of a trigger ends the cover of a record.
//!
//! Pure: the caller reads the files. Start at `cover_end`. Follows `docs/spec/cli.md`, facts. A met test narrows, so it
//! needs no approval; where nothing can answer a test, that is not a no.

use serde::Serialize;

use crate::diag;
use crate::gate::answer::Question;
use crate::history::digest::Digest;
use crate::record::Record;
use crate::record::subject::FindingKey;
use crate::record::trigger_test::TriggerTest;
use crate::record::vocabulary::Then;

/// What the files say about a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestAnswer {
    /// It is met; the reason.
    Met(String),
    NotMet,
    /// No file can tell; the reason.
    Unknown(String),
    /// There are no files.
    NotAsked,
}

/// The finding that a test is about.
#[derive(Clone, Debug)]
pub struct TestSubject<'a> {
    pub record: &'a Record,
    /// Its tool, if it is known.
    pub tool: &'a str,
    /// Its ids: one, or all that a report gives it.
    pub ids: Vec<&'a str>,
    pub purl: Option<&'a str>,
}

/// What a scanner reported about the finding in question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportedFinding {
    /// All of its ids.
    pub ids: Vec<String>,
    /// The version that fixes it.
    pub fixed: Option<String>,
}

/// A file of facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FactsFile {
    /// The name given by the user.
    pub name: String,
    pub sha256: Digest,
}

/// What an answer was asked with, as shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FactsAsked {
    pub files: Vec<FactsFile>,
    /// How many tests no file was asked about.
    pub not_asked: usize,
}

impl FactsAsked {
    /// Returns the sentence about tests that no file was asked about; `None` if there are none.
    pub fn said(&self) -> Option<String> {
        let tests = diag::count(self.not_asked, "test");
        (self.not_asked > 0).then(|| format!("{tests} of triggers not asked: give --facts FILE"))
    }
}

/// Files with facts.
pub trait Facts {
    fn test(&self, test: TriggerTest, subject: &TestSubject<'_>) -> TestAnswer;
}

/// No files.
pub struct NoFacts;

impl Facts for NoFacts {
    fn test(&self, _: TriggerTest, _: &TestSubject<'_>) -> TestAnswer {
        TestAnswer::NotAsked
    }
}

/// Why a record in force does not cover what it otherwise would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CoverEnd {
    /// A test is met.
    Met(String),
    /// It can't be told whether a test is met.
    Unknown(String),
}

/// Returns the tests of a record that end it, each with the id of its trigger.
pub fn ending_tests(record: &Record) -> impl Iterator<Item = (&str, TriggerTest)> {
    let triggers = record.triggers.iter().filter(|trigger| trigger.then != Then::Review);
    triggers.filter_map(|trigger| Some((trigger.id.as_str(), trigger.test?)))
}

/// Returns why a record in force does not cover a question; `None` if no test speaks against it.
pub(crate) fn cover_end(
    question: &Question,
    record: &Record,
    facts: &dyn Facts,
) -> Option<CoverEnd> {
    let mut tests = ending_tests(record).peekable();
    tests.peek()?;
    let subjects = subjects(question, record);
    // No file can be asked about a finding without an id.
    let is_nameless = question.finding.is_none() && record.findings().any(|key| key.id.is_none());
    let reported = question.scanner_details.reported.as_ref();
    let mut unknown = None;
    for (trigger, test) in tests {
        if subjects.is_empty() || is_nameless {
            let answer =
                facts.test(test, &TestSubject { record, tool: "", ids: Vec::new(), purl: None });
            if answer != TestAnswer::NotAsked {
                unknown.get_or_insert(format!(
                    "{trigger}: it names no finding that {test} could be about"
                ));
            }
        }
        for subject in &subjects {
            match answer(test, subject, reported, facts) {
                TestAnswer::Met(why) => return Some(CoverEnd::Met(format!("{trigger}: {why}"))),
                TestAnswer::Unknown(why) => {
                    unknown.get_or_insert(format!("{trigger}: {why}"));
                }
                TestAnswer::NotMet | TestAnswer::NotAsked => {}
            }
        }
    }
    unknown.map(CoverEnd::Unknown)
}

/// Returns the finding that is asked about, otherwise those that the record names.
fn subjects<'a>(question: &'a Question, record: &'a Record) -> Vec<TestSubject<'a>> {
    let purl = question.purl.as_deref();
    if let Some(finding) = &question.finding {
        let (tool, id) = finding.split_once(':').unwrap_or(("", finding));
        let reported = question.scanner_details.reported.iter().flat_map(|finding| &finding.ids);
        let reported = reported.map(String::as_str).filter(|other| *other != id);
        let ids = std::iter::once(id).chain(reported).collect();
        return vec![TestSubject { record, tool, ids, purl }];
    }
    let with_ids = record.findings().filter_map(|key| Some((key, key.id.as_deref()?)));
    let subject = |(key, id): (&'a FindingKey, &'a str)| TestSubject {
        record,
        tool: key.tool.as_deref().unwrap_or_default(),
        ids: vec![id],
        purl: key.purl.as_deref(),
    };
    with_ids.map(subject).collect()
}

/// Answers a test. The report in which a finding stands is a fact itself.
fn answer(
    test: TriggerTest,
    subject: &TestSubject<'_>,
    reported: Option<&ReportedFinding>,
    facts: &dyn Facts,
) -> TestAnswer {
    let Some(reported) = reported.filter(|_| test.is_of_report()) else {
        return facts.test(test, subject);
    };
    match (test, &reported.fixed) {
        (TriggerTest::FixAvailable, Some(version)) => TestAnswer::Met(fixed_in(version)),
        // What the report says is not met, a file may still say is met.
        _ => match facts.test(test, subject) {
            TestAnswer::Met(why) => TestAnswer::Met(why),
            _ => TestAnswer::NotMet,
        },
    }
}

/// Returns why a fix ends the cover.
pub fn fixed_in(version: &str) -> String {
    format!("fixed in {version}")
}
