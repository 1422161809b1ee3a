//! Refiled records: the same subject and the same control or rule, soon after an earlier record was over.
//!
//! Pure. Start at [`Peer`], [`PeerIndex`] and [`again`]. Follows `docs/spec/policy.md`, repetition, and
//! `docs/spec/rules.md` (`recurrence`, `renewal-limit`, `total-limit`).

use crate::diag::sorting::StableSort as _;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};

use crate::policy::governance::Governance;
use crate::record::folded::folded;
use crate::record::reference::ControlRef;
use crate::record::subject::Subject;
use crate::record::time::{Day, Instant, Term, not_after};
use crate::record::vocabulary::ClosureOutcome;
use crate::record::{Deviation, Record};
use crate::survey::compared_version::ComparedEnd;

/// A record in the form for comparison: what it is about, when it began, when it was over.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Its id, or the name of its file.
    pub id: String,
    /// When it began: at `starts`, else when it landed; `None` if neither is known.
    pub begin: Option<Instant>,
    /// The first instant at which it no longer granted anything: its end, or the day after its closure.
    pub over: Instant,
    /// The day of its closure.
    pub closed: Option<Day>,
    /// The record that it supersedes, by its own statement.
    pub supersedes: Option<String>,
    subject: Subject,
    deviates_from: Deviation,
}

impl Peer {
    /// Returns a record in the form for comparison; `None` for a rejected one, which never took effect.
    ///
    /// `landed` is when it first landed, if known.
    pub fn from_record(id: &str, record: &Record, landed: Option<Instant>) -> Option<Peer> {
        let closure = record.closure.as_ref();
        if closure.is_some_and(|closure| closure.outcome == ClosureOutcome::Rejected) {
            return None;
        }
        Some(Peer::closed_on(id, record, landed, closure.map(|closure| closure.date)))
    }

    /// Returns a record in the form for comparison as if it had not been closed.
    pub fn unclosed(id: &str, record: &Record, landed: Option<Instant>) -> Peer {
        Peer::closed_on(id, record, landed, None)
    }

    fn closed_on(id: &str, record: &Record, landed: Option<Instant>, closed: Option<Day>) -> Peer {
        let end = not_after(&record.expires);
        let starts = record.starts.as_ref().map(|starts| starts.start());
        let references = record.references.as_ref();
        Peer {
            id: id.to_owned(),
            begin: starts.or(landed),
            over: closed.map_or(end, |day| day.end().min(end)),
            closed,
            supersedes: references.and_then(|references| references.supersedes.clone()),
            subject: fold_subject(record.subject.clone()),
            deviates_from: record.deviates_from.clone(),
        }
    }

    /// Returns the same record with the end that history shows.
    #[must_use]
    pub fn ending(self, end: ComparedEnd) -> Peer {
        Peer { over: end.over, closed: end.closed, ..self }
    }

    /// Returns the folded names of its subject: identity, asset, credential and application, then former names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let subject = &self.subject;
        let names = [&subject.identity, &subject.asset, &subject.credential, &subject.application]
            .into_iter()
            .flatten();
        let aliases = subject.aliases.iter().flatten();
        names.chain(aliases).map(String::as_str)
    }

    /// Tells whether another record states the same subject, and deviates from the same.
    pub fn is_as_stated(&self, other: &Peer) -> bool {
        self.subject == other.subject && self.deviates_from == other.deviates_from
    }

    /// Tells whether two records are about the same subject and deviate from the same control or rule.
    pub fn is_like(&self, other: &Peer, governance: &Governance) -> bool {
        self.is_about(other) && {
            let own = self.deviations(governance);
            other.deviations(governance).iter().any(|deviation| own.contains(deviation))
        }
    }

    /// Returns the rule and the controls from which it deviates, each in one form for all spellings.
    fn deviations(&self, governance: &Governance) -> Vec<FoldedDeviation> {
        let Deviation { rule, controls, .. } = &self.deviates_from;
        let rule = rule.iter().map(|rule| FoldedDeviation::Rule(folded(rule).into_owned()));
        let control = |control: &ControlRef| governance.folded_control(control.as_str());
        let controls = controls.iter().flatten().map(control).map(FoldedDeviation::Control);
        rule.chain(controls).collect()
    }

    fn is_about(&self, other: &Peer) -> bool {
        let (one, two) = (&self.subject, &other.subject);
        let fields = [
            (&one.identity, &two.identity),
            (&one.asset, &two.asset),
            (&one.credential, &two.credential),
            (&one.application, &two.application),
        ];
        let same = |(one, two): &(&Option<String>, &Option<String>)| one.is_some() && one == two;
        let former = |one: &Peer, two: &Peer| {
            let mut aliases = one.subject.aliases.iter().flatten();
            aliases.any(|alias| two.names().any(|name| name == alias))
        };
        fields.iter().any(same) || former(self, other) || former(other, self)
    }

    /// Tells whether the other record was over before this one began, by no more than the window.
    /// If it is not known when this one began, its end is used instead: it began before that.
    fn follows(&self, other: &Peer, window: Term) -> bool {
        let latest = match other.closed {
            Some(day) => window.after_day(day).end(),
            None => window.after(other.over),
        };
        match self.begin {
            Some(begin) => begin < latest && other.begin.unwrap_or(other.over) < begin,
            None => other.closed.is_some() && self.over <= latest,
        }
    }
}

