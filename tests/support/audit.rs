//! The audit of landed versions: what is found, and with which level. Start at [`audited`].

use exledger::approval;
use exledger::diag::Finding;
use exledger::history::objects::{ObjectKind, Objects, Oid};
use exledger::history::paths::LedgerPrefix;
use exledger::history::tree::CommitTree;
use exledger::history::version::TrailKey;
use exledger::history::walk;
use exledger::record::file;
use exledger::record::time::Instant;
use exledger::rules::audit::contents::Contents;
use exledger::rules::audit::{self, Audit};
use exledger::rules::extra_schema::ExtraSchema;
use exledger::store::git::Repository;

use crate::support::history::chain_of;
use crate::support::repo::Repo;
use crate::support::samples::{ID, ONE, SAMPLE};

/// A ledger with a record that Ana filed and Lee merged, checked out.
pub(crate) fn filed() -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("dana").write("exledger.yaml", ONE).commit("Keep exceptions in a ledger");
    repo.branch("file").by("ana").write(ID, SAMPLE).commit("File it");
    repo.by("lee").merge("file", "Merge branch 'file'");
    repo.checkout();
    repo
}

/// Audits every record and governance file at an instant.
pub(crate) fn audited(repo: &Repo, on: &str) -> Vec<Finding> {
    let instant = Instant::parse(on).unwrap();
    let git = Repository::discover(repo.path()).unwrap();
    let prefix = LedgerPrefix::default();
    let chain = chain_of(&git, instant.max(repo.now()));
    let tree = || CommitTree::of_commit(&git, chain.mainline.tip, &prefix).unwrap();
    let (own, evidence) = (tree(), tree());
    let history = walk::walk(&git, chain.clone(), &prefix, None).unwrap();
    let landings = history.mainline.landings.iter();
    let effective = landings.map(|landing| landing.effective).collect();
    let states = approval::governance::counted::count_governance(&history).states;
    let mut contents = Contents::new(Box::new(evidence), states, effective);
    history.visit(&git, &mut |trail, version, source| contents.visit(trail, version, source));
    let approvals = approval::judge(&history);
    let loosened = exledger::rules::audit::policy_bypass::find(&history, &approvals);
    let governance = &approvals.counted.tip;
    let places = |path: &str, blob: Oid| match git.read(blob) {
        Ok((ObjectKind::Blob, bytes)) => Some(file::read(path, &bytes)),
        _ => None,
    };
    let audit = Audit {
        history: &history,
        approvals: &approvals,
        loosened: &loosened,
        governance,
        extra_schema: &ExtraSchema::of(governance),
        tree: &own,
        instant,
        contents: &contents,
        places: &places,
        refuses: &|_| false,
    };
    let keys: Vec<&TrailKey> = history.trails.keys().collect();
    let mut findings: Vec<Finding> = keys.into_iter().flat_map(|key| audit.record(key)).collect();
    findings.extend(audit.governance());
    findings.extend(audit.statements(&approvals.files));
    let all: Vec<usize> = (0..history.mainline.landings.len()).collect();
    findings.extend(audit.line(&all, &[], &[], &[]));
    audit::sorted(findings)
}

/// Returns each finding as `level rule`, sorted.
pub(crate) fn told(findings: &[Finding]) -> Vec<String> {
    let mut told: Vec<String> = findings
        .iter()
        .map(|finding| format!("{} {}", finding.level, finding.rule.as_str()))
        .collect();
    told.sort();
    told
}
