//! Files of facts: the KEV catalog, EPSS scores, and JSON Lines.
//!
//! Pure: the caller supplies the bytes. Start at [`read`]. Follows `docs/spec/cli.md`, facts. SARIF is read by
//! `formats/sarif`.

use std::collections::{HashMap, HashSet};

use chrono::DateTime;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::record::scalar::Scalar;
use crate::record::time::Instant;
use crate::record::trigger_test::{EpssScore, TriggerTest};

/// The content of a file that is not SARIF.
#[derive(Debug)]
pub enum FactsContent {
    Kev(KevCatalog),
    Epss(EpssScores),
    Lines(Vec<StatedFact>),
}

/// CISA's catalog of known exploited vulnerabilities.
#[derive(Debug)]
pub struct KevCatalog {
    pub ids: HashSet<CveNumber>,
    pub n_entries: u64,
    /// How many entries it says it has.
    pub count: Option<u64>,
    pub released: Option<Instant>,
}

/// The scores of a day.
#[derive(Debug)]
pub struct EpssScores {
    pub scores: HashMap<CveNumber, EpssScore>,
    pub scored: Option<Instant>,
}

/// A fact about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedFact {
    /// `TOOL:ID`, or an id.
    pub finding: String,
    pub fact: StatedTest,
}

/// What is stated of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatedTest {
    /// Whether a test without a number is met, and the value that says so.
    Is(TriggerTest, bool, Option<String>),
    Epss(EpssScore),
}

/// Year and number of a CVE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CveNumber(u64);

impl CveNumber {
    /// Reads an id such as `CVE-2021-23337`, in any letter case; `None` for any other.
    pub fn new(id: &str) -> Option<CveNumber> {
        let (prefix, rest) = id.split_at_checked(4)?;
        let (year, number) = rest.split_once('-')?;
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_plain = number.len() == 4 || number.len() > 4 && !number.starts_with('0');
        let is_cve = prefix.eq_ignore_ascii_case("CVE-")
            && year.len() == 4
            && is_plain
            && number.len() <= 12
            && is_digits(year)
            && is_digits(number);
        let numbers = year.parse::<u64>().ok().zip(number.parse::<u64>().ok());
        numbers
            .filter(|_| is_cve)
            .map(|(year, number)| CveNumber(year * 1_000_000_000_000 + number))
    }
}

#[derive(Deserialize)]
struct KevFile {
    count: Option<u64>,
    #[serde(rename = "dateReleased")]
    released: Option<String>,
    vulnerabilities: Vec<KevEntry>,
    /// Whatever else it says; and no array is read as an object.
    #[serde(flatten)]
    _rest: HashMap<String, IgnoredAny>,
}

#[derive(Deserialize)]
struct KevEntry {
    #[serde(rename = "cveID")]
    id: String,
    #[serde(flatten)]
    _rest: HashMap<String, IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FactLine {
    finding: String,
    fact: String,
    value: Value,
}

/// Reads a file by its content.
///
/// # Errors
/// What is wrong, if it is none of these formats.
pub fn read(bytes: &[u8]) -> Result<FactsContent, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())?;
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('#') || text.starts_with("cve,") {
        return epss(text).map(FactsContent::Epss);
    }
    let first = text.lines().next().unwrap_or_default();
    if first.starts_with('{') && serde_json::from_str::<FactLine>(first).is_ok() {
        return lines(text).map(FactsContent::Lines);
    }
    kev(text).map(FactsContent::Kev)
}

fn kev(text: &str) -> Result<KevCatalog, String> {
    let file: KevFile = serde_json::from_str(text).map_err(|error| {
        format!("is neither the KEV catalog, EPSS scores, SARIF nor lines of facts: {error}")
    })?;
    let mut ids = HashSet::new();
    for entry in &file.vulnerabilities {
        let id = CveNumber::new(&entry.id);
        ids.insert(id.ok_or_else(|| format!("{} is not a CVE", entry.id.escape_debug()))?);
    }
    let n_entries = u64::try_from(file.vulnerabilities.len()).unwrap_or(u64::MAX);
    let released = file.released.as_deref().and_then(instant);
    Ok(KevCatalog { ids, n_entries, count: file.count, released })
}

fn epss(text: &str) -> Result<EpssScores, String> {
    let mut scored = None;
    let mut scores = HashMap::new();
    let mut has_header = false;
    for (index, line) in text.lines().enumerate() {
        let wrong = || format!("line {}: not `cve,epss,percentile`", index + 1);
        if let Some(comment) = line.strip_prefix('#') {
            let mut parts = comment.split(',');
            scored = scored
                .or(parts.find_map(|part| part.strip_prefix("score_date:")).and_then(instant));
            continue;
        }
        if !has_header {
            has_header = line.trim() == "cve,epss,percentile";
            if has_header { continue } else { return Err(wrong()) }
        }
        let mut cells = line.trim_end().split(',');
        let (id, score, percentile) = (cells.next(), cells.next(), cells.next());
        let read = id.and_then(CveNumber::new).zip(score.and_then(EpssScore::parse));
        let is_whole = cells.next().is_none() && percentile.and_then(EpssScore::parse).is_some();
        let (id, score) = read.filter(|_| is_whole).ok_or_else(wrong)?;
        // Of two rows, the higher score.
        let known = scores.entry(id).or_insert(score);
        *known = (*known).max(score);
    }
    Ok(EpssScores { scores, scored })
}

fn lines(text: &str) -> Result<Vec<StatedFact>, String> {
    let numbered = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = numbered.map(|(index, line)| {
        let wrong = |why: String| format!("line {}: {why}", index + 1);
        if !line.trim_start().starts_with('{') {
            return Err(wrong("is not an object".to_owned()));
        }
        let FactLine { finding, fact, value } =
            serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
        let is_named = |part: &str| !part.is_empty() && !part.contains([' ', '*']);
        if !finding.split(':').all(is_named) {
            return Err(wrong(format!("`{}` is not a finding", finding.escape_debug())));
        }
        let fact = stated(&fact, &value)
            .ok_or_else(|| wrong(format!("`{}` has no such value", fact.escape_debug())))?;
        Ok(StatedFact { finding, fact })
    });
    read.collect()
}

fn stated(fact: &str, value: &Value) -> Option<StatedTest> {
    if fact == "epss" {
        return EpssScore::parse(&value.as_number()?.to_string()).map(StatedTest::Epss);
    }
    let test =
        TriggerTest::parse(fact).ok().filter(|test| !matches!(test, TriggerTest::Epss(_)))?;
    match value {
        Value::Bool(is_met) => Some(StatedTest::Is(test, *is_met, None)),
        Value::String(text) if !text.trim().is_empty() => {
            Some(StatedTest::Is(test, true, Some(text.clone())))
        }
        _ => None,
    }
}

fn instant(text: &str) -> Option<Instant> {
    let read = DateTime::parse_from_rfc3339(text);
    let read = read.or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%z"));
    Instant::from_unix(read.ok()?.timestamp())
}
