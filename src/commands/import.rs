//! `import`: drafts records from the exceptions that other tools keep in files.
//!
//! Start at [`ImportArgs`]. Follows `docs/spec/interop.md`, 4, and `docs/spec/cli.md`, import.

use exledger::features::import;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Parser;

use crate::ask;
use crate::commands::command::{Command, PastInstants, Run};
use crate::commands::context::listed_values::ListedValues;
use crate::commands::context::{Ctx, fault, stdin};
use crate::commands::exit::Outcome;
use crate::commands::new::flags::Flags;
use crate::commands::next_steps;
use exledger::diag::shell::quoted;
use exledger::features;
use exledger::features::import::adopt::AdoptionRequest;
use exledger::features::import::answer::PreparedImport;
use exledger::features::import::draft::group::Grouping;
use exledger::features::import::entry::ImportedState;
use exledger::features::import::formats;
use exledger::features::import::request::{ImportFile, ImportRequest};
use exledger::features::import::show::ShownImport;
use exledger::features::scan::place::ScanPlace;
use exledger::formats::suppressions::readers::format;
use exledger::formats::suppressions::readers::format::{ImportFormat, MOST_BYTES};
use exledger::plan::answers::Answers;
use exledger::record::vocabulary::{Risk, Vocabulary};
use exledger::record::{credential, near};
use exledger::session::Session;
use exledger::session::error::Undetermined;
use exledger::session::locate::Located;
use exledger::store::files;
use exledger::store::files::FileError;

/// Draft records from the ignore files of other tools
///
/// Each entry that no record names yet becomes part of a draft: its findings, its text as the justification, and its
/// end, if the tier allows it. Flags of `new` answer what the entries do not say; what nobody said is TODO(import),
/// which `lint` refuses and `new --complete` answers. Of two ends the earlier counts. Writes all drafts or none. Exits 1
/// if an entry cannot be read, and 3 if a whole file cannot. With scan, everything that is suppressed here and that no
/// record covers is put on record as it is, for 90 days: whole records, a group for each tool, owner and rule. What names
/// no rule is listed.
#[derive(Debug, Parser)]
#[command(after_help = "\
EXAMPLE
  exledger import trivy .trivyignore --dry-run
  exledger import trivy .trivyignore --one-record --application billing \\
    --owner ana@example.com --owner-name 'Ana Ruiz' --expires 30d \\
    --rule 'Known vulnerabilities are fixed within 30 days' --risk-level low \\
    --justification 'The fixes wait for the new base image, due in spring' \\
    --compensating-control 'The image runs without network access'
  exledger import scan --risk-level low
  exledger import csv register.csv --map Summary=title --map Due=expires")]
pub(crate) struct ImportArgs {
    /// Format of the files; scan for the suppressions of this repository
    #[arg(value_name = "FORMAT", value_parser = formats())]
    import_format: String,

    /// Files to import; - for stdin. With scan, files or folders to search [default: all]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Show what would be drafted, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Put all entries into one record [default: one for each text and end]
    #[arg(long, conflicts_with = "record_per")]
    one_record: bool,

    /// Make a record for each entry or package
    #[arg(long, value_name = "WHAT", value_parser = ["entry", "package"])]
    record_per: Option<String>,

    /// Column of a CSV file and the field that it holds; repeatable
    #[arg(long, value_name = "COLUMN=FIELD")]
    map: Vec<String>,

    /// The repository's folder where the scanner ran, such as /src in a container; a relative one is the folder in which it ran
    #[arg(long = "source-root", value_name = "PATH")]
    source_roots: Vec<String>,

    /// Repository whose alerts are imported; others are skipped
    #[arg(long, value_name = "OWNER/NAME")]
    repo: Option<String>,

    /// Start from a preset in the policy
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,

    /// Subfolder of the first record folder
    #[arg(long, value_name = "NAME")]
    folder: Option<String>,

    #[command(flatten)]
    flags: Flags,
}

pub(crate) const COMMAND: Command = Command::of::<ImportArgs>("import");

fn formats() -> ListedValues {
    let all = formats::ALL.iter().map(|format| format.name);
    ListedValues::from(all.chain([SCAN]).collect::<Vec<_>>())
}

const SCAN: &str = "scan";

impl Run for ImportArgs {
    const PAST: PastInstants = PastInstants::Refused("a record is filed now");