/// Folds every name of a subject: another spelling is not another subject.
fn fold_subject(mut subject: Subject) -> Subject {
    let fold = |name: &mut String| {
        if let Cow::Owned(folded) = folded(name) {
            *name = folded;
        }
    };
    let names = [
        &mut subject.identity,
        &mut subject.asset,
        &mut subject.credential,
        &mut subject.application,
    ];
    names.into_iter().flatten().for_each(fold);
    subject.aliases.iter_mut().flatten().for_each(fold);
    subject
}

#[derive(PartialEq, Eq, Hash)]
enum FoldedDeviation {
    Rule(String),
    Control(String),
}

/// The records that share a name of their subjects.
struct NamedPeers<'p, T> {
    all: Vec<(&'p Peer, T)>,
    /// Sorted when they are first compared: most names are those of one record, and catalogs are large.
    by_deviation: OnceCell<HashMap<FoldedDeviation, Vec<(&'p Peer, T)>>>,
}

impl<'p, T: Copy> NamedPeers<'p, T> {
    fn by_deviation(
        &self,
        governance: &Governance,
    ) -> &HashMap<FoldedDeviation, Vec<(&'p Peer, T)>> {
        self.by_deviation.get_or_init(|| {
            let mut sorted: HashMap<FoldedDeviation, Vec<(&Peer, T)>> = HashMap::new();
            for (peer, value) in &self.all {
                for deviation in peer.deviations(governance) {
                    sorted.entry(deviation).or_default().push((peer, *value));
                }
            }
            sorted
        })
    }
}

/// Records by the names of their subjects and what they deviate from: a refiled record shares both with the earlier one.
pub struct PeerIndex<'p, T> {
    governance: &'p Governance,
    named: HashMap<&'p str, NamedPeers<'p, T>>,
}

impl<'p, T: Copy> PeerIndex<'p, T> {
    /// Sorts records, each with what [`PeerIndex::like`] returns beside it.
    pub fn new(
        peers: impl Iterator<Item = (&'p Peer, T)>,
        governance: &'p Governance,
    ) -> PeerIndex<'p, T> {
        let mut named: HashMap<&str, NamedPeers<'p, T>> = HashMap::new();
        let empty = || NamedPeers { all: Vec::new(), by_deviation: OnceCell::new() };
        for (peer, value) in peers {
            for name in peer.names() {
                named.entry(name).or_insert_with(empty).all.push((peer, value));
            }
        }
        PeerIndex { governance, named }
    }

    /// Returns the records that are like this one; some may be there twice.
    pub fn like(&self, peer: &Peer) -> Vec<(&'p Peer, T)> {
        self.like_any_of(peer, &|_| true)
    }

    /// Compares only where a record is wanted.
    fn like_any_of(&self, peer: &Peer, is_wanted: &dyn Fn(&Peer) -> bool) -> Vec<(&'p Peer, T)> {
        let named = peer.names().filter_map(|name| self.named.get(name));
        let named: Vec<&NamedPeers<'_, T>> =
            named.filter(|named| named.all.iter().any(|(other, _)| is_wanted(other))).collect();
        if named.is_empty() {
            return Vec::new();
        }
        let deviations = peer.deviations(self.governance);
        let sorted = named.iter().map(|named| named.by_deviation(self.governance));
        let like = sorted.flat_map(|sorted| deviations.iter().filter_map(|one| sorted.get(one)));
        let like = like.flatten().copied();
        like.filter(|(other, _)| is_wanted(other) && peer.is_about(other)).collect()
    }

