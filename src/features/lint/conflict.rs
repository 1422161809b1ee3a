//! The way out of a merge conflict in a record: the side that landed stays, and what the other side decided is decided
//! again, by commands.
//!
//! Start at [`advise`]. Follows `docs/spec/rules.md` (`syntax`).

use crate::diag::Finding;
use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::shell::{quoted, quoted_path};
use crate::features::lint::by_hand::{self, AGAIN, comment, remark};
use crate::features::lint::landed::{ApprovedTip, approved_tip};
use crate::history::branch::Branch;
use crate::history::chain;
use crate::history::change::differ::beyond;
use crate::history::objects::{Objects as _, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::ledger::tree::Tree;
use crate::plan::evidence::{free, known};
use crate::plan::renew;
use crate::policy::Policy;
use crate::policy::tier;
use crate::policy::tier::fact::Facts;
use crate::record::Record;
use crate::record::address::Address;
use crate::record::decision::{Closure, Evidence};
use crate::record::file;
use crate::record::time::not_after;
use crate::rules::evidence;
use crate::session::judged::unfinished;
use crate::session::locate::Located;
use crate::status::renewal;
use crate::store::git::Repository;
use crate::store::git::judged::ConflictBlobs;
use crate::yaml::around;
use crate::yaml::explain::CONFLICT;
use serde_json::Value;
use std::cmp::Ordering;
use std::collections::BTreeMap;

const CLOSED: &str = "not possible any more, since it is closed";

/// The versions of a file that a merge left side by side.
struct Conflict {
    /// The command that puts the landed version in place.
    take: String,
    /// The command that shows the other side, or all sides where their marks landed; `None` where they were only committed.
    show: Option<String>,
    /// What the sides say; `None` for a file that isn't a record, and where one can't be read as a record.
    sides: Option<RecordSides>,
}

struct RecordSides {
    /// What both sides changed; `None` if git no longer holds it.
    base: Option<Record>,
    landed: Record,
    others: Vec<Record>,
}

pub(super) fn advise(
    located: &Located,
    (files, policy): (&dyn Tree, &Policy),
    findings: &mut Vec<Finding>,
) {
    let is_unfinished = |finding: &Finding| finding.message == unfinished(&finding.path);
    let is_conflict = |finding: &Finding| finding.message == CONFLICT || is_unfinished(finding);
    let Some(repository) = located.repository_or_none() else { return };
    if !findings.iter().any(is_conflict) {
        return;
    }
    let approved = approved_tip(located);
    let sides = ConflictSides { repository, files, approved: approved.as_ref() };
    let Some(prefix) = repository.prefix(&located.root) else { return };
    let (prefix, asker) = (LedgerPrefix::new(&prefix), repository.user().1);
    let mut advised: Vec<String> = Vec::new();
    findings.retain_mut(|finding| {
        if !is_conflict(finding) {
            return true;
        }
        let is_first = !advised.contains(&finding.path);
        let asks = Asks { policy, asker: asker.as_deref() };
        if is_unfinished(finding) {
            if let Some(sides) = sides.beside_file(&prefix, &finding.path) {
                finding.remedy = Remedy::run(sides.lines(&finding.path, asks))
                    .after("once the file says what it shall");
            }
        } else if is_first && let Some(conflict) = sides.read(&prefix, &finding.path) {
            advised.push(finding.path.clone());
            if let Some(message) = conflict.sides.as_ref().and_then(renewed_twice) {
                finding.message = message;
            }
            finding.remedy = conflict.remedy(&finding.path, asks);
        }
        is_first
    });
}

fn renewed_twice(sides: &RecordSides) -> Option<String> {
    let ([other], Some(base), landed) = (&*sides.others, &sides.base, &sides.landed) else {
        return None;
    };
    let is_renewed = |side: &Record| side.renewals.len() > base.renewals.len();
    let both = is_renewed(landed) && is_renewed(other);
    both.then(|| {
        let (until, also) = (&landed.expires, &other.expires);
        format!("renewed on both sides of a merge, until {until} (landed) and until {also}")
    })
}

/// Who asks, and what the commands may do.
#[derive(Clone, Copy)]
struct Asks<'a> {
    policy: &'a Policy,
    asker: Option<&'a str>,
}

