//! The versions of records: every way in which a landing can change one.

use exledger::history::commit::Commit;
use exledger::history::version::{Content, Trail, TrailKey, Version, VersionChange};
use std::rc::Rc;

use crate::support::repo::{Repo, Work};
use crate::support::samples::{ID, SAMPLE};

pub(crate) const OTHER: &str = "EXC-2026-0THER";
const POLICY: &str = "version: 1\n";

/// A record with another id.
pub(crate) fn other() -> String {
    SAMPLE.replace(ID, OTHER)
}

/// A repository with a policy, and one record.
pub(crate) fn filed() -> Repo {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("dana").write("exledger.yaml", POLICY).commit("Begin");
    repo.by("ana").write(ID, SAMPLE).commit("File it");
    repo
}

pub(crate) fn changes(trail: &Trail) -> Vec<VersionChange> {
    trail.versions.iter().map(|version| version.change).collect()
}

pub(crate) fn last(repo: &Repo) -> Version {
    repo.trail(ID).versions.pop().unwrap()
}

pub(crate) fn authors(commits: &[Rc<Commit>]) -> Vec<&str> {
    let mut names: Vec<&str> =
        commits.iter().map(|commit| commit.author().email.split('@').next().unwrap()).collect();
    names.sort();
    names
}

pub(crate) fn path(id: &str) -> String {
    format!("exceptions/{id}.yaml")
}

