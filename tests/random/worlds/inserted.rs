//! Text that one person inserts: an author of the records, or somebody whom the ledger lists nowhere. Their twin changes a
//! document instead.
//!
//! Start at [`insert`]. Nothing here is an approval by anybody else, whatever it says.

use crate::dice::Dice;

use super::base::{Base, Filed};
use super::ledger::{
    About, Backed, Edits, Foxtrot, Landing, Ledger, RECEIPT, REVIEW, Said, Way, ident, public, say,
};
use super::texts::{APPLICATIONS, CAUSES, MAILMAP, POLICY, REVOKED, RecordText, SIGNERS};

const BOT: &str = "merge[bot] <7+merge[bot]@users.noreply.github.com>";

/// What a commit of inserted text does, and what its author may type.
pub(super) struct Insertion {
    pub edits: Edits,
    /// Whether it must land under the inserter's own name: an emergency of another lander is another person's.
    is_own: bool,
    /// Whether whoever lands it under a typed author would be an approver by what claims are worth.
    is_record: bool,
}

/// Lands a commit of the inserter: one that inserts text, or one that changes a document.
pub(super) fn insert(ledger: &mut Ledger, base: &Base, seed: u64, with_text: bool) {
    let mut dice = Dice::new(seed);
    ledger.now += [600, 3600, 86_400][dice.below(3)];
    let notes = Edits::from([("docs/notes.md".to_owned(), Some(format!("{seed}\n")))]);
    if !with_text {
        return ledger.land(&Landing::push(base.inserter), &notes);
    }
    let insertion = choose(ledger, base, &mut dice);
    let landing = landing(base, &insertion, &mut dice);
    let edits = if insertion.edits.is_empty() { notes } else { insertion.edits };
    ledger.log.push("inserted:".to_owned());
    ledger.land(&landing, &edits);
}

/// The subjects of merges that reroute the branch: none of them matters.
const SUBJECTS: &[&[&str]] = &[
    &["Merge branch 'work' into main\n", "Merge branch 'main' of https://example.com/x\n"],
    &["Merge pull request #9 from x/y\n"],
    &["Tidy up\n", "Merge branch 'work'\n"],
];

/// Lands a merge of the inserter that leaves out what commits that it brings did; its twin changes a document, or is the
/// same merge with nothing left out.
pub(super) fn reroute(ledger: &mut Ledger, base: &Base, seed: u64, with_text: bool) {
    let mut dice = Dice::new(seed);
    ledger.now += [600, 3600, 30 * 3600][dice.below(3)];
    let own = ident(base.inserter);
    // Whoever merges what others wrote may approve it, where claims are enough and nobody in particular is asked.
    let is_nobody = base.rules.attested || base.rules.grouped && base.inserter == "mallory";
    let by = if is_nobody { own.clone() } else { "GitHub <noreply@github.com>".to_owned() };
    let signs = base.has_keys && ledger.text(SIGNERS).is_some();
    if signs && dice.often(25) && !base.records.is_empty() {
        let landing = Landing { by, ..Landing::merge(base.inserter, base.inserter) };
        return delete_rejection(ledger, base, &mut dice, (&landing, with_text));
    }
    let n_later = 1 + [dice.below(2), dice.below(8)][dice.below(2)];
    // Rules that were approved since would land again without approval, and no longer say whose rejection counts.
    let is_ruled_alike = |fork: &usize| {
        let commit = ledger.main[*fork].0.to_string();
        [POLICY, SIGNERS].iter().all(|path| ledger.text_at(&commit, path) == ledger.text(path))
    };
    let n_last = ledger.main.len() - 1;
    let foxtrot = Foxtrot {
        fork: (n_last.saturating_sub(n_later)..n_last).find(is_ruled_alike).unwrap_or(n_last),
        depth: dice.below(4),
        keeps_records: dice.often(60),
        author: own,
        by,
        subjects: SUBJECTS[dice.below(SUBJECTS.len())],
    };
    if with_text {
        return ledger.land_foxtrot(&foxtrot);
    }
    let notes = Edits::from([("docs/notes.md".to_owned(), Some(format!("{seed}\n")))]);
    ledger.land(&Landing::push(base.inserter), &notes);
}

