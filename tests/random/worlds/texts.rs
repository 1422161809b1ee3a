//! The texts of records, and of the first rules of a ledger.
//!
//! Start at [`RecordText`] and [`Rules`].

use exledger::record::{Record, file};

use crate::dice::Dice;

use super::ledger::{RECEIPT, REVIEW, email, public};

pub(super) const POLICY: &str = "exledger.yaml";
pub(super) const SIGNERS: &str = ".github/allowed_signers";
pub(super) const REVOKED: &str = ".github/revoked_keys";
pub(super) const MAILMAP: &str = ".mailmap";

/// The ends of records, the earliest first.
pub(super) const ENDS: [&str; 4] = ["2026-12-05", "2026-12-20", "2027-01-10", "2027-01-31"];
pub(super) const CAUSES: [&str; 2] = ["brittle-dependency", "timeout"];
/// Applications; those in a row are spellings of one.
pub(super) const APPLICATIONS: [[&str; 3]; 3] = [
    ["billing", "Billing", "BILLING"],
    ["orders", "Orders", "ORDERS"],
    ["ledger", "Ledger", "LEDGER"],
];

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RecordText {
    pub id: String,
    pub class: &'static str,
    pub application: &'static str,
    pub cause: &'static str,
    /// Whether it is about an identity.
    pub is_access: bool,
    pub is_high: bool,
    /// How many resources it covers.
    pub resources: usize,
    pub end: usize,
    /// Whether its review is due every five days.
    pub is_periodic: bool,
    /// Further top-level entries.
    pub more: String,
}

impl RecordText {
    pub(super) fn new(id: &str, dice: &mut Dice) -> RecordText {
        RecordText {
            id: id.to_owned(),
            class: "standard",
            application: APPLICATIONS[dice.below(2)][0],
            cause: CAUSES[dice.below(2)],
            is_access: false,
            is_high: dice.often(40),
            resources: 1 + dice.below(2),
            end: 1 + dice.below(2),
            is_periodic: dice.often(30),
            more: String::new(),
        }
    }

    pub(super) fn path(&self) -> String {
        format!("exceptions/{}.yaml", self.id)
    }

    pub(super) fn text(&self) -> String {
        let RecordText { id, class, application, cause, .. } = self;
        let subject = match self.is_access {
            true => format!(
                "{{application: {application}, identity: svc:{application}, identity_type: service-account, credential: vault:prod, task: invoices}}"
            ),
            false => format!("{{application: {application}}}"),
        };
        let resources: Vec<&str> =
            ["db:a", "db:b", "db:c"].into_iter().take(self.resources).collect();
        let (resources, level) =
            (resources.join(", "), if self.is_high { "high" } else { "moderate" });
        let end = match *class {
            "emergency" => "2026-12-18T09:00:00Z",
            _ => ENDS[self.end],
        };
        let every = if self.is_periodic { "review_every: 5d\n" } else { "" };
        let more = &self.more;
        format!(
            "id: {id}\ntitle: Nightly invoices use a shared user\nclass: {class}\n\
             deviates_from: {{rule: Every job has its own database user}}\nsubject: {subject}\n\
             owner: {{name: Ana Ruiz, email: ana@example.com}}\n\
             justification: The job is replaced in December, and splitting the user now would stop it.\n\
             risk: {{level: {level}}}\nroot_cause: {cause}\n\
             compensating_controls:\n  - {{id: CC1, description: Alert on use at night, owner: soc@example.com, status: active}}\n\
             scope: {{resources: [{resources}]}}\n{every}expires: {end}\n{more}"
        )
    }

    /// Returns the record that the text is.
    pub(super) fn record(&self) -> Record {
        file::read(&self.path(), self.text().as_bytes()).record.unwrap()
    }

    pub(super) fn with(&self, more: &str) -> RecordText {
        RecordText { more: format!("{}{more}", self.more), ..self.clone() }
    }