    fn run(self, ctx: &Ctx) -> anyhow::Result<Outcome> {
        let session = ctx.home()?;
        let mut given = Answers::default();
        self.flags.fill(&mut given).map_err(|wrong| {
            fault::usage_error(wrong.to_string(), "see `exledger import --help`")
        })?;
        if given.states("scope.findings") {
            return Err(fault::usage_error(
                "--finding can't be given: the findings of a draft are those of its entries",
                "leave --finding out, or file a record about other findings with `exledger new`",
            ));
        }
        if self.import_format == SCAN {
            self.refuse_for_scan()?;
            let place = ScanPlace::open(&ctx.folder, ctx.options())?;
            let request = AdoptionRequest {
                folder: &ctx.folder,
                paths: &self.files,
                given: &given,
                subfolder: self.folder.as_deref(),
                files: &[],
            };
            let located = session.located();
            return self.finish(ctx, &session, &adopt(ctx, (&place, located), request)?);
        }
        if self.files.is_empty() {
            return Err(fault::usage_error("no FILE is given", "name it, or - for stdin"));
        }
        let format = named(&self.import_format)?;
        let columns = self.columns(format)?;
        let progress = ctx.progress("reading the files");
        let inputs = read_all(ctx, &self.files)?;
        let prepared = features::import::prepare(
            &session,
            &ctx.moment(),
            &ImportRequest {
                format,
                inputs: &inputs,
                given: &given,
                profile: self.profile.as_deref(),
                grouping: self.grouping(),
                subfolder: self.folder.as_deref(),
                columns: &columns,
                source_roots: &self.source_roots,
                repository: self.repo.as_deref(),
                folder: &ctx.folder,
            },
        )?;
        drop(progress);
        self.finish(ctx, &session, &prepared)
    }
}

/// Works out the records of what a place suppresses; their risk is asked about once, unless it is given.
pub(crate) fn adopt<'s>(
    ctx: &Ctx,
    (place, located): (&ScanPlace, &'s Located),
    request: AdoptionRequest<'_>,
) -> anyhow::Result<PreparedImport<'s>> {
    let mut given = request.given.clone();
    if !given.states("risk.level") && ctx.person == ask::Prompting::There {
        let question = "How risky is what is suppressed, as long as nobody has judged it";
        let chosen = ask::choice(question, &Risk::words(), 1);
        let chosen = chosen.map_err(|error| fault::unasked(&error, "answer with --risk-level"))?;
        given.set("risk.level", Risk::words().get(chosen).copied().unwrap_or_default());
    }
    let _progress = ctx.progress("searching the files");
    let request = AdoptionRequest { given: &given, ..request };
    Ok(features::import::adopt(place, located, &ctx.moment(), &request)?)
}

impl ImportArgs {
    fn refuse_for_scan(&self) -> anyhow::Result<()> {
        let flags = [
            ("--one-record", self.one_record),
            ("--record-per", self.record_per.is_some()),
            ("--map", !self.map.is_empty()),
            ("--source-root", !self.source_roots.is_empty()),
            ("--repo", self.repo.is_some()),
            ("--profile", self.profile.is_some()),
        ];
        match flags.iter().find(|(_, is_given)| *is_given) {
            None => Ok(()),
            Some((flag, _)) => Err(fault::usage_error(
                format!("{flag} is about files of other tools, not about scan"),
                "leave it out",
            )),
        }
    }

    fn finish(
        &self,
        ctx: &Ctx,
        session: &Session,
        prepared: &PreparedImport<'_>,
    ) -> anyhow::Result<Outcome> {
        ctx.of_notices(&prepared.notices);
        if !self.dry_run && !prepared.drafts.is_empty() {
            let _progress = ctx.progress("writing the drafts");
            prepared.write()?;
        }
        self.show(ctx, session, prepared)?;
        Ok(outcome(ctx, prepared))
    }

    fn grouping(&self) -> Grouping {
        match (self.one_record, self.record_per.as_deref()) {
            (true, _) => Grouping::One,
            (_, Some("entry")) => Grouping::Entry,
            (_, Some(_)) => Grouping::Package,
            (_, None) => Grouping::Text,
        }
    }

    fn columns(&self, format: &ImportFormat) -> anyhow::Result<Vec<(String, String)>> {
        if format.name != formats::csv::FORMAT.name && !self.map.is_empty() {
            return Err(fault::usage_error(
                format!(
                    "--map is about the columns of a CSV file, and the format is {}",
                    format.name
                ),
                "leave --map out",
            ));
        }
        let parse = |text: &String| {
            let (column, field) = text.split_once('=').ok_or_else(|| {
                fault::usage_error(
                    credential::hidden(format!("--map {text} is not COLUMN=FIELD")),
                    "write --map Summary=title",
                )
            })?;
            if !formats::csv::is_field(field) {
                return Err(fault::usage_error(
                    format!("--map: a record has no field {} that a cell can state", word(field)),
                    "name a column of the CSV export, or a field such as title or owner.email",
                ));
            }
            Ok((column.to_owned(), field.to_owned()))
        };
        let mapped: Vec<(String, String)> =
            self.map.iter().map(parse).collect::<anyhow::Result<_>>()?;
        let mut fields = BTreeSet::new();
        match mapped.iter().find(|(_, field)| !fields.insert(formats::csv::field_of(field))) {
            None => Ok(mapped),
            Some((_, twice)) => Err(fault::usage_error(
                format!("--map: two columns are mapped to {}", word(twice)),
                "map one column to each field",
            )),
        }
    }

