//! From answers to a file: what is missing is asked, what the rules object to is refused, what is written is clean.
//!
//! Start at [`file`].

use crate::ask;
use crate::clock;
use crate::commands::Outcome;
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::context::place::Home;
use crate::commands::new::{Args, sources};
use crate::diag::{self, Finding, Level};
use crate::ledger::Ledger;
use crate::plan::answers::Answers;
use crate::plan::draft::{self, Draft, Faithful, Filer, Setting, Urgency};
use crate::plan::part;
use crate::plan::question::{self, Because, Question};
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::record::id::Id;
use crate::rules::case::Known;
use crate::rules::house::House;
use crate::rules::lint::{self, Past};
use crate::store::files;
use crate::view;

/// How often a random id is drawn before something else must be wrong.
const DRAWS: usize = 100;

/// Files an exception.
pub(super) fn file(args: &Args, ctx: &Ctx) -> anyhow::Result<Outcome> {
    let home = ctx.home()?;
    let (name, email) = home.repository()?.user();
    let governance = ctx.governance(home.work_tree()?)?;
    let ledger = Ledger::read(&home.tree, &governance.policy.records)
        .map_err(|error| fault::tree(&error))?;
    let known = sources::answers(args, ctx, &governance.policy, &ledger)?;
    let folder = folder(
        args.folder
            .as_deref()
            .or(known.folder.as_deref())
            .unwrap_or_default(),
    )?;
    let setting = Setting {
        governance: &governance,
        now: ctx.instant(),
        urgency: if args.emergency {
            Urgency::Emergency
        } else {
            Urgency::Usual
        },
        filer: Filer { name, email },
        id: id(ctx, &governance, &ledger)?,
        folder,
    };
    let mut answers = known.answers;
    let made = complete(args, ctx, &setting, &mut answers)?;
    let findings = judged(args, &made, &governance, &home)?;
    let made = match ctx.person {
        ask::Person::There => previewed(ctx, &setting, &mut answers, made)?,
        ask::Person::Away => made,
    };
    files::create(&home.tree, &made.path, made.text.as_bytes()).map_err(|error| match error {
        files::FileError::Exists(_) | files::FileError::Outside(_) => {
            fault::misuse(error.to_string(), "choose another --folder")
        }
        _ => fault::cannot_say(error.to_string(), ""),
    })?;
    ctx.show(&view::new::doc(&filed(
        ctx, &home, &setting, &made, findings,
    )))?;
    Ok(Outcome::Fine)
}

/// Returns the folder below the record folder, when it can be one.
fn folder(name: &str) -> anyhow::Result<String> {
    let name = name.trim_matches('/');
    let odd = |part: &str| part.is_empty() || part.starts_with('.') || part.contains(['\\', '\0']);
    if !name.is_empty() && name.split('/').any(odd) {
        return Err(fault::misuse(
            format!("{name} is no folder for records"),
            "name a folder below the first record folder, without dots in front: 2026 or billing/2026",
        ));
    }
    Ok(name.to_owned())
}

/// Draws an id that no record has.
fn id(ctx: &Ctx, governance: &Governance, ledger: &Ledger) -> anyhow::Result<Id> {
    let prefix = governance
        .policy
        .id_prefix
        .first()
        .map_or("EXC", String::as_str);
    let year = ctx.instant().year();
    let taken = |id: &Id| {
        ledger
            .entries
            .iter()
            .any(|entry| entry.stem.eq_ignore_ascii_case(id.as_str()))
    };
    let drawn = (0..DRAWS).filter_map(|_| Id::made(prefix, year, clock::chance()));
    drawn.into_iter().find(|id| !taken(id)).ok_or_else(|| {
        fault::cannot_say(
            format!("no id {prefix}-{year:04} is left"),
            "set another `id_prefix` in exledger.yaml",
        )
    })
}

/// Asks for what is missing until the record is whole.
fn complete(
    args: &Args,
    ctx: &Ctx,
    setting: &Setting<'_>,
    answers: &mut Answers,
) -> anyhow::Result<Draft> {
    loop {
        let made = draft::draft(answers, setting);
        let missing = question::missing(&made.answers, made.resolved.as_ref());
        match ctx.person {
            ask::Person::There if !missing.is_empty() => {
                for question in &missing {
                    ask_one(question, answers)?;
                }
            }
            ask::Person::Away if !missing.is_empty() && !args.draft => {
                return Err(unanswered(&missing, &made));
            }
            _ => return Ok(made),
        }
    }
}

fn ask_one(question: &Question, answers: &mut Answers) -> anyhow::Result<()> {
    let prompt = match &question.because {
        Because::Required(tier) => format!("{} (tier {tier})", question.prompt),
        Because::Silence(tier) => format!("{} (silence means tier {tier})", question.prompt),
        Because::Always | Because::Identity => question.prompt.to_owned(),
    };
    let broken_off = |error: ask::AskError| {
        fault::misuse(error.to_string(), format!("say it with {}", question.flags))
    };
    if question.choices.is_empty() {
        let check = |answer: &str| part::fill(&mut Answers::default(), question.field, answer);
        let answer = ask::text(&prompt, None, &check).map_err(broken_off)?;
        part::fill(answers, question.field, &answer).map_err(|what| fault::misuse(what, ""))
    } else {
        let chosen = ask::choice(&prompt, &question.choices, 0).map_err(broken_off)?;
        answers.set(
            question.field,
            question.choices.get(chosen).copied().unwrap_or_default(),
        );
        Ok(())
    }
}

