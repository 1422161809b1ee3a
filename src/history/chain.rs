//! The walk along first parents, and when each commit became effective.
//!
//! Pure. Start at [`walk`]. Follows `docs/spec/approval.md`, M3 to M5 and T1 to T5.

use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;

use crate::history::commit::{self, Commit};
use crate::history::mainline::{Flag, Landing, LatestTimes, Mainline};
use crate::history::objects::{ObjectKind, Objects, Obstacle, Oid};
use crate::history::refs::ApprovedRef;
use crate::record::time::Instant;

/// How far ahead a clock may be, in seconds, before a time counts as future.
pub(super) const TOLERANCE: i64 = 300;

/// The mainline and its commits, oldest first.
#[derive(Clone, Debug)]
pub struct Chain {
    pub mainline: Mainline,
    /// The commits of its landings, one each.
    pub commits: Vec<Rc<Commit>>,
    /// The policies of other folders that a walk reads, too.
    pub others: OtherPolicies,
    /// The tips that this clone saw, and that are not on the line.
    pub lost: LostTips,
    /// The branch of signed statements; empty unless it is read, too.
    pub approvals: ApprovalsBranch,
}

/// Tips of the approved ref that this clone saw, and that are not on the line of first parents (M5).
#[derive(Clone, Debug)]
pub struct LostTips {
    /// The tips, sorted.
    pub tips: Vec<Oid>,
    /// The clock's time: no commit is later.
    pub now: Instant,
}

/// Policies of other folders than the ledger's, by their paths from its root.
#[derive(Clone, Debug, Default)]
pub struct OtherPolicies {
    /// Those whose landings are noted: above the ledger, and on the way from it to a folder that is asked about.
    pub noted: BTreeSet<String>,
    /// Those below the ledger whose versions are judged as its governance files are.
    pub judged: BTreeSet<String>,
}

/// Reads one commit.
///
/// # Errors
/// [`Obstacle`] if it is missing, is not a commit, or its tree or parents can't be read.
pub fn read(objects: &dyn Objects, oid: Oid) -> Result<Commit, Obstacle> {
    match objects.read(oid)? {
        (ObjectKind::Commit, raw) => commit::parse(oid, raw),
        _ => Err(Obstacle::Malformed { object: oid, cause: "it is not a commit".to_owned() }),
    }
}

/// Walks the first parents of the approved ref, back to the first commit or to the end of the clone.
///
/// `now` is the current time, whatever instant is asked about: commits dated later are not trusted.
///
/// # Errors
/// [`Obstacle`] if the tip itself can't be read; one further back becomes the mainline's boundary.
pub fn walk(objects: &dyn Objects, chosen: &ApprovedRef, now: Instant) -> Result<Chain, Obstacle> {
    let mut commits = vec![Rc::new(read(objects, chosen.tip)?)];
    let mut seen = HashSet::from([chosen.tip]);
    let mut boundary = None;
    while let Some(last) = commits.last() {
        let Some(parent) = last.parents.first().copied() else {
            break;
        };
        if objects.is_shallow(last.oid) {
            boundary = Some(Obstacle::Shallow { commit: last.oid, extent: objects.extent() });
            break;
        }
        match read(objects, parent) {
            // Hashes rule this out, but an object source that does not check them must not cause an endless walk.
            Ok(commit) if !seen.insert(parent) => {
                boundary = Some(Obstacle::malformed(commit.oid, "it is its own ancestor"));
                break;
            }
            Ok(commit) => commits.push(Rc::new(commit)),
            Err(obstacle) => {
                boundary = Some(obstacle);
                break;
            }
        }
    }
    commits.reverse();
    let position = |oid: Oid| commits.iter().position(|commit| commit.oid == oid);
    let trusted = match chosen.trusted {
        None => None,
        Some(commit) => Some(position(commit).ok_or_else(|| Obstacle::TrustedElsewhere {
            commit,
            reference: chosen.reference.clone(),
        })?),
    };
    let mainline = Mainline {
        reference: chosen.reference.clone(),
        guard: chosen.guard,
        tip: chosen.tip,
        landings: landings(&commits, now, approved_branch(chosen)),
        boundary,
        has_replacements: objects.has_replacements(),
        trusted,
    };
    let seen = chosen.seen.iter().filter(|tip| position(**tip).is_none());
    let tips: BTreeSet<Oid> = seen.copied().collect();
    let lost = LostTips { tips: tips.into_iter().collect(), now };
    let (others, approvals) = (OtherPolicies::default(), ApprovalsBranch::default());
    Ok(Chain { mainline, commits, others, lost, approvals })
}

