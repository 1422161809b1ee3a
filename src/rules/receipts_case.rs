//! The subject of the rules about a file of receipts: its chain, and what it should contain.
//!
//! Pure. Start at [`ReceiptsCase`]. Follows `docs/spec/rules.md` (audit).

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::shell::quoted;
use crate::diag::{Finding, Level, Pos};
use crate::gate::receipt::faults::ChainFault;

/// A file of receipts, and receipts that it should contain.
pub struct ReceiptsCase<'c> {
    /// The path of the file, as the user wrote it.
    pub path: &'c str,
    /// What is wrong with its chain.
    pub faults: Vec<ChainFault>,
    /// The receipts that somebody kept and the file lacks.
    pub lost: &'c [LostReceipt],
    /// Whether it lacks the end that gates of this clone stored.
    pub is_cut: bool,
}

/// A receipt that somebody kept and the file lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostReceipt {
    /// The path of the file that holds it, as the user wrote it.
    pub path: String,
    /// Its line there.
    pub line: u32,
    /// Its number in the file that it was stored in; `None` if it was not stored.
    pub seq: Option<u64>,
}

impl ReceiptsCase<'_> {
    /// Returns a finding at a line of the file.
    pub fn finding(
        &self,
        code: Code,
        line: u32,
        message: String,
        remedy: impl Into<Remedy>,
    ) -> Finding {
        at_line(code, (self.path, line), message, remedy)
    }

    /// Returns the remedy that the file is put aside, with an empty one in its place. Whoever starts that gives used-up uses back,
    /// so it is left to people: until then, records with `uses` are `unknown`.
    pub fn put_aside(&self, note: &str) -> Remedy {
        let [path, old] = [self.path, &format!("{}.old", self.path)].map(quoted);
        Remedy::run([format!("mv -- {path} {old}"), format!("touch -- {path}")]).after(format!(
            "{note}; `exledger check --new-receipts {path}` then counts uses from none"
        ))
    }
}

impl LostReceipt {
    /// Returns a finding at the receipt that somebody kept.
    pub fn finding(&self, code: Code, message: String, remedy: impl Into<Remedy>) -> Finding {
        at_line(code, (&self.path, self.line), message, remedy)
    }
}

fn at_line(
    code: Code,
    (path, line): (&str, u32),
    message: String,
    remedy: impl Into<Remedy>,
) -> Finding {
    Finding {
        rule: code,
        level: Level::Error,
        path: path.to_owned(),
        pos: Some(Pos { line, column: 1 }),
        field: None,
        id: None,
        message,
        remedy: remedy.into(),
    }
}
