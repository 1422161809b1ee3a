//! What a forge's reviews of a merged pull request say, written down beside the records without a signature.
//!
//! Start at [`run`]. Follows `docs/spec/approval.md`, 1.12.

use crate::commands::approve::bridge_key::BridgeKey;
use crate::commands::approve::{ApproveArgs, place, speak};
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::exit::Outcome;
use crate::commands::next_steps;
use exledger::approval::ledger_name::LedgerName;
use exledger::approval::reviews::Reviews;
use exledger::approval::statement::file::ApprovalFile;
use exledger::approval::statement::file::ApprovalSubject;
use exledger::approval::statement::limits::SIGNATURE;
use exledger::history::objects::Oid;
use exledger::history::tree::CommitTree;
use exledger::history::version::TrailKey;
use exledger::ledger::tree::Tree;
use exledger::plan::approve;
use exledger::plan::reviews::skipped::{SkippedReview, UnresolvedReview};
use exledger::plan::reviews::{self, ApprovalFileDraft, ReviewResult, Trouble, World};
use exledger::policy::tier::Needed;
use exledger::session::Session;
use exledger::session::error::Undetermined;
use exledger::session::snapshot::Snapshot;
use exledger::session::snapshot::tip::OnMainline;
use exledger::session::snapshot::walk::Scope;
use exledger::store::files::{self, FileError};
use exledger::survey::shell::quoted;
use exledger::view;
use exledger::view::approve::{ApprovalSummary, WrittenReview};
use exledger::view::init::Written;
use std::io::Read;
use std::path::Path;

/// The most bytes of a file of reviews.
const MOST: u64 = 16 * 1024 * 1024;

/// Writes down what reviews say.
pub(super) fn run(args: &ApproveArgs, ctx: &Ctx, file: &Path) -> anyhow::Result<Outcome> {
    let home = ctx.home()?;
    let tree = home.work_tree()?;
    let reviews = read(ctx, file)?;
    let approved = ctx.approved_only(&home, Scope::Everything)?;
    landed(&approved, &reviews)?;
    let needed = |about: &ApprovalSubject| needed(&approved, about);
    let ledger = speak::ledger(&approved)?;
    let world = World {
        objects: home.repository()?,
        prefix: approved.prefix(),
        governance: approved.governance(),
        needed: &needed,
        ledger: &ledger,
    };
    let answer = reviews::files(world, &reviews).map_err(|trouble| match trouble {
        Trouble::Obstacle(obstacle) => Undetermined::Object(obstacle).into(),
        Trouble::Unwritable { url, cause } => fault::misuse(
            format!("the review `{url}` can't be written down: {cause}"),
            "let each review's `url` be the address that it can be read at",
        ),
    })?;
    for told in &answer.told {
        ctx.tell(&format!("warning: {told}"));
    }
    for review in &answer.unresolved {
        ctx.tell(&warning(review, &reviews.pull_request));
    }
    let key = if args.dry_run {
        None
    } else {
        args.key.as_deref()
    };
    let bridge = key.map(|key| BridgeKey::of(key, ctx, &home, &approved));
    let bridge = bridge.transpose()?;
    let mut news = Vec::new();
    let mut counts = true;
    for stated in &answer.stated {
        let signs = bridge.is_some() && lacks_signature(tree, stated)?;
        if signs || is_news(tree, stated, &approved.ledger_name())? {
            news.push((stated.path.clone(), stated.text.clone().into_bytes()));
            if let Some(bridge) = &bridge {
                let signature = bridge.sign(&stated.text)?;
                counts &= signature.counts;
                news.push((format!("{}{SIGNATURE}", stated.path), signature.armoured));
            }
        }
    }
    if !args.dry_run {
        place::beside(&home, news.into_iter())?;
    }
    let written = if args.dry_run {
        Written::Never
    } else {
        Written::Now
    };
    let signed = bridge.is_some();
    show((ctx, &home, &approved), &answer, (written, signed))?;
    let is_open = |told: &SkippedReview| matches!(told, SkippedReview::Missing { .. });
    Ok(if answer.told.iter().any(is_open) {
        Outcome::CannotSay
    } else if answer.unresolved.is_empty() && counts {
        Outcome::Fine
    } else {
        Outcome::BadNews
    })
}

/// Returns what is said of a review that was not written down, as nobody knows whose it is.
fn warning(review: &UnresolvedReview, pull_request: &str) -> String {
    match (&review.login, &review.line) {
        (Some(login), Some(line)) => format!(
            "warning: {login} approved {pull_request}, but nobody knows who {login} is: add `{line}` to people.logins \
             in exledger.yaml"
        ),
        _ => format!(
            "warning: {pull_request} was approved by an account that the forge does not name: ask somebody else ({})",
            review.url
        ),
    }
}

/// Returns what the content at the tip demands; one person of governance files, `None` where nothing stands there.
fn needed(approved: &Snapshot<'_>, about: &ApprovalSubject) -> Option<Needed> {
    match about {
        ApprovalSubject::Record(id) => {
            let tip = approved.tip(&TrailKey::Id(id.as_str().to_ascii_uppercase()))?;
            Some(tip.verdict.needed.clone())
        }
        ApprovalSubject::Governance(_) => Some(Needed::default()),
    }
}

fn read(ctx: &Ctx, file: &Path) -> anyhow::Result<Reviews> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().take(MOST).read_to_end(&mut bytes);
        read.map_err(|cause| fault::cannot_say(format!("can't read stdin: {cause}"), ""))?;
        bytes
    } else {
        files::read(&ctx.folder.join(file), MOST).map_err(|error| match error {
            FileError::Failed(..) => fault::cannot_say(error.to_string(), ""),
            _ => fault::misuse(error.to_string(), "name the file with the reviews"),
        })?
    };
    Reviews::read(&bytes).map_err(|error| {
        fault::misuse(
            error.to_string(),
            "the shape is {pull_request, landing, forge, opened_by, authors[]{email, login}, reviews[]{login, email, \
             state, commit, at, url, reason, permission, author_association}}",
        )
    })
}