/// Returns when the time of a future-dated landing will be accepted, which changes effective times.
pub fn changes_at(mainline: &Mainline) -> Option<Instant> {
    let future =
        mainline.landings.iter().filter(|landing| landing.flags.contains(&Flag::FutureDated));
    let times = future.filter_map(|landing| landing.committed);
    times.min().map(|time| time.plus_seconds(-TOLERANCE))
}

fn landings(commits: &[Rc<Commit>], now: Instant, branch: &str) -> Vec<Landing> {
    let limit = now.plus_seconds(TOLERANCE);
    let mut running: Option<Instant> = None;
    let mut latest = LatestTimes::default();
    let mut landings = Vec::with_capacity(commits.len());
    for commit in commits {
        let mut flags = BTreeSet::new();
        let committed = commit.committed();
        match (committed, running) {
            (None, _) => {}
            (Some(time), _) if time > limit => {
                flags.insert(Flag::FutureDated);
            }
            (Some(time), Some(before)) if time < before => {
                flags.insert(Flag::ClockSkew);
            }
            (Some(time), _) => running = Some(time),
        }
        if commit.problem().is_some() {
            flags.insert(Flag::Malformed);
        }
        let merge = if commit.parents.len() > 1 { Some(commit.message()) } else { None };
        if merge.as_deref().is_some_and(|message| is_suspicious(message, branch)) {
            flags.insert(Flag::Suspicious);
        }
        // Before any trusted time, only the earliest instant is certain.
        let effective = running.unwrap_or(Instant::MIN);
        let own = committed.unwrap_or(effective);
        let no_earlier_than = own.max(latest.third());
        latest.add(no_earlier_than);
        landings.push(Landing {
            oid: commit.oid,
            tree: commit.tree,
            parents: Rc::clone(&commit.parents),
            committed,
            effective,
            no_earlier_than,
            flags,
            merged_from: merge.as_deref().and_then(|message| merged_from(message, branch)),
        });
    }
    landings
}

/// Returns the name that merge messages use for a ref.
pub fn branch(reference: &str) -> &str {
    let heads = reference.strip_prefix("refs/heads/");
    let remote = || Some(reference.strip_prefix("refs/remotes/")?.split_once('/')?.1);
    heads.or_else(remote).unwrap_or(reference)
}

/// Returns the name that merge messages use for the approved ref; the name of its remote may contain a slash.
pub fn approved_branch(chosen: &ApprovedRef) -> &str {
    let of_remote = chosen.remote.as_deref().and_then(|remote| {
        chosen.reference.strip_prefix("refs/remotes/")?.strip_prefix(remote)?.strip_prefix('/')
    });
    of_remote.unwrap_or_else(|| branch(&chosen.reference))
}

/// Tells whether a merge says, as git, a forge or a person writes it, that it is one of the approved branch into another, or of
/// any branch into one that is not the approved one (M5a): then whoever made it approved nothing on the approved branch.
fn is_suspicious(message: &str, branch: &str) -> bool {
    let (subject, lines) = subject_of(message);
    let subject = subject.as_str();
    // `git merge --log` indents the subjects of what it merges, and whoever is merged wrote those.
    let line = |begin: &str| lines.clone().find(|line| line.starts_with(begin));
    let is_itself = |name: &str| ["main", "master", branch].contains(&name);
    // Bitbucket Cloud, of a request.
    if let Some(rest) = subject.strip_prefix("Merged in ")
        && let Some((source, _)) = rest.split_once(" (pull request #")
    {
        return is_itself(source);
    }
    // Bitbucket Data Center names the branches below its subject.
    let named_below = if subject.starts_with("Pull request #") { line("Merge in ") } else { None };
    let below = named_below.and_then(|line| line.rsplit_once(" to ")).map(|(_, target)| target);
    // The title of a request, as GitHub makes it the merge's: it need not name branches.
    let number = subject.strip_suffix(')').and_then(|text| Some(text.rsplit_once(" (#")?.1));
    let is_title = number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    let (text, notes) = split_notes(subject);
    if let Some(target) = request_target(text, is_title).or(below) {
        return target != branch;
    }
    let has_request = line("See merge request ").is_some();
    MergeSubject::parse(text).is_some_and(|subject| {
        // GitLab puts the target in quotes, and so do people; git does not, where a branch's name has none. A tag brings its message
        // into that of the merge, and whoever pushed it wrote that.
        let is_typed = !notes.is_empty() || subject.has_tail;
        let quotes: &[char] = if is_typed { &['"', '`', '\''] } else { &['"', '`'] };
        let is_elsewhere = subject.target.is_some_and(|target| unquote(target, quotes) != branch)
            && !(is_title && subject.is_unquoted);
        let is_own = |target: &str| is_itself(unquote(target, &['\'']));
        let is_by_forge =
            has_request && subject.is_of_branches && subject.target.is_none_or(is_own);
        !is_by_forge && (is_elsewhere || subject.merges(branch))
    })
}