struct ConflictSides<'a> {
    repository: &'a Repository,
    files: &'a dyn Tree,
    approved: Option<&'a ApprovedTip<'a>>,
}

impl ConflictSides<'_> {
    /// Reads the sides from git's index, or, where their marks were committed, from the marks; `None` if nothing of it landed.
    fn read(&self, prefix: &LedgerPrefix, path: &str) -> Option<Conflict> {
        let landed = self.approved.and_then(|tip| Some(tip.tree.entry(path).ok().flatten()?.1));
        let record = |bytes: &[u8]| file::read(path, bytes).record;
        let of_blob = |blob: Oid| record(&self.repository.read(blob).ok()?.1);
        match self.repository.sides(prefix, path).ok().flatten() {
            // The landed side itself may have marks.
            Some(ConflictBlobs { base, ours, theirs })
                if self.is_readable(path, if landed == Some(theirs) { theirs } else { ours }) =>
            {
                let (side, kept, other, place) = match landed {
                    Some(landed) if landed == theirs => ("--theirs", theirs, ours, ":2"),
                    _ => ("--ours", ours, theirs, ":3"),
                };
                let sides = of_blob(kept).zip(of_blob(other));
                Some(Conflict {
                    take: format!("git checkout {side} -- {}", quoted_path(path)),
                    show: Some(shown(&format!("{place}:./{path}"))),
                    sides: sides.map(|(landed, other)| RecordSides {
                        base: base.and_then(of_blob),
                        landed,
                        others: vec![other],
                    }),
                })
            }
            _ => {
                let text = self.files.bytes(path).ok()??;
                let (version, landed) = self.last_readable(path)?;
                let reference = &self.approved?.reference;
                let is_tip = version == *reference;
                let sides = around::conflict_sides(std::str::from_utf8(&text).ok()?);
                let sides = sides.iter().map(|side| record(side.as_bytes()));
                // Where the marks themselves landed, neither side did.
                let sides = sides.collect::<Option<_>>().filter(|_| is_tip);
                let sides = of_blob(landed).zip(sides);
                Some(Conflict {
                    take: format!("git checkout {version} -- {}", quoted_path(path)),
                    show: (!is_tip).then(|| shown(&format!("{reference}:./{path}"))),
                    sides: sides.map(|(landed, others)| {
                        let base = self.begun(path).and_then(of_blob);
                        // Where the marks were committed on top of what landed, git no longer knows what both sides changed.
                        let base = base.filter(|base| *base != landed);
                        RecordSides { base, landed, others }
                    }),
                })
            }
        }
    }

    /// Reads a file without marks as what stays, beside the sides that git still holds; `None` if one can't be read.
    fn beside_file(&self, prefix: &LedgerPrefix, path: &str) -> Option<RecordSides> {
        let record = |bytes: &[u8]| file::read(path, bytes).record;
        let of_blob = |blob: Oid| record(&self.repository.read(blob).ok()?.1);
        let ConflictBlobs { base, ours, theirs } =
            self.repository.sides(prefix, path).ok().flatten()?;
        Some(RecordSides {
            base: base.and_then(of_blob),
            landed: record(&self.files.bytes(path).ok()??)?,
            others: vec![of_blob(ours)?, of_blob(theirs)?],
        })
    }

    fn is_readable(&self, path: &str, blob: Oid) -> bool {
        let syntax = |finding: &Finding| finding.rule == Code::Syntax;
        let bytes = self.repository.read(blob).map(|(_, bytes)| bytes);
        bytes.is_ok_and(|bytes| !file::read(path, &bytes).findings.iter().any(syntax))
    }

    /// Returns the last landed version that can be read, by what names its commit.
    fn last_readable(&self, path: &str) -> Option<(String, Oid)> {
        let ApprovedTip { reference, tip, .. } = self.approved?;
        let (at, blob) = self.readable_from(path, *tip)?;
        let version = if at == *tip { reference.clone() } else { at.to_string() };
        Some((version, blob))
    }

    /// Returns the version in the commit where the branch began, seen from its last commit without the marks.
    fn begun(&self, path: &str) -> Option<Oid> {
        let ApprovedTip { repository, prefix, tip, .. } = self.approved?;
        let (own, _) = self.readable_from(path, repository.find("HEAD")?.oid)?;
        let branch = Branch::between(*repository, *tip, own).ok()??;
        let base = chain::read(*repository, *branch.bases.first()?).ok()?;
        let (_, blob) = CommitTree::new(*repository, base.tree, prefix).entry(path).ok()??;
        Some(blob)
    }

    fn readable_from(&self, path: &str, tip: Oid) -> Option<(Oid, Oid)> {
        let ApprovedTip { repository, prefix, .. } = self.approved?;
        let (mut at, mut unreadable) = (tip, None);
        loop {
            let commit = chain::read(*repository, at).ok()?;
            let (_, blob) =
                CommitTree::new(*repository, commit.tree, prefix).entry(path).ok()??;
            if unreadable != Some(blob) {
                if self.is_readable(path, blob) {
                    return Some((at, blob));
                }
                unreadable = Some(blob);
            }
            at = *commit.parents.first()?;
        }
    }
}

