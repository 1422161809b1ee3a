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
    let done = match args.as_slice() {
        [dir] => due(Path::new(dir)),
        [dir, identity] => answer(Path::new(dir), identity),
        _ => Err(Usage::refused("no folder is named", "ask DIR [IDENTITY]").into()),
    };
    let Err(error) = done else {
        return ExitCode::SUCCESS;
    };
    let _ = writeln!(io::stderr(), "error: {}", error.in_full());
    ExitCode::from(if let Error::Usage(_) = error { 2 } else { 3 })
}

fn due(dir: &Path) -> Result<(), Error> {
    let session = Session::open(dir, Options::default())?;
    for (record, due) in session.snapshot(&Moment::now(), Scope::Worklist)?.due(None) {
        println!("{} {}", record.id(), due.bucket.as_str());
    }
    Ok(())
}

fn answer(dir: &Path, identity: &str) -> Result<(), Error> {
    let session = Session::open(dir, Options::default())?;
    let identity = Some(identity.to_owned());
    let question = Question { identity, ..Question::default() };
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        let at = Instant::parse(line.trim()).ok_or_else(|| {
            let help = "write it as 2026-11-21T12:00:00Z";
            Usage::refused(format!("{line:?} is not an instant"), help)
        })?;
        let mut request = CheckRequest::now(&question);
        request.at = Some(at);
        let check =
            features::check::answer(&session, &Moment::now(), &request, &ReceiptLog::none())?;
        let receipt = json!(LoggedReceipt::of(&question, &check, &Value::Null));
        println!("{receipt}");
    }
    Ok(())
}
