//! An example program that embeds the library. `ask DIR` lists what is due. `ask DIR IDENTITY` reads one instant per
//! line from standard input and answers each on one line, with the JSON of `exledger check --identity IDENTITY --at
//! INSTANT`.
#![expect(clippy::print_stdout, reason = "it answers there")]

use std::io::{self, BufRead, Write};
use std::path::Path;
use std::process::ExitCode;

use exledger::features;
use exledger::features::check::answer::CheckRequest;
use exledger::features::check::receipts::ReceiptLog;
use exledger::gate::answer::Question;
use exledger::gate::receipt::LoggedReceipt;
use exledger::record::time::Instant;
use exledger::session::Session;
use exledger::session::error::{Error, Usage};
use exledger::session::options::{Moment, Options};
use exledger::session::snapshot::walk::Scope;
use serde_json::{Value, json};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = run(&args, io::stdin().lock(), &mut |line| println!("{line}"));
    ExitCode::from(report(done, &mut io::stderr()))
}

/// Answers what the arguments ask, line by line.
pub(crate) fn run(
    args: &[String],
    input: impl BufRead,
    print: &mut impl FnMut(String),
) -> Result<(), Error> {
    match args {
        [dir] => list_due(Path::new(dir), print),
        [dir, identity] => check_lines(Path::new(dir), identity, input, print),
        _ => Err(Usage::refused("no folder is named", "ask DIR [IDENTITY]").into()),
    }
}

/// Writes an error, and returns the exit code.
pub(crate) fn report(done: Result<(), Error>, errors: &mut impl Write) -> u8 {
    let Err(error) = done else {
        return 0;
    };
    let _ = writeln!(errors, "error: {}", error.in_full());
    if let Error::Usage(_) = error { 2 } else { 3 }
}

fn list_due(dir: &Path, print: &mut impl FnMut(String)) -> Result<(), Error> {
    let session = Session::open(dir, Options::default())?;
    for (record, due) in session.snapshot(&Moment::now(), Scope::Worklist)?.due(None) {
        print(format!("{} {}", record.id(), due.bucket.as_str()));
    }
    Ok(())
}

fn check_lines(
    dir: &Path,
    identity: &str,
    input: impl BufRead,
    print: &mut impl FnMut(String),
) -> Result<(), Error> {
    let session = Session::open(dir, Options::default())?;
    let identity = Some(identity.to_owned());
    let question = Question { identity, ..Question::default() };
    for line in input.lines().map_while(Result::ok) {
        let at = Instant::parse(line.trim()).ok_or_else(|| {
            let help = "write it as 2026-11-21T12:00:00Z";
            Usage::refused(format!("{line:?} is not an instant"), help)
        })?;
        let mut request = CheckRequest::now(&question);
        request.at = Some(at);
        let check =
            features::check::answer(&session, &Moment::now(), &request, &ReceiptLog::none())?;
        let receipt = json!(LoggedReceipt::of(&question, &check, &Value::Null));
        print(receipt.to_string());
    }
    Ok(())
}