fn shown(object: &str) -> String {
    format!("git show {}", quoted(object))
}

impl Conflict {
    fn remedy(&self, path: &str, asks: Asks<'_>) -> Remedy {
        let mut lines = vec![self.take.clone()];
        match &self.sides {
            Some(sides) => lines.extend(sides.lines(path, asks)),
            None => {
                let place = self.show.iter().map(|show| format!(", as `{show}` has it"));
                let place: String = place.collect();
                lines.push(comment(&format!("what the other side changed{place}")));
                lines.push(format!("git add {}", quoted_path(path)));
            }
        }
        Remedy::run(lines)
    }
}

impl RecordSides {
    /// Returns the fields that no command writes, and the commands that decide again what the landed side lacks.
    fn lines(&self, path: &str, asks: Asks<'_>) -> Vec<String> {
        let (mut commands, mut fields) = (Vec::new(), Vec::new());
        for other in &self.others {
            let again =
                LostDecision { base: self.base.as_ref(), landed: &self.landed, other, asks };
            let (decided, refused) = again.commands();
            for line in decided {
                if !commands.contains(&line) {
                    commands.push(line);
                }
            }
            fields.extend(again.fields().into_iter().chain(refused));
        }
        fields.sort();
        fields.dedup();
        // A decision that is refused must not be lost: the conflict ends with the last one.
        commands.push(format!("git add {}", quoted_path(path)));
        fields.push(commands.join(" && "));
        fields
    }
}

/// What one side of a conflict decided and the landed one lacks.
struct LostDecision<'a> {
    base: Option<&'a Record>,
    landed: &'a Record,
    other: &'a Record,
    asks: Asks<'a>,
}

struct Command(String);

impl Command {
    fn flag(mut self, name: &str, values: impl IntoIterator<Item: AsRef<str>>) -> Command {
        for value in values {
            self.0 +=
                &format!(" --{name} {}", quoted(&value.as_ref().replace(char::is_control, " ")));
        }
        self
    }
}