/// Merges a branch to which Dana pushed a rejection; its author has deleted it there.
fn delete_rejection(
    ledger: &mut Ledger,
    base: &Base,
    dice: &mut Dice,
    (landing, is_deleted): (&Landing, bool),
) {
    let all: Vec<(&String, &Filed)> = base.records.iter().collect();
    let (id, filed) = *dice.pick(&all);
    let mut rejection = Edits::new();
    let said = Said {
        about: About::Record(id),
        text: &filed.now.text(),
        from: None,
        by: "dana",
        rejects: true,
        at: ledger.at(),
        backed: Backed::Key("dana"),
    };
    say(&mut rejection, &said);
    let is_there = rejection.keys().any(|path| ledger.text(path).is_some());
    if is_there {
        // Of two files off the line with one path, only one is read yet.
        rejection.clear();
    }
    let deletion: Edits = rejection.keys().map(|path| (path.clone(), None)).collect();
    let notes = Edits::from([("docs/notes.md".to_owned(), Some(format!("{id}\n")))]);
    let last = if is_deleted { deletion } else { notes };
    ledger.land_branch(landing, &[rejection, last]);
}

/// Returns how an insertion lands: whom it names, and what it says.
fn landing(base: &Base, insertion: &Insertion, dice: &mut Dice) -> Landing {
    let own = match dice.below(6) {
        0 => format!(
            "{} <other@home.example.com>",
            if base.inserter == "ana" { "Ana" } else { "Mallory" }
        ),
        _ => ident(base.inserter),
    };
    let mut landing = Landing {
        way: [Way::Push, Way::Merge, Way::Merge, Way::Squash][dice.below(4)],
        author: own.clone(),
        by: own,
        message: [
            "Change it\n",
            "Merge branch 'work'\n",
            "Merge pull request #9 from x/y\n",
            "Change it (#9)\n",
        ][dice.below(4)]
        .to_owned(),
    };
    if insertion.is_own {
        landing.way = if dice.often(50) { Way::Push } else { Way::Merge };
        return landing;
    }
    if landing.way == Way::Merge && dice.often(30) {
        // A bot merges anything.
        landing.by = BOT.to_owned();
        return landing;
    }
    // Where signatures are asked for, whoever pushes may type any names.
    let may_type = base.rules.attested && base.rules.has_keys;
    let others = ["bob", "dana", "lee", "pat"];
    if may_type && dice.often(50) {
        landing.author = ident(others[dice.below(4)]);
        if dice.often(30) {
            landing.by = ident(others[dice.below(4)]);
        }
    } else if landing.way == Way::Merge && !insertion.is_record && base.inserter == "mallory" {
        // Nobody who is not listed approves the rules, whatever author they type.
        landing.author = ident(if dice.often(50) { "bob" } else { base.inserter });
    }
    if landing.author == landing.by || may_type {
        let token = *dice.pick(&["Reviewed-by", "Approved-by", "Co-authored-by", "Acked-by"]);
        for who in ["dana", "lee"] {
            if dice.often(40) {
                landing = landing.saying(&format!("{token}: {}", ident(who)));
            }
        }
    }
    landing
}

