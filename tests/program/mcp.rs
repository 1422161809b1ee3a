//! `mcp`: the server that agents ask, driven over pipes by frames that are written by hand.
//!
//! Start at [`client::Client`]. Follows `docs/spec/cli.md`, mcp.

mod answers;
mod client;
mod late;
mod live;
mod protocol;
mod requests;
mod resources;
mod start;
mod texts;
mod waiting;

use std::path::Path;

use serde_json::{Value, json};

use crate::gate::live::Gate;
use crate::support::samples::LISTED;
use client::Client;

/// A ledger with a record in force, its clone, and the folder in which the agent's runtime starts the server.
pub(crate) struct Served {
    pub(crate) gate: Gate,
    pub(crate) work: tempfile::TempDir,
}

impl Served {
    pub(crate) fn new() -> Served {
        Served { gate: Gate::ending_after(86_400, LISTED), work: crate::support::temporary() }
    }

    pub(crate) fn ledger(&self) -> String {
        self.gate.clone.path().to_str().unwrap().to_owned()
    }

    /// Starts the server, bound to an identity that no record limits.
    pub(crate) fn start(&self, more: &[&str]) -> Client {
        let ledger = self.ledger();
        let args = [&["--ledger", &ledger, "--any-identity"], more].concat();
        Client::start(self.work.path(), &args, &[])
    }

    /// Starts the server, and the session in the way of 2025-11-25.
    pub(crate) fn begin(&self, more: &[&str]) -> Client {
        let mut client = self.start(more);
        client.initialize("2025-11-25");
        client
    }
}

/// The arguments that the record answers.
pub(crate) fn billing() -> Value {
    json!({"application": "billing"})
}

/// Returns the verdict of a result.
pub(crate) fn verdict(result: &Value) -> &str {
    result["structuredContent"]["verdict"].as_str().unwrap_or_else(|| panic!("{result}"))
}

/// Returns the text that the agent reads.
pub(crate) fn text(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{result}"))
}

/// Asserts that a call is refused, with a reason.
pub(crate) fn refused(result: &Value, reason: &str) {
    assert_eq!(result["isError"], true, "{result}");
    assert!(text(result).contains(reason), "`{reason}` is not in {result}");
    assert_eq!(result.get("structuredContent"), None, "{result}");
}

/// Returns the receipts of a file.
pub(crate) fn receipts(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
