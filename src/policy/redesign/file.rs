//! The file of a redesign: reading it as strictly as a record, and writing a new one.
//!
//! Pure. Start at [`read`] and [`write()`]. Follows `docs/spec/redesign.md`.

use serde_json::{Map, Value};

use crate::diag::code::Code;
use crate::policy::redesign::Redesign;
use crate::record::file::RecordFile;
use crate::record::map::MapSpec;
use crate::record::time::Day;
use crate::record::{consistent, file, template};
use crate::yaml::node::{Node, Repair, SyntaxError};

/// One redesign file as read.
#[derive(Clone, Debug)]
pub struct RedesignFile {
    /// The file with its positions and the findings about its shape; it never has a record.
    pub source: RecordFile,
    /// The redesign; `None` if there is any finding about its shape.
    pub redesign: Option<Redesign>,
}

/// Reads a file and returns the redesign with all findings about its shape.
pub fn read(path: &str, bytes: &[u8]) -> RedesignFile {
    let (source, redesign) = file::read_as::<Redesign>(path, bytes, "a redesign", faults);
    RedesignFile { source, redesign }
}

/// Returns the text of a new redesign with these fields; `schema` is the schema's path from the file, for editors, if there is one.
///
/// The caller reads the text back and compares it before creating the file.
pub fn write(fields: &Map<String, Value>, schema: Option<&str>) -> String {
    template::write_as(Redesign::FIELDS, fields, schema)
}

fn faults(stem: &str, root: &Node, _: &[String]) -> Vec<SyntaxError> {
    let mut faults: Vec<SyntaxError> = consistent::other_name(stem, root).into_iter().collect();
    consistent::repeated_evidence(root, &mut faults);
    faults.extend(assessed_too_early(root));
    faults
}

fn assessed_too_early(root: &Node) -> Option<SyntaxError> {
    let day = |field| root.at(field).and_then(Node::text).and_then(Day::new);
    let (done, assessed) = (day("done.date")?, day("assessed.date")?);
    (assessed < done).then(|| SyntaxError {
        code: Code::BadValue,
        pos: root.at("assessed.date").map(|node| node.pos),
        field: Some("assessed.date".to_owned()),
        message: format!("it was assessed on {assessed}, before it was done on {done}"),
        help: "correct one of the dates".to_owned(),
        repair: Repair::Example(done.to_string()),
    })
}
