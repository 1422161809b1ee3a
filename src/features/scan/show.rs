//! `scan`: every suppression, the most urgent first.
//!
//! Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, scan, and `docs/spec/interop.md`, 5.

use crate::diag::sorting::StableSort as _;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::diag::{self, Finding};
use crate::features::scan::answer::{KindCount, ScanAnswer};
use crate::features::scan::entry::ScanEntry;
use crate::features::scan::search::PassedOver;
use crate::history::objects::short;
use crate::record::time::Instant;
use crate::rules::scan::suppression::UnreadPart;
use crate::status::stamp::Stamp;
use crate::view::doc::{
    Block, Doc, FindingList, FindingReaders, FormatNeeds, ShownFinding, StyledText, Tone,
};
use crate::view::findings::{self, LevelCounts};
use crate::view::{json, shape, tables};

const FIRST: usize = 10;

const MOST_KINDS: usize = 15;

/// What is shown of an answer.
#[derive(Clone, Copy, Debug)]
pub struct ScanShown {
    /// Whether each suppression has a line.
    pub lists: bool,
    /// Whether the kinds are shown instead.
    pub kinds: bool,
    /// What the first screen has to fit on; `None` if it may be of any length.
    pub screen: Option<ScreenSize>,
    /// Which half of the answer the format reads.
    pub reads: FormatNeeds,
}

/// The size of a screen, in characters.
#[derive(Clone, Copy, Debug)]
pub struct ScreenSize {
    pub columns: usize,
    pub rows: usize,
}

impl ScreenSize {
    fn rows_of(self, text: &str) -> usize {
        let mut n = 1;
        let mut at = 0;
        for word in text.split(' ') {
            let long = word.chars().count();
            if at > 0 && at + 1 + long > self.columns {
                n += 1;
                at = long;
            } else {
                at += long + usize::from(at > 0);
            }
        }
        n
    }
}

#[derive(Serialize)]
struct ScanReport<'a> {
    schema: String,
    ledger: Option<&'a Stamp>,
    files: usize,
    passed_over: usize,
    counts: ScanCounts,
    kinds: &'a [KindCount],
    suppressions: [(); 0],
    unread: &'a [UnreadPart],
    new: bool,
    errors: usize,
    warnings: usize,
    findings: &'a [Finding],
    simulated: bool,
}

/// How many suppressions there are; those about their age are `None` where it is not known.
#[derive(Clone, Copy, Debug, Serialize)]
struct ScanCounts {
    suppressions: usize,
    past: usize,
    no_end: usize,
    no_reason: usize,
    left: Option<usize>,
    blanket: usize,
}

impl ScanCounts {
    fn of(entries: &[ScanEntry]) -> ScanCounts {
        let n = |is: fn(&ScanEntry) -> bool| entries.iter().filter(|entry| is(entry)).count();
        ScanCounts {
            suppressions: entries.len(),
            past: n(|entry| entry.past),
            no_end: n(|entry| entry.end.is_none()),
            no_reason: n(|entry| entry.reason.is_none()),
            left: entries.iter().any(|entry| entry.active.is_some()).then(|| n(ScanEntry::is_left)),
            blanket: n(|entry| entry.blanket),
        }
    }
}