    /// Returns the earlier records that this one refiles, the latest first. Each was over at the instant `until` or before
    /// this one began, or is superseded by it, and was over within the window before the next one began.
    pub fn before(&self, peer: &Peer, until: Instant, window: Term) -> Vec<&'p Peer> {
        let is_over = |other: &Peer| {
            let superseded = peer.supersedes.as_deref() == Some(other.id.as_str());
            superseded || other.over <= until || peer.begin.is_some_and(|begin| other.over <= begin)
        };
        let is_first =
            |other: &Peer| other.begin.unwrap_or(other.over) < peer.begin.unwrap_or(peer.over);
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let like = self.like_any_of(peer, &|other| other.id != peer.id);
        let like = like.into_iter().map(|(other, _)| other);
        let mut earlier: Vec<&Peer> = like
            .filter(|other| seen.insert(other.id.as_str()) && is_over(other) && is_first(other))
            .collect();
        earlier.order_by(|one, two| two.over.cmp(&one.over).then(one.id.cmp(&two.id)));
        let mut found = Vec::new();
        let mut next = peer.clone();
        for other in earlier {
            if next.follows(other, window) {
                found.push(other);
                next.begin = next.begin.min(other.begin.or(next.begin));
            }
        }
        found
    }
}

/// Returns how many days the records lasted, each rounded up.
pub fn days(peers: &[&Peer]) -> i64 {
    let days = peers.iter().map(|peer| {
        let begin = peer.begin.unwrap_or(peer.over);
        let seconds = peer.over.seconds_since(begin).max(0);
        seconds.saturating_add(86_399).div_euclid(86_400)
    });
    days.sum()
}

/// A record, and the closed records that it repeats.
#[derive(Clone, Debug)]
pub struct Again {
    /// The index of the record.
    pub index: usize,
    /// The ids and closing days of the closed records, the latest first.
    pub closed: Vec<(String, Day)>,
}

/// Returns the open records that are about the same as a record closed within the window before.
pub fn again(records: &[Peer], window: Term, governance: &Governance) -> Vec<Again> {
    let is_open = |record: &Peer| record.closed.is_none();
    let mut found: Vec<Again> = pairs(records, is_open, window, governance)
        .into_iter()
        .map(|(index, mut closed)| {
            closed.order_by(|one, two| two.over.cmp(&one.over).then(one.id.cmp(&two.id)));
            let closed = closed.into_iter();
            Again {
                index,
                closed: closed.filter_map(|peer| Some((peer.id.clone(), peer.closed?))).collect(),
            }
        })
        .collect();
    found.order_by_key(|again| again.index);
    found
}

/// Returns the records, open or closed since, that are about the same as a record closed within the window before.
pub fn refiled(records: &[Peer], window: Term, governance: &Governance) -> BTreeSet<usize> {
    let found = pairs(records, |_| true, window, governance);
    found.into_keys().collect()
}

/// Returns the closed records that later ones follow within the window, by the index of the later one.
fn pairs<'p>(
    records: &'p [Peer],
    is_wanted: fn(&Peer) -> bool,
    window: Term,
    governance: &Governance,
) -> HashMap<usize, Vec<&'p Peer>> {
    let wanted = records.iter().zip(0..).filter(|(record, _)| is_wanted(record));
    let like = PeerIndex::new(wanted, governance);
    let mut found: HashMap<usize, Vec<&Peer>> = HashMap::new();
    for closed in records.iter().filter(|record| record.closed.is_some()) {
        let later =
            like.like(closed).into_iter().filter(|(record, _)| record.follows(closed, window));
        for index in later.map(|(_, index)| index).collect::<BTreeSet<usize>>() {
            found.entry(index).or_default().push(closed);
        }
    }
    found
}

/// Tells whether a file may contain a text, such as a key, without parsing it.
pub fn may_hold(bytes: &[u8], text: &str) -> bool {
    let file = std::str::from_utf8(bytes).unwrap_or_default();
    [text, "\\"].iter().any(|part| file.contains(part))
}

/// The text of a file in which names are looked for without parsing it.
pub struct NameSearch {
    /// The text in lower case; `None` if any name may be in it, spelled with escapes or other letters than ASCII.
    lower: Option<String>,
}

impl NameSearch {
    pub fn of_bytes(bytes: &[u8]) -> NameSearch {
        let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\r') && *byte != b'\\';
        let text = bytes.iter().all(is_plain).then(|| std::str::from_utf8(bytes).ok()).flatten();
        NameSearch { lower: text.map(str::to_ascii_lowercase) }
    }

    /// Prepares the bytes of a file for names in lower case that have no other spelling, such as a day or the name of a file.
    pub fn unfolded(bytes: &[u8]) -> NameSearch {
        let text = std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\\'));
        NameSearch { lower: text.map(str::to_ascii_lowercase) }
    }

    pub fn may_name_any<'n>(&self, names: impl IntoIterator<Item = &'n String>) -> bool {
        names.into_iter().any(|name| self.may_name(name))
    }

    pub fn may_name(&self, name: &str) -> bool {
        let Some(lower) = &self.lower else {
            return true;
        };
        // A value of several words may span several lines, and a quoted one has its quotes twice.
        let words = name.split([' ', '\'']);
        let longest = words.max_by_key(|word| word.len()).unwrap_or_default();
        lower.contains(longest)
    }
}
