//! The history of the demo ledger: who filed, who merged, and what was left undone.
//!
//! Times are hours relative to the start of the clock's day, so that the story is always recent and two runs on one day
//! create the same commits.

use exledger::policy::people::nobody;
use exledger::record::time::Instant;

#[derive(Clone, Copy, Debug)]
pub(super) struct StoryPerson {
    pub(super) name: &'static str,
    pub(super) email: &'static str,
}

pub(super) const ANA: StoryPerson = StoryPerson { name: "Ana Ruiz", email: "ana@example.com" };
pub(super) const LEE: StoryPerson = StoryPerson { name: "Lee Park", email: "lee@example.com" };
pub(super) const KIM: StoryPerson = StoryPerson { name: "Kim Sato", email: "kim@example.com" };
pub(super) const DANA: StoryPerson = StoryPerson { name: "Dana Okafor", email: "dana@example.com" };
pub(super) const SAM: StoryPerson = StoryPerson { name: "Sam Chen", email: "sam@example.com" };
pub(super) const APPROVALS: StoryPerson = StoryPerson { name: nobody::NAME, email: nobody::EMAIL };
pub(super) const FORGE: StoryPerson = StoryPerson { name: "Forge", email: "forge@example.com" };

#[derive(Clone, Copy, Debug)]
pub(super) enum StoryLanding {
    /// A merge commit by a person, with trailers in its message.
    Merge { by: StoryPerson, hours: i64, trailers: &'static str },
    /// One commit on the mainline that names the author alone: the forge committed it.
    Squash { hours: i64 },
    /// Pushed to the mainline by its author.
    Push,
    /// Not yet.
    Open { branch: &'static str },
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Edit {
    /// The file is added.
    File(&'static str),
    /// Each first text in the file is replaced by the second.
    Replace(&'static str, &'static [(&'static str, &'static str)]),
    /// Lines are added to the end of the file.
    Append(&'static str, &'static str),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) hours: i64,
    pub(super) by: StoryPerson,
    pub(super) edit: Edit,
    pub(super) subject: &'static str,
    pub(super) signed: Option<SignedApproval>,
    pub(super) landing: StoryLanding,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct SignedApproval {
    pub(super) by: StoryPerson,
    pub(super) hours: i64,
    pub(super) reason: &'static str,
}

impl StoryLanding {
    pub(super) fn committer(self, author: StoryPerson) -> StoryPerson {
        match self {
            StoryLanding::Squash { .. } => FORGE,
            _ => author,
        }
    }
}

const DAY: i64 = 24;

const fn merge(by: StoryPerson, hours: i64) -> StoryLanding {
    StoryLanding::Merge { by, hours, trailers: "" }
}

pub(super) const STORY: &[Step] = &[
    Step {
        hours: -71 * DAY + 13,
        by: KIM,
        edit: Edit::File("EXC-2026-K9V2M"),
        subject: "File the exception for the partner gateway",
        signed: None,
        landing: merge(DANA, -70 * DAY + 9),
    },
    Step {
        hours: -51 * DAY + 15,
        by: KIM,
        edit: Edit::File("EXC-2026-C0ZED"),
        subject: "File the exception for the report renderer",
        signed: None,
        landing: merge(LEE, -50 * DAY + 8),
    },
    Step {
        hours: -46 * DAY + 10,
        by: SAM,
        edit: Edit::File("EXC-2026-BKP7D"),
        subject: "File the exception for the backup host",
        signed: None,
        landing: merge(LEE, -45 * DAY + 9),
    },
    Step {
        hours: -41 * DAY + 9,
        by: ANA,
        edit: Edit::File("EXC-2026-A4RXS"),
        subject: "File the exception for the migration agent",
        signed: None,
        landing: merge(SAM, -40 * DAY + 14),
    },
    Step {
        hours: -34 * DAY - 9,
        by: ANA,
        edit: Edit::File("EXC-2026-7F3KQ"),
        subject: "File the exception for the billing key",
        signed: None,
        landing: StoryLanding::Merge {
            by: DANA,
            hours: -34 * DAY - 2,
            trailers: "Approved-by: Lee Park <lee@example.com>\n",
        },
    },
    Step {
        hours: -28 * DAY + 10,
        by: DANA,
        edit: Edit::File("EXC-2026-V3NDR"),
        subject: "File the exception for the payroll vendor",
        signed: Some(SignedApproval {
            by: SAM,
            hours: -28 * DAY + 14,
            reason: "The key works from two addresses only, which was tested",
        }),
        landing: merge(DANA, -28 * DAY + 15),
    },
    Step {
        hours: -27 * DAY + 9,
        by: SAM,
        edit: Edit::Append(
            "EXC-2026-7F3KQ",
            "reviews:\n  - {date: {-27}, by: sam@example.com, outcome: still-needed, note: Alerts are quiet}\n",
        ),
        subject: "Review the billing key",
        signed: None,
        landing: merge(DANA, -27 * DAY + 13),
    },
    Step {
        hours: -31 * DAY + 11,
        by: ANA,
        edit: Edit::File("EXC-2026-M1SSD"),
        subject: "File the exception for the load test",
        signed: None,
        landing: merge(LEE, -25 * DAY + 10),
    },
    Step {
        hours: -20 * DAY + 7,
        by: LEE,
        edit: Edit::File("EXC-2026-5E1FA"),
        subject: "File the exception for the fraud logs",
        signed: None,
        landing: merge(LEE, -20 * DAY + 8),
    },
    Step {
        hours: -20 * DAY + 9,
        by: SAM,
        edit: Edit::Append(
            "EXC-2026-7F3KQ",
            "  - {date: {-20}, by: sam@example.com, outcome: still-needed}\n",
        ),
        subject: "Review the billing key again",
        signed: None,
        landing: merge(DANA, -20 * DAY + 11),
    },
    Step {
        hours: -17 * DAY + 14,
        by: KIM,
        edit: Edit::Append(
            "EXC-2026-C0ZED",
            "closure:\n  outcome: remediated\n  date: {-17}\n  by: kim@example.com\n  reason: Renderer 0.11 with the corrected library is deployed\n  evidence: [{id: E1, kind: change, url: \"https://ci.example.com/builds/4711\"}]\n",
        ),
        subject: "Close the exception of the report renderer",
        signed: None,
        landing: merge(DANA, -16 * DAY + 9),
    },
    Step {
        hours: -13 * DAY + 9,
        by: SAM,
        edit: Edit::Append(
            "EXC-2026-7F3KQ",
            "  - {date: {-13}, by: sam@example.com, outcome: still-needed, note: The consumer is in two of four regions}\n",
        ),
        subject: "Review the billing key a third time",
        signed: None,
        landing: merge(DANA, -13 * DAY + 13),
    },
    Step {
        hours: -13 * DAY + 15,
        by: KIM,
        edit: Edit::File("EXC-2026-W8TN0"),
        subject: "File the exception for the search index (#31)",
        signed: None,
        landing: StoryLanding::Squash { hours: -12 * DAY + 9 },
    },
    Step {
        hours: -6 * DAY - 4,
        by: ANA,
        edit: Edit::Replace(
            "EXC-2026-7F3KQ",
            &[
                ("expires: {-5}", "expires: {+20}"),
                (
                    "reviews:\n",
                    "renewals:\n  - {date: {-7}, from: {-5}, until: {+20}, reason: Two regions still run the old job}\nreviews:\n",
                ),
            ],
        ),
        subject: "Renew the exception for the billing key",
        signed: None,
        landing: StoryLanding::Merge {
            by: LEE,
            hours: -6 * DAY + 10,
            trailers: "Approved-by: Sam Chen <sam@example.com>\n",
        },
    },
    Step {
        hours: -6 * DAY + 14,
        by: SAM,
        edit: Edit::Replace(
            "EXC-2026-7F3KQ",
            &[(
                "two of four regions}\n",
                "two of four regions}\n  - {date: {-6}, by: sam@example.com, outcome: still-needed, note: Three of four regions}\n",
            )],
        ),
        subject: "Review the billing key a fourth time",
        signed: None,
        landing: merge(DANA, -6 * DAY + 16),
    },
    Step {
        hours: -5 * DAY + 12,
        by: SAM,
        edit: Edit::Append(
            "EXC-2026-V3NDR",
            "fired:\n  - {date: {-5}, trigger: T1, by: sam@example.com, note: Client credentials are in the vendor's release notes}\n",
        ),
        subject: "Say that the payroll vendor ships client credentials",
        signed: None,
        landing: merge(DANA, -5 * DAY + 14),
    },
    Step {
        hours: -6,
        by: LEE,
        edit: Edit::File("EXC-2026-D3P0Y"),
        subject: "Deploy the checkout hotfix outside its window",
        signed: None,
        landing: StoryLanding::Push,
    },
    Step {
        hours: -4 * DAY - 8,
        by: KIM,
        edit: Edit::File("EXC-2026-NEW42"),
        subject: "File the exception for the onboarding assistant",
        signed: None,
        landing: StoryLanding::Open { branch: "wiki-assistant" },
    },
];

pub(super) fn filed(id: &str) -> Option<&'static str> {
    FILES.iter().find(|(known, _)| *known == id).map(|(_, text)| *text)
}

const FILES: &[(&str, &str)] = &[
    ("EXC-2026-5E1FA", include_str!("records/5E1FA.yaml")),
    ("EXC-2026-7F3KQ", include_str!("records/7F3KQ.yaml")),
    ("EXC-2026-A4RXS", include_str!("records/A4RXS.yaml")),
    ("EXC-2026-BKP7D", include_str!("records/BKP7D.yaml")),
    ("EXC-2026-C0ZED", include_str!("records/C0ZED.yaml")),
    ("EXC-2026-D3P0Y", include_str!("records/D3P0Y.yaml")),
    ("EXC-2026-K9V2M", include_str!("records/K9V2M.yaml")),
    ("EXC-2026-M1SSD", include_str!("records/M1SSD.yaml")),
    ("EXC-2026-NEW42", include_str!("records/NEW42.yaml")),
    ("EXC-2026-V3NDR", include_str!("records/V3NDR.yaml")),
    ("EXC-2026-W8TN0", include_str!("records/W8TN0.yaml")),
];

/// Fills in `{-5}`, `{+20}` (days) and `{-6h}` (an instant), counted from the start of a day.
pub(super) fn dated(text: &str, start: Instant) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let token =
            after.split_once('}').and_then(|(token, tail)| Some((moment(token, start)?, tail)));
        match token {
            Some((moment, tail)) => {
                out.push_str(&moment);
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn moment(token: &str, start: Instant) -> Option<String> {
    if !token.starts_with(['-', '+']) {
        return None;
    }
    if let Some(hours) = token.strip_suffix('h') {
        return Some(start.plus_seconds(hours.parse::<i64>().ok()? * 3_600).to_string());
    }
    Some(start.day().plus_days(token.parse().ok()?).to_string())
}
