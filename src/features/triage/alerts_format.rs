//! Reads the alerts of GitHub, as `gh api` prints them: arrays one after another, arrays of arrays, or an object a line.
//!
//! Pure: the caller supplies the bytes. Start at [`read`]. Follows `docs/spec/interop.md`, 6b. The value of a secret is
//! never read, and no message repeats a value.

use std::io::Cursor;

use serde_json::Value;

use crate::features::triage::alert::{AlertKind, AlertState, GithubAlert, is_repository_name};
use crate::formats::finding_lines::LineIndex;
use crate::formats::json_stream::{Broken, JsonScanner, KeptPiece};
use crate::formats::sarif::alert;
use crate::formats::sarif::alert::AlertedResult;
use crate::gate::package::{Ecosystem, Package};
use crate::record::json;
use crate::record::purl::Purl;
use crate::survey::event::{FindingFile, FindingPlace, ScannerFinding};

/// The maximum size of one alert, in bytes.
const LARGEST: usize = 4 << 20;

/// The maximum number of alerts in an input.
const MOST: usize = 100_000;

/// An entry of an input: an alert, or why it can't be read.
#[derive(Debug)]
pub struct AlertEntry {
    /// The line on which it begins, from 1.
    pub line: u64,
    pub read: Result<GithubAlert, String>,
}

/// Reads all alerts of an input.
///
/// # Errors
/// Why the input can't be read to its end; entries before that place are lost, too.
pub fn read(bytes: &[u8]) -> Result<Vec<AlertEntry>, String> {
    let mut reader = AlertReader {
        scan: JsonScanner::new(Cursor::new(bytes), 0),
        lines: LineIndex::new(bytes),
        piece: Vec::new(),
        entries: Vec::new(),
    };
    reader.documents().map_err(|broken| broken.to_string())?;
    if reader.entries.len() > MOST {
        return Err(format!("it has more than {MOST} alerts"));
    }
    Ok(reader.entries)
}

/// How deep alerts may lie in arrays: `--slurp` makes one array of the pages' arrays.
const DEEPEST: u8 = 2;

struct AlertReader<'b> {
    scan: JsonScanner<Cursor<&'b [u8]>>,
    lines: LineIndex<'b>,
    piece: Vec<u8>,
    entries: Vec<AlertEntry>,
}

impl AlertReader<'_> {
    fn documents(&mut self) -> Result<(), Broken> {
        self.scan.pass_mark()?;
        while self.scan.peek()?.is_some() {
            self.value(0)?;
        }
        Ok(())
    }

    fn value(&mut self, depth: u8) -> Result<(), Broken> {
        if self.entries.len() > MOST {
            // The rest is read past, and the input refused as a whole.
            return self.scan.leap().map(|_| ());
        }
        if self.scan.peek()? != Some(b'[') || depth == DEEPEST {
            return self.alert();
        }
        self.scan.expect(b'[', "a list")?;
        let mut is_first = true;
        while self.scan.more(b']', is_first)? {
            is_first = false;
            self.value(depth + 1)?;
        }
        Ok(())
    }

    fn alert(&mut self) -> Result<(), Broken> {
        let (span, kept) = self.scan.capture(&mut self.piece, LARGEST)?;
        let line = self.lines.line(usize::try_from(span.start).unwrap_or(usize::MAX));
        let read = match kept {
            KeptPiece::Whole => alert(&self.piece),
            KeptPiece::TooLarge => Err(format!("the alert has more than {LARGEST} bytes")),
        };
        self.entries.push(AlertEntry { line, read });
        Ok(())
    }
}

