//! What each forge writes when its buttons are pressed, and who counts then.
//!
//! Nina files as `nina@example.com` or under her account `nweber`; Omar, whose account is `odiaz`, is her colleague.
//! Each row is created as a real repository, evaluated, and compared; `tests/golden/forges.md` shows the results.

mod bitbucket;
mod gitea;
mod github;
mod gitlab;

use std::fmt::Write;

use exledger::approval::verdict::{ApprovalVerdict, Satisfied, VoteCounts};

use crate::support::approval::{ledger, verdict};
use crate::support::golden;
use crate::support::repo::Repo;
use crate::support::samples::{ID, SAMPLE};

/// How a branch lands on the approved branch.
#[derive(Clone, Copy)]
enum Landing {
    /// As a merge commit, by a button or a queue.
    Merge,
    /// As one commit, whatever is on the branch.
    Squash,
    /// Commit by commit: the authors stay.
    Rebase,
}

/// One landing as the forge writes it.
struct Picture {
    /// The name of the button or queue, with its special conditions.
    way: &'static str,
    landing: Landing,
    /// The author of the branch's commit.
    filed: &'static str,
    /// Author and committer of the landing; for a rebase the author stays that of the branch.
    author: &'static str,
    committer: &'static str,
    message: &'static str,
    /// The `people:` of the policy, as a flow map; may be empty.
    people: &'static str,
    /// The result, and the addresses of the counted approvers.
    result: &'static str,
    counts: &'static [&'static str],
}

const NINA: &str = "Nina Weber <nina@example.com>";
const OMAR: &str = "Omar Diaz <omar@example.com>";

/// The forges, with the rows of each.
const FORGES: &[(&str, &[Picture])] = &[
    ("GitHub", github::ROWS),
    ("GitLab", gitlab::ROWS),
    ("Gitea and Forgejo", gitea::ROWS),
    ("Bitbucket", bitbucket::ROWS),
];

fn landed(picture: &Picture) -> Repo {
    let people = match picture.people {
        "" => String::new(),
        people => format!("people: {people}\n"),
    };
    let repo = ledger(&people);
    repo.branch("file").by(picture.filed).write(ID, SAMPLE).commit("File it");
    match picture.landing {
        Landing::Merge => {
            let merger = repo.by(picture.author).through(picture.committer);
            merger.merge("file", picture.message);
        }
        Landing::Squash => {
            let merger = repo.by(picture.author).through(picture.committer);
            merger.squash("file", picture.message);
        }
        Landing::Rebase => {
            repo.by(picture.committer).rebase("file");
        }
    }
    repo
}

/// Returns why the approvers count, or why there is none, in the program's own words.
fn why(verdict: &ApprovalVerdict) -> String {
    if verdict.satisfied == Satisfied::Yes {
        let kinds: Vec<String> = verdict
            .approvers
            .iter()
            .map(|approver| {
                let (kind, level) = (approver.kind.as_str(), approver.level.as_str());
                format!("{kind}, {level}")
            })
            .collect();
        return kinds.join("; ");
    }
    let reasons: Vec<String> = verdict
        .statements
        .iter()
        .filter_map(|statement| match &statement.counts {
            VoteCounts::No(why_not) => {
                let person = &statement.person;
                let name = if person.email.is_empty() { &person.name } else { &person.email };
                Some(format!("{name}: {why_not}"))
            }
            VoteCounts::Yes => None,
        })
        .collect();
    match reasons.as_slice() {
        [] => "git names nobody but the author".to_owned(),
        reasons => reasons.join("; "),
    }
}

/// Returns the address of an ident line as a table cell.
fn address(ident: &str) -> String {
    let address = ident.split_once('<').map_or(ident, |(_, rest)| rest);
    format!("`{}`", address.trim_end_matches('>'))
}

/// Returns author and committer of the landing, or both as one if they are the same.
fn made_by(picture: &Picture) -> String {
    let author = match picture.landing {
        Landing::Rebase => picture.filed,
        Landing::Merge | Landing::Squash => picture.author,
    };
    match author == picture.committer {
        true => address(author),
        false => format!("{}, {}", address(author), address(picture.committer)),
    }
}

fn row(picture: &Picture, verdict: &ApprovalVerdict) -> String {
    let counts = match picture.counts {
        [] => "nobody".to_owned(),
        people => people.join(", "),
    };
    let known = match picture.people {
        "" => String::new(),
        people => format!("`{people}`"),
    };
    let cells = [
        picture.way.to_owned(),
        address(picture.filed),
        made_by(picture),
        known,
        format!("{counts} (`{}`)", picture.result),
        why(verdict).replace('|', "\\|").replace('<', "&lt;"),
    ];
    format!("| {} |", cells.join(" | "))
}

/// Returns the tables, one for each forge.
fn tables() -> String {
    let mut tables = String::new();
    for (forge, pictures) in FORGES {
        write!(
            tables,
            "\n### {forge}\n\n\
             | how it landed | filed by | author, committer | `people:` says | who counts | why |\n\
             | --- | --- | --- | --- | --- | --- |\n"
        )
        .unwrap();
        for picture in *pictures {
            let verdict = verdict(&landed(picture));
            writeln!(tables, "{}", row(picture, &verdict)).unwrap();
        }
    }
    tables
}

#[test]
fn each_button_of_each_forge_names_who_counts() {
    for (forge, pictures) in FORGES {
        for picture in *pictures {
            let verdict = verdict(&landed(picture));
            let found: Vec<&str> =
                verdict.approvers.iter().map(|approver| approver.person.email.as_str()).collect();
            let seen = (verdict.result.as_str(), found.as_slice());
            let what = format!("{forge}, {}: {}", picture.way, why(&verdict));
            assert_eq!(seen, (picture.result, picture.counts), "{what}");
            let is_satisfied = verdict.satisfied == Satisfied::Yes;
            assert_eq!(is_satisfied, !picture.counts.is_empty(), "{what}");
        }
    }
}

#[test]
fn the_table_of_the_forges_says_why() {
    golden::check("forges.md", &tables());
}