impl LostDecision<'_> {
    /// Returns the commands, and in comments those that the landed side refuses.
    fn commands(&self) -> (Vec<String>, Vec<String>) {
        let (landed, other) = (self.landed, self.other);
        let (mut commands, mut refused) = (Vec::new(), Vec::new());
        let ids = self.other_ids();
        let until = || self.command("renew").flag("until", [other.expires.to_string()]);
        let renewal = beyond(&other.renewals, &landed.renewals).pop();
        match not_after(&other.expires).cmp(&not_after(&landed.expires)) {
            Ordering::Greater => {
                let renew = renewal.map(|renewal| until().flag("reason", [&renewal.reason]));
                match self.why_no_renewal() {
                    Some(why) => refused.extend(renew.map(|renew| (why, renew))),
                    None => commands.extend(renew),
                }
            }
            Ordering::Less if self.ends_sooner() => commands.push(until()),
            Ordering::Less | Ordering::Equal => {}
        }
        for transfer in beyond(&other.transfers, &landed.transfers) {
            let command = self.command("transfer").flag("to", [transfer.to.as_str()]);
            let is_last = transfer.to == other.owner.email;
            let command = command.flag("name", is_last.then_some(&other.owner.name));
            commands.push(command.flag("reason", &transfer.reason));
        }
        for review in beyond(&other.reviews, &landed.reviews) {
            let command = self.command("review").flag("outcome", [review.outcome.as_str()]);
            commands.push(self.by(&review.by, command.flag("note", &review.note)));
        }
        for control in &other.compensating_controls {
            let mut same =
                landed.compensating_controls.iter().filter(|other| other.id == control.id);
            let Some(known) = same.next() else { continue };
            let evidence = beyond(&control.evidence, &known.evidence);
            if control.verified > known.verified || !evidence.is_empty() {
                let command = self.command("review").flag("control", [&control.id]);
                let evidence = evidence.into_iter().map(|piece| argument(piece, &ids));
                commands.push(command.flag("evidence", evidence));
            }
        }
        for step in beyond(&other.handling, &landed.handling) {
            let command = self.command("note").flag("stage", [step.stage.as_str()]);
            let command = command.flag("note", &step.note);
            let evidence = step.evidence.iter().map(|piece| argument(piece, &ids));
            commands.push(self.by(&step.by, command.flag("evidence", evidence)));
        }
        for firing in beyond(&other.fired, &landed.fired) {
            if landed.fired.iter().all(|known| known.trigger != firing.trigger) {
                let Command(fire) = self.command("fire");
                let command = Command(format!("{fire} {}", quoted(&firing.trigger)));
                commands.push(self.by(&firing.by, command.flag("note", &firing.note)));
            }
        }
        if let (Some(closure), None) = (&other.closure, &landed.closure) {
            commands.push(self.by(&closure.by, self.close(closure, &ids)));
        }
        if landed.closure.is_some() {
            refused.extend(commands.drain(..).map(|command| (CLOSED, command)));
        }
        let refused = refused.into_iter().map(|(why, Command(text))| remark(why, &text)).collect();
        (commands.into_iter().map(|Command(text)| text).collect(), refused)
    }

    fn why_no_renewal(&self) -> Option<&'static str> {
        let landed = self.landed;
        let limit = tier::resolve(self.asks.policy, &Facts::of(landed))?.max_renewals;
        let n_renewals = u32::try_from(landed.renewals.len()).unwrap_or(u32::MAX);
        let is_limited = n_renewals >= limit && !renewal::is_redesigned(landed, None);
        match landed.closure {
            Some(_) => Some(CLOSED),
            None if renew::ending(landed).is_some() => {
                Some("not possible any more, since a trigger that ends it fired")
            }
            None => is_limited
                .then_some("not possible any more, since the policy allows no further renewal"),
        }
    }

    // Returns the ids of evidence that the landed side has for another piece, each with a free one.
    fn other_ids(&self) -> BTreeMap<String, String> {
        let landed = evidence::cited(self.landed, None);
        let mut taken = known(self.landed);
        taken.extend(known(self.other));
        let mut others = BTreeMap::new();
        for cited in evidence::cited(self.other, None) {
            let Some(id) = &cited.stated.id else { continue };
            let mut same = landed.iter().filter(|known| known.stated.id.as_ref() == Some(id));
            if same.next().is_some_and(|known| known.stated != cited.stated)
                && let Some(free) = free(&taken, &[])
            {
                taken.insert(free.clone());
                others.insert(id.clone(), free);
            }
        }
        others
    }

    fn close(&self, closure: &Closure, ids: &BTreeMap<String, String>) -> Command {
        let verified = closure.access_verified.iter().flat_map(|verified| {
            let day = |when| verified.day(when).map(|day| format!("{when}={day}"));
            ["before", "during", "after"].into_iter().filter_map(day)
        });
        let checks = closure.checks.iter().map(|(item, answer)| {
            let answer = ids.get(answer.as_str()).unwrap_or(answer);
            format!("{item}={answer}")
        });
        self.command("close")
            .flag("outcome", [closure.outcome.as_str()])
            .flag("reason", [&closure.reason])
            .flag("check", checks)
            .flag("access-verified", verified)
            .flag("evidence", closure.evidence.iter().map(|piece| argument(piece, ids)))
            .flag("prevention", &closure.prevention)
            .flag("review-by", closure.review_by.map(|day| day.to_string()))
    }

    fn command(&self, name: &str) -> Command {
        Command(format!("exledger {name} {}", self.other.id))
    }

    /// Names who decided, where it isn't the asker.
    fn by(&self, who: &Address, command: Command) -> Command {
        let is_asker =
            self.asks.asker.is_some_and(|asker| who.as_str().eq_ignore_ascii_case(asker));
        command.flag("by", (!is_asker).then_some(who.as_str()))
    }

    /// Returns what no command writes, as comments of a shell.
    fn fields(&self) -> Vec<String> {
        /// What commands write.
        const DECIDED: [&str; 7] =
            ["closure", "expires", "fired", "handling", "renewals", "reviews", "transfers"];
        let value = |record: &Record| serde_json::to_value(record).unwrap_or(Value::Null);
        let (landed, mut other) = (value(self.landed), value(self.other));
        let mut take = |key: &str| {
            if let (Some(map), landed) = (other.as_object_mut(), landed.get(key)) {
                match landed {
                    Some(landed) => drop(map.insert(key.to_owned(), landed.clone())),
                    None => drop(map.remove(key)),
                }
            }
        };
        DECIDED.into_iter().for_each(&mut take);
        if !beyond(&self.other.transfers, &self.landed.transfers).is_empty() {
            take("owner");
        }
        let controls = other.get_mut("compensating_controls").and_then(Value::as_array_mut);
        for control in controls.into_iter().flatten().filter_map(Value::as_object_mut) {
            let known = landed.get("compensating_controls").and_then(Value::as_array);
            let mut known = known.into_iter().flatten();
            let Some(known) = known.find(|known| known.get("id") == control.get("id")) else {
                continue;
            };
            // A review makes it active.
            let is_active = control.get("status").is_some_and(|status| status == "active");
            let written = ["verified", "evidence", "status"];
            for key in written.into_iter().filter(|key| *key != "status" || is_active) {
                match known.get(key) {
                    Some(value) => drop(control.insert(key.to_owned(), value.clone())),
                    None => drop(control.remove(key)),
                }
            }
        }
        let mut edits = by_hand::edits(self.base.map(value).as_ref(), &landed, &other);
        if self.landed.closure.is_some() {
            edits.iter_mut().for_each(|line| *line = line.replacen(AGAIN, CLOSED, 1));
        }
        edits
    }

    /// Tells whether the other side, which ends earlier, was ended earlier, and the landed one not just renewed.
    fn ends_sooner(&self) -> bool {
        match self.base {
            Some(base) => not_after(&self.other.expires) < not_after(&base.expires),
            None => {
                let renewed = beyond(&self.landed.renewals, &self.other.renewals);
                let former = renewed.first().map(|renewal| not_after(&renewal.from));
                former.is_none_or(|former| not_after(&self.other.expires) < former)
            }
        }
    }
}

fn argument(evidence: &Evidence, ids: &BTreeMap<String, String>) -> String {
    let sources = [&evidence.path, &evidence.url, &evidence.commit];
    let source = sources.into_iter().flatten().next().map_or("", String::as_str);
    let id = evidence.id.as_ref().map(|id| format!("{}=", ids.get(id).unwrap_or(id)));
    let id = id.unwrap_or_default();
    format!("{id}{}:{source}", evidence.kind)
}
