//! Another program that embeds the ledger: `ask DIR IDENTITY` reads an instant a line from standard input, and answers
//! each with the receipt of `exledger check --identity IDENTITY --at INSTANT --format json`, on one line. One session
//! answers them all, and never from yesterday: what is merged between two lines is known to the second.
#![expect(clippy::print_stdout, reason = "it answers there")]

use std::io::{self, BufRead, Write};
use std::path::Path;
use std::process::ExitCode;

use exledger::gate::answer::Question;
use exledger::gate::receipt::LoggedReceipt;
use exledger::record::time::Instant;
use exledger::session::Session;
use exledger::session::check::CheckRequest;
use exledger::session::check::receipts::ReceiptLog;
use exledger::session::error::{Error, Usage};
use exledger::session::options::{Moment, Options};
use serde_json::{Value, json};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (message, code) = match args.as_slice() {
        [dir, identity] => match answer(Path::new(dir), identity) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(error @ Error::Usage(_)) => (error.in_full(), 2),
            Err(error) => (error.in_full(), 3),
        },
        _ => ("name a folder and an identity".to_owned(), 2),
    };
    let _ = writeln!(io::stderr(), "error: {message}");
    ExitCode::from(code)
}

fn answer(dir: &Path, identity: &str) -> Result<(), Error> {
    let session = Session::open(dir, Options::default())?;
    let receipts = ReceiptLog::none();
    let question = Question {
        identity: Some(identity.to_owned()),
        ..Question::default()
    };
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        let request = CheckRequest {
            question: &question,
            at: Some(Instant::parse(line.trim()).ok_or_else(|| {
                let what = format!("{line:?} is no instant");
                Usage::refused(what, "write it as 2026-11-21T12:00:00Z")
            })?),
            max_age: None,
        };
        let check = session.ask(&Moment::now(), &request, &receipts)?;
        println!(
            "{}",
            json!(LoggedReceipt::of(&question, &check, &Value::Null))
        );
    }
    Ok(())
}