fn alert(bytes: &[u8]) -> Result<GithubAlert, String> {
    // The error of the JSON reader names keys and positions, never values.
    let fields = json::value(bytes).map_err(|error| format!("it is not JSON: {error}"))?;
    if !fields.is_object() {
        return Err("it is not a JSON object".to_owned());
    }
    let number = fields.get("number").and_then(Value::as_u64).ok_or_else(|| {
        "it has no `number`: is it an alert? `gh api` prints an object like this if a request fails"
            .to_owned()
    })?;
    let url = text(&fields, "/url").ok_or("it has no `url`")?;
    let address = AlertAddress::parse(url)
        .ok_or("its `url` is not that of an alert: …/repos/OWNER/NAME/KIND/alerts/NUMBER")?;
    if address.number != number {
        return Err("its `url` has another number than `number`".to_owned());
    }
    let kind = address.kind;
    let (reason, comment) = match kind {
        AlertKind::CodeScanning | AlertKind::Dependabot => {
            ("/dismissed_reason", "/dismissed_comment")
        }
        AlertKind::SecretScanning => ("/resolution", "/resolution_comment"),
    };
    let (finding, purl) = match kind {
        AlertKind::CodeScanning => (code_scanning(&fields)?, None),
        AlertKind::Dependabot => dependabot(&fields)?,
        AlertKind::SecretScanning => (secret_scanning(&fields)?, None),
    };
    Ok(GithubAlert {
        kind,
        number,
        repository: address.repository,
        state: state(kind, text(&fields, "/state"))?,
        reason: text(&fields, reason).map(str::to_owned),
        comment: optional_text(&fields, comment)?.map(str::to_owned),
        finding,
        purl,
    })
}

fn state(kind: AlertKind, stated: Option<&str>) -> Result<AlertState, String> {
    Ok(match (kind, stated) {
        (_, Some("open")) => AlertState::Open,
        (AlertKind::SecretScanning, Some("resolved"))
        | (AlertKind::CodeScanning | AlertKind::Dependabot, Some("dismissed")) => {
            AlertState::Dismissed
        }
        (AlertKind::CodeScanning | AlertKind::Dependabot, Some("fixed"))
        | (AlertKind::CodeScanning, Some("closed"))
        | (AlertKind::Dependabot, Some("auto_dismissed")) => AlertState::Gone,
        (_, Some(_)) => return Err("its `state` is not known".to_owned()),
        (_, None) => return Err("it has no `state`".to_owned()),
    })
}

fn text<'v>(fields: &'v Value, pointer: &str) -> Option<&'v str> {
    fields.pointer(pointer).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
}

/// Returns a text that may be missing. Another value in its place is an error: who dismissed the alert would be unknown.
fn optional_text<'v>(fields: &'v Value, pointer: &str) -> Result<Option<&'v str>, String> {
    match fields.pointer(pointer) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("its `{}` is not a text", pointer.trim_start_matches('/'))),
    }
}

struct AlertAddress {
    repository: String,
    kind: AlertKind,
    number: u64,
}

impl AlertAddress {
    /// Parses `https://api.github.com/repos/OWNER/NAME/KIND/alerts/NUMBER`, or the same below a server's `/api/v3`.
    fn parse(url: &str) -> Option<AlertAddress> {
        let (_, path) = url.strip_prefix("https://")?.split_once('/')?;
        let path = path.strip_prefix("api/v3/").unwrap_or(path);
        let mut parts = path.strip_prefix("repos/")?.split('/');
        let (owner, name) = (parts.next()?, parts.next()?);
        let kind = parts.next()?;
        let kind = AlertKind::ALL.iter().copied().find(|it| it.as_str() == kind)?;
        let (alerts, number) = (parts.next()?, parts.next()?);
        let is_whole = alerts == "alerts" && parts.next().is_none();
        let repository = format!("{owner}/{name}");
        (is_whole && is_repository_name(&repository)).then_some(AlertAddress {
            repository,
            kind,
            number: number.parse().ok()?,
        })
    }
}

fn code_scanning(fields: &Value) -> Result<ScannerFinding, String> {
    let rule = fields.get("rule").ok_or("it has no `rule`")?;
    let instance = fields.get("most_recent_instance").unwrap_or(&Value::Null);
    Ok(alert::finding(&AlertedResult {
        tool: text(fields, "/tool/name").ok_or("it has no `tool.name`")?,
        rule_id: text(rule, "/id").ok_or("it has no `rule.id`")?,
        rule,
        message: text(instance, "/message/text").unwrap_or_default(),
        path: text(instance, "/location/path"),
        line: instance.pointer("/location/start_line").and_then(Value::as_u64),
        commit: text(instance, "/commit_sha"),
    }))
}