/// Returns what the inserter does next.
pub(super) fn choose(ledger: &Ledger, base: &Base, dice: &mut Dice) -> Insertion {
    let mut edits = Edits::new();
    let (mut is_own, mut is_record) = (false, false);
    if freed_key(ledger, base).is_some() && dice.often(50) {
        file(ledger, base, dice, &mut edits);
        return Insertion { edits, is_own: true, is_record: true };
    }
    match dice.below(100) {
        0..14 => change_keys(ledger, base, dice, &mut edits),
        14..26 => free_key(ledger, base, dice, &mut edits),
        26..40 => change_policy(ledger, base, dice, &mut edits),
        40..44 => change_names(ledger, base, dice, &mut edits),
        44..48 => {
            edits.extend(change_policy_and_profit(ledger, base, dice));
            is_record = true;
        }
        48..62 => {
            is_record = true;
            forge(ledger, base, dice, &mut edits);
        }
        62..72 => {
            is_record = true;
            widen(ledger, base, dice, &mut edits);
        }
        72..80 => {
            is_record = true;
            review(ledger, base, dice, &mut edits);
        }
        80..89 => {
            is_record = true;
            depart(ledger, base, dice, &mut edits);
        }
        89..94 => {
            is_own = true;
            file_emergency(base, dice, &mut edits);
        }
        94..97 => {
            is_record = true;
            file(ledger, base, dice, &mut edits);
        }
        _ => {
            // Statements of others are deleted.
            let files = ledger.paths("exceptions/.approvals/");
            let gone = files.into_iter().filter(|_| dice.often(60));
            edits.extend(gone.map(|path| (path, None)));
        }
    }
    Insertion { edits, is_own, is_record }
}

/// Returns a key that the inserter holds.
fn own_key(base: &Base, dice: &mut Dice) -> &'static str {
    dice.weighed(&[(3, base.inserter), (2, "eve"), (4, "gate")])
}

fn lines(text: Option<String>) -> Vec<String> {
    text.unwrap_or_default().lines().map(str::to_owned).collect()
}

/// Returns a key of the inserter of which a line was dropped.
fn freed_key(ledger: &Ledger, base: &Base) -> Option<&'static str> {
    let now = lines(ledger.text(SIGNERS));
    let dropped: Vec<String> =
        lines(base.signers.clone()).into_iter().filter(|line| !now.contains(line)).collect();
    let is_freed = |own: &&str| dropped.iter().any(|line| line.contains(&public(own)));
    [base.inserter, "gate"].into_iter().find(is_freed)
}

/// Drops the line that says whose key, or what for, a key of the inserter is.
fn free_key(ledger: &Ledger, base: &Base, dice: &mut Dice, edits: &mut Edits) {
    let says = |line: &String| {
        [base.inserter, "gate"].into_iter().any(|own| {
            let is_bound = line.contains("namespaces=") || line.starts_with(&format!("{own}@"));
            line.contains(&public(own)) && is_bound
        })
    };
    let mut now = lines(base.signers.clone());
    match now.iter().position(says) {
        Some(place) => drop(now.remove(place)),
        None => return change_keys(ledger, base, dice, edits),
    }
    edits.insert(SIGNERS.to_owned(), Some(now.join("\n") + "\n"));
}

/// Changes the list of keys, or of those that are revoked.
fn change_keys(ledger: &Ledger, base: &Base, dice: &mut Dice, edits: &mut Edits) {
    let mut now = lines(ledger.text(SIGNERS));
    for _ in 0..=dice.below(2) {
        let own = public(own_key(base, dice));
        match dice.below(13) {
            0 | 1 => {
                now.push(format!("dana@example.com {own}"));
                now.push(format!("lee@example.com {}", public("eve")));
            }
            2 => now.push(format!("*@example.com {own}")),
            3 => now.push(format!("dana@example.com,lee@example.com {own}")),
            4 => now.push(format!("bridge@example.com namespaces=\"{REVIEW}\" {own}")),
            5 => now.push(format!("forge@example.com namespaces=\"{RECEIPT}\" {}", public("dana"))),
            // One line is dropped, or put back.
            6..=9 if !now.is_empty() => drop(now.remove(dice.below(now.len()))),
            10 => {
                let dropped = lines(base.signers.clone());
                let dropped: Vec<String> =
                    dropped.into_iter().filter(|line| !now.contains(line)).collect();
                now.extend(dropped.first().cloned());
            }
            11 => {
                edits.insert(SIGNERS.to_owned(), None);
                return;
            }
            _ => {
                let some: Vec<String> = ["dana", "lee", "pat", "bridge"]
                    .iter()
                    .filter(|_| dice.often(60))
                    .map(|name| public(name) + "\n")
                    .collect();
                edits.insert(REVOKED.to_owned(), Some(some.concat()));
                return;
            }
        }
    }
    edits.insert(SIGNERS.to_owned(), Some(now.join("\n") + "\n"));
}

