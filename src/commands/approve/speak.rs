//! What a person says of some bytes: checked against what would count, shown, signed, and put where it belongs.
//!
//! Start at [`run`].

use crate::ask::{self, Agreed};
use crate::commands::approve::before::{self, Before};
use crate::commands::approve::committer::Committer;
use crate::commands::approve::place::Desk;
use crate::commands::approve::said::{answer, left};
use crate::commands::approve::seal::{sealed, unsigned};
use crate::commands::approve::side::Side;
use crate::commands::approve::subject::{self, Landed, Subject};
use crate::commands::approve::{ApproveArgs, Named};
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::context::fault::Fault;
use crate::commands::exit::Outcome;
use exledger::approval::statement;
use exledger::approval::statement::file::ApprovalDecision;
use exledger::approval::statement::file::ApprovalFile;
use exledger::approval::statement::limits::LONGEST_REASON;
use exledger::diag::Level;
use exledger::plan::approve;
use exledger::policy::governance::Governance;
use exledger::policy::people;
use exledger::policy::people::person::Person;
use exledger::record::address::Address;
use exledger::record::credential;
use exledger::rules::case::RuleContext;
use exledger::rules::extra_schema::ExtraSchema;
use exledger::rules::lint;
use exledger::rules::past::RecordPast;
use exledger::session::snapshot::Snapshot;
use exledger::session::snapshot::walk::Scope;
use exledger::store::sign::CommitSigning;
use exledger::view;
use exledger::view::approve::{Counting, Done, SignedStatement};
use exledger::view::shape;

/// Says it.
pub(super) fn run(args: &ApproveArgs, ctx: &Ctx) -> anyhow::Result<Outcome> {
    let named = args.named()?;
    let home = ctx.home()?;
    let repository = home.repository()?;
    let approved = ctx.approved_only(&home, Scope::Everything)?;
    let (person, by) = speaker(args, repository.user(), approved.governance())?;
    let side = Side::of(args, ctx, &home, &approved)?;
    let around = (ctx, &home, &*approved);
    let subject = match named {
        Named::Governance(path) => subject::governance(path, &side, around)?,
        Named::Record(id) => subject::record(id, &side, around)?,
    };
    let decision = if args.reject {
        ApprovalDecision::Reject
    } else {
        ApprovalDecision::Approve
    };
    allowed(&subject, &person, decision, &approved)?;
    let committer = Committer::of(args, repository)?;
    let home_folder = ctx.variable("HOME").or(ctx.variable("USERPROFILE"));
    let home_folder = home_folder.map(std::path::Path::new);
    let signs_commit = matches!(committer, Committer::Me { .. })
        && side.branch.is_some()
        && args.out.is_none()
        && repository.commit_signing() == CommitSigning::Ssh;
    let commit_setup = signs_commit
        .then(|| repository.signing_of_commits(home_folder, &ctx.folder))
        .transpose()
        .map_err(unsigned)?;
    let desk = Desk {
        args,
        ctx,
        home: &home,
        approved: &approved,
        side: &side,
        subject: &subject,
        committer: &committer,
        commit_setup: commit_setup.as_ref(),
    };
    desk.ready()?;
    committer.ready(&desk)?;
    sound(&desk, decision)?;
    let reason = reason(args, ctx, &subject, decision)?;
    let ledger = ledger(&approved)?;
    let file = approve::file(
        &subject.matter,
        &ledger,
        &by,
        (decision, reason),
        ctx.instant(),
    );
    let text = file.text().map_err(|bad| {
        fault::misuse(
            format!("nothing can be signed: {bad}"),
            "say it with other words",
        )
    })?;
    let paths = desk.paths(&file);
    let mut signed = answer(&desk, &file, &person, paths.to_vec());
    let before = before::said(&desk, &file, &paths, &person)?;
    if before == Before::Counts {
        (signed.done, signed.counting) = (Done::Before, Counting::Counts);
        signed.next = before::next(&desk, &paths)?;
        ctx.show(&view::approve::signed(&signed))?;
        return Ok(Outcome::Fine);
    }
    if args.dry_run {
        signed.done = Done::Never(text);
        ctx.show(&view::approve::signed(&signed))?;
        return Ok(Outcome::Fine);
    }
    let setup = repository.signing(args.key.as_deref(), home_folder, &ctx.folder);
    let setup = setup.map_err(unsigned)?;
    confirmed(ctx, &subject, &file)?;
    let sealed = sealed(&desk, &setup, &text, &person)?;
    let again =
        before == Before::SignedBy(sealed.fingerprint) && sealed.counting != Counting::Counts;
    (signed.done, signed.next) = if again {
        (Done::Before, before::next(&desk, &paths)?)
    } else {
        let put = desk.write(&paths, [text.as_bytes(), &sealed.armoured], &file)?;
        (put.done, put.next)
    };
    (signed.key, signed.counting) = (Some(sealed.key), sealed.counting);
    if signed.counting != Counting::Counts {
        signed.who = left(&desk, None);
    }
    ctx.show(&view::approve::signed(&signed))?;
    hint(ctx, &signed);
    Ok(match signed.counting {
        Counting::Counts => Outcome::Fine,
        _ => Outcome::BadNews,
    })
}

