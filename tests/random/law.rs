//! A policy: what it requires, and its file.
//!
//! Start at [`Law`]. Whether approvals satisfy it is computed here independently of the code under test.

use std::collections::BTreeSet;

use super::content::{Content, RISK};
use super::dice::Dice;
use super::people::{PEOPLE, Who};

/// A policy, as far as the sequences vary it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Law {
    /// The number of approvals that the standard tier requires.
    pub count: usize,
    /// Whether only signatures count (`proof: attested`).
    pub attested: bool,
    /// Whether the authors must have signed the commits that make the content (`authors: attested`).
    pub authors_attested: bool,
    /// Whether a member of the author set may approve.
    pub self_approval: bool,
    /// Whether approvals stated by an author for others count.
    pub self_asserted: bool,
    /// Whether claims inside branches count.
    pub nested: bool,
    /// Whether notes count.
    pub notes: bool,
    /// The pinned forge, which declares that the committer checks the messages; `None` for `auto`.
    pub pinned: Option<&'static str>,
    /// Whether owners may approve.
    pub owner: bool,
    /// Whether the sensitive tier, for a high risk, requires an approval from each group.
    pub groups: bool,
    /// Whether the standard tier has `degraded: deny`, as the sensitive one always does.
    pub strict: bool,
    /// The grace period of an unapproved emergency, in hours.
    pub within: i64,
    pub security: BTreeSet<Who>,
    pub platform: BTreeSet<Who>,
}

/// The forges that a policy may pin. With `kernel`, claims inside branches count, so nothing is guaranteed.
const FORGES: &[&str] = &[
    "generic",
    "github",
    "gitlab",
    "gitea",
    "gerrit",
    "bitbucket",
    "azure",
    "kernel",
    "phabricator",
    "bors",
    "homu",
];

impl Law {
    /// Returns a strict policy that requires one approval.
    pub(super) fn careful() -> Law {
        Law {
            count: 1,
            attested: false,
            authors_attested: false,
            self_approval: false,
            self_asserted: false,
            nested: false,
            notes: false,
            pinned: None,
            owner: true,
            groups: true,
            strict: false,
            within: 24,
            security: BTreeSet::from([Who::Dana, Who::Sam]),
            platform: BTreeSet::from([Who::Lee, Who::Cy]),
        }
    }

    /// Returns the policy with one random change.
    pub(super) fn near(&self, dice: &mut Dice) -> Law {
        let mut law = self.clone();
        match dice.below(17) {
            0..=2 => law.count = 1 + dice.below(2),
            3 => law.groups = !law.groups,
            4 => law.self_approval = !law.self_approval,
            5 => law.nested = !law.nested,
            6 => law.self_asserted = !law.self_asserted,
            7 | 8 => law.attested = !law.attested,
            9 => law.owner = !law.owner,
            10 => {
                law.pinned = match law.pinned {
                    None => Some(*dice.pick(FORGES)),
                    Some(_) => None,
                }
            }
            11 => law.within = if law.within == 24 { 4 } else { 24 },
            12 => law.notes = !law.notes,
            13 | 14 => turn(&mut law.security, *dice.pick(PEOPLE)),
            _ => turn(&mut law.platform, *dice.pick(PEOPLE)),
        }
        law
    }

    /// Tells whether another policy is at least as strict as this one.
    pub(super) fn is_eased_by_nothing_in(&self, other: &Law) -> bool {
        other.count >= self.count
            && other.attested >= self.attested
            && other.authors_attested >= self.authors_attested
            && other.self_approval <= self.self_approval
            && other.self_asserted <= self.self_asserted
            && other.nested <= self.nested
            && other.notes <= self.notes
            && other.pinned == self.pinned
            && other.owner <= self.owner
            && other.groups >= self.groups
            && other.strict >= self.strict
            && other.within <= self.within
            && other.security.is_subset(&self.security)
            && other.platform.is_subset(&self.platform)
    }

    /// Tells whether the policy trusts what anybody types, so that nothing is guaranteed.
    pub(super) fn is_open(&self) -> bool {
        self.self_asserted || self.nested || self.pinned == Some("kernel")
    }

    /// Tells whether notes count: the policy accepts them, or pins the forge that writes them.
    pub(super) fn heeds_notes(&self) -> bool {
        self.notes || self.pinned == Some("gerrit")
    }