/// Returns the answer.
pub fn doc<'a>(scan: &mut ScanAnswer<'_>, shown: ScanShown) -> Doc<'a> {
    let counts = ScanCounts::of(&scan.entries);
    let levels = LevelCounts::count(scan.findings.iter());
    let stamp = scan.snapshot().map(|snapshot| snapshot.stamp());
    let mut doc = Doc::new(ScanReport {
        schema: shape::schema("scan"),
        ledger: stamp,
        files: scan.n_files,
        passed_over: scan.passed_over.count(),
        counts,
        kinds: &scan.kinds,
        suppressions: [],
        unread: &scan.unread,
        new: scan.base.is_some(),
        errors: levels.errors,
        warnings: levels.warnings,
        findings: &scan.findings,
        simulated: scan.is_simulated,
    });
    match stamp {
        Some(stamp) => {
            doc.footer = Some(stamp.footer());
            doc.repository = stamp.name.clone();
            doc.blocks.extend(shape::warnings(stamp));
        }
        None => doc.footer = scan.is_simulated.then(|| format!("at {} (simulated)", scan.instant)),
    }
    if shown.reads == FormatNeeds::Json {
        doc.name_columns(ScanEntry::COLUMNS);
        doc.fill_with("suppressions", std::mem::take(&mut scan.entries), |entry| {
            json::value(entry)
        });
        return doc;
    }
    let findings = std::mem::take(&mut scan.findings);
    let standing = std::mem::take(&mut scan.standing);
    // What is past has a table of its own.
    let (past, judged): (Vec<Finding>, Vec<Finding>) =
        findings.into_iter().partition(|finding| finding.rule == diag::code::Code::ScanPast);
    if shown.kinds {
        doc.blocks.push(kinds(&scan.kinds));
        return doc;
    }
    let page = ScanPage { scan, counts, shown };
    doc.blocks.push(Block::Paragraph(StyledText::plain(page.first_line())));
    doc.blocks.push(Block::Findings(listed(judged, &page.scan.entries, FindingReaders::Everyone)));
    for (findings, readers) in
        [(past, FindingReaders::Machines), (standing, FindingReaders::CodeScanning)]
    {
        doc.blocks.push(Block::Findings(listed(findings, &page.scan.entries, readers)));
    }
    doc.blocks.extend(page.blocks());
    doc
}

fn listed(findings: Vec<Finding>, entries: &[ScanEntry], readers: FindingReaders) -> FindingList {
    let mut identities: BTreeMap<(&str, u32), &str> = BTreeMap::new();
    for entry in entries {
        identities.insert((&entry.path, entry.line), &entry.identity);
    }
    // Equal lines are told apart by their order.
    let mut seen: BTreeMap<(diag::code::Code, &str), usize> = BTreeMap::new();
    let shown = findings.into_iter().map(|finding| {
        let place = finding.pos.map(|pos| (finding.path.as_str(), pos.line));
        let known = place.and_then(|place| identities.get(&place).copied());
        let identity = known.map(|identity| {
            let n_before = seen.entry((finding.rule, identity)).or_default();
            *n_before += 1;
            format!("{identity}\0{n_before}")
        });
        ShownFinding { identity, ..ShownFinding::from(finding) }
    });
    FindingList { shown: shown.collect(), rules: findings::rules(), judged: Vec::new(), readers }
}

fn kinds<'a>(kinds: &[KindCount]) -> Block<'a> {
    let cell = |text: &str| StyledText::plain(text);
    let columns = vec![
        tables::whole("kind"),
        tables::whole("group"),
        tables::number("files"),
        tables::number("found"),
        tables::flexible("read from"),
    ];
    let number = |n: usize| if n == 0 { String::new() } else { n.to_string() };
    let rows = kinds.iter().map(|kind| {
        vec![
            cell(kind.kind),
            cell(kind.group),
            StyledText::plain(number(kind.files)),
            StyledText::plain(number(kind.found)),
            cell(kind.read_from),
        ]
    });
    tables::table(columns, rows.collect())
}

struct ScanPage<'p, 's> {
    scan: &'p ScanAnswer<'s>,
    counts: ScanCounts,
    shown: ScanShown,
}

