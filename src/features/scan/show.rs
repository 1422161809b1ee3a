//! `scan`: every suppression, the most urgent first.
//!
//! Uses diag, view. Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, scan, and `docs/spec/interop.md`, 5.

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
use crate::status::stamp::{Stamp, StampView};
use crate::view::doc::{
    Block, Doc, FindingList, FindingReaders, FormatNeeds, ShownFinding, StyledText, Tone,
};
use crate::view::findings::{self, FindingView, LevelCounts};
use crate::view::{json, shape, tables};

/// How many suppressions the first screen shows.
const FIRST: usize = 10;

/// How many tools have a row of their own.
const MOST_TOOLS: usize = 15;

/// What is shown of an answer.
#[derive(Clone, Copy, Debug)]
pub struct ScanShown {
    /// Whether each suppression has a line.
    pub lists: bool,
    /// Whether the kinds are shown instead.
    pub kinds: bool,
    /// Which half of the answer the format reads.
    pub reads: FormatNeeds,
}

#[derive(Serialize)]
struct ScanReport<'a> {
    schema: String,
    ledger: Option<StampView<'a>>,
    files: usize,
    passed_over: usize,
    counts: ScanCounts,
    kinds: &'a [KindCount],
    suppressions: [(); 0],
    unread: &'a [UnreadPart],
    new: bool,
    errors: usize,
    warnings: usize,
    findings: Vec<FindingView<'a>>,
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
        ledger: stamp.map(Stamp::ledger),
        files: scan.n_files,
        passed_over: scan.passed_over.count(),
        counts,
        kinds: &scan.kinds,
        suppressions: [],
        unread: &scan.unread,
        new: scan.base.is_some(),
        errors: levels.errors,
        warnings: levels.warnings,
        findings: FindingView::all(&scan.findings),
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
    doc.blocks.push(page.first_line());
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
        tables::whole("files"),
        tables::whole("found"),
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
    fn first_line<'a>(&self) -> Block<'a> {
        let entries = &self.scan.entries;
        let n_files = diag::count(self.scan.n_files, "file");
        let n = diag::count(entries.len(), "suppression");
        if let Some(base) = &self.scan.base {
            let from = format!("{} ({})", short(&base.commit.to_string()), base.name);
            let n_widened = self.scan.n_widened;
            let what = match entries.len() - n_widened {
                0 => format!("{n} widened since {from}"),
                n if n_widened == 0 => {
                    format!("{} added since {from}", diag::count(n, "suppression"))
                }
                n => {
                    let added = diag::count(n, "suppression");
                    format!("{added} added, {n_widened} widened since {from}")
                }
            };
            let reasons = match (entries.len(), self.counts.no_reason) {
                (1, 0) => "with a reason".to_owned(),
                (_, 0) => "each with a reason".to_owned(),
                (_, n) => format!("{n} without a reason"),
            };
            return Block::Paragraph(StyledText::plain(
                match (entries.len(), self.scan.snapshot()) {
                    (0, _) => format!("no suppression added since {from}"),
                    (_, None) => format!("{what}, {reasons}"),
                    (_, Some(_)) => format!("{what}: {}", self.allowed()),
                },
            ));
        }
        let mut paths: Vec<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
        paths.sort_unstable();
        paths.dedup();
        Block::Paragraph(match (entries.len(), self.scan.snapshot()) {
            (0, _) => StyledText::plain(format!(
                "no suppressions in {n_files}: searched for {}, {}",
                diag::count(self.scan.kinds.len(), "kind"),
                self.kinds_here()
            )),
            (_, None) => StyledText::plain(format!("{n} in {} of {n_files}", paths.len())),
            (_, Some(_)) => StyledText::plain(format!(
                "{n} in {} of {n_files}: {}",
                paths.len(),
                self.allowed()
            )),
        })
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
                blocks.extend(self.past());
                blocks.push(self.tools());
            }
        }
        blocks.extend(self.searched());
        if is_whole {
            blocks.extend(self.next());
        }
        blocks
    }

    /// Returns how many there are of each sort, with what that means; sorts without any are left out.
    fn summary<'a>(&self) -> Block<'a> {
        let counts = &self.counts;
        let rows = [
            ("past", counts.past, Tone::Bad, "the end or the promise beside it is over"),
            ("no end", counts.no_end, Tone::Warn, "nothing will bring the finding back"),
            ("no reason", counts.no_reason, Tone::Warn, "nothing says why"),
            (
                "left",
                counts.left.unwrap_or_default(),
                Tone::Warn,
                "the author has not committed here for 180 days",
            ),
            ("blanket", counts.blanket, Tone::Warn, "everything on a line, or a rule everywhere"),
        ];
        let width = counts.suppressions.to_string().len();
        let filled = rows.into_iter().filter(|(_, n, ..)| *n > 0);
        let pairs = filled.map(|(label, n, tone, meaning)| {
            let text = StyledText::with_tone(tone, format!("{n:>width$}"));
            (label.to_owned(), text.and(Tone::Plain, format!("   {meaning}")))
        });
        Block::Pairs(pairs.collect())
    }

    fn past<'a>(&self) -> Vec<Block<'a>> {
        let all: Vec<&ScanEntry> = self.scan.entries.iter().filter(|entry| entry.past).collect();
        if all.is_empty() {
            return Vec::new();
        }
        let title = format!("Past first ({})", all.len());
        let columns = vec![
            tables::whole("where"),
            tables::flexible("what"),
            tables::flexible("why it is past"),
        ];
        let row = |entry: &&ScanEntry| {
            vec![
                StyledText::plain(format!("{}:{}", entry.path, entry.line)),
                StyledText::plain(format!("{} {}", entry.tool, entry.what())),
                StyledText::with_tone(Tone::Bad, self.end_of(entry)),
            ]
        };
        let mut blocks = vec![
            Block::Heading(StyledText::with_tone(Tone::Strong, title)),
            tables::table(columns, all.iter().take(FIRST).map(row).collect()),
        ];
        if all.len() > FIRST {
            let more = format!("and {} more: --list", all.len() - FIRST);
            blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Muted, more)));
        }
        blocks
    }

    /// Returns why a suppression is over, or until when it stays.
    fn end_of(&self, entry: &ScanEntry) -> String {
        let instant = self.scan.instant;
        match (entry.end, &entry.promise) {
            (Some(end), _) if end <= instant => {
                let last = end.plus_seconds(-1).day();
                format!("ended {last}, {} ago", span(end, instant))
            }
            (_, Some(promise)) if promise.is_past(instant) => match promise.date {
                Some(day) => format!("promised {day}, {} ago", span(day.end(), instant)),
                None => String::new(),
            },
            (Some(end), _) => format!("ends {}", end.plus_seconds(-1).day()),
            _ => String::new(),
        }
    }

    /// Returns a line for each suppression, in the order of the page.
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
            let by = if entry.is_left() { format!("{by} (left)") } else { by };
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

    /// Returns a row for each tool, the one with the most suppressions first.
    fn tools<'a>(&self) -> Block<'a> {
        let mut by_tool: BTreeMap<&str, Vec<&ScanEntry>> = BTreeMap::new();
        for entry in &self.scan.entries {
            by_tool.entry(entry.kind).or_default().push(entry);
        }
        let mut tools: Vec<(&str, Vec<&ScanEntry>)> = by_tool.into_iter().collect();
        tools.order_by_key(|(name, entries)| (std::cmp::Reverse(entries.len()), *name));
        let rest: Vec<&ScanEntry> = tools
            .iter()
            .skip(MOST_TOOLS)
            .flat_map(|(_, entries)| entries.iter().copied())
            .collect();
        let n_rest = tools.len().saturating_sub(MOST_TOOLS);
        let others = format!("{n_rest} others");
        tools.truncate(MOST_TOOLS);
        if !rest.is_empty() {
            tools.push((&others, rest));
        }
        let mut columns = vec![
            tables::whole("tool"),
            tables::whole("entries"),
            tables::whole("past"),
            tables::whole("no reason"),
        ];
        let has_ages = self.counts.left.is_some();
        if has_ages {
            columns.extend([tables::whole("left"), tables::whole("oldest")]);
        }
        let row = |(name, entries): &(&str, Vec<&ScanEntry>)| {
            let n = |is: fn(&ScanEntry) -> bool| {
                StyledText::plain(entries.iter().filter(|entry| is(entry)).count().to_string())
            };
            let mut cells = vec![
                StyledText::with_tone(Tone::Strong, *name),
                StyledText::plain(entries.len().to_string()),
                n(|entry| entry.past),
                n(|entry| entry.reason.is_none()),
            ];
            if has_ages {
                let known = entries.iter().filter(|entry| entry.since.or(entry.before).is_some());
                let oldest = known.min_by_key(|entry| entry.before.or(entry.since));
                let oldest = oldest.and_then(|entry| self.age(entry)).unwrap_or_default();
                cells.extend([n(ScanEntry::is_left), StyledText::plain(oldest)]);
            }
            cells
        };
        tables::table(columns, tools.iter().map(row).collect())
    }

    /// Returns what was searched, what was passed over, and what could not be read.
    fn searched<'a>(&self) -> Vec<Block<'a>> {
        let scan = self.scan;
        let passed_over = passed_over(&scan.passed_over);
        let mut sentences = Vec::new();
        if !scan.entries.is_empty() {
            let n_kinds = diag::count(scan.kinds.len(), "kind");
            let files = diag::count(scan.n_files, "file");
            let passed_over =
                passed_over.map(|it| format!("; passed over: {it}")).unwrap_or_default();
            sentences
                .push((Tone::Muted, format!("searched for {n_kinds} in {files}{passed_over}")));
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
            sentences.push((
                Tone::Warn,
                "git tracks no file here yet: git add what is to be searched".to_owned(),
            ));
        }
        let paragraph = |(tone, text)| Block::Paragraph(StyledText::with_tone(tone, text));
        sentences.into_iter().map(paragraph).collect()
    }

    /// Returns the commands to go on with.
    fn next<'a>(&self) -> Option<Block<'a>> {
        let base = self.scan.base_to_name.as_ref().map(|base| {
            (format!("exledger scan --base {base}"), "in CI: nothing new without a reason")
        });
        let ledger = (self.scan.snapshot().is_none() && !self.scan.entries.is_empty())
            .then(|| ("exledger init".to_owned(), "keep what stays on record"));
        let all: Vec<(String, &str)> = base.into_iter().chain(ledger).collect();
        let width = all.iter().map(|(command, _)| command.len()).max()?;
        let lines = all.iter().enumerate().map(|(index, (command, what))| {
            let lead = if index == 0 { "next: " } else { "      " };
            format!("{lead}{command:<width$}   # {what}")
        });
        Some(Block::Verbatim(lines.collect::<Vec<_>>().join("\n")))
    }
}

/// Returns what was passed over, in words; `None` if nothing was.
fn passed_over(passed: &PassedOver) -> Option<String> {
    let mut parts: Vec<String> = passed.folders.iter().cloned().collect();
    let counted = [
        (passed.excluded, "excluded file"),
        (passed.links, "link"),
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