/// Names what is missing, and what can't be read of the rest.
fn unanswered(missing: &[Question], made: &Draft) -> anyhow::Error {
    let because = |question: &Question| match &question.because {
        Because::Always => String::new(),
        Because::Identity => " (an identity has it)".to_owned(),
        Because::Required(tier) => format!(" (tier {tier} requires it)"),
        Because::Silence(tier) => format!(" (silence means tier {tier})"),
    };
    let lines: Vec<String> = missing
        .iter()
        .map(|question| format!("{}{}", question.flags, because(question)))
        .collect();
    let unreadable = made
        .source
        .findings
        .iter()
        .filter(|finding| finding.rule != diag::shape::MISSING_FIELD);
    let unreadable: Vec<String> = unreadable.map(words).collect();
    let mut what = format!("{} missing", are(missing.len()));
    for line in unreadable {
        what.push_str(&format!("\n  and {line}"));
    }
    fault::misuse(what, format!("give\n{}", lines.join("\n")))
}

fn are(n: usize) -> String {
    if n == 1 {
        "1 answer is".to_owned()
    } else {
        format!("{n} answers are")
    }
}

fn words(finding: &Finding) -> String {
    let field = finding.field.as_deref().unwrap_or("record");
    format!(
        "{}[{}] {field}: {}; {}",
        finding.level, finding.rule, finding.message, finding.help
    )
}

/// Judges the draft: what its shape or the rules refuse is not written.
fn judged(
    args: &Args,
    made: &Draft,
    governance: &Governance,
    home: &Home,
) -> anyhow::Result<Vec<Finding>> {
    if made.source.record.is_none() {
        let lines: Vec<String> = made.source.findings.iter().map(words).collect();
        return Err(fault::misuse(
            format!("the record can't be written\n  {}", lines.join("\n  ")),
            "correct the fields named",
        ));
    }
    if made.faithful == Faithful::No {
        return Err(fault::cannot_say(
            "the text of the record does not read back to what was meant",
            "report the fields that were given",
        ));
    }
    let known = Known {
        governance,
        house: &House::of(governance),
        tree: &home.tree,
        instant: None,
        neighbours: None,
    };
    let findings =
        lint::record(&made.source, &known, Past::UNKNOWN).map_err(|error| fault::tree(&error))?;
    let errors: Vec<String> = findings
        .iter()
        .filter(|finding| finding.level == Level::Error)
        .map(words)
        .collect();
    if !errors.is_empty() && !args.draft {
        let what = format!("the record would not lint clean\n  {}", errors.join("\n  "));
        return Err(fault::misuse(
            what,
            "correct the fields named, or write it with --draft and go on in an editor",
        ));
    }
    Ok(findings)
}

/// Shows the draft and lets what was derived be changed.
fn previewed(
    ctx: &Ctx,
    setting: &Setting<'_>,
    answers: &mut Answers,
    made: Draft,
) -> anyhow::Result<Draft> {
    let mut made = made;
    loop {
        ctx.tell(&format!("\n{}", made.text));
        let mut choices = vec!["write it".to_owned()];
        choices.extend(
            made.derived
                .iter()
                .map(|(field, value)| format!("change {field} ({value})")),
        );
        choices.push("stop".to_owned());
        let shown: Vec<&str> = choices.iter().map(String::as_str).collect();
        let stopped = || fault::misuse("nothing was written", "");
        let chosen = ask::choice("What next", &shown, 0).map_err(|_| stopped())?;
        if chosen == 0 {
            return Ok(made);
        }
        let Some((field, value)) = made.derived.get(chosen - 1).cloned() else {
            return Err(stopped());
        };
        let answer = ask::text(field, Some(&value), &|_| Ok(())).map_err(|_| stopped())?;
        let mut changed = answers.clone();
        changed.set(field, answer);
        let next = draft::draft(&changed, setting);
        match next.source.record {
            Some(_) => {
                *answers = changed;
                made = next;
            }
            None => ctx.tell(
                &next
                    .source
                    .findings
                    .iter()
                    .map(words)
                    .collect::<Vec<_>>()
                    .join("\n"),
            ),
        }
    }
}

fn filed(
    ctx: &Ctx,
    home: &Home,
    setting: &Setting<'_>,
    made: &Draft,
    findings: Vec<Finding>,
) -> view::new::Filed {
    let needed = made
        .resolved
        .as_ref()
        .map(|resolved| resolved.demand().needed())
        .unwrap_or_default();
    let who = needed.each_of.iter().map(|group| {
        let members = people::members(setting.governance, group);
        let members: Vec<String> = members.iter().map(view::shape::name).collect();
        format!("{group}: {}", members.join(", "))
    });
    let id = setting.id.as_str();
    let git = if ctx.folder == home.root {
        "git".to_owned()
    } else {
        format!("git -C {}", quoted(&home.root.display().to_string()))
    };
    let is_draft = findings.iter().any(|finding| finding.level == Level::Error);
    view::new::Filed {
        id: id.to_owned(),
        path: made.path.clone(),
        draft: if is_draft {
            view::new::Draft::Yes
        } else {
            view::new::Draft::No
        },
        tier: made.resolved.as_ref().map(|resolved| resolved.tier.clone()),
        who: who.collect(),
        needed,
        findings,
        derived: made.derived.clone(),
        next: vec![
            format!("{git} switch -c {id}"),
            format!("{git} add {}", quoted(&made.path)),
            format!("{git} commit -m \"File {id}\""),
            format!("{git} push -u origin {id}"),
        ],
    }
}

/// Returns a path as a shell takes it for one word.
fn quoted(path: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "/._-+@".contains(char);
    if path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}