// Returns the owner of what a merge's subject says that it merged: as GitHub names the branch of a request, if that has the
// name of the approved one (`from acme/main`), and the base that it merges into the branch of a fork (`'acme:base'`).
fn merged_from(message: &str, branch: &str) -> Option<Rc<str>> {
    let (subject, _) = subject_of(message);
    let (text, _) = split_notes(&subject);
    let of_request = || {
        let (_, source) = text.strip_prefix("Merge pull request #")?.split_once(" from ")?;
        source.split_once('/').filter(|(_, name)| *name == branch)
    };
    let of_base = || {
        let (source, _) = text.strip_prefix("Merge branch '")?.split_once("' into ")?;
        source.split_once(':')
    };
    of_request().or_else(of_base).map(|(owner, _)| owner.into())
}

// Returns the subject of a message with single blanks, and the lines below it.
fn subject_of(message: &str) -> (String, impl Iterator<Item = &str> + Clone) {
    let mut lines = message.lines().skip_while(|line| line.trim_ascii().is_empty());
    let words = lines.next().unwrap_or_default().trim_ascii().split(' ');
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    (words.join(" "), lines)
}

fn unquote<'t>(target: &'t str, quotes: &[char]) -> &'t str {
    let mut quotes = quotes.iter();
    let inner = quotes.find_map(|quote| target.strip_prefix(*quote)?.strip_suffix(*quote));
    inner.unwrap_or(target)
}

/// Returns the branch into which a subject says that a request was merged, as Gitea, Gerrit, Bitbucket Server and Azure DevOps write
/// it: `Merge pull request 'Pay' (#7) from pay into main`, `Merge "Pay" into main`, `Merge pull request #7 in PAY/pay from pay to main`.
fn request_target(subject: &str, is_title: bool) -> Option<&str> {
    let rest = subject.strip_prefix("Merge ")?;
    let (_, target) = match rest.strip_prefix("pull request ") {
        Some(rest) if rest.starts_with('#') => {
            rest.split_once(" in ")?.1.rsplit_once(" from ")?.1.split_once(" to ")?
        }
        Some(rest) if rest.starts_with(|char: char| char == '\'' || char.is_ascii_digit()) => {
            rest.rsplit_once(" into ")?
        }
        Some(_) => return None,
        None if is_title => return None,
        // A title or a topic may say `into`, too.
        None if rest.starts_with('"') => rest
            .rsplit_once(" into ")
            .filter(|(title, _)| title.len() > 1 && title.ends_with('"'))?,
        None if rest.starts_with("change") => {
            rest.rsplit_once(" into ").filter(|(topic, _)| topic.matches('\'').count() % 2 == 0)?
        }
        None => return None,
    };
    (!target.contains(' ')).then_some(target)
}

// The subject that git gives a merge: `Merge branch 'a', remote-tracking branch 'o/b'; tag 'v1' of URL into c`. Forges and
// people leave the quotes and the kind out: `Merge main into feat`.
#[derive(Default)]
struct MergeSubject<'s> {
    branches: Vec<(&'s str, bool)>,
    merges_head: bool,
    is_of_branches: bool,
    is_unquoted: bool,
    target: Option<&'s str>,
    has_tail: bool,
}

const KINDS: [(&str, bool); 6] = [
    ("remote-tracking branch", true),
    ("remote branch", true),
    ("branch", true),
    ("commit", false),
    ("tag", false),
    ("", true),
];

fn merged_kind(written: &str) -> Option<(&'static str, bool)> {
    let written = written.trim_ascii().to_ascii_lowercase();
    let singular = written.strip_suffix("es").filter(|stem| stem.ends_with("branch"));
    let singular = singular.or_else(|| written.strip_suffix('s')).unwrap_or(&written);
    KINDS.iter().find(|(name, _)| *name == singular).copied()
}

