//! The files of facts that a question is asked with: what catalogs, scores and reports say about findings.
//!
//! Start at [`ExternalFacts`]. Follows `docs/spec/cli.md`, facts. Silence of a file is not a no.

use std::collections::{BTreeSet, HashMap};
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};

use crate::formats::facts::{
    self, CveNumber, EpssScores, FactsContent, KevCatalog, StatedFact, StatedTest,
};
use crate::formats::native_report::{self, DocumentKind};
use crate::formats::sarif::{self, Spans};
use crate::gate::answer::Question;
use crate::gate::facts::{Facts, FactsAsked, FactsFile, TestAnswer, TestSubject, fixed_in};
use crate::gate::names_finding;
use crate::gate::package::{AskedPackage, SamePackage};
use crate::history::digest::Digest;
use crate::history::objects::Oid;
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::ledger::tree::Tree;
use crate::record::purl::Purl;
use crate::record::time::Instant;
use crate::record::tool_ids;
use crate::record::trigger_test::{EpssScore, TriggerTest};
use crate::rules::evidence;
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::scanned_files::RepositoryFiles;
use crate::session::source_roots::SourceRoots;
use crate::store::files::{self, FileError};
use crate::store::git::Repository;
use crate::store::streams;
use crate::survey::changed::changed;
use crate::survey::event::{FindingFile, ScannerFinding};
use crate::survey::searched::{SearchedTools, scanner};

/// How old catalogs and scores may be, in seconds.
const OLDEST: i64 = 7 * 86_400;

/// How far clocks may differ, in seconds.
const AHEAD: i64 = 300;

/// The largest file, in bytes.
const LARGEST: u64 = 512 << 20;

/// The content of all files.
#[derive(Debug, Default)]
pub struct ExternalFacts {
    /// The files, as given.
    pub files: Vec<FactsFile>,
    kev: Vec<(String, KevCatalog)>,
    epss: Vec<(String, EpssScores)>,
    stated: Vec<StatedFact>,
    findings: Vec<ScannerFinding>,
    places: HashMap<String, Vec<usize>>,
    searched: SearchedTools,
}

/// Facts at an instant.
pub struct FactsAt<'f> {
    /// The facts.
    pub facts: &'f ExternalFacts,
    /// The instant in question, from which the age of catalogs counts.
    pub instant: Instant,
    /// The files in which findings are.
    pub files: RepositoryFiles<'f>,
}

impl ExternalFacts {
    /// Reads files.
    ///
    /// # Errors
    /// [`Undetermined`] if one can't be read; [`Usage`] for one inside the work tree that differs from the approved ref's.
    pub(crate) fn read(
        paths: &[PathBuf],
        repository: &Repository,
        roots: &SourceRoots<'_>,
        approved: Oid,
    ) -> Result<ExternalFacts, Error> {
        let mut facts = ExternalFacts::default();
        for path in paths {
            let name = path.to_string_lossy().into_owned();
            let (bytes, is_regular) = bytes(path)?;
            refuse_unapproved(path, (&bytes, is_regular), repository, approved)?;
            facts.files.push(FactsFile { name: name.clone(), sha256: Digest::of(&bytes) });
            facts.add(&name, &bytes, roots).map_err(|why| {
                Undetermined::other(format!("{name} {why}"), "get the file again, whole")
            })?;
        }
        for (place, finding) in facts.findings.iter().enumerate() {
            let ids = std::iter::once(&finding.id).chain(&finding.former_ids);
            for name in ids.flat_map(|id| tool_ids::names(&finding.tool, id)) {
                facts.places.entry(name).or_default().push(place);
            }
        }
        Ok(facts)
    }

    /// Tells whether there are files.
    pub fn is_given(&self) -> bool {
        !self.files.is_empty()
    }

    /// Returns what an answer says of them: nothing if there are none, and nothing was left unasked.
    pub fn asked(&self, n_tests: usize) -> Option<FactsAsked> {
        let not_asked = if self.is_given() { 0 } else { n_tests };
        let is_something = self.is_given() || not_asked > 0;
        is_something.then(|| FactsAsked { files: self.files.clone(), not_asked })
    }