impl ScanPage<'_, '_> {
    fn first_line(&self) -> String {
        let entries = &self.scan.entries;
        let n_files = diag::count(self.scan.n_files, "file");
        let n = diag::count(entries.len(), "suppression");
        if let Some(base) = &self.scan.base {
            let from = format!("{} ({})", short(&base.commit.to_string()), base.name);
            let (n_widened, n_ended) = (self.scan.n_widened, self.scan.n_cover_ended);
            let n_added = entries.len() - n_widened - n_ended;
            let counts =
                [(n_added, "added"), (n_widened, "widened"), (n_ended, "no longer covered")];
            let mut counts = counts.into_iter().filter(|(n, _)| *n > 0);
            let first =
                counts.next().map(|(n, what)| format!("{} {what}", diag::count(n, "suppression")));
            let others = counts.map(|(n, what)| format!("{n} {what}"));
            let what: Vec<String> = first.into_iter().chain(others).collect();
            let what = format!("{} since {from}", what.join(", "));
            let reasons = match (entries.len(), self.counts.no_reason) {
                (1, 0) => "with a reason".to_owned(),
                (_, 0) => "each with a reason".to_owned(),
                (_, n) => format!("{n} without a reason"),
            };
            return match (entries.len(), self.scan.snapshot()) {
                (0, _) if !self.scan.doubts.is_empty() => {
                    format!("no suppression added since {from}, as far as could be determined")
                }
                (0, _) => format!("no suppression added since {from}"),
                (_, None) => format!("{what}, {reasons}"),
                (_, Some(_)) => format!("{what}: {}", self.allowed()),
            };
        }
        let mut paths: Vec<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
        paths.sort_unstable();
        paths.dedup();
        match (entries.len(), self.scan.snapshot()) {
            (0, _) => format!(
                "no suppressions in {n_files}: searched for {}, {}",
                diag::count(self.scan.kinds.len(), "kind"),
                self.kinds_here()
            ),
            (_, None) => {
                let what = "ignore comments, ignore files";
                format!("{n} ({what}) in {} of {n_files}", paths.len())
            }
            (_, Some(_)) => format!("{n} in {} of {n_files}: {}", paths.len(), self.allowed()),
        }
    }

    fn allowed(&self) -> String {
        let n_refused = self.scan.entries.iter().filter(|entry| entry.is_refused()).count();
        let n_allowed = self.scan.entries.len() - n_refused;
        match n_refused {
            0 => format!("{n_allowed} allowed"),
            n => format!("{n_allowed} allowed, {n} not"),
        }
    }

    fn kinds_here(&self) -> String {
        let here = self.scan.kinds.iter().filter(|kind| kind.files > 0);
        let names: Vec<&str> = here.map(|kind| kind.kind).collect();
        match names.as_slice() {
            [] => "none with files here".to_owned(),
            names => format!("{} with files here ({})", names.len(), names.join(", ")),
        }
    }

    fn blocks<'a>(&self) -> Vec<Block<'a>> {
        let mut blocks = Vec::new();
        let is_whole = self.scan.base.is_none();
        if !self.scan.entries.is_empty() {
            if is_whole {
                blocks.push(self.summary());
            }
            if self.shown.lists || !is_whole {
                blocks.push(self.list());
            } else {
                let (n_past, n_kinds) = self.room();
                blocks.extend(self.past(n_past));
                if n_kinds > 0 {
                    blocks.push(self.by_kind(n_kinds));
                }
            }
        }
        let paragraph = |(tone, text)| Block::Paragraph(StyledText::with_tone(tone, text));
        blocks.extend(self.searched().into_iter().map(paragraph));
        let next = self.next_lines();
        if is_whole && !next.is_empty() {
            blocks.push(Block::Commands(next.join("\n")));
        }
        blocks
    }