// Such a text is an address or a path, of which `git pull URL` merges `HEAD`: mostly the approved branch.
fn is_repository(text: &str) -> bool {
    let is_word = !text.contains(' ');
    let is_request = ["/pull/", "/pull-requests/", "/merge_requests/"];
    if is_request.iter().any(|part| text.contains(part)) {
        return false;
    }
    // Less is a name: `Merge /login`, `Merge /etc/hosts fixes`, `Merge /login and /logout`.
    let is_absolute = || {
        let last = text.rsplit(' ').next().unwrap_or(text);
        text.strip_prefix('/').is_some_and(|rest| {
            rest.contains('/') && (is_word || last.find('/').is_some_and(|at| at > 0))
        })
    };
    let is_path = text == ".." || ["./", "../", "~/"].iter().any(|begin| text.starts_with(begin));
    let is_host = || {
        let parts = text.split_once(':');
        parts.is_some_and(|(host, path)| {
            host.contains('@') || host.contains('.') && path.contains('/')
        })
    };
    is_path || is_absolute() || is_word && (text.contains("://") || is_host())
}

// Cuts off what people, jobs and forges write behind a subject: `[skip ci]`, `(#12)`, `***NO_CI***`.
fn split_notes(whole: &str) -> (&str, &str) {
    let mut text = whole;
    loop {
        text = text.trim_ascii_end();
        let begin = match text.as_bytes().last() {
            Some(b')') => text.rfind(" ("),
            Some(b']') => text.rfind(" ["),
            Some(b'*') => text.rfind(" ***"),
            _ => None,
        };
        match begin.and_then(|begin| text.get(..begin)) {
            Some(rest) => text = rest,
            None => return (text, whole.get(text.len()..).unwrap_or_default().trim_ascii()),
        }
    }
}

fn split_source(item: &str) -> (&str, &str) {
    let ends = ["; ", " into "].iter().filter_map(|end| item.find(end));
    item.split_at_checked(ends.min().unwrap_or(item.len())).unwrap_or((item, ""))
}

// What ends the names of a subject; behind it stands a sentence of somebody's own.
const ENDS: [&str; 4] = [", ", ": ", "; ", " - "];