    fn add(&mut self, name: &str, bytes: &[u8], roots: &SourceRoots<'_>) -> Result<(), String> {
        if native_report::kind(Cursor::new(bytes)) != DocumentKind::Sarif {
            match facts::read(bytes)? {
                FactsContent::Kev(catalog) => self.kev.push((name.to_owned(), catalog)),
                FactsContent::Epss(scores) => self.epss.push((name.to_owned(), scores)),
                FactsContent::Lines(stated) => self.stated.extend(stated),
            }
            return Ok(());
        }
        let mut broken = None;
        let has_file = |path: &str, commit: Option<&str>| roots.has_file(path, commit);
        let roots = roots.with_files(&has_file);
        let mut take = |entry: sarif::SarifEntry| match entry.read {
            Ok(finding) => self.findings.push(finding),
            Err(why) => drop(broken.get_or_insert(why)),
        };
        let layout = sarif::read(Cursor::new(bytes), roots, Spans::Left, &mut take);
        let layout = layout.map_err(|broken| broken.to_string())?;
        for run in layout.runs {
            let tool = run.tool.as_deref().ok_or("has a run without a tool")?;
            self.searched.ran(tool, &run.kinds, run.is_doubtful());
        }
        broken.map_or(Ok(()), Err)
    }

    // Returns the findings of the reports that have the tool, id and package of a subject, wherever they are.
    fn namesakes<'s>(&'s self, subject: &TestSubject<'_>) -> Vec<&'s ScannerFinding> {
        let keys = subject.ids.iter().map(|id| tool_ids::key(subject.tool, id).into_owned());
        let places = keys.flat_map(|key| self.places.get(&key).into_iter().flatten());
        let mut places: Vec<usize> = places.copied().collect();
        places.sort_unstable();
        places.dedup();
        let purl = subject.purl.and_then(Purl::parse);
        let is_meant = |finding: &&ScannerFinding| {
            let package =
                AskedPackage::from_names(finding.purl.as_deref(), finding.package.as_ref());
            tool_ids::is_tool_of(subject.tool, finding.also.unwrap_or(&finding.tool), &finding.id)
                && purl.as_ref().is_none_or(|purl| package.compared(purl) != SamePackage::No)
        };
        let found = places.into_iter().filter_map(|place| self.findings.get(place));
        found.filter(is_meant).collect()
    }

    fn stated(&self, test: TriggerTest, subject: &TestSubject<'_>) -> Option<TestAnswer> {
        let is_meant = |fact: &&StatedFact| {
            let (tool, id) = match fact.finding.split_once(':') {
                Some((tool, id)) => (Some(tool), id),
                None => (None, fact.finding.as_str()),
            };
            tool.is_none_or(|tool| tool_ids::is_tool(tool, subject.tool))
                && subject.ids.iter().any(|own| tool_ids::is_named(subject.tool, id, own))
        };
        let mut answer = None;
        for fact in self.stated.iter().filter(is_meant) {
            let met = match (test, &fact.fact) {
                (TriggerTest::Epss(least), StatedTest::Epss(score)) => {
                    (*score >= least).then(|| epss_is(*score))
                }
                (_, StatedTest::Is(of, is_met, value)) if *of == test => {
                    is_met.then(|| why_stated(test, value.as_deref()))
                }
                _ => continue,
            };
            match met {
                Some(why) => return Some(TestAnswer::Met(why)),
                None => answer = Some(TestAnswer::NotMet),
            }
        }
        answer
    }
}

impl Facts for FactsAt<'_> {
    fn test(&self, test: TriggerTest, subject: &TestSubject<'_>) -> TestAnswer {
        let facts = self.facts;
        if !facts.is_given() {
            return TestAnswer::NotAsked;
        }
        let stated = match facts.stated(test, subject) {
            Some(met @ TestAnswer::Met(_)) => return met,
            stated => stated,
        };
        let read = match test {
            TriggerTest::KnownExploited => self.known_exploited(subject),
            TriggerTest::Epss(least) => self.epss(least, subject),
            TriggerTest::FixAvailable => self.fix(subject),
            TriggerTest::FindingGone => self.gone(subject),
            TriggerTest::ValueChanged => self.value(subject),
        };
        match (read, stated) {
            (TestAnswer::Unknown(_), Some(stated)) => stated,
            (read, _) => read,
        }
    }
}