/// A change on `main`.
type Step = fn(Work<'_>) -> Work<'_>;

/// The changes of `main`, step by step, and the resulting changes of the record after it was filed.
type Case = (&'static str, &'static [Step], &'static [VersionChange]);

const CASES: &[Case] = &[
    ("nothing of it", &[|it| it.write("README.md", "x")], &[]),
    ("another record", &[|it| it.write(OTHER, &other())], &[]),
    ("its bytes", &[|it| it.edit(ID, "expires: 2026-12-10")], &[VersionChange::Amended]),
    ("a comment", &[|it| it.replace(ID, "class:", "# why\nclass:")], &[VersionChange::Amended]),
    (
        "its path",
        &[|it| it.rename(ID, "exceptions/billing/EXC-2026-7F3KQ.yaml")],
        &[VersionChange::Moved],
    ),
    ("its suffix", &[|it| it.rename(ID, "exceptions/EXC-2026-7F3KQ.yml")], &[VersionChange::Moved]),
    (
        "its folder",
        &[
            |it| it.rename("exceptions/EXC-2026-7F3KQ.yaml", "exceptions/a/EXC-2026-7F3KQ.yaml"),
            |it| it.rename("exceptions/a", "exceptions/b"),
        ],
        &[VersionChange::Moved, VersionChange::Moved],
    ),
    (
        "path and bytes",
        &[|it| it.edit(ID, "expires: 2026-12-10").rename(ID, "exceptions/a/EXC-2026-7F3KQ.yaml")],
        &[VersionChange::AmendedMoved],
    ),
    ("it is removed", &[|it| it.remove(ID)], &[VersionChange::Removed]),
    (
        "it is back",
        &[|it| it.remove(ID), |it| it.write(ID, SAMPLE)],
        &[VersionChange::Removed, VersionChange::Readded],
    ),
    (
        "it is twice there",
        &[|it| it.write("exceptions/b/EXC-2026-7F3KQ.yaml", SAMPLE)],
        &[VersionChange::AmendedMoved],
    ),
    ("its mode", &[|it| it.write_mode(ID, 0o100_755, SAMPLE.as_bytes())], &[]),
    (
        "it becomes a link",
        &[|it| it.write_mode(ID, 0o120_000, b"elsewhere")],
        &[VersionChange::Removed],
    ),
    (
        "it becomes a submodule",
        &[|it| it.write_mode(ID, 0o160_000, b"4b825dc642cb6eb9a060e54bf8d69288fbee4904")],
        &[VersionChange::Removed],
    ),
    (
        "it becomes a folder",
        &[|it| it.remove(ID).write("exceptions/EXC-2026-7F3KQ.yaml/x", "y")],
        &[VersionChange::Removed],
    ),
    (
        "it leaves the records",
        &[|it| it.rename(ID, "archive/EXC-2026-7F3KQ.yaml")],
        &[VersionChange::Removed],
    ),
    (
        "it hides in a dot-folder",
        &[|it| it.rename(ID, "exceptions/.old/EXC-2026-7F3KQ.yaml")],
        &[VersionChange::Removed],
    ),
    (
        "its suffix says it is none",
        &[|it| it.rename(ID, "exceptions/EXC-2026-7F3KQ.yaml.bak")],
        &[VersionChange::Removed],
    ),
    (
        "it breaks and is mended",
        &[|it| it.write(ID, "id: ["), |it| it.write(ID, SAMPLE)],
        &[VersionChange::Amended, VersionChange::Amended],
    ),
    (
        "it breaks and is removed",
        &[|it| it.write(ID, "id: ["), |it| it.remove(ID)],
        &[VersionChange::Amended, VersionChange::Removed],
    ),
    (
        "broken, it moves",
        &[|it| it.write(ID, "id: ["), |it| it.rename(ID, "exceptions/a/x.yaml")],
        &[VersionChange::Amended, VersionChange::Moved],
    ),
    (
        "its id gets lower case",
        &[|it| it.replace(ID, "id: EXC", "id: exc")],
        &[VersionChange::Amended],
    ),
];

#[test]
fn each_landing_that_changes_the_record_is_a_version() {
    for (what, steps, expected) in CASES {
        let repo = filed();
        for step in *steps {
            step(repo.by("lee")).commit(what);
        }
        let mut all = vec![VersionChange::Introduced];
        all.extend_from_slice(expected);
        assert_eq!(changes(&repo.trail(ID)), all, "{what}");
    }
}

#[test]
fn two_files_with_one_id_are_conflicted_by_both_paths() {
    let repo = filed();
    let copy = SAMPLE.replace("id: EXC", "id: exc");
    repo.by("lee").write("exceptions/b/copy.yaml", &copy).commit("Copy");
    let version = last(&repo);
    let Content::Conflicted(paths) = version.record.content() else {
        panic!("{:?}", version.record);
    };
    assert_eq!(paths.first, ["exceptions/EXC-2026-7F3KQ.yaml", "exceptions/b/copy.yaml"]);
    assert_eq!(version.digest, None);
    repo.by("lee").remove("exceptions/b/copy.yaml").commit("One is enough");
    assert!(last(&repo).record.record().is_some());
    // A line inside braces names no record, although it looks like the one that does.
    for begin in ["", "# x\r", "# x\n", "# x\r\n"] {
        let decoy = "{x: {\nid: EXC-2026-AAAAA\n}, id: EXC-2026-7F3KQ, title: Another}\n";
        let decoy = format!("{begin}{decoy}");
        repo.by("lee").write("exceptions/EXC-2026-AAAAA.yaml", &decoy).commit("Copy");
        assert!(matches!(last(&repo).record.content(), Content::Conflicted(_)), "{begin:?}");
    }
}

#[test]
fn a_file_without_an_id_is_known_by_its_path_until_it_gets_one() {
    let repo = filed();
    repo.by("lee").write("exceptions/new.yaml", "not: [a record").commit("Draft");
    let key = TrailKey::Path("exceptions/new.yaml".to_owned());
    let history = repo.history();
    let trail = &history.trails[&key];
    assert!(matches!(trail.versions[0].record.content(), Content::Unreadable(..)));
    assert_eq!(trail.became, None);
    repo.by("lee").write("exceptions/new.yaml", &other()).commit("Finish");
    let history = repo.history();
    assert_eq!(history.trails[&key].became, Some(TrailKey::Id(OTHER.to_owned())));
    assert_eq!(
        changes(&history.trails[&TrailKey::Id(OTHER.to_owned())]),
        [VersionChange::Introduced]
    );
}

#[test]
fn a_broken_file_stands_for_its_record_until_the_record_is_back_elsewhere() {
    let repo = filed();
    repo.by("lee").write(ID, "id: [").commit("Break it");
    let version = last(&repo);
    assert!(matches!(version.record.content(), Content::Unreadable(..)));
    assert!(version.digest.is_some());
    repo.by("lee").write("exceptions/again/EXC-2026-7F3KQ.yaml", SAMPLE).commit("Write it anew");
    let history = repo.history();
    let trail = &history.trails[&TrailKey::Id(ID.to_owned())];
    assert_eq!(
        changes(trail),
        [VersionChange::Introduced, VersionChange::Amended, VersionChange::Readded]
    );
    let files = &trail.last().unwrap().files;
    assert_eq!(files.len(), 1);
    assert_eq!(&*files[0].path, "exceptions/again/EXC-2026-7F3KQ.yaml");
    assert!(history.trails.contains_key(&TrailKey::Path(path(ID))));
}

#[test]
fn a_record_that_breaks_a_rule_of_shape_keeps_its_id() {
    let repo = filed();
    repo.by("lee").replace(ID, "class: standard", "klass: standard").commit("Misspell");
    let Content::Unreadable(findings, ..) = last(&repo).record.content().clone() else {
        panic!("it reads");
    };
    assert!(findings.iter().any(|finding| finding.rule.as_str() == "unknown-key"), "{findings:?}");
}

#[test]
fn former_record_folders_of_the_policy_at_the_tip_count_for_the_whole_history() {
    let repo = filed();
    repo.by("dana")
        .write("exledger.yaml", "version: 1\nrecords: [waivers, exceptions]\n")
        .rename("exceptions", "waivers")
        .commit("Rename the folder");
    assert_eq!(changes(&repo.trail(ID)), [VersionChange::Introduced, VersionChange::Moved]);
}

#[test]
fn a_ledger_in_a_subfolder_has_paths_of_its_own() {
    use crate::support::history::read_history;
    use exledger::history::paths::LedgerPrefix;
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("ana")
        .write("team/exledger.yaml", "version: 1\npeople: {roster: ./github/people.csv}\n")
        .write("team/exceptions/EXC-2026-7F3KQ.yaml", SAMPLE)
        .write("team/github/people.csv", "email,name,team,active\nana@example.com,Ana,x,yes\n")
        .write("exceptions/EXC-2026-0THER.yaml", &other())
        .commit("All");
    repo.by("ana").write("team/github/people.csv", "email,name,team,active\n").commit("Leave");
    let git = exledger::store::git::Repository::discover(repo.path()).unwrap();
    let chain = crate::support::history::chain_of(&git, repo.now());
    let history = read_history(&git, chain, &LedgerPrefix::new("team"));
    let keys: Vec<&str> = history.trails.keys().map(TrailKey::as_str).collect();
    assert_eq!(keys, [ID]);
    let trail = &history.trails[&TrailKey::Id(ID.to_owned())];
    assert_eq!(*trail.versions[0].files[0].path, path(ID));
    assert_eq!(
        changes(&history.governance["github/people.csv"]),
        [VersionChange::Introduced, VersionChange::Amended]
    );
}

#[test]
fn governance_files_have_trails_and_judge_from_the_first_parent() {
    use exledger::history::governance::GovernanceOrigin;
    let repo = filed();
    repo.branch("p")
        .by("sam")
        .write("exledger.yaml", "version: 1\nid_prefix: [EXC, ABC]\n")
        .commit("Add a prefix");
    repo.by("lee").merge("p", "Merge");
    repo.by("lee").write("exledger.yaml", "version: [\n").commit("Break it");
    repo.by("lee").write(ID, &SAMPLE.replace("12-20", "12-01")).commit("Shorten");
    let history = repo.history();
    let trail = &history.governance["exledger.yaml"];
    assert_eq!(
        changes(trail),
        [VersionChange::Introduced, VersionChange::Amended, VersionChange::Amended]
    );
    assert_eq!(authors(&trail.versions[1].touched), ["sam"]);
    let origins: Vec<&GovernanceOrigin> =
        (0..5).map(|landing| &history.states.before(landing).origin).collect();
    let oid = |landing: usize| history.mainline.landings[landing].oid;
    assert_eq!(
        origins,
        [
            &GovernanceOrigin::Defaults,
            &GovernanceOrigin::Own(oid(0)),
            &GovernanceOrigin::Own(oid(0)),
            &GovernanceOrigin::Own(oid(2)),
            &GovernanceOrigin::Earlier(oid(2)),
        ]
    );
    assert_eq!(history.states.before(4).governance.policy.id_prefix, ["EXC", "ABC"]);
}

#[test]
fn files_beside_records_are_carried_with_their_bytes() {
    use exledger::history::content::After;
    let repo = filed();
    let file = "exceptions/.approvals/EXC-2026-7F3KQ/0123-dana.txt";
    repo.by("dana").write(file, "words").commit("Approve");
    repo.by("dana").remove(file).commit("Take it back");
    let history = repo.history();
    let told: Vec<(usize, &str, &After)> =
        history.approvals.iter().map(|it| (it.landing, it.path.as_str(), &it.after)).collect();
    assert_eq!(told, [(2, file, &After::Bytes((*b"words").into())), (3, file, &After::Gone)]);
    assert_eq!(history.trails.len(), 1);
}