    pub(super) fn closed(&self, by: &str, outcome: &str, day: &str) -> RecordText {
        self.with(&format!(
            "closure: {{date: {day}, by: {}, outcome: {outcome}, reason: It is over}}\n",
            email(by)
        ))
    }
}

/// What the first rules ask for.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    /// Whether tiers ask for signatures by listed keys.
    pub attested: bool,
    /// Whether tiers ask for people of groups.
    pub grouped: bool,
    /// Whether Dana and Lee have keys when the ledger begins.
    pub has_keys: bool,
    /// Whether a bridge has a key.
    pub has_bridge: bool,
    /// Whether Ana is in a group and has a key.
    pub lists_ana: bool,
    /// The seed of further lines of the signers file; `None` for none.
    seed: Option<u64>,
}

impl Rules {
    pub(super) fn new(dice: &mut Dice) -> Rules {
        let attested = dice.often(55);
        Rules {
            attested,
            grouped: attested || dice.often(75),
            has_keys: dice.often(if attested { 85 } else { 40 }),
            has_bridge: dice.often(30),
            lists_ana: dice.often(50),
            seed: Some(dice.next()),
        }
    }

    /// Returns rules in which everybody named has a key of their own, if anybody has.
    pub(super) fn plain(dice: &mut Dice) -> Rules {
        let rules = Rules::new(dice);
        let has_keys = rules.has_keys || rules.attested;
        Rules { has_keys, has_bridge: false, lists_ana: false, seed: None, ..rules }
    }

    pub(super) fn policy(&self) -> String {
        let proof = if self.attested { ", proof: attested" } else { "" };
        let [one, two] = match self.grouped {
            true => [", each_of: [security]", ", each_of: [security, platform]"],
            false => ["", ""],
        };
        let (ana, n) = (
            if self.lists_ana { ", ana@example.com" } else { "" },
            if self.grouped { 2 } else { 1 },
        );
        format!(
            "version: 1\nname: t\ngroups:\n  security: [dana@example.com{ana}]\n  platform: [lee@example.com]\n\
             approval: {{proof: claimed}}\ntiers:\n\
             \x20 - {{name: sensitive, match: [{{risk: [high]}}], degraded: deny, approvals: {{count: {n}{two}{proof}}}}}\n\
             \x20 - {{name: standard, degraded: deny, approvals: {{count: 1{one}{proof}}}}}\n"
        )
    }

    /// Returns the first list of keys, if the ledger begins with one.
    pub(super) fn signers(&self) -> Option<String> {
        let mut lines = Vec::new();
        if self.has_bridge {
            lines.push(format!("bridge@example.com namespaces=\"{REVIEW}\" {}", public("bridge")));
        }
        if self.has_keys {
            lines.extend(self.people());
        }
        (!lines.is_empty()).then(|| lines.join("\n") + "\n")
    }

    /// Returns the lines that list people, with the keys of others that sign nothing while all of these lines stand.
    pub(super) fn people(&self) -> Vec<String> {
        let mut lines: Vec<String> =
            ["dana", "lee"].map(|name| format!("{name}@example.com {}", public(name))).to_vec();
        let Some(seed) = self.seed else {
            return lines;
        };
        let mut dice = Dice::new(seed);
        if dice.often(30) {
            lines[0] = format!("dana@example.com,pat@example.com {}", public("dana"));
        }
        // An agent holds the key of receipts.
        if dice.often(60) {
            let gate = public("gate");
            lines.push(format!("gate@example.com namespaces=\"{RECEIPT}\" {gate}"));
            lines.push(match dice.often(50) {
                true => format!("*@example.com {gate}"),
                false => format!("dana@example.com {gate}"),
            });
        }
        if self.lists_ana {
            lines.push(format!("ana@example.com {}", public("ana")));
            if dice.often(60) {
                lines.push(format!("*@example.com {}", public("ana")));
            }
        }
        lines
    }
}