/// Says on stderr, where the answer is data, what people would read in it: what is to be done next.
fn hint(ctx: &Ctx, signed: &SignedStatement) {
    if matches!(ctx.format.name, "table" | "markdown") {
        return;
    }
    if let Counting::NotYet {
        why, signers, line, ..
    } = &signed.counting
    {
        let line = line.as_deref().unwrap_or_default();
        ctx.tell(&format!(
            "warning: {}: {why}\n  help: let this line land in {signers} first, by a change that someone else \
             approves:\n        {line}",
            view::approve::NOT_YET
        ));
    }
    let next = signed.next.join("\n  ");
    ctx.hint(&format!("hint: it counts once it has landed:\n  {next}"));
}

/// Returns who speaks.
fn speaker(
    args: &ApproveArgs,
    (name, email): (Option<String>, Option<String>),
    governance: &Governance,
) -> anyhow::Result<(Person, Address)> {
    let way = "say who you are: git config user.email YOU@EXAMPLE.COM, or --by EMAIL";
    let email = args.by.clone().or(email);
    let email = email.ok_or_else(|| fault::misuse("git's user.email names nobody", way))?;
    let person = people::identify(governance, &name.unwrap_or_default(), &email);
    let by = Address::new(&person.key);
    let by = by.ok_or_else(|| fault::misuse(format!("{email} is no address"), way))?;
    Ok((person, by))
}

/// Refuses a word that would not count.
fn allowed(
    subject: &Subject,
    person: &Person,
    decision: ApprovalDecision,
    approved: &Snapshot<'_>,
) -> anyhow::Result<()> {
    let who: &Governance = approved.governance();
    let law = match &subject.landed {
        Landed::AtTip(law, _, _) => law,
        Landed::NotYet => who,
    };
    match approve::refused(&subject.matter, person, decision, [law, who]) {
        None => Ok(()),
        Some(refused) => Err(fault::misuse(
            format!("it would not count: {} {refused}", person.display),
            refused.help(),
        )),
    }
}