impl FactsAt<'_> {
    // Returns the findings of the reports that a record names, or that it names with another version or severity. One whose place
    // can't be told may be any.
    fn reported(&self, subject: &TestSubject<'_>) -> Vec<&ScannerFinding> {
        let record = subject.record;
        let is_placed = |finding: &ScannerFinding| {
            let mut places = finding.places.iter();
            places.all(|place| matches!(place.file, FindingFile::Inside(_)))
        };
        let mut found = self.facts.namesakes(subject);
        found.retain(|finding| {
            let mut ids = std::iter::once(&finding.id).chain(&finding.former_ids);
            let is_named = |question: &Question| names_finding(question, record, &self.files);
            !is_placed(finding)
                || ids.any(|id| finding.questions(id, false).iter().all(is_named))
                || changed(record, finding).is_some()
        });
        found
    }

    fn known_exploited(&self, subject: &TestSubject<'_>) -> TestAnswer {
        let ids = subject.ids.iter().filter_map(|id| CveNumber::new(id));
        let ids: Vec<CveNumber> = ids.collect();
        let lists =
            |(_, catalog): &&(String, KevCatalog)| ids.iter().any(|id| catalog.ids.contains(id));
        if self.facts.kev.iter().any(|catalog| lists(&catalog)) {
            return TestAnswer::Met(why_stated(TriggerTest::KnownExploited, None));
        }
        if ids.is_empty() {
            let ids = subject.ids.join(", ");
            return TestAnswer::Unknown(format!("the KEV catalog lists CVEs alone, and not {ids}"));
        }
        self.sound(
            self.facts.kev.iter().map(|(name, catalog)| {
                let count = catalog.count.filter(|count| *count > 0);
                let is_whole = count == Some(catalog.n_entries);
                let fault = (!is_whole).then(|| {
                    let said =
                        catalog.count.map_or("no count".to_owned(), |count| count.to_string());
                    format!("{name} has {} entries and says {said}", catalog.n_entries)
                });
                (name, catalog.released, fault)
            }),
            "known-exploited needs the KEV catalog: --facts",
        )
    }

    fn epss(&self, least: EpssScore, subject: &TestSubject<'_>) -> TestAnswer {
        let ids: Vec<CveNumber> = subject.ids.iter().filter_map(|id| CveNumber::new(id)).collect();
        let score =
            |scores: &EpssScores| ids.iter().filter_map(|id| scores.scores.get(id)).max().copied();
        let files = &self.facts.epss;
        let highest = files.iter().filter_map(|(_, scores)| score(scores)).max();
        if let Some(score) = highest.filter(|score| *score >= least) {
            return TestAnswer::Met(epss_is(score));
        }
        self.sound(
            files.iter().map(|(name, scores)| {
                // The score that is missing may be the one that meets the test.
                let is_missing = |id: &&str| match CveNumber::new(id) {
                    Some(number) => !scores.scores.contains_key(&number),
                    None => ids.is_empty(),
                };
                let missing: Vec<&str> = subject.ids.iter().copied().filter(is_missing).collect();
                let fault = (!missing.is_empty())
                    .then(|| format!("{name} has no row for {}", missing.join(", ")));
                (name, scores.scored, fault)
            }),
            "epss needs the scores of EPSS: --facts",
        )
    }

    /// Returns a no if one file is whole and not too old to say it.
    fn sound<'n>(
        &self,
        files: impl Iterator<Item = (&'n String, Option<Instant>, Option<String>)>,
        without: &str,
    ) -> TestAnswer {
        let mut doubt = None;
        for (name, date, fault) in files {
            match fault.or_else(|| self.age_fault(name, date)) {
                None => return TestAnswer::NotMet,
                Some(fault) => drop(doubt.get_or_insert(fault)),
            }
        }
        TestAnswer::Unknown(doubt.unwrap_or_else(|| without.to_owned()))
    }

    fn age_fault(&self, name: &str, date: Option<Instant>) -> Option<String> {
        let Some(date) = date else {
            return Some(format!("{name} has no date"));
        };
        let age = self.instant.seconds_since(date);
        if age > OLDEST {
            Some(format!("{name} is of {}, more than 7 days old", date.day()))
        } else if age < -AHEAD {
            Some(format!("{name} is of {}, later than the question", date.day()))
        } else {
            None
        }
    }

    fn fix(&self, subject: &TestSubject<'_>) -> TestAnswer {
        let reported = self.reported(subject);
        let mut same = reported.iter().filter(|finding| changed(subject.record, finding).is_none());
        match same.find_map(|finding| finding.fixed.as_deref()) {
            Some(version) => TestAnswer::Met(fixed_in(version)),
            None if reported.is_empty() => unreported(subject),
            None => TestAnswer::NotMet,
        }
    }

    fn gone(&self, subject: &TestSubject<'_>) -> TestAnswer {
        let reported = self.reported(subject);
        if reported.iter().any(|finding| !finding.is_absent) {
            return TestAnswer::NotMet;
        }
        let searched = &self.facts.searched;
        let tool = tool_ids::tool(subject.tool);
        match subject.ids.iter().all(|id| searched.has_searched(&tool, Some(id))) {
            true => TestAnswer::Met(format!("{} no longer finds it", scanner(&tool))),
            false => unreported(subject),
        }
    }

    fn value(&self, subject: &TestSubject<'_>) -> TestAnswer {
        let reported = self.reported(subject);
        match reported.iter().find_map(|finding| changed(subject.record, finding)) {
            Some(why) => TestAnswer::Met(why),
            None if reported.is_empty() => unreported(subject),
            None => TestAnswer::NotMet,
        }
    }
}