    fn show(
        &self,
        ctx: &Ctx,
        session: &Session,
        prepared: &PreparedImport<'_>,
    ) -> anyhow::Result<()> {
        let next = match self.dry_run {
            true => Vec::new(),
            false => next(ctx, session, prepared, &self.import_format),
        };
        let reads = ctx.format.reads;
        let shown = ShownImport { prepared, next, is_dry_run: self.dry_run, reads };
        ctx.show(import::show::doc(&shown))?;
        if self.dry_run {
            ctx.hint("hint: nothing was written, because of --dry-run");
        }
        Ok(())
    }
}

/// Returns a text that could be the name of a field; anything else may be a secret, and is not repeated.
fn word(text: &str) -> &str {
    let is_name = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'.');
    if text.bytes().all(is_name) { text } else { "…" }
}

fn named(name: &str) -> anyhow::Result<&'static ImportFormat> {
    formats::named(name).ok_or_else(|| {
        let names: Vec<&str> = formats::ALL.iter().map(|format| format.name).collect();
        let similar = near::question(name, names.iter().copied());
        fault::usage_error(
            format!("there is no format {name}"),
            format!("{similar}use one of {}", names.join(", ")),
        )
    })
}

fn read_all(ctx: &Ctx, paths: &[PathBuf]) -> anyhow::Result<Vec<ImportFile>> {
    stdin::only_once(paths)?;
    paths.iter().map(|path| read(ctx, path)).collect()
}

fn read(ctx: &Ctx, path: &Path) -> anyhow::Result<ImportFile> {
    let name = path.to_string_lossy().into_owned();
    let too_large = || Err(format::too_large());
    if stdin::is_named(path) {
        let mut bytes = Vec::new();
        let mut stdin = std::io::stdin().take(MOST_BYTES + 1);
        stdin.read_to_end(&mut bytes).context("can't read stdin")?;
        let is_small = u64::try_from(bytes.len()).is_ok_and(|n| n <= MOST_BYTES);
        return Ok(ImportFile { name, bytes: if is_small { Ok(bytes) } else { too_large() } });
    }
    match files::read(&ctx.folder.join(path), MOST_BYTES) {
        Ok(bytes) => Ok(ImportFile { name, bytes: Ok(bytes) }),
        Err(FileError::TooLarge(..)) => Ok(ImportFile { name, bytes: too_large() }),
        Err(error) => {
            let help = "check that it exists and can be read";
            Err(Undetermined::other(error.to_string(), help).into())
        }
    }
}

fn next(ctx: &Ctx, session: &Session, prepared: &PreparedImport<'_>, format: &str) -> Vec<String> {
    let drafts = &prepared.drafts;
    let (Some(first), paths) = (drafts.first(), drafts.iter().map(|draft| draft.path.as_str()))
    else {
        return Vec::new();
    };
    let folders: BTreeSet<&str> =
        paths.clone().filter_map(|path| Some(path.rsplit_once('/')?.0)).collect();
    let is_short = drafts.len() <= next_steps::SHORT;
    let mut next = Vec::new();
    let open = drafts.iter().filter(|draft| !draft.todo.is_empty()).map(|draft| draft.id.as_str());
    let open: Vec<&str> = open.collect();
    if !open.is_empty() {
        next.push(next_steps::completing(ctx, session, (&open, &folders)));
    }
    next.push("exledger lint".to_owned());
    let files: Vec<String> = if is_short {
        paths.map(quoted).collect()
    } else {
        folders.iter().map(|folder| quoted(folder)).collect()
    };
    // An id is drawn once, so that the branch of an earlier import never has this name.
    let branch = format!("import-{format}-{}", first.id);
    let more = match drafts.len() {
        1 => String::new(),
        n => format!(" and {} more", n - 1),
    };
    let subject = format!("File {}{more}, imported from {format}", first.id);
    next.extend(next_steps::sending(ctx, session, &branch, (&files, &subject)));
    next
}

fn outcome(ctx: &Ctx, prepared: &PreparedImport<'_>) -> Outcome {
    if !prepared.unread.is_empty() {
        for name in &prepared.unread {
            let only = prepared.entries.iter().find(|entry| entry.source == *name);
            let why = only
                .map(|entry| format!(": line {}: {}", entry.line, entry.message))
                .unwrap_or_default();
            ctx.tell(&format!("error: could not read {name}, so nothing was written{why}"));
        }
        return Outcome::Undetermined;
    }
    if prepared.has(ImportedState::Unreadable) { Outcome::ProblemsFound } else { Outcome::Fine }
}
