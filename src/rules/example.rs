//! Examples of rules: edits of one sample record, so that they stay short.
//!
//! Pure. Start at [`Example`]. Follows `docs/style.md`, a rule whole.

use crate::rules::sample;

/// An example that a rule reports, or that it accepts.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The files, edits or steps of the example.
    pub shape: Shape,
    /// The instant in question: a day or an instant.
    pub on: Option<&'static str>,
    /// The text of `exledger.yaml`, if it matters.
    pub policy: Option<&'static str>,
    /// Other landed records, each as edits of the sample under an id of its own.
    pub beside: &'static [&'static str],
    /// The workflow of the forge that the change introduces.
    pub workflow: Option<&'static str>,
}

/// The only five forms of examples.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// The sample record with a field set to a value written in YAML; an empty value removes the field.
    With(&'static str, &'static str),
    /// The bytes of a record's file.
    Text(&'static [u8]),
    /// Files of a ledger, by path.
    Tree(&'static [(&'static str, &'static [u8])]),
    /// The sample record before and after a change, each as edits, one `field: value` per line: no edits for the sample
    /// itself, `absent` if there is no file, a first line `unapproved` if the landed content was never approved.
    Change(&'static str, &'static str),
    /// The steps of a history, in words that a test replays in a real repository: who `proposes` (on a branch) or
    /// `pushes` what, and who `merges` it. The content is `the sample`, edits of it (`field: value; …`), a
    /// `policy: line`, or a file. The last step may say what else is `found` besides the rule's own code.
    History(&'static [&'static str]),
}

impl Example {
    /// The unchanged sample record.
    pub const SAMPLE: Example = Example::new(Shape::With("", ""));

    /// A suppression that cites the record in force which names its finding.
    pub const CITED_SUPPRESSION: Example = Example::history(&[
        "ana proposes scope.findings: [{tool: semgrep, id: shell-true, paths: [src/**]}, {tool: trivy, id: CVE-2026-1234}]",
        "lee merges",
        "src/run.py has: run(a)  # nosemgrep: shell-true EXC-2026-7F3KQ",
    ]);

    /// A file of receipts as the gate wrote it.
    pub const WHOLE_RECEIPTS: Example =
        Example::history(&["ana proposes the sample", "lee merges", "receipts 1, 2, 3"])
            .on("2026-12-31");

    const fn new(shape: Shape) -> Example {
        Example { shape, on: None, policy: None, beside: &[], workflow: None }
    }

    /// Returns the sample record with a field set to a value written in YAML.
    pub const fn with(field: &'static str, yaml: &'static str) -> Example {
        Example::new(Shape::With(field, yaml))
    }

    /// Returns a record's file by its bytes.
    pub const fn text(bytes: &'static [u8]) -> Example {
        Example::new(Shape::Text(bytes))
    }

    /// Returns the files of a ledger.
    pub const fn tree(files: &'static [(&'static str, &'static [u8])]) -> Example {
        Example::new(Shape::Tree(files))
    }

    /// Returns the sample record before and after a change, each as edits of it.
    pub const fn change(before: &'static str, after: &'static str) -> Example {
        Example::new(Shape::Change(before, after))
    }