/// Replacements in the policy, and lines added to it; `@,` is the inserter.
const MUTATIONS: &[(&str, &str)] = &[
    ("count: 2", "count: 1"),
    ("each_of: [security, platform]", "each_of: [security]"),
    (", each_of: [security]", ""),
    (", proof: attested", ""),
    ("degraded: deny", "degraded: grant"),
    ("security: [", "security: [@, eve@example.com, "),
    ("platform: [", "platform: [@, "),
    ("platform: [lee@example.com]", "platform: []"),
    ("security: [dana@example.com", "security: [eve@example.com"),
    ("proof: claimed", "proof: claimed, self_approval: allow"),
    ("proof: claimed", "proof: claimed, self_asserted: allow"),
    ("proof: claimed", "proof: claimed, nested: allow"),
    ("proof: claimed", "proof: claimed, owner_may_approve: true"),
    ("proof: claimed", "proof: claimed, signers: docs/notes.md"),
    ("proof: claimed", "proof: claimed, revoked: docs/notes.md"),
    ("proof: claimed", "proof: claimed, forge: kernel"),
    ("proof: claimed", "proof: claimed, governance: {count: 1}"),
    ("proof: claimed", "proof: attested"),
    ("proof: claimed", "proof: claimed, authors: attested"),
    ("tiers:\n", "tiers:\n  - {name: easy, match: [{class: [standard]}], approvals: {count: 1}}\n"),
    ("match: [{risk: [high]}]", "match: [{risk: [low]}]"),
    ("version: 1\n", "version: 1\npeople: {bots: ['dana@example.com']}\n"),
    ("version: 1\n", "version: 1\npeople: {agents: ['*@example.com']}\n"),
    ("version: 1\n", "version: 1\npeople: {logins: {lee: eve@example.com}}\n"),
    ("version: 1\n", "version: 1\npeople: {noreply: ['*@example.com']}\n"),
    ("version: 1\n", "version: 1\npeople: {forges: ['Mallory <mallory@example.com>']}\n"),
    ("version: 1\n", "version: 1\npatterns: {freeze: false}\n"),
    ("version: 1\n", "version: 1\npatterns: {threshold: 9}\n"),
    ("version: 1\n", "version: 1\nrecurrence: {window: 1d}\n"),
    ("version: 1\n", "version: 1\nclasses: {emergency: {review_within: 900h}}\n"),
    ("version: 1\n", "version: 1\nassets: [{match: '*', sensitivity: low}]\n"),
    ("version: 1\n", "version: 1\nrecords: [exceptions, docs]\n"),
    ("version: 1\n", "version: 1\ndue: {soon: 20d}\n"),
    ("version: 1\n", "version: 2\n"),
    ("name: t\n", "name: u\n"),
    ("name: t\n", ""),
];

fn change_policy(ledger: &Ledger, base: &Base, dice: &mut Dice, edits: &mut Edits) {
    if dice.often(5) {
        edits.insert(POLICY.to_owned(), None);
        return;
    }
    let mut text = ledger.text(POLICY).unwrap_or_else(|| base.policy.clone());
    for _ in 0..=dice.below(2) {
        let (old, new) = *dice.pick(MUTATIONS);
        text = text.replace(old, &new.replace("@,", &format!("{}@example.com,", base.inserter)));
    }
    edits.insert(POLICY.to_owned(), Some(text));
}

fn change_policy_and_profit(ledger: &Ledger, base: &Base, dice: &mut Dice) -> Edits {
    let mut edits = Edits::new();
    change_policy(ledger, base, dice, &mut edits);
    widen(ledger, base, dice, &mut edits);
    edits
}