impl<'s> MergeSubject<'s> {
    fn parse(subject: &'s str) -> Option<MergeSubject<'s>> {
        let (verb, rest) = subject.split_once(' ')?;
        if !["merge", "merged"].iter().any(|known| verb.eq_ignore_ascii_case(known)) {
            return None;
        }
        let mut parsed = MergeSubject { is_of_branches: true, ..MergeSubject::default() };
        let mut item = rest;
        let mut rest = parsed.add_named(item).or_else(|| parsed.add_unquoted(item))?;
        // What was fetched from several repositories is divided so.
        while let Some(next) = rest.strip_prefix("; ") {
            let names_repository =
                item.split_once("; ").is_some_and(|(first, _)| first.contains(" of "));
            // Behind a name alone, a path with blanks is a sentence.
            let first = split_source(next).0;
            if first.contains(' ') && !first.contains('\'') && !names_repository {
                break;
            }
            let Some(after) = parsed.add_named(next) else { break };
            (item, rest) = (next, after);
        }
        if let Some(into) = rest.strip_prefix(" into ") {
            let ends = ENDS.iter().filter_map(|end| into.find(end));
            let end = ends.min().unwrap_or(into.len());
            let target =
                into.get(..end).map(|target| target.trim_ascii_end().trim_end_matches('.'));
            parsed.target = target.filter(|target| !target.is_empty() && !target.contains(' '));
            parsed.has_tail = end < into.len();
            parsed.is_of_branches &= parsed.target.is_some();
        }
        Some(parsed)
    }

    // Adds what was merged of one repository, and returns what stands behind it; `None` if a text is not of git's form.
    fn add_named(&mut self, item: &'s str) -> Option<&'s str> {
        let (first, behind) = split_source(item);
        if is_repository(first) {
            (self.merges_head, self.is_of_branches) = (true, false);
            return Some(behind);
        }
        let mut rest = item;
        if let Some(others) = rest.strip_prefix("HEAD, ") {
            (self.merges_head, rest) = (true, others);
        }
        rest.split_once('\'').and_then(|(kind, _)| merged_kind(kind))?;
        let (mut is_branch, mut is_tracking, mut is_commit) = (false, false, false);
        loop {
            let (kind, after) = rest.split_once('\'')?;
            let (known, names_branches) = merged_kind(kind)?;
            if !known.is_empty() {
                (is_branch, is_tracking) = (names_branches, known.starts_with("remote"));
                is_commit = known == "commit";
            }
            self.is_of_branches &= is_branch && !is_tracking;
            // A name may hold quotes, and no blank: the last quote before one ends it.
            let word = after.split(' ').next().unwrap_or(after);
            let end = word.rfind('\'').or_else(|| after.find('\''))?;
            let (name, tail) = (after.get(..end)?, after.get(end + 1..)?);
            if is_branch || is_commit {
                self.branches.push((name, is_tracking));
            }
            rest = tail.strip_prefix(" (early part)").unwrap_or(tail);
            let next = [", ", " and "].iter().find_map(|between| {
                let item = rest.strip_prefix(between)?;
                item.split_once('\'').filter(|(kind, _)| kind.split(' ').count() < 4)?;
                Some(item)
            });
            match next {
                Some(item) => rest = item,
                None => break,
            }
        }
        Some(rest.strip_prefix(" of ").map_or(rest, |repository| split_source(repository).1))
    }

    // Adds one name without quotes, with or without its kind: `main`, `branch main`, `"main"`, `branch main of URL`.
    fn add_unquoted(&mut self, item: &'s str) -> Option<&'s str> {
        let (first, behind) = split_source(item);
        let end = ENDS.iter().filter_map(|end| first.find(end)).min();
        let named = first.get(..end.unwrap_or(first.len()))?;
        let of = named.split_once(" of ").filter(|(_, repository)| is_repository(repository));
        let named = of.map_or(named, |(name, _)| name);
        let (kind, name) = named.rsplit_once(' ').unwrap_or(("", named));
        let (known, _) = merged_kind(kind)?;
        let bare = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
        if bare.is_empty() || bare.contains('"') {
            return None;
        }
        (self.is_of_branches, self.is_unquoted) = (false, true);
        self.branches.push((bare, known.starts_with("remote")));
        // Behind a sentence of somebody's own, no target follows.
        Some(if end.is_some() { "" } else { behind })
    }

    /// Tells whether it names the approved branch: a remote's or its `HEAD`, a fork's (`acme:main`), or a revision as it was typed.
    fn merges(&self, branch: &str) -> bool {
        let is_itself = |name: &str| ["main", "master", branch].contains(&name);
        let is_known = |remote: &str| ["origin", "upstream"].contains(&remote);
        let mut branches = self.branches.iter();
        let names_it = branches.any(|(typed, is_tracking)| {
            let name = typed.split(['~', '^']).next().unwrap_or(typed);
            let is_revision = name.len() < typed.len();
            let name = match name.split_once("@{") {
                // `@{upstream}` is what the branch follows: mostly the approved one.
                Some(("", of)) if of.starts_with(['u', 'p']) => return true,
                Some((name, _)) => name,
                None => name,
            };
            let name = name.rsplit_once(':').map_or(name, |(_, name)| name);
            let name = name.strip_prefix("refs/").unwrap_or(name);
            let name = name.strip_prefix("heads/").unwrap_or(name);
            let (name, is_tracking) = match name.strip_prefix("remotes/") {
                Some(name) => (name, true),
                // A revision names a remote's branch without its kind.
                None => (name, *is_tracking || is_revision),
            };
            match name.split_once('/') {
                _ if is_itself(name) => true,
                // The name of another remote may have a slash, too, as that of the branch may.
                Some((remote, rest)) if is_tracking && !is_known(remote) => {
                    let ends = rest.match_indices('/').filter_map(|(at, _)| rest.get(at + 1..));
                    ends.chain([rest]).any(|name| name == "HEAD" || is_itself(name))
                }
                Some((remote, name)) => {
                    (is_tracking || is_known(remote)) && (name == "HEAD" || is_itself(name))
                }
                None => is_tracking && !is_revision,
            }
        });
        names_it || self.merges_head
    }
}

impl Mainline {
    pub fn position(&self, oid: Oid) -> Option<usize> {
        self.landings.iter().rposition(|landing| landing.oid == oid)
    }

    /// Returns the last commit whose content was effective at an instant; `None` before the first (T5).
    pub fn at(&self, instant: Instant) -> Option<usize> {
        let after = self.landings.partition_point(|landing| landing.effective <= instant);
        after.checked_sub(1)
    }
}

impl Chain {
    /// Returns the chain as it was when the commit at a position was the tip; later pushes have no effect on it.
    pub fn cut(mut self, position: usize) -> Chain {
        if position.saturating_add(1) < self.commits.len() {
            // What was seen later says nothing of an earlier state.
            self.lost.tips.clear();
        }
        self.commits.truncate(position.saturating_add(1));
        if let Some(tip) = self.commits.last() {
            self.mainline.tip = tip.oid;
        }
        self.mainline.landings.truncate(position.saturating_add(1));
        self.mainline.trusted = self.mainline.trusted.filter(|trusted| *trusted <= position);
        self
    }

    /// Returns the first mainline commit from which a commit can be reached; `None` without one.
    ///
    /// A commit of a merged branch is contained in the merge that added it.
    pub fn containing(&self, objects: &dyn Objects, oid: Oid) -> Option<usize> {
        let mut reached: HashSet<Oid> = HashSet::new();
        for (position, commit) in self.commits.iter().enumerate() {
            let mut stack = vec![commit.oid];
            while let Some(at) = stack.pop() {
                if !reached.insert(at) {
                    continue;
                }
                if at == oid {
                    return Some(position);
                }
                if !objects.is_shallow(at)
                    && let Ok(commit) = read(objects, at)
                {
                    stack.extend(commit.parents.iter());
                }
            }
        }
        None
    }
}

/// The commits of the approvals branch down to the landings, newest first.
#[derive(Clone, Debug, Default)]
pub struct ApprovalsBranch {
    /// `None` if this clone has no such branch.
    pub tip: Option<Oid>,
    pub(super) commits: Vec<Rc<Commit>>,
    /// Why there are commits that are not read; `None` if all are.
    pub unread: Option<UnreadCommits>,
    /// The commits that only former tips reach, newest first, and the first of these tips.
    pub(super) lost: Vec<Rc<Commit>>,
    pub lost_tip: Option<Oid>,
    /// Statements of a later time don't count yet; `None` if all do.
    pub until: Option<Instant>,
    /// What this clone knows of the remote's; `None` without a remote, and where nothing of it could count.
    pub remote: Option<RemoteBranch>,
}

/// Why a branch has commits that are not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnreadCommits {
    TooMany,
    /// This clone ends before them.
    CutOff(Obstacle),
}

/// How well a clone knows a branch of a remote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteBranch {
    /// Its short name.
    pub name: String,
    /// The command that fetches it.
    pub command: String,
    /// Whether this clone fetches it where the remote has one.
    pub is_followed: bool,
    /// Whether this clone has one, or a fetch of all branches found none.
    pub is_known: bool,
    /// When a fetch, not a clone, last brought it, or would have; one of another branch alone says nothing of it.
    pub fetched: Option<Instant>,
    /// When a fetch or clone did.
    pub seen: Option<Instant>,
    /// Whether this clone's own branch of that name lacks commits of it, so that a push is refused.
    pub is_behind: bool,
    /// What this clone's own branch of that name states beyond it.
    pub unpushed: Vec<UnpushedStatement>,
}

/// A statement about some bytes that only this clone has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnpushedStatement {
    /// The id of a record, or `governance:` and a path.
    pub about: String,
    pub sha256: String,
    pub is_rejection: bool,
}

impl ApprovalsBranch {
    /// Returns why this clone lacks the older part of it.
    pub(super) fn cut_off(&self) -> Option<&Obstacle> {
        match &self.unread {
            Some(UnreadCommits::CutOff(obstacle)) => Some(obstacle),
            _ => None,
        }
    }

    /// Returns the remote's, if this clone lacks it, or does not fetch what is said there later.
    pub fn unfetched(&self) -> Option<&RemoteBranch> {
        self.remote.as_ref().filter(|remote| !(remote.is_followed && remote.is_known))
    }

    /// Tells whether its tip reaches a commit, as far as it is read.
    pub fn reaches(&self, oid: Oid) -> bool {
        self.unread.is_some() || self.commits.iter().any(|commit| commit.oid == oid)
    }

    /// Returns the branch as of an instant: with the newest commit by then as its tip.
    pub fn as_of(mut self, instant: Instant) -> ApprovalsBranch {
        let is_by_then = |commit: &&Rc<Commit>| commit.committed().is_some_and(|at| at <= instant);
        self.tip = self.commits.iter().find(is_by_then).map(|commit| commit.oid);
        self
    }
}
