//! `junit`: one test case for each record, for tools that show test results.
//!
//! Pure. Start at [`FORMAT`]. Follows `docs/spec/interop.md` 3, row 8: error findings are failures, others are not. The
//! structure is valid for the schemas of both Ant and Jenkins.

use crate::diag;
use crate::render::format::{Offered, OutputFormat, OutputStyle, Render};
use crate::render::visible;
use crate::view::doc;

/// One suite; findings that are not errors go to its output.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "junit",
    offered: Offered::ForFindings,
    reads: doc::FormatNeeds::Blocks,
    summary: "JUnit XML: a test case for each record",
    render: Render::Whole(render),
};

struct TestCase<'a> {
    name: String,
    class: String,
    errors: Vec<&'a diag::Finding>,
}

fn render(doc: &doc::Doc, _style: &OutputStyle) -> Vec<u8> {
    let findings: Vec<&diag::Finding> =
        doc.findings().flat_map(|finding| &finding.shown).map(|shown| &shown.finding).collect();
    let cases = list_cases(doc, &findings);
    let failures = cases.iter().filter(|case| !case.errors.is_empty()).count();
    // The schema requires a time; an answer without one gets the earliest instant.
    let instant = doc
        .ledger("instant")
        .and_then(|instant| instant.get(..19))
        .unwrap_or("1970-01-01T00:00:00");
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    out.push_str(&format!(
        "  <testsuite id=\"0\" package=\"exledger\" name=\"exledger {}\" timestamp=\"{}\" hostname=\"localhost\" \
         tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\" time=\"0\">\n    <properties>\n",
        attribute(doc.command()),
        attribute(instant),
        cases.len(),
    ));
    if let Some(commit) = doc.ledger("commit") {
        let commit = attribute(commit);
        out.push_str(&format!("      <property name=\"ledger.commit\" value=\"{commit}\"/>\n"));
    }
    out.push_str("    </properties>\n");
    out.extend(cases.iter().map(test_case));
    let rest: Vec<String> = findings
        .iter()
        .filter(|finding| finding.level != diag::Level::Error)
        .map(|finding| finding_line(finding))
        .collect();
    if rest.is_empty() {
        out.push_str("    <system-out/>\n");
    } else {
        out.push_str(&format!("    <system-out>{}</system-out>\n", content(&rest.join("\n"))));
    }
    out.push_str("    <system-err/>\n  </testsuite>\n</testsuites>\n");
    out.into_bytes()
}

fn list_cases<'a>(doc: &'a doc::Doc, findings: &[&'a diag::Finding]) -> Vec<TestCase<'a>> {
    let mut cases: Vec<TestCase> = Vec::new();
    let mut known = std::collections::BTreeMap::new();
    let class = format!("exledger.{}", doc.command());
    for judged in doc.findings().flat_map(|findings| &findings.judged) {
        let name = match (&judged.id, &judged.title) {
            (Some(id), Some(title)) => format!("{id} {title}"),
            (Some(id), None) => id.clone(),
            (None, _) => judged.path.clone(),
        };
        let class = match &judged.tier {
            Some(tier) => format!("{class}.{tier}"),
            None => class.clone(),
        };
        known.insert(judged.path.as_str(), cases.len());
        cases.push(TestCase { name, class, errors: Vec::new() });
    }
    for finding in findings {
        let index = *known.entry(finding.path.as_str()).or_insert_with(|| {
            let name = finding.id.as_deref().unwrap_or(&finding.path).to_owned();
            cases.push(TestCase { name, class: class.clone(), errors: Vec::new() });
            cases.len() - 1
        });
        if let (diag::Level::Error, Some(case)) = (finding.level, cases.get_mut(index)) {
            case.errors.push(finding);
        }
    }
    cases
}

fn test_case(case: &TestCase) -> String {
    let name = match case.name.trim() {
        "" => "the ledger".to_owned(),
        name => attribute(name),
    };
    let opening = format!(
        "    <testcase name=\"{name}\" classname=\"{}\" time=\"0\"",
        attribute(&case.class)
    );
    let Some(first) = case.errors.first() else {
        return format!("{opening}/>\n");
    };
    // Ant's schema allows one failure per case, so further errors are added to its text.
    let message = match case.errors.len() - 1 {
        0 => first.message.clone(),
        more => format!("{} (and {})", first.message, diag::count(more, "more error")),
    };
    let text: Vec<String> = case.errors.iter().map(|error| finding_line(error)).collect();
    format!(
        "{opening}>\n      <failure message=\"{}\" type=\"{}\">{}</failure>\n    </testcase>\n",
        attribute(&message),
        attribute(first.rule.as_str()),
        content(&text.join("\n"))
    )
}

fn finding_line(finding: &diag::Finding) -> String {
    let place = match finding.pos {
        Some(pos) => format!("{}:{}:{}", finding.path, pos.line, pos.column),
        None => finding.path.clone(),
    };
    let line = format!(
        "{place}: {}[{}]: {}; {}",
        finding.level,
        finding.rule,
        finding.message,
        finding.remedy.words()
    );
    visible::line(&line).into_owned()
}

/// Escapes the text of an attribute, in which any white space becomes a space.
fn attribute(text: &str) -> String {
    let text = visible::line(text);
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    content(&words.join(" ")).replace('"', "&quot;")
}

/// Escapes the text of an element. Control characters were removed before; XML 1.0 forbids two more.
fn content(text: &str) -> String {
    let text = text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
