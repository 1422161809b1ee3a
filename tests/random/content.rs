//! The content of a record as one small number per field: written as YAML here, and compared with what is in force.
//!
//! Start at [`Content`]. Each field has few values, so that the same content occurs again, and a line of its own, so
//! that git can merge changes of different fields. Of the code under test only types are used here.

use exledger::record::time::Instant;

use super::people::Who;

/// The ids of records.
pub(super) const IDS: &[&str] = &["EXC-2026-7F3KQ", "EXC-2026-2B3CD"];

/// The number of fields.
pub(super) const N: usize = 23;

pub(super) const END: usize = 0;
pub(super) const START: usize = 1;
pub(super) const RESOURCES: usize = 2;
pub(super) const ACTIONS: usize = 3;
pub(super) const FINDINGS: usize = 4;
pub(super) const NOT_WAIVED: usize = 5;
pub(super) const ALIASES: usize = 6;
pub(super) const CONTROLS: usize = 7;
pub(super) const RULE: usize = 8;
pub(super) const APPLICATION: usize = 9;
pub(super) const CLASS: usize = 10;
pub(super) const RISK: usize = 11;
pub(super) const MEASURES: usize = 12;
pub(super) const TRIGGERS: usize = 13;
pub(super) const FIRED: usize = 14;
pub(super) const USES: usize = 15;
pub(super) const REVIEW_EVERY: usize = 16;
pub(super) const REVIEWS: usize = 17;
pub(super) const CLOSURE: usize = 18;
pub(super) const REQUESTER: usize = 19;
pub(super) const OWNER: usize = 20;
pub(super) const TEXT: usize = 21;
pub(super) const STYLE: usize = 22;

/// The line of each field for each value; an empty line is not written.
const LINES: [&[&str]; N] = [
    &["expires: 2026-12-10", "expires: 2026-12-20", "expires: 2027-01-10", "expires: 2027-03-01"],
    &["", "starts: 2026-11-21", "starts: 2026-12-12"],
    &[
        "",
        "  resources: [db:a, db:b]",
        "  resources: [db:a]",
        "  resources: [db:b]",
        "  resources: []",
        "  resources: [db:a, db:b, db:c]",
    ],
    &["", "  actions: [read]", "  actions: [read, write]", "  actions: [write]"],
    &[
        "",
        "  findings: [{id: CVE-2026-0001}]",
        "  findings: [{id: CVE-2026-0001}, {id: CVE-2026-0002}]",
        "  findings: [{id: CVE-2026-0002}]",
    ],
    &["", "  not_waived: [db:log]", "  not_waived: [db:log, db:key]", "  not_waived: [db:key]"],
    &["", "  aliases: [host:x]", "  aliases: [host:x, host:y]", "  aliases: [host:y]"],
    &[
        "",
        "  controls: [nist-csf:ID.RA-07]",
        "  controls: [nist-csf:ID.RA-07, nist-csf:ID.RA-01]",
        "  controls: [nist-csf:ID.RA-01]",
    ],
    &["  rule: Every job has its own user", "  rule: Every job has its own key"],
    &["  application: billing", "  application: payroll"],
    &["class: standard", "class: emergency"],
    &["risk: {level: moderate}", "risk: {level: high}"],
    &[
        "compensating_controls: [{id: CC1, description: Alert, owner: soc@example.com, status: active}]",
        "compensating_controls: [{id: CC1, description: Alert, owner: soc@example.com, status: active}, \
         {id: CC2, description: Log, owner: soc@example.com, status: active}]",
        "compensating_controls: [{id: CC2, description: Log, owner: soc@example.com, status: active}]",
        "compensating_controls: [{id: CC1, description: Alert, owner: soc@example.com, status: withdrawn}]",
        "compensating_controls: [{id: CC1, description: Alert, owner: soc@example.com, status: active, \
         verified: 2026-11-22}]",
    ],
    &[
        "",
        "triggers: [{id: T1, when: A fix is there, then: review}]",
        "triggers: [{id: T2, when: The key leaks, then: revoke}]",
        "triggers: [{id: T1, when: A fix is there, then: review}, {id: T2, when: The key leaks, then: revoke}]",
    ],
    &[
        "",
        "fired: [{date: 2026-11-22, trigger: T1, by: lee@example.com}]",
        "fired: [{date: 2026-11-22, trigger: T2, by: lee@example.com}]",
    ],
    &["", "uses: {limit: 1}", "uses: {limit: 5}"],
    &["", "review_every: 14d", "review_every: 30d"],
    &[
        "",
        "reviews: [{date: 2026-11-22, by: cy@example.com, outcome: still-needed}]",
        "reviews: [{date: 2026-11-22, by: cy@example.com, outcome: still-needed}, \
         {date: 2026-12-08, by: ana@example.com, outcome: still-needed}]",
        "reviews: [{date: 2026-12-08, by: ana@example.com, outcome: still-needed}]",
    ],
    &[
        "",
        "closure: {outcome: remediated, date: 2026-11-25, by: lee@example.com, reason: Done}",
        "closure: {outcome: rejected, date: 2026-11-25, by: lee@example.com, reason: Not like this}",
    ],
    &["", "requester: ana@example.com", "requester: cy@example.com"],
    &[
        "owner: {name: Ana Ruiz, email: ana@example.com}",
        "owner: {name: Dana Kim, email: dana@example.com}",
    ],
    &[
        "justification: The job is replaced in December; splitting it now would stop invoicing for two weeks.",
        "justification: The job is replaced in January; splitting it now would stop invoicing for two weeks.",
    ],
    &["# Written by hand", "# Written by a hand"],
];

