//! `.secrets.baseline`: the secrets that detect-secrets knows.
//!
//! Pure. Start at [`FORMAT`]. Neither a secret nor its hash is kept: only a digest of the hash, to compare entries.

use std::io::Cursor;

use serde::Deserialize;

use crate::formats::finding_lines::LineIndex;
use crate::formats::json_stream::{Broken, JsonScanner, KeptPiece};
use crate::formats::object::Object;
use crate::formats::suppressions::exception::{ForeignException, ImportEntry, key};
use crate::formats::suppressions::limits;
use crate::formats::suppressions::readers::format::{
    ImportError, ImportFormat, ImportInput, file_name,
};
use crate::formats::suppressions::text::path_notes;
use crate::record::subject::FindingKey;

pub const FORMAT: ImportFormat = ImportFormat {
    name: "detect-secrets",
    files: ".secrets.baseline",
    is_named: |path| file_name(path) == ".secrets.baseline",
    read,
};

/// The maximum size of one entry, in bytes.
const LARGEST: usize = 1 << 20;

#[derive(Deserialize)]
struct KnownSecret {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    is_secret: Option<bool>,
    #[serde(default)]
    hashed_secret: Option<String>,
}

fn read(input: &ImportInput<'_>) -> Result<Vec<ImportEntry>, ImportError> {
    let mut baseline = Baseline {
        scan: JsonScanner::new(Cursor::new(input.bytes), 0),
        index: LineIndex::new(input.bytes),
        piece: Vec::new(),
        entries: Vec::new(),
        has_results: false,
    };
    match baseline.document() {
        Ok(()) if baseline.has_results => Ok(baseline.entries),
        Ok(()) => Err(ImportError::at(1, "it has no `results`, so it is not a baseline")),
        Err(broken) => {
            let at = usize::try_from(baseline.scan.at()).unwrap_or_default();
            let line = baseline.index.line(at);
            Err(ImportError::at(line, broken.to_string()))
        }
    }
}

struct Baseline<'b> {
    scan: JsonScanner<Cursor<&'b [u8]>>,
    index: LineIndex<'b>,
    piece: Vec<u8>,
    entries: Vec<ImportEntry>,
    has_results: bool,
}

impl Baseline<'_> {
    fn document(&mut self) -> Result<(), Broken> {
        self.scan.pass_mark()?;
        self.scan.expect(b'{', "an object")?;
        let mut is_first = true;
        while self.scan.more(b'}', is_first)? {
            is_first = false;
            if self.scan.key()? != "results" {
                self.scan.skip()?;
                continue;
            }
            self.has_results = true;
            self.scan.expect(b'{', "an object of files")?;
            let mut is_first_file = true;
            while self.scan.more(b'}', is_first_file)? {
                is_first_file = false;
                let file = self.scan.key()?;
                self.secrets(&file)?;
            }
        }
        Ok(())
    }

    fn secrets(&mut self, file: &str) -> Result<(), Broken> {
        self.scan.expect(b'[', "a list")?;
        let mut is_first = true;
        while self.scan.more(b']', is_first)? {
            is_first = false;
            let (span, kept) = self.scan.capture(&mut self.piece, LARGEST)?;
            let line = self.index.line(usize::try_from(span.start).unwrap_or_default());
            let known: Option<Object<KnownSecret>> = match kept {
                KeptPiece::Whole => serde_json::from_slice(&self.piece).ok(),
                KeptPiece::TooLarge => None,
            };
            self.entries.push(match known {
                Some(Object(known)) => one(line, file, &known),
                None => ImportEntry::unreadable(line, "an entry has no `type`"),
            });
        }
        Ok(())
    }
}

fn one(line: u64, file: &str, known: &KnownSecret) -> ImportEntry {
    let mut limits = limits::one("type", &known.kind);
    limits.extend(limits::one("file", file));
    if let Some(hash) = &known.hashed_secret {
        limits.extend(limits::hidden("hashed_secret", hash));
    }
    if known.is_secret == Some(true) {
        return ImportEntry::listed(line, "a real secret: rotate it").limited_to(limits);
    }
    let slashed = file.replace('\\', "/");
    let path = slashed.strip_prefix("./").unwrap_or(&slashed).to_owned();
    let mut notes = vec!["wider: line".to_owned()];
    notes.extend(path_notes([path.as_str()]));
    let finding = FindingKey { paths: Some(vec![path]), ..key("detect-secrets", &known.kind) };
    ImportEntry::exception(
        line,
        ForeignException { findings: vec![finding], notes, ..ForeignException::default() },
    )
    .limited_to(limits)
}