/// Joins people by the mailmap, or tells them apart again.
fn change_names(ledger: &Ledger, base: &Base, dice: &mut Dice, edits: &mut Edits) {
    let [own, other] = [base.inserter, *dice.pick(&["dana", "lee", "bob", "pat"])].map(ident);
    let line = match dice.below(3) {
        0 => format!("{own} {}\n", other.split_once(' ').unwrap().1),
        1 => format!("{other} {}\n", own.split_once(' ').unwrap().1),
        _ => format!("Bob <bob@example.com> {}\n", other.split_once(' ').unwrap().1),
    };
    let gone = ledger.text(MAILMAP).is_some() && dice.often(50);
    edits.insert(MAILMAP.to_owned(), (!gone).then_some(line));
}

/// Tells whether the inserter is an author of a record, or nobody who could approve it.
fn is_target(base: &Base, filed: &Filed) -> bool {
    match base.inserter {
        "ana" => filed.author == "ana",
        // Whoever is outside the authors may take something back where nobody in particular is asked.
        _ => base.rules.grouped,
    }
}

fn target(base: &Base, dice: &mut Dice, fits: impl Fn(&Filed) -> bool) -> Option<Filed> {
    let found: Vec<&Filed> =
        base.records.values().filter(|filed| is_target(base, filed) && fits(filed)).collect();
    (!found.is_empty()).then(|| (*dice.pick(&found)).clone())
}

/// Adds statements of others about a text, which they never gave.
fn state(
    ledger: &Ledger,
    base: &Base,
    dice: &mut Dice,
    about: About,
    text: &str,
    edits: &mut Edits,
) {
    let mut backing = dice.below(8);
    let keys = [base.inserter, "eve"];
    let mut own = own_key(base, dice);
    if let Some(freed) = freed_key(ledger, base).filter(|_| dice.often(80)) {
        (backing, own) = (4, freed);
    }
    for (n, by) in ["dana", "lee"].into_iter().enumerate() {
        let backed = match backing {
            0 | 1 => Backed::Nothing,
            2 => Backed::Bridge(own),
            3 => Backed::Bridge(keys[n]),
            4..=6 => Backed::Key(own),
            _ => Backed::Key(keys[n]),
        };
        let at = ledger.at();
        say(edits, &Said { about, text, from: None, by, rejects: false, at, backed });
    }
}

/// States approvals of what landed, or of a file of the rules.
fn forge(ledger: &Ledger, base: &Base, dice: &mut Dice, edits: &mut Edits) {
    if dice.often(25) {
        let path = *dice.pick(&[POLICY, SIGNERS]);
        if let Some(text) = ledger.text(path) {
            state(ledger, base, dice, About::Rules(path), &text, edits);
        }
        return;
    }
    if dice.often(40) {
        return file(ledger, base, dice, edits);
    }
    let waits = |path: &String| !path.contains(".approvals");
    let paths: Vec<String> = ledger.paths("exceptions/").into_iter().filter(waits).collect();
    if paths.is_empty() {
        return;
    }
    let path = dice.pick(&paths);
    let id = path.rsplit('/').next().unwrap().trim_end_matches(".yaml").to_owned();
    let text = ledger.text(path).unwrap();
    if id.starts_with("EXC-2026-") && id.len() == 14 {
        state(ledger, base, dice, About::Record(&id), &text, edits);
    }
}