    fn room(&self) -> (usize, usize) {
        let mut kinds: Vec<&str> = self.scan.entries.iter().map(|entry| entry.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let most_kinds = kinds.len().min(MOST_KINDS + 1);
        // What a ledger says of each comes first, and may take any room.
        let Some(screen) = self.shown.screen.filter(|_| self.scan.snapshot().is_none()) else {
            return (FIRST, most_kinds);
        };
        // With the blank line after each.
        let rows = |text: &str| screen.rows_of(text) + 1;
        let searched: usize = self.searched().iter().map(|(_, text)| rows(text)).sum();
        let other = rows(&self.first_line()) + self.sorts().len() + 1 + searched;
        let next: usize = self.next_lines().iter().map(|line| screen.rows_of(line)).sum();
        // The row below the last one is that of the prompt.
        let room = screen.rows.saturating_sub(other + next + 1);
        let past = self.counts.past;
        // The heading, the titles and a blank line; and how many more there are, in a paragraph of its own.
        let needed = |n: usize| 3 + n + if n < past { 2 } else { 0 };
        let n_past = (1..=past.min(FIRST)).rev().find(|n| needed(*n) <= room);
        let n_past = n_past.unwrap_or(1).min(past);
        let used = if n_past == 0 { 0 } else { needed(n_past) };
        let n_kinds = room.saturating_sub(used + 2).min(most_kinds);
        // A row of all kinds together says nothing that the headline doesn't say.
        (n_past, if n_kinds == 1 && kinds.len() > 1 { 0 } else { n_kinds })
    }

    /// Returns how many there are of each sort, with what that means; sorts without any are left out.
    fn sorts(&self) -> Vec<(&'static str, usize, Tone, &'static str)> {
        let counts = &self.counts;
        let inactive = counts.left.unwrap_or_default();
        let rows = [
            (
                "past",
                counts.past,
                Tone::Bad,
                "its end, or the date that its comment names, is over",
            ),
            (
                "no end",
                counts.no_end,
                Tone::Warn,
                "nothing ends it: it stays until somebody removes it",
            ),
            ("no reason", counts.no_reason, Tone::Warn, "nothing beside it says why"),
            (
                "inactive",
                inactive,
                Tone::Warn,
                "whoever wrote it has not committed here for 180 days",
            ),
            (
                "everything",
                counts.blanket,
                Tone::Warn,
                "hides whatever its line or file has, or a rule in all files",
            ),
        ];
        rows.into_iter().filter(|(_, n, ..)| *n > 0).collect()
    }

    fn summary<'a>(&self) -> Block<'a> {
        let width = self.counts.suppressions.to_string().len();
        let pairs = self.sorts().into_iter().map(|(label, n, tone, meaning)| {
            let text = StyledText::with_tone(tone, format!("{n:>width$}"));
            (label.to_owned(), text.and(Tone::Plain, format!("   {meaning}")))
        });
        Block::Pairs(pairs.collect())
    }

    fn past<'a>(&self, most: usize) -> Vec<Block<'a>> {
        let all: Vec<&ScanEntry> = self.scan.entries.iter().filter(|entry| entry.past).collect();
        if all.is_empty() {
            return Vec::new();
        }
        let title = format!("Past ({})", all.len());
        let columns = vec![
            tables::cut("where"),
            tables::cut("what it hides"),
            tables::whole("why it is past"),
        ];
        let row = |entry: &&ScanEntry| {
            vec![
                StyledText::plain(format!("{}:{}", entry.path, entry.line)),
                StyledText::plain(format!("{} {}", entry.tool, entry.what())),
                StyledText::with_tone(Tone::Bad, self.end_of(entry)),
            ]
        };
        let mut blocks = vec![
            Block::Heading(StyledText::plain(title)),
            tables::table(columns, all.iter().take(most).map(row).collect()),
        ];
        if all.len() > most {
            let more = format!("and {} more: exledger scan --list", all.len() - most);
            blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Muted, more)));
        }
        blocks
    }

    fn end_of(&self, entry: &ScanEntry) -> String {
        let instant = self.scan.instant;
        match (entry.end, &entry.promise) {
            (Some(end), _) if end <= instant => {
                format!("until {}, {} ago", entry.stated_end(end), span(end, instant))
            }
            (_, Some(promise)) if promise.is_past(instant) => match promise.date {
                Some(day) => format!("comment says {day}, {} ago", span(day.end(), instant)),
                None => String::new(),
            },
            (Some(end), _) => format!("until {}", entry.stated_end(end)),
            _ => String::new(),
        }
    }

    fn list<'a>(&self) -> Block<'a> {
        let columns = vec![
            tables::whole("where"),
            tables::flexible("what"),
            tables::optional("since"),
            tables::optional("by"),
            tables::flexible("reason or end"),
        ];
        let row = |entry: &ScanEntry| {
            let since = entry.since.map(|since| since.day().to_string());
            let since = since.unwrap_or_else(|| self.age(entry).unwrap_or_default());
            let by = entry.author.as_ref().map(|author| author.name.clone()).unwrap_or_default();
            let by = if entry.is_left() { format!("{by} (inactive)") } else { by };
            let end = self.end_of(entry);
            let why = match (&entry.reason, end.is_empty()) {
                (_, false) => end,
                (Some(reason), true) => reason.lines().next().unwrap_or_default().to_owned(),
                (None, true) => "no reason".to_owned(),
            };
            let tone = match () {
                () if entry.past => Tone::Bad,
                () if entry.reason.is_none() => Tone::Warn,
                () => Tone::Plain,
            };
            vec![
                StyledText::plain(format!("{}:{}", entry.path, entry.line)),
                StyledText::plain(format!("{} {}", entry.tool, entry.what())),
                StyledText::plain(since),
                StyledText::plain(by),
                StyledText::with_tone(tone, why),
            ]
        };
        tables::table(columns, self.scan.entries.iter().map(row).collect())
    }

    fn age(&self, entry: &ScanEntry) -> Option<String> {
        match (entry.since, entry.before) {
            (Some(since), _) => Some(span(since, self.scan.instant)),
            (None, Some(before)) => Some(format!("over {}", span(before, self.scan.instant))),
            (None, None) => None,
        }
    }

    /// Returns a row for each kind, the one with the most suppressions first; the last of `n_rows` may stand for several.
    fn by_kind<'a>(&self, n_rows: usize) -> Block<'a> {
        let mut by_kind: BTreeMap<&str, Vec<&ScanEntry>> = BTreeMap::new();
        for entry in &self.scan.entries {
            by_kind.entry(entry.kind).or_default().push(entry);
        }
        let mut kinds: Vec<(&str, Vec<&ScanEntry>)> = by_kind.into_iter().collect();
        kinds.order_by_key(|(name, entries)| (std::cmp::Reverse(entries.len()), *name));
        let rest = match kinds.len() > n_rows {
            true => kinds.split_off(n_rows.saturating_sub(1)),
            false => Vec::new(),
        };
        let others = format!("and {} more", rest.len());
        if !rest.is_empty() {
            kinds.push((&others, rest.into_iter().flat_map(|(_, entries)| entries).collect()));
        }
        let mut columns = vec![tables::whole("kind"), tables::number("found")];
        let has_past = self.counts.past > 0;
        if has_past {
            columns.push(tables::number("past"));
        }
        columns.push(tables::number("no reason"));
        let has_ages = self.counts.left.is_some();
        if has_ages {
            columns.extend([tables::number("inactive"), tables::number("oldest")]);
        }
        let row = |(name, entries): &(&str, Vec<&ScanEntry>)| {
            let n = |is: fn(&ScanEntry) -> bool| {
                StyledText::plain(entries.iter().filter(|entry| is(entry)).count().to_string())
            };
            let mut cells = vec![
                StyledText::with_tone(Tone::Strong, *name),
                StyledText::plain(entries.len().to_string()),
            ];
            if has_past {
                cells.push(n(|entry| entry.past));
            }
            cells.push(n(|entry| entry.reason.is_none()));
            if has_ages {
                let known = entries.iter().filter(|entry| entry.since.or(entry.before).is_some());
                let oldest = known.min_by_key(|entry| entry.before.or(entry.since));
                let oldest = oldest.and_then(|entry| self.age(entry)).unwrap_or_default();
                cells.extend([n(ScanEntry::is_left), StyledText::plain(oldest)]);
            }
            cells
        };
        tables::table(columns, kinds.iter().map(row).collect())
    }

    fn searched(&self) -> Vec<(Tone, String)> {
        let scan = self.scan;
        let passed_over = passed_over(&scan.passed_over);
        let mut sentences = Vec::new();
        if !scan.entries.is_empty() {
            let n_kinds = diag::count(scan.kinds.len(), "kind");
            let files = diag::count(scan.n_files, "file");
            let passed_over =
                passed_over.map(|text| format!("; passed over: {text}")).unwrap_or_default();
            let is_listed = self.shown.lists || self.scan.base.is_some();
            let each = if is_listed { "" } else { "; --list shows each" };
            let text = format!(
                "searched {files} for {n_kinds} (--kinds) of security rules{each}{passed_over}"
            );
            sentences.push((Tone::Muted, text));
        } else if let Some(passed_over) = passed_over {
            sentences.push((Tone::Muted, format!("passed over: {passed_over}")));
        }
        if let (Some(first), n) = (scan.unread.first(), scan.unread.len()) {
            let place = format!("{}, line {}", first.path, first.line);
            let more = if n > 1 { format!(" and {} more", n - 1) } else { String::new() };
            let text =
                format!("{} could not be read: {place}{more} (exit 3)", diag::count(n, "part"));
            sentences.push((Tone::Bad, text));
        }
        if scan.n_files == 0 && scan.base.is_none() && scan.passed_over.count() == 0 {
            let text = match scan.is_in_git {
                true => "git tracks no file here yet: git add what is to be searched",
                false => {
                    "no file to search is here: it is empty, or .gitignore or .ignore leave all out"
                }
            };
            sentences.push((Tone::Warn, text.to_owned()));
        }
        sentences
    }

    fn next_lines(&self) -> Vec<String> {
        let base = self.scan.base_to_name.as_ref().map(|base| {
            (format!("exledger scan --base {base}"), "in CI: nothing new without a reason")
        });
        let ledger = (self.scan.snapshot().is_none() && !self.scan.entries.is_empty()).then(|| {
            ("exledger init --adopt".to_owned(), "put these on record, with owner and end")
        });
        let all: Vec<(String, &str)> = base.into_iter().chain(ledger).collect();
        let lines = all.iter().enumerate().map(|(index, (command, what))| {
            let lead = if index == 0 { "next: " } else { "      " };
            format!("{lead}{command}   # {what}")
        });
        lines.collect()
    }
}

fn passed_over(passed: &PassedOver) -> Option<String> {
    let mut parts: Vec<String> = passed.folders.iter().cloned().collect();
    let counted = [
        (passed.excluded, "excluded file"),
        (passed.links, "symbolic link"),
        (passed.binary, "binary file"),
        (passed.large, "file over 1 MiB"),
    ];
    for (n, noun) in counted.into_iter().filter(|(n, _)| *n > 0) {
        parts.push(match noun.split_once(' ') {
            Some(("file", rest)) => format!("{} {rest}", diag::count(n, "file")),
            _ => diag::count(n, noun),
        });
    }
    if parts.is_empty() { None } else { Some(parts.join(", ")) }
}

/// Returns the time between two instants, in the two largest units that matter: `2 y 1 mo`, `3 mo`, `12 d`.
fn span(from: Instant, to: Instant) -> String {
    let days = to.days_since(from).max(0);
    // A month of 365.25 / 12 days.
    let months = days * 48 / 1461;
    match (months / 12, months % 12) {
        (0, 0 | 1) => format!("{days} d"),
        (0, months) => format!("{months} mo"),
        (years, 0) => format!("{years} y"),
        (years, months) => format!("{years} y {months} mo"),
    }
}