/// Refuses a record that can't be read, and one with errors that can still be corrected; warns of what matters later.
fn sound(desk: &Desk<'_>, decision: ApprovalDecision) -> anyhow::Result<()> {
    let (ctx, subject) = (desk.ctx, desk.subject);
    if !subject.is_committed {
        ctx.hint(&format!(
            "warning: {} is not committed as it is: whoever commits it made it, and does not count",
            subject.path
        ));
    }
    let Some(source) = &subject.source else {
        return Ok(());
    };
    if decision == ApprovalDecision::Reject {
        return Ok(());
    }
    let governance = &desk.side.governance;
    let known = RuleContext {
        governance,
        house: &ExtraSchema::of(governance),
        tree: match desk.side.branch {
            Some(_) => &desk.side.tree,
            None => desk.home.tree(),
        },
        instant: None,
        neighbours: None,
    };
    let findings = lint::record(source, &known, RecordPast::UNKNOWN);
    let findings = findings?;
    let errors: Vec<String> = findings
        .iter()
        .filter(|finding| finding.level == Level::Error)
        .map(|finding| format!("{}: {}", finding.rule, finding.message))
        .collect();
    if errors.is_empty() {
        return Ok(());
    }
    let listed = errors.join("\n  ");
    let landed = matches!(subject.landed, Landed::AtTip(..));
    if source.record.is_some() && landed {
        ctx.hint(&format!(
            "warning: {} landed with errors\n  {listed}",
            subject.path
        ));
        return Ok(());
    }
    Err(fault::misuse(
        format!(
            "{} does not lint, and its correction would need an approval of its own\n  {listed}",
            subject.path
        ),
        "let its author correct it first: `exledger lint` names the places",
    ))
}

/// Returns the reason: as given, asked for where it must be there and somebody can be asked.
fn reason(
    args: &ApproveArgs,
    ctx: &Ctx,
    subject: &Subject,
    decision: ApprovalDecision,
) -> anyhow::Result<Option<String>> {
    let check = |text: &str| {
        if statement::file::is_reason(text) {
            Ok(())
        } else {
            Err(format!(
                "a reason is one line of 1 to {LONGEST_REASON} characters"
            ))
        }
    };
    if let Some(reason) = &args.reason {
        let reason = reason.trim();
        if credential::kind(reason, "").is_some() || credential::hidden(reason.to_owned()) != reason
        {
            return Err(fault::misuse(
                "the reason holds what looks like a credential, and git would keep it",
                "say it without",
            ));
        }
        check(reason).map_err(|what| {
            fault::misuse(
                what,
                "shorten it, and put the rest where it can be linked to",
            )
        })?;
        return Ok(Some(reason.to_owned()));
    }
    if decision == ApprovalDecision::Approve {
        return Ok(None);
    }
    let missing = || fault::misuse("a rejection needs its reason", "say why with --reason TEXT");
    match ctx.person {
        ask::Person::Away => Err(missing()),
        ask::Person::There => {
            let question = format!("Why do you reject {}", subject.name);
            ask::text(&question, None, &check)
                .map(Some)
                .map_err(|_| missing())
        }
    }
}

/// Shows what is about to be signed, where somebody is there, and asks.
fn confirmed(ctx: &Ctx, subject: &Subject, file: &ApprovalFile) -> anyhow::Result<()> {
    if ctx.person == ask::Person::Away {
        return Ok(());
    }
    let record = subject
        .source
        .as_ref()
        .and_then(|source| source.record.as_ref());
    if let Some(record) = record {
        let makers = subject
            .matter
            .makers
            .iter()
            .map(shape::name)
            .collect::<Vec<_>>();
        let events: Vec<&str> = subject.events.iter().map(|event| event.word()).collect();
        ctx.preview(&view::approve::gist(record, &makers, &events));
    }
    let verb = match file.decision {
        ApprovalDecision::Approve => "Approve",
        ApprovalDecision::Reject => "Reject",
    };
    let question = format!("{verb} {} as {}, by a signature", subject.name, file.by);
    match ask::agreed(&question) {
        Ok(Agreed::Yes) => Ok(()),
        Ok(Agreed::No) => Err(Fault::BrokenOff.into()),
        Err(error) => Err(fault::unasked(
            &error,
            "leave the question out with --no-input",
        )),
    }
}

/// Returns what approval files call the ledger.
///
/// # Errors
/// [`fault::Fault::CannotSay`] where its policy states no name and the clone ends before its first commit.
pub(super) fn ledger(approved: &Snapshot<'_>) -> anyhow::Result<String> {
    let name = approved.ledger_name();
    let written = name.written().map(str::to_owned);
    written.ok_or_else(|| {
        fault::cannot_say(
            "the policy states no `name`, and the ledger's first commit, whose id stands for it, is not in this clone",
            "run `git fetch --unshallow`",
        )
    })
}