/// Lands a record that ends later or covers more, or an older version of it.
fn widen(ledger: &Ledger, base: &Base, dice: &mut Dice, edits: &mut Edits) {
    let Some(filed) = target(base, dice, |filed| filed.now.class == "standard") else {
        return file(ledger, base, dice, edits);
    };
    let is_reviewed = is_reviewed(&filed.now);
    let keeps_reviews = |older: &&RecordText| !is_reviewed || older.more == filed.now.more;
    let older = filed.all.iter().filter(|it| filed.approved.as_ref() != Some(*it));
    let older: Vec<&RecordText> = older.filter(keeps_reviews).collect();
    let mut text = filed.now.clone();
    match dice.below(8) {
        0 => text.end = 3,
        1 => text.resources = 3,
        2 if !is_reviewed => text.more = String::new(),
        3 => {
            text.end = 3;
            text.is_high = false;
        }
        4 => text.class = "regulated",
        5 => text.is_periodic = false,
        _ if !older.is_empty() => text = (**dice.pick(&older)).clone(),
        _ => text.application = APPLICATIONS[dice.below(2)][dice.below(3)],
    }
    // Whoever puts back what was approved last gives nothing.
    if filed.approved.as_ref() == Some(&text) {
        return;
    }
    let path = match dice.below(8) {
        0 => format!("exceptions/more/{}.yaml", text.id),
        _ => text.path(),
    };
    edits.insert(path, Some(text.text()));
    if dice.often(50) {
        state(ledger, base, dice, About::Record(&text.id), &text.text(), edits);
    }
}

/// Files a record that nobody asked for, with statements about it.
fn file(ledger: &Ledger, base: &Base, dice: &mut Dice, edits: &mut Edits) {
    let id = format!("EXC-2026-XXXX{}", dice.below(3));
    let mut text = RecordText::new(&id, dice);
    text.is_access = dice.often(40);
    edits.insert(text.path(), Some(text.text()));
    state(ledger, base, dice, About::Record(&id), &text.text(), edits);
}

/// Adds a review to a record, by somebody who never took it.
fn review(ledger: &Ledger, base: &Base, dice: &mut Dice, edits: &mut Edits) {
    let Some(filed) =
        target(base, dice, |filed| filed.now.is_periodic && filed.now.more.is_empty())
    else {
        return change_keys(ledger, base, dice, edits);
    };
    let by = *dice.pick(&["lee", "dana", base.inserter]);
    let day = ledger.at().day();
    let entry = match dice.below(3) {
        0 => format!(
            "handling: [{{date: {day}, stage: triage, by: {by}@example.com, note: Looked at it}}]\n"
        ),
        _ => format!("reviews: [{{date: {day}, by: {by}@example.com, outcome: still-needed}}]\n"),
    };
    let text = filed.now.with(&entry);
    edits.insert(text.path(), Some(text.text()));
}

/// Tells whether taking a record's reviews away would begin them anew: whoever approves a version that brings them again
/// approves them, too.
fn is_reviewed(text: &RecordText) -> bool {
    text.is_periodic && !text.more.is_empty()
}

/// Takes a record out of its pattern or its renewals.
fn depart(ledger: &Ledger, base: &Base, dice: &mut Dice, edits: &mut Edits) {
    let Some(filed) = target(base, dice, |filed| filed.is_first) else {
        return;
    };
    let day = ledger.at().day().to_string();
    let mut text = filed.now.clone();
    match dice.below(7) {
        0 => text.cause = CAUSES[usize::from(text.cause == CAUSES[0])],
        1 => text.class = "third-party",
        2 => text.application = "elsewhere",
        // Who approves a record that was filed again begins its reviews anew.
        _ if text.is_periodic => return,
        3 => {
            edits.insert(text.path(), None);
            return;
        }
        4 => {
            edits.insert(text.path(), Some("broken".to_owned()));
            return;
        }
        _ => {
            text.more = String::new();
            text = text.closed(base.inserter, "rejected", &day);
        }
    }
    edits.insert(text.path(), Some(text.text()));
}

/// Files another emergency about a subject, in another spelling.
fn file_emergency(base: &Base, dice: &mut Dice, edits: &mut Edits) {
    let Some(subject) = base.emergency else {
        return;
    };
    let mut text = RecordText::new(&format!("EXC-2026-EEEE{}", 2 + dice.below(5)), dice);
    text.class = "emergency";
    text.is_periodic = false;
    text.application = APPLICATIONS[subject][dice.below(3)];
    edits.insert(text.path(), Some(text.text()));
}