const ECOSYSTEMS: &[(&str, &str)] = &[
    ("actions", "githubactions"),
    ("composer", "composer"),
    ("erlang", "hex"),
    ("go", "golang"),
    ("maven", "maven"),
    ("npm", "npm"),
    ("nuget", "nuget"),
    ("pip", "pypi"),
    ("pub", "pub"),
    ("rubygems", "gem"),
    ("rust", "cargo"),
    ("swift", "swift"),
];

fn dependabot(fields: &Value) -> Result<(ScannerFinding, Option<String>), String> {
    let advisory = fields.get("security_advisory").ok_or("it has no `security_advisory`")?;
    let listed = advisory.get("identifiers").and_then(Value::as_array);
    let listed = listed.into_iter().flatten().filter_map(|item| text(item, "/value"));
    let mut ids: Vec<&str> = Vec::new();
    for id in text(advisory, "/ghsa_id").into_iter().chain(text(advisory, "/cve_id")).chain(listed)
    {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let (first, others) = ids.split_first().ok_or("its `security_advisory` has no id")?;
    let name = text(fields, "/dependency/package/name").ok_or("it names no package")?;
    let ecosystem = text(fields, "/dependency/package/ecosystem").ok_or("it names no ecosystem")?;
    let ecosystem = ecosystem.to_lowercase();
    let kind = ECOSYSTEMS.iter().find(|(from, _)| *from == ecosystem).map(|(_, kind)| *kind);
    let url = package_url(kind.unwrap_or(&ecosystem), name);
    let cwes = advisory.get("cwes").and_then(Value::as_array);
    let cwes = cwes.into_iter().flatten().filter_map(|cwe| text(cwe, "/cwe_id"));
    let finding = ScannerFinding {
        tool: "dependabot".to_owned(),
        id: (*first).to_owned(),
        former_ids: others.iter().map(|id| (*id).to_owned()).collect(),
        level: "error".to_owned(),
        kind: "fail".to_owned(),
        severity: text(fields, "/security_vulnerability/severity")
            .or(text(advisory, "/severity"))
            .and_then(alert::severity),
        places: vec![place(text(fields, "/dependency/manifest_path"))],
        package: kind.map(|kind| Package {
            name: name.to_owned(),
            version: None,
            ecosystem: Ecosystem::Of(kind),
        }),
        purl: if kind.is_some() { None } else { Some(url.clone()) },
        weaknesses: cwes.map(str::to_owned).collect(),
        fixed: text(fields, "/security_vulnerability/first_patched_version/identifier")
            .map(str::to_owned),
        ..ScannerFinding::default()
    };
    Ok((finding, Some(url)))
}

fn package_url(kind: &str, name: &str) -> String {
    let joint = if kind == "maven" { ':' } else { '/' };
    let (namespace, name) = name.rsplit_once(joint).unwrap_or(("", name));
    let purl = Purl {
        kind: kind.to_owned(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        version: None,
    };
    purl.at(None)
}

/// Reads an alert about a secret, whose own value and hash are left where they are.
fn secret_scanning(fields: &Value) -> Result<ScannerFinding, String> {
    let id = text(fields, "/secret_type").ok_or("it has no `secret_type`")?;
    // Only if there are no more locations is the first one all that would be covered.
    let is_single = fields.get("has_more_locations").and_then(Value::as_bool) == Some(false);
    let path = if is_single { text(fields, "/first_location_detected/path") } else { None };
    Ok(ScannerFinding {
        tool: "github-secret-scanning".to_owned(),
        id: id.to_owned(),
        level: "error".to_owned(),
        kind: "fail".to_owned(),
        places: vec![place(path)],
        ..ScannerFinding::default()
    })
}

fn place(path: Option<&str>) -> FindingPlace {
    let file = match path {
        // GitHub writes some paths from the repository's root with a slash before them.
        Some(path) => alert::file(path.trim_start_matches('/')),
        None => FindingFile::Unknown,
    };
    FindingPlace { file, ..FindingPlace::default() }
}