/// The content of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Content {
    /// The index of its id in [`IDS`].
    pub id: usize,
    /// The value of each field.
    pub values: [u8; N],
}

/// Returns the number of values of a field.
pub(super) fn n_values(field: usize) -> usize {
    LINES[field].len()
}

impl Content {
    /// Returns the record with the first value of each field.
    pub(super) fn first(id: usize) -> Content {
        Content { id, values: [0; N] }
    }

    pub(super) fn get(&self, field: usize) -> u8 {
        self.values[field]
    }

    /// Returns the content with another value of a field.
    pub(super) fn with(mut self, field: usize, value: u8) -> Content {
        self.values[field] = value;
        self
    }

    fn line(&self, field: usize) -> &'static str {
        LINES[field][usize::from(self.values[field])]
    }

    /// Returns the text of the record file.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let mut add = |line: &str| {
            if !line.is_empty() {
                text.push_str(line);
                text.push('\n');
            }
        };
        let scope = [RESOURCES, ACTIONS, FINDINGS, NOT_WAIVED];
        add(&format!("id: {}", IDS[self.id]));
        for field in [STYLE, CLASS] {
            add(self.line(field));
        }
        add("title: Nightly invoices");
        add(self.line(END));
        add("deviates_from:");
        for field in [RULE, CONTROLS] {
            add(self.line(field));
        }
        add("subject:");
        for field in [APPLICATION, ALIASES] {
            add(self.line(field));
        }
        add("root_cause: brittle-dependency");
        if scope.iter().any(|field| self.values[*field] > 0) {
            add("scope:");
        }
        for field in scope {
            add(self.line(field));
            add("# -");
        }
        for field in [OWNER, TEXT, RISK, MEASURES, START, REQUESTER] {
            add(self.line(field));
            add("# -");
        }
        for field in [REVIEW_EVERY, TRIGGERS, USES, REVIEWS, FIRED, CLOSURE] {
            add(self.line(field));
            add("# -");
        }
        text
    }

    /// Parses a record file, also one that git merged from two; `None` if [`Content::text`] would not write it so.
    pub(super) fn parse(text: &str) -> Option<Content> {
        let id = text.lines().next()?.strip_prefix("id: ")?;
        let mut content = Content::first(IDS.iter().position(|known| *known == id)?);
        for (field, lines) in LINES.iter().enumerate() {
            let stands = |line: &str| !line.is_empty() && text.lines().any(|other| other == line);
            let found = lines.iter().position(|line| stands(line));
            content.values[field] = match found {
                Some(value) => u8::try_from(value).ok()?,
                None if lines[0].is_empty() => 0,
                None => return None,
            };
        }
        (content.text() == text).then_some(content)
    }

    /// Tells whether the record is valid: every fired trigger must be listed in `triggers`.
    pub(super) fn is_valid(&self) -> bool {
        match self.get(FIRED) {
            1 => matches!(self.get(TRIGGERS), 1 | 3),
            2 => matches!(self.get(TRIGGERS), 2 | 3),
            _ => true,
        }
    }

    /// Returns the items of a list, or `None` if it is absent.
    pub(super) fn items(&self, field: usize) -> Option<Vec<&'static str>> {
        let line = self.line(field);
        let inside = line.split_once('[')?.1.strip_suffix(']')?;
        let inside = inside.trim();
        if inside.is_empty() {
            return Some(Vec::new());
        }
        let trimmed = |item: &'static str| {
            let item = item.trim().trim_start_matches('{').trim_end_matches('}');
            item.strip_prefix("id: ").unwrap_or(item)
        };
        match field {
            MEASURES | TRIGGERS => Some(inside.split("}, ").map(&trimmed).collect()),
            _ => Some(inside.split(", ").map(trimmed).collect()),
        }
    }

    /// Returns the first instant at which the record has expired.
    pub(super) fn not_after(&self) -> Instant {
        let ends = [
            "2026-12-11T00:00:00Z",
            "2026-12-21T00:00:00Z",
            "2027-01-11T00:00:00Z",
            "2027-03-02T00:00:00Z",
        ];
        Instant::parse(ends[usize::from(self.get(END))]).unwrap()
    }

    /// Tells whether two contents differ at most in reviews, fired triggers, a `verified` and the comment.
    pub(super) fn is_same_grant_text(&self, other: &Content) -> bool {
        let rest = |content: &Content| {
            let mut rest = *content;
            for field in [REVIEWS, FIRED, STYLE] {
                rest.values[field] = 0;
            }
            if rest.values[MEASURES] == 4 {
                rest.values[MEASURES] = 0;
            }
            rest
        };
        rest(self) == rest(other)
    }

    /// Tells whether a later content at most adds reviews, fired triggers or a `verified` to this one (V9).
    pub(super) fn only_adds(&self, later: &Content) -> bool {
        let grows = |field: usize, kept: &[(u8, u8)]| {
            let both = (self.get(field), later.get(field));
            both.0 == 0 || both.0 == both.1 || kept.contains(&both)
        };
        let verified = match (self.get(MEASURES), later.get(MEASURES)) {
            (4, other) => other == 4,
            _ => true,
        };
        self.is_same_grant_text(later)
            && grows(REVIEWS, &[(1, 2), (3, 2)])
            && grows(FIRED, &[])
            && verified
    }

    /// Tells whether two contents have the same values and differ at most in the comment.
    pub(super) fn is_same_value(&self, other: &Content) -> bool {
        self.with(STYLE, 0) == other.with(STYLE, 0)
    }

    /// Tells whether this version, compared with an earlier one, ends later or has a wider scope (A5).
    pub(super) fn reaches_further(&self, base: &Content) -> bool {
        let gained = |field: usize| {
            let (old, new) = (base.items(field), self.items(field));
            let old = old.unwrap_or_default();
            new.unwrap_or_default().iter().any(|item| !old.contains(item))
        };
        let scope = [RESOURCES, ACTIONS, FINDINGS].into_iter().any(|field| {
            self.items(field).is_some() != base.items(field).is_some() || gained(field)
        });
        let forbidden = self.items(NOT_WAIVED).unwrap_or_default();
        let lost = base.items(NOT_WAIVED).unwrap_or_default();
        self.get(END) > base.get(END)
            || scope
            || gained(ALIASES)
            || gained(CONTROLS)
            || lost.iter().any(|item| !forbidden.contains(item))
    }

    /// Tells whether a version may only narrow or close an earlier one: it grants no more, and its other text is the
    /// same.
    pub(super) fn may_only_narrow(&self, base: &Content) -> bool {
        let equal = [RULE, APPLICATION, CLASS, RISK, REQUESTER, OWNER, TEXT];
        let same = equal.iter().all(|field| self.get(*field) == base.get(*field));
        same && !self.reaches_further(base)
    }

    /// Returns the `requester`, if there is one.
    pub(super) fn requester(&self) -> Option<Who> {
        match self.get(REQUESTER) {
            1 => Some(Who::Ana),
            2 => Some(Who::Cy),
            _ => None,
        }
    }

    pub(super) fn owner(&self) -> Who {
        match self.get(OWNER) {
            0 => Who::Ana,
            _ => Who::Dana,
        }
    }
}