    /// Returns the steps of a history.
    pub const fn history(steps: &'static [&'static str]) -> Example {
        Example::new(Shape::History(steps))
    }

    /// Returns the example, evaluated at an instant: a day or an instant.
    #[must_use]
    pub const fn on(self, instant: &'static str) -> Example {
        Example { on: Some(instant), ..self }
    }

    /// Returns the example, evaluated under a policy.
    #[must_use]
    pub const fn policy(self, yaml: &'static str) -> Example {
        Example { policy: Some(yaml), ..self }
    }

    /// Returns the example, with a workflow of the forge.
    #[must_use]
    pub const fn workflow(self, yaml: &'static str) -> Example {
        Example { workflow: Some(yaml), ..self }
    }

    /// Returns the example with other landed records, each as edits of the sample under an id of its own.
    #[must_use]
    pub const fn beside(self, landed: &'static [&'static str]) -> Example {
        Example { beside: landed, ..self }
    }

    /// Returns the path and the bytes of each other landed record.
    pub fn neighbours(&self) -> Vec<(String, Vec<u8>)> {
        let records = self.beside.iter().zip(sample::OTHERS).filter_map(|(edits, id)| {
            let text = sample::edited(&format!("id: {id}\n{edits}"))?;
            Some((format!("exceptions/{id}.yaml"), text.into_bytes()))
        });
        records.collect()
    }

    /// Returns the path and the bytes of each file of the example.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = match self.shape {
            Shape::With(field, yaml) => vec![record(sample::with(field, yaml))],
            Shape::Text(bytes) => vec![record(bytes)],
            Shape::Tree(files) => {
                files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect()
            }
            Shape::Change(_, after) => sample::edited(after).into_iter().map(record).collect(),
            Shape::History(_) => Vec::new(),
        };
        if let Some(policy) = self.policy {
            files.push(("exledger.yaml".to_owned(), policy.into()));
        }
        files
    }

    /// Returns the bytes of the record before the change, if the example is a change and there was a file.
    pub fn before(&self) -> Option<(String, Vec<u8>)> {
        match self.shape {
            Shape::Change(before, _) => sample::edited(before).map(record),
            _ => None,
        }
    }

    /// Returns the approved sample if the example builds on content that landed unapproved.
    pub fn approved(&self) -> Option<(String, Vec<u8>)> {
        match self.shape {
            Shape::Change(before, _) if before.starts_with(sample::UNAPPROVED) => {
                Some(record(sample::RECORD))
            }
            _ => None,
        }
    }

    /// Returns the example as documentation shows it: the relevant field, or the whole text.
    ///
    /// `matters` is the field that the rule's other example changes, used if this one is the unchanged sample.
    pub fn shown(&self, matters: Option<&str>) -> String {
        let shown = match self.shape {
            Shape::With("", _) => {
                matters.map_or_else(|| sample::RECORD.trim_end().to_owned(), sample::shown)
            }
            Shape::With(field, yaml) => format!("{field}: {yaml}").trim_end().to_owned(),
            Shape::Text(bytes) => bytes.escape_ascii_but_lines(),
            Shape::Tree(files) => files
                .iter()
                .map(|(path, bytes)| {
                    if *bytes == sample::RECORD.as_bytes() {
                        format!("# {path}: a record")
                    } else {
                        format!("# {path}\n{}", bytes.escape_ascii_but_lines())
                    }
                })
                .collect::<Vec<_>>()
                .join("\n"),
            Shape::Change(before, after) => {
                let [before, after] = [before, after].map(|edits| match edits {
                    "" => "# as the sample",
                    "absent" => "# no file",
                    edits => edits,
                });
                format!("# before\n{before}\n# after\n{after}")
            }
            Shape::History(steps) => steps.join("\n"),
        };
        let shown = match self.beside {
            [] => shown,
            landed => {
                let landed: Vec<&str> = landed
                    .iter()
                    .map(|edits| match *edits {
                        "" => "# as the sample",
                        edits => edits,
                    })
                    .collect();
                format!("# landed under other ids\n{}\n{shown}", landed.join("\n"))
            }
        };
        let shown = match self.workflow {
            Some(workflow) => {
                let trimmed = workflow.trim_end();
                format!("{shown}\n# .github/workflows/exledger.yml\n{trimmed}")
            }
            None => shown,
        };
        match (self.policy, self.on) {
            (None, None) => shown,
            (Some(policy), None) => format!("{shown}\n# exledger.yaml\n{policy}"),
            (None, Some(on)) => format!("{shown}\n# on {on}"),
            (Some(policy), Some(on)) => format!("{shown}\n# exledger.yaml\n{policy}\n# on {on}"),
        }
    }

    /// Returns the sample record after edits, one `field: value` per line; `None` if the edits say
    /// that there is no file.
    pub fn edited(edits: &str) -> Option<String> {
        sample::edited(edits)
    }

    /// Returns the field that the example changes.
    pub fn field(&self) -> Option<&'static str> {
        match self.shape {
            Shape::With(field, _) if !field.is_empty() => Some(field),
            _ => None,
        }
    }
}

fn record(bytes: impl Into<Vec<u8>>) -> (String, Vec<u8>) {
    (sample::PATH.to_owned(), bytes.into())
}

trait EscapeLines {
    fn escape_ascii_but_lines(&self) -> String;
}

impl EscapeLines for [u8] {
    fn escape_ascii_but_lines(&self) -> String {
        let lines = self.split(|byte| *byte == b'\n').map(|line| match std::str::from_utf8(line) {
            Ok(text) if !text.contains(char::is_control) => text.to_owned(),
            _ => line.escape_ascii().to_string(),
        });
        lines.collect::<Vec<_>>().join("\n").trim_end().to_owned()
    }
}