    /// Returns the text of the policy file.
    pub(super) fn text(&self) -> String {
        let yes =
            |flag: bool, one: &'static str, other: &'static str| if flag { one } else { other };
        let group = |members: &BTreeSet<Who>| {
            let members: Vec<String> = members.iter().map(|who| who.email()).collect();
            members.join(", ")
        };
        let approval = format!(
            "  proof: {}\n  authors: {}\n  self_approval: {}\n  self_asserted: {}\n  nested: {}\n  forge: {}\n  \
             accept: [merge, trailer, review, mergetag, signature, detached{}]\n  owner_may_approve: {}\n",
            yes(self.attested, "attested", "claimed"),
            yes(self.authors_attested, "attested", "claimed"),
            yes(self.self_approval, "allow", "forbid"),
            yes(self.self_asserted, "allow", "deny"),
            yes(self.nested, "allow", "deny"),
            self.pinned.unwrap_or("auto"),
            yes(self.notes, ", note", ""),
            self.owner,
        );
        format!(
            "version: 1\nname: t\nrecords: [exceptions, waivers]\n\
             people: {{logins: {{dana: dana@example.com, lee: lee@example.com, cy: cy@example.com}}}}\ngroups:\n  security: [{}]\n  platform: [{}]\n\
             approval:\n{approval}tiers:\n  - name: sensitive\n    match: [{{risk: [high]}}]\n    \
             approvals: {{count: 2{}}}\n    degraded: deny\n  - name: standard\n    approvals: {{count: {}}}\n    \
             degraded: {}\nclasses:\n  emergency: {{max_term: 2000h, review_within: {}h}}\n",
            group(&self.security),
            group(&self.platform),
            yes(self.groups, ", each_of: [security, platform]", ""),
            self.count,
            yes(self.strict, "deny", "grant"),
            self.within,
        )
    }

    /// Parses a policy file, also one that git merged from two; `None` if [`Law::text`] would not write it so.
    pub(super) fn parse(text: &str) -> Option<Law> {
        let value = |key: &str| {
            let mut lines = text.lines().map(str::trim_start);
            lines.find_map(|line| line.strip_prefix(key)?.strip_prefix(": "))
        };
        let group = |key: &str| -> Option<BTreeSet<Who>> {
            let members = value(key)?.strip_prefix('[')?.strip_suffix(']')?;
            let is_member = |who: &&Who| members.split(", ").any(|it| it == who.email());
            Some(PEOPLE.iter().filter(is_member).copied().collect())
        };
        let (_, standard) = text.split_once("name: standard\n    approvals: {count: ")?;
        let (_, within) = text.split_once("review_within: ")?;
        let pinned = value("forge")?;
        let law = Law {
            count: standard.split('}').next()?.parse().ok()?,
            attested: value("proof")? == "attested",
            authors_attested: value("authors")? == "attested",
            self_approval: value("self_approval")? == "allow",
            self_asserted: value("self_asserted")? == "allow",
            nested: value("nested")? == "allow",
            notes: value("accept")?.contains("note"),
            pinned: FORGES.iter().find(|forge| **forge == pinned).copied(),
            owner: value("owner_may_approve")? == "true",
            groups: text.contains("each_of"),
            strict: standard.contains("degraded: deny"),
            within: within.split('h').next()?.parse().ok()?,
            security: group("security")?,
            platform: group("platform")?,
        };
        (law.text() == text).then_some(law)
    }

    /// Tells whether approvals by `people` satisfy the policy for some content. Each has two flags: a member of
    /// `security`, of `platform`. `waived` is the number of approvals that are not required.
    pub(super) fn is_met(
        &self,
        content: &Content,
        people: &[(Who, bool, bool)],
        waived: usize,
    ) -> bool {
        let sensitive = content.get(RISK) == 1;
        let count = if sensitive { 2 } else { self.count };
        let groups = sensitive && self.groups && waived == 0;
        let security = |n: &usize| people[*n].1;
        let platform = |n: &usize| people[*n].2;
        let all = || 0..people.len();
        let filled =
            all().filter(security).any(|one| all().filter(platform).any(|other| one != other));
        people.len() + waived >= count && (!groups || filled)
    }
}

fn turn(group: &mut BTreeSet<Who>, who: Who) {
    if !group.remove(&who) {
        group.insert(who);
    }
}
