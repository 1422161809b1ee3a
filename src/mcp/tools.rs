//! The tools of the server.
//!
//! Start at [`all`]. Follows `docs/spec/cli.md`, mcp.

use std::sync::Arc;

use rmcp::model::{Tool, ToolAnnotations};
use serde_json::{Map, Value};

use crate::mcp::schemas;

pub(super) const MAY_I: &str = "may_i";
pub(super) const REQUEST_EXCEPTION: &str = "request_exception";
pub(super) const STATUS: &str = "status";
pub(super) const WAIT: &str = "wait";
pub(super) const LIST_DUE: &str = "list_due";

#[derive(Clone, Copy, Debug)]
pub(super) struct ToolEffects {
    /// Whether answers are kept and uses counted.
    pub keeps_receipts: bool,
    /// Whether requests are kept on branches.
    pub keeps_branches: bool,
}

struct ToolSpec {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    is_read_only: bool,
    takes: Value,
    answers: Value,
}

pub(super) fn all(effects: ToolEffects, ledgers: &[&str]) -> Vec<Tool> {
    let ToolEffects { keeps_receipts, keeps_branches } = effects;
    let request = if keeps_branches {
        "Propose an exception on a branch of its own. It grants nothing until people approve and merge it."
    } else {
        "Draft an exception and return its text. Nothing is written, and it grants nothing until people propose, approve and merge it."
    };
    let specs = [
        ToolSpec {
            name: MAY_I,
            title: "May I?",
            description: "Ask whether an approved exception allows an action now. Only the verdict allow is a yes. State every limit of what you are about to do.",
            is_read_only: !keeps_receipts,
            takes: schemas::question(),
            answers: schemas::receipt(),
        },
        ToolSpec {
            name: REQUEST_EXCEPTION,
            title: "Request an exception",
            description: request,
            is_read_only: false,
            takes: schemas::request(),
            answers: schemas::request_answer(),
        },
        ToolSpec {
            name: STATUS,
            title: "Status of a record",
            description: "Return the status of an exception, why it has that status, and the next step.",
            is_read_only: true,
            takes: schemas::status(),
            answers: schemas::status_answer(),
        },
        ToolSpec {
            name: WAIT,
            title: "Wait for a decision",
            description: "Ask as may_i does, and wait while the answer is pending. Only the verdict allow is a yes.",
            is_read_only: !keeps_receipts,
            takes: schemas::wait(),
            answers: schemas::receipt(),
        },
        ToolSpec {
            name: LIST_DUE,
            title: "List what is due",
            description: "List exceptions that have ended, end soon, or wait for somebody, the most urgent first.",
            is_read_only: true,
            takes: schemas::due(),
            answers: schemas::due_answer(),
        },
    ];
    specs.into_iter().map(|spec| declared(spec, ledgers)).collect()
}

fn declared(spec: ToolSpec, ledgers: &[&str]) -> Tool {
    let takes = match ledgers {
        [] | [_] => spec.takes,
        several => schemas::with_ledger(spec.takes, several),
    };
    let hints =
        ToolAnnotations::from_raw(None, Some(spec.is_read_only), Some(false), None, Some(false));
    Tool::new(spec.name, spec.description, Arc::new(object(takes)))
        .with_title(spec.title)
        .with_raw_output_schema(Arc::new(object(spec.answers)))
        .with_annotations(hints)
}

fn object(schema: Value) -> Map<String, Value> {
    match schema {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