/// Refuses a landing that is not on the approved ref: what did not land needs no evidence.
fn landed(approved: &Snapshot<'_>, reviews: &Reviews) -> anyhow::Result<()> {
    let reference = approved.stamp().label.clone().unwrap_or_default();
    let (landing, pull_request) = (reviews.landing, &reviews.pull_request);
    match approved.on_mainline(landing) {
        OnMainline::Yes => Ok(()),
        OnMainline::In(within) => Err(fault::misuse(
            format!("{landing} is not on the first parents of {reference}"),
            within.map_or(String::new(), |within| {
                format!(
                    "{within} is the commit that landed it: is that the landing of {pull_request}?"
                )
            }),
        )),
        OnMainline::No => Err(fault::misuse(
            format!("{landing} is no commit of {reference}"),
            "run `git fetch`, with the whole history; the landing is the commit that merged the pull request",
        )),
    }
}

/// Tells whether a review lies there that no bridge has signed yet.
fn lacks_signature(tree: &dyn Tree, stated: &ApprovalFileDraft) -> anyhow::Result<bool> {
    let bytes = |path: &str| tree.bytes(path);
    let signature = bytes(&format!("{}{SIGNATURE}", stated.path))?;
    Ok(signature.is_none() && bytes(&stated.path)?.is_some())
}

/// Tells whether a review says something that is not there yet: a signature of the same person says more.
fn is_news(
    tree: &dyn Tree,
    stated: &ApprovalFileDraft,
    ledger: &LedgerName,
) -> anyhow::Result<bool> {
    let bytes = |path: &str| tree.bytes(path);
    let Some(text) = bytes(&stated.path)? else {
        return Ok(true);
    };
    if bytes(&format!("{}{SIGNATURE}", stated.path))?.is_some() {
        return Ok(false);
    }
    Ok(match ApprovalFile::read(&text) {
        Ok(before) => {
            // What landed while files named no ledger goes on counting.
            let is_unnamed = before.ledger.is_none() && matches!(ledger, LedgerName::Root { .. });
            let before = ApprovalFile {
                ledger: before
                    .ledger
                    .or(stated.file.ledger.clone().filter(|_| is_unnamed)),
                ..before
            };
            let is_older = before.at < stated.file.at || before.ledger != stated.file.ledger;
            // What the forge says of accounts may have become known since.
            is_older || before.at == stated.file.at && before != stated.file
        }
        Err(_) => true,
    })
}

fn show(
    (ctx, home, approved): (&Ctx, &Session, &Snapshot<'_>),
    answer: &ReviewResult,
    (written, signed): (Written, bool),
) -> anyhow::Result<()> {
    let said = |stated: &ApprovalFileDraft| {
        let needed = needed(approved, &stated.file.about).unwrap_or_default();
        let governance = approved.governance();
        ApprovalSummary {
            name: match &stated.file.about {
                ApprovalSubject::Record(id) => id.to_string(),
                ApprovalSubject::Governance(path) => path.clone(),
            },
            sha256: stated.file.sha256.clone(),
            decision: stated.file.decision,
            groups: approve::groups(&needed, &stated.person, stated.file.decision, governance),
            files: if signed {
                vec![stated.path.clone(), format!("{}{SIGNATURE}", stated.path)]
            } else {
                vec![stated.path.clone()]
            },
        }
    };
    let approved_tree = approved_tree(home, approved)?;
    let mut all = Vec::new();
    for stated in &answer.stated {
        let said = said(stated);
        all.push(WrittenReview {
            words: words(stated, &said),
            landed: !is_news(&approved_tree, stated, &approved.ledger_name())?,
            said,
        });
    }
    let git = next_steps::git(ctx, home);
    let files = all.iter().flat_map(|review| &review.said.files);
    let paths: Vec<String> = files.map(|path| quoted(path)).collect();
    let next = vec![
        format!("{git} add {}", paths.join(" ")),
        format!("{git} commit -m \"Record the reviews of what landed\""),
        format!("{git} push"),
    ];
    let next = match written {
        Written::Now => next,
        Written::Never => Vec::new(),
    };
    let unresolved: Vec<view::approve::Unresolved> = answer.unresolved.iter().map(shown).collect();
    ctx.show(&view::approve::stated(&all, &unresolved, written, &next))
}

/// Returns the files of the approved ref.
fn approved_tree<'h>(home: &'h Session, approved: &Snapshot<'_>) -> anyhow::Result<CommitTree<'h>> {
    let tip = approved.stamp().commit.as_deref().and_then(Oid::from_hex);
    let tip = tip.ok_or_else(|| fault::cannot_say("the approved ref has no commit", ""))?;
    let tree = CommitTree::of_commit(home.repository()?, tip, approved.prefix());
    Ok(tree?)
}

fn words(stated: &ApprovalFileDraft, said: &ApprovalSummary) -> String {
    let groups = match said.groups.as_slice() {
        [] => String::new(),
        groups => format!(" for {}", groups.join(", ")),
    };
    let via = stated.file.via.as_deref().unwrap_or_default();
    format!("{}{groups}, claimed by review {via}", stated.person.display)
}

fn shown(review: &UnresolvedReview) -> view::approve::Unresolved {
    view::approve::Unresolved {
        login: review.login.clone(),
        url: review.url.clone(),
        line: review.line.clone(),
        reason: review.reason.clone(),
    }
}