fn unreported(subject: &TestSubject<'_>) -> TestAnswer {
    TestAnswer::Unknown(format!("no file says anything about {}", subject.ids.join(", ")))
}

fn epss_is(score: EpssScore) -> String {
    format!("EPSS is {score}")
}

fn why_stated(test: TriggerTest, value: Option<&str>) -> String {
    match (test, value) {
        (TriggerTest::FixAvailable, Some(version)) => fixed_in(version),
        (TriggerTest::KnownExploited, _) => "known to be exploited".to_owned(),
        (_, Some(value)) => format!("{test}: {value}"),
        (_, None) => test.to_string(),
    }
}

// Returns the bytes of a file or pipe, and whether it is a regular file.
fn bytes(path: &Path) -> Result<(Vec<u8>, bool), Error> {
    let failed = |error: FileError| {
        Undetermined::other(error.to_string(), "check that it exists and can be read")
    };
    let opened = streams::open(path).map_err(failed)?;
    let reader = opened.reader().map_err(failed)?;
    let mut bytes = Vec::new();
    let read = reader.take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|cause| failed(FileError::Failed(path.to_owned(), cause)))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST {
        let what = format!("{} has more than {LARGEST} bytes", path.display());
        return Err(Undetermined::other(what, "give what is needed of it").into());
    }
    Ok((bytes, !opened.is_copied()))
}

/// Refuses a file of the work tree that the approved ref doesn't hold so: the branch that is judged would choose its facts.
fn refuse_unapproved(
    path: &Path,
    (bytes, is_regular): (&[u8], bool),
    repository: &Repository,
    approved: Oid,
) -> Result<(), Error> {
    let unknown = |error: FileError| {
        Undetermined::other(error.to_string(), "check that it exists and can be read")
    };
    let mut ways = files::behind_links(path).map_err(unknown)?;
    match files::real(path) {
        Ok(real) => ways.push(real),
        // A pipe that a shell made (`<(…)`) has no path of its own.
        Err(error) if is_regular => return Err(unknown(error).into()),
        Err(_) => {}
    }
    let tops = repository.work_trees().into_iter().filter_map(|top| files::real(&top).ok());
    let tops: Vec<PathBuf> = tops.collect();
    let inside = |way: &PathBuf| -> Vec<String> {
        let parts = tops.iter().filter_map(|top| way.strip_prefix(top).ok());
        parts.map(|inside| inside.to_string_lossy().replace('\\', "/")).collect()
    };
    for inside in ways.iter().flat_map(inside).collect::<BTreeSet<String>>() {
        let tree = CommitTree::of_commit(repository, approved, &LedgerPrefix::default())?;
        let place = evidence::file_of(&inside, &tree)?;
        let approved = place.map(|place| tree.bytes(&place)).transpose()?.flatten();
        if approved.as_deref() != Some(bytes) {
            let what = format!("{inside} is not on the approved branch with these bytes");
            return Err(Usage::refused(what, "put it outside of the repository's work tree").into());
        }
    }
    Ok(())
}
