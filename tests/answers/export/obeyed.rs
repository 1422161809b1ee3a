//! Other programs read what is written, where they are installed: snyk-policy, a validator of XML schemas.
//!
//! A test whose program is missing says so and passes. How to install them: docs/interop.md, how each was checked.

use std::process::Command;

use crate::support::export::{Exporter, LOSSY, ON, STRICT, ledger, only};
use crate::support::project;

/// Says that a test is skipped.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn skipped(what: &str) {
    eprintln!("skipped: {what}");
}

/// Returns the output of a program; `None` if it is not installed.
fn ran(program: &str, args: &[&str]) -> Option<(bool, String)> {
    let output = Command::new(program).args(args).output().ok()?;
    let texts = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&texts).into_owned()))
}

/// Asks snyk-policy at an instant, as JSON: the ids that it doesn't ignore.
const SCRIPT: &str = "
const RealDate = Date;
const [file, now] = process.argv.slice(-2);
globalThis.Date = class extends RealDate {
  constructor(...args) { super(...(args.length ? args : [now])); }
};
const where = process.env.EXLEDGER_SNYK_POLICY || 'snyk-policy';
import(where).then(async (policy) => {
  const loaded = await (policy.load || policy.default.load)(file);
  const vuln = (id, name, version) => ({ id, name, version, from: ['app@1.0.0', 'mid@1.0.0', `${name}@${version}`] });
  const found = [vuln('SNYK-JS-LODASH-567746', 'lodash', '4.17.20'), vuln('SNYK-JS-LODASH-567746', 'other', '1.0.0'), vuln('npm:ms:20170412', 'ms', '0.7.0')];
  const left = loaded.filter({ ok: false, vulnerabilities: found }).vulnerabilities;
  console.log(JSON.stringify(left.map((it) => `${it.id} ${it.name}`)));
}).catch((error) => { console.log(`missing ${error}`); process.exit(7); });
";

#[test]
fn snyk_obeys_until_the_second_before_the_end() {
    let repo = ledger(
        "{tool: snyk, id: SNYK-JS-LODASH-567746, purl: 'pkg:npm/lodash'}, {tool: snyk, id: 'npm:ms:20170412'}",
    );
    let text = only(&Exporter { repo: &repo, on: ON, allowed: STRICT }.write("snyk"));
    let folder = crate::support::temporary();
    let file = folder.path().join(".snyk");
    std::fs::write(&file, text).unwrap();
    let left = |now: &str| ran("node", &["-e", SCRIPT, "--", file.to_str().unwrap(), now]);
    let Some((is_there, during)) = left("2026-12-20T23:59:59.000Z") else {
        return skipped("node is not installed");
    };
    if !is_there {
        assert!(during.contains("missing"), "{during}");
        return skipped("set EXLEDGER_SNYK_POLICY to the file of snyk-policy 5");
    }
    assert_eq!(during.trim(), r#"["SNYK-JS-LODASH-567746 other"]"#);
    let (_, after) = left("2026-12-21T00:00:00.000Z").unwrap();
    let all =
        r#"["SNYK-JS-LODASH-567746 lodash","SNYK-JS-LODASH-567746 other","npm:ms:20170412 ms"]"#;
    assert_eq!(after.trim(), all);
}

/// Asks the `Mutelist` of prowler which of some findings are muted, one on a line.
const MUTED: &str = "
import sys, yaml
from prowler.lib.mutelist.mutelist import Mutelist
class Muted(Mutelist):
    def is_finding_muted(self, **_):
        return False
muted = Muted(mutelist_content=yaml.safe_load(open(sys.argv[1]))['Mutelist'])
assert muted.mutelist, 'not valid'
for finding in sys.argv[2:]:
    account, region, resource, check = finding.split(' ')
    if muted.is_muted(account, check, region, resource, ''):
        print(finding)
";

#[test]
fn prowler_mutes_what_is_named_and_nothing_else() {
    let repo = ledger(
        "{tool: prowler, id: check_a, resources: ['aws:1/eu/x*', 'aws:1/us-?/role/**', 'aws:2/*/a.b']}, {tool: prowler, id: check_b, resources: ['aws:1/eu/x[1]']}",
    );
    let allowed = LOSSY;
    let text = only(&Exporter { repo: &repo, on: ON, allowed }.write("prowler"));
    let folder = crate::support::temporary();
    let file = folder.path().join("mutelist.yaml");
    std::fs::write(&file, text).unwrap();
    let named = [
        "1 eu x check_a",
        "1 eu x9 check_a",
        "1 us-1 role/a/b check_a",
        "2 anywhere a.b check_a",
        "1 eu x[1] check_b",
    ];
    let others = [
        "1 eu x9/y check_a",
        "1 eu ax check_a",
        "1 us x check_a",
        "1 us-12 role/a check_a",
        "2 eu aXb check_a",
        "3 eu x check_a",
        "1 eu x check_aa",
        "1 eu x1 check_b",
        "1 eu x check_b",
    ];
    let python = std::env::var("EXLEDGER_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let args = [&["-c", MUTED, file.to_str().unwrap()][..], &named, &others].concat();
    match ran(&python, &args) {
        Some((true, muted)) => assert_eq!(muted.lines().collect::<Vec<_>>(), named),
        Some((false, error)) if error.contains("No module named") => {
            skipped("set EXLEDGER_PYTHON to a Python with prowler");
        }
        Some((false, error)) => panic!("{error}"),
        None => skipped("python3 is not installed"),
    }
}

#[test]
fn the_suppressions_are_valid_by_the_schema() {
    let repo = ledger(
        "{tool: dependency-check, id: CVE-2026-1234, purl: 'pkg:maven/org.acme/core@1.0.0'}, {tool: dependency-check, id: 'GHSA <&> \"x\"', purl: 'pkg:npm/%40acme/ui'}, {tool: dependency-check, id: CVE-2026-2}",
    );
    let text = only(&Exporter { repo: &repo, on: ON, allowed: STRICT }.write("dependency-check"));
    let folder = crate::support::temporary();
    let file = folder.path().join("suppressions.xml");
    std::fs::write(&file, &text).unwrap();
    let schema = project::root().join("tests/data/export/dependency-suppression.1.3.xsd");
    let (schema, file) = (schema.to_str().unwrap(), file.to_str().unwrap());
    let judged = ran("xmllint", &["--noout", "--schema", schema, file]).or_else(|| {
        let script = "import sys, xmlschema; xmlschema.validate(sys.argv[2], sys.argv[1])";
        let judged = ran("python3", &["-c", script, schema, file]);
        judged.filter(|(_, text)| !text.contains("No module named"))
    });
    match judged {
        Some((is_valid, errors)) => assert!(is_valid, "{errors}\n{text}"),
        None => skipped("neither xmllint nor Python's xmlschema is installed"),
    }
}
