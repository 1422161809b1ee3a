//! `export pack`: what is in it, that it is the same everywhere, and that it can be checked without this program. Start at
//! [`story`].

mod checks;
mod places;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use serde_json::Value;

use crate::cli::{self, Run};
use crate::support::access::{file, record};
use crate::support::project;
use crate::support::repo::speak::{signer, yes};
use crate::support::repo::{Repo, git};

const POLICY: &str = "version: 1
name: example/payments
groups: {security: [dana@example.com], platform: [lee@example.com]}
tiers:
  - {name: standard, max_term: 90d, approvals: {count: 1}}
";

/// In force in the whole span, with evidence and a signed approval.
const SIGNED: &str = "EXC-2026-51GNE";
/// Ended before the span, and closed in it.
const CLOSED: &str = "EXC-2026-C105E";
/// Over before the span, and not touched in it.
const OVER: &str = "EXC-2026-0VER1";
/// Starts and ends in the span, in which nothing landed about it.
const BRIEF: &str = "EXC-2026-BR1EF";
/// Filed after the span.
const LATER: &str = "EXC-2026-1ATER";

const SPAN: [&str; 4] = ["--from", "2026-12-01", "--to", "2026-12-31"];

fn dated(id: &str, starts: &str, expires: &str) -> String {
    let text = record(id, "application: billing", "", expires);
    text.replace("starts: 2026-11-20", &format!("starts: {starts}"))
}

/// A ledger with a record for each relation to December 2026.
fn story() -> Repo {
    let repo = Repo::at("2026-11-02T08:00:00Z");
    let begin = repo.by("dana").write("exledger.yaml", POLICY);
    begin.write(".github/allowed_signers", &signer("dana")).commit("Keep exceptions in a ledger");
    for (id, starts, expires) in [
        (OVER, "2026-11-02", "2026-11-10"),
        (CLOSED, "2026-11-02", "2026-11-20"),
        (BRIEF, "2026-12-10", "2026-12-12"),
    ] {
        file(&repo, id, &dated(id, starts, expires));
    }
    repo.by("dana").write("evidence/alert log.txt", "seen\n").commit("Keep the alert");
    let digest = "sha256: 3f8dd3a7a3c8ef1bb2cf1b7a1ab2b5bb1c76f2dc8a8a9eb0c9f4a1be7df3d0ab";
    let text = dated(SIGNED, "2026-11-20", "2027-01-20").replace(
        "status: active}",
        &format!("status: active, evidence: [{{id: E1, kind: log, path: evidence/alert log.txt, {digest}}}]}}"),
    );
    repo.branch("signed").by("ana").write(SIGNED, &text).commit("File it");
    let approval = yes("dana", SIGNED, &text, "2026-11-20T09:00:00Z").ledger("example/payments");
    repo.branch("signed").by("dana").says(&approval).commit("Approve it");
    repo.by("lee").merge("signed", "Merge branch 'signed'");
    repo.clock("2026-12-15T08:00:00Z");
    let close = "closure: {outcome: remediated, date: 2026-12-15, by: ana@example.com, reason: The gateway is switched off., evidence: [{id: E1, kind: url, url: \"https://example.com/1\"}]}\n";
    let closed = dated(CLOSED, "2026-11-02", "2026-11-20") + close;
    repo.branch("close").by("ana").write(CLOSED, &closed).commit("Close it");
    repo.by("dana").merge("close", "Merge branch 'close'");
    repo.clock("2027-01-04T08:00:00Z");
    file(&repo, LATER, &dated(LATER, "2027-01-04", "2027-01-20"));
    repo.checkout();
    repo
}

fn pack(folder: &Path, output: &str, variables: &[(&str, &str)]) -> Run {
    let args = [&["export", "pack"], &SPAN[..], &["-o", output]].concat();
    cli::run_with(folder, &args, variables)
}

/// Returns the files below a folder, by their paths.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let all = project::files(folder, "");
    let name = |path: &Path| path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
    all.iter().map(|path| (name(path), std::fs::read(path).unwrap())).collect()
}

/// Returns the files of an archive, by their paths.
fn unpacked(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes));
    let mut found = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let header = entry.header();
        assert_eq!(
            (header.mtime().unwrap(), header.uid().unwrap(), header.gid().unwrap()),
            (0, 0, 0)
        );
        let name = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        found.insert(name, bytes);
    }
    found
}

fn text<'f>(files: &'f BTreeMap<String, Vec<u8>>, name: &str) -> &'f str {
    std::str::from_utf8(files.get(name).unwrap_or_else(|| panic!("{name}: {:?}", files.keys())))
        .unwrap()
}

#[test]
fn two_clones_in_two_zones_write_the_same_bytes_at_any_time() {
    let repo = story();
    let (clone, bare) = (repo.clone_with(&[]), repo.clone_with(&["--bare"]));
    let place = crate::support::temporary();
    let runs = [
        (repo.path(), "Asia/Tokyo", "2027-01-05T08:00:00Z"),
        (clone.path(), "America/New_York", "2031-01-01T00:00:00Z"),
        (bare.path(), "UTC", "2028-02-29T23:59:59Z"),
        (bare.path(), "UTC", "2028-02-29T23:59:59Z"),
    ];
    let mut written = Vec::new();
    for (n, (folder, zone, clock)) in runs.into_iter().enumerate() {
        let output = place.path().join(format!("{n}.tar.gz"));
        let variables = [("TZ", zone), ("EXLEDGER_TEST_CLOCK", clock)];
        let run = pack(folder, output.to_str().unwrap(), &variables);
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{}", run.err);
        written.push(std::fs::read(output).unwrap());
    }
    let names: Vec<String> = unpacked(&written[0]).into_keys().collect();
    for other in &written[1..] {
        let (one, two) = (unpacked(&written[0]), unpacked(other));
        for name in &names {
            assert_eq!(text(&one, name), String::from_utf8_lossy(&two[name]), "{name}");
        }
        assert!(written[0] == *other, "the same files, but another archive");
    }
    let folder = place.path().join("folder");
    assert_eq!(pack(bare.path(), folder.to_str().unwrap(), &[]).code, 1);
    let inside = unpacked(&written[0]);
    let inside = inside.into_iter().map(|(name, bytes)| {
        let name = name.strip_prefix("pack-2026-12-01-2026-12-31/");
        (name.unwrap().to_owned(), bytes)
    });
    assert!(files(&folder) == inside.collect());
}

#[test]
fn records_in_force_or_changed_in_the_span_are_in_it() {
    let repo = story();
    let place = crate::support::temporary();
    let output = place.path().join("pack");
    let run = pack(repo.path(), output.to_str().unwrap(), &[]);
    assert!(run.err.contains("3 records from 2026-12-01 to 2026-12-31"), "{}", run.err);
    let found = files(&output);
    let below = |folder: &str| -> Vec<&str> {
        found.keys().filter_map(|name| name.strip_prefix(folder)).collect()
    };
    let named = |ending: &str| {
        let mut names = [BRIEF, CLOSED, SIGNED].map(|id| format!("{id}{ending}"));
        names.sort();
        names
    };
    assert_eq!(below("records/"), named(".yaml"));
    assert_eq!(below("cards/"), named(".json"));
    assert_eq!(below("trail/"), named(".json"));
    assert_eq!(below("evidence/"), ["evidence/alert%20log.txt"]);
    assert_eq!(below("policy/current/"), [".github/allowed_signers", "exledger.yaml"]);
    assert_eq!(below("approvals/").len(), 2);
    for name in ["README.txt", "SHA256SUMS", "checkpoint.json", "files.tsv", "index.csv"] {
        assert!(found.contains_key(name), "{name}");
    }
    let listed: Value = serde_json::from_str(text(&found, "list.json")).unwrap();
    let ids: Vec<&str> =
        listed["records"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 4, "every record of that day, and none filed later: {ids:?}");
    assert!(ids.contains(&OVER) && !ids.contains(&LATER));
    let index = text(&found, "index.csv");
    assert_eq!(index.lines().count(), 4, "{index}");
    assert!(index.contains("2026-12-31T23:59:59Z") && index.starts_with("id,title,path,"));
    let closed: Value =
        serde_json::from_str(text(&found, &format!("cards/{CLOSED}.json"))).unwrap();
    assert_eq!(closed["record"]["status"], "closed");
    assert!(
        text(&found, "verify.txt").ends_with("\nexit code 1\n"),
        "{}",
        text(&found, "verify.txt")
    );
}

#[test]
fn each_answer_is_that_of_its_command() {
    let repo = story();
    let place = crate::support::temporary();
    let output = place.path().join("pack");
    assert_eq!(pack(repo.path(), output.to_str().unwrap(), &[]).code, 1);
    let found = files(&output);
    let asked = |args: &[&str]| {
        let args = [args, &["--as-of", "2026-12-31", "--format", "json"]].concat();
        cli::run(repo.path(), &args).out
    };
    // Nobody asks a pack what to do next.
    let mut card: Value = serde_json::from_str(&asked(&["show", SIGNED])).unwrap();
    assert!(card["next"].is_object(), "{card:#}");
    card["next"] = Value::Null;
    let packed: Value =
        serde_json::from_str(text(&found, &format!("cards/{SIGNED}.json"))).unwrap();
    assert_eq!(packed, card);
    assert_eq!(text(&found, &format!("trail/{SIGNED}.json")), asked(&["log", SIGNED, "--patch"]));
    assert_eq!(text(&found, "list.json"), asked(&["list", "--all"]));
    assert_eq!(text(&found, "report.json"), asked(&[&["report"], &SPAN[..]].concat()));
    assert_eq!(text(&found, "verify.json"), asked(&["verify"]));
    let transcript = cli::run(repo.path(), &["verify", "--as-of", "2026-12-31"]).out;
    let shown = text(&found, "verify.txt");
    // The last line of the command says how well this clone's branch is protected, which a pack can't.
    let body = transcript.rsplit_once("\nat ").unwrap().0;
    assert!(shown.contains(body), "{shown}");
}

#[test]
fn what_cannot_be_determined_writes_nothing() {
    let repo = story();
    let place = crate::support::temporary();
    // The end of the span is in one clone, and not in the other.
    for depth in ["--depth=4", "--depth=1"] {
        let shallow = repo.clone_with(&[depth]);
        for name in ["audit.tar.gz", "folder"] {
            let output = place.path().join(name);
            let run = pack(shallow.path(), output.to_str().unwrap(), &[]);
            assert_eq!((run.code, run.out.as_str()), (3, ""), "{}", run.err);
            assert!(run.err.contains("--unshallow"), "{depth}: {}", run.err);
            assert!(!output.exists());
        }
    }
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
}

#[test]
fn a_clone_that_never_fetched_writes_the_same_bytes_or_asks_for_that() {
    let place = crate::support::temporary();
    let output = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    for has_key in [false, true] {
        let repo = Repo::at("2026-11-20T08:00:00Z");
        let begin = repo.by("dana").write("exledger.yaml", POLICY);
        let begin =
            if has_key { begin.write(".github/allowed_signers", &signer("dana")) } else { begin };
        begin.commit("Keep exceptions in a ledger");
        let text = dated(BRIEF, "2026-12-10", "2027-01-20");
        repo.by("ana").write(BRIEF, &text).commit("Push it");
        let clones = [&[][..], &[], &["--single-branch"]].map(|options| repo.clone_with(options));
        let [fetched, fresh, single] = clones.each_ref().map(|clone| clone.path());
        git(fetched, &["fetch", "-q"]);
        let wanted = output(&format!("{has_key}.tar.gz"));
        let run = pack(fetched, &wanted, &[]);
        assert_eq!(run.code, 1, "{}", run.err);
        let follow = "git remote set-branches origin '*' && git fetch origin";
        for (name, folder, command) in
            [("fresh", fresh, "git fetch origin"), ("single", single, follow)]
        {
            let other = output(&format!("{has_key}-{name}.tar.gz"));
            let run = pack(folder, &other, &[]);
            let shown =
                cli::run(folder, &["show", BRIEF, "--on", "2026-12-31", "--format", "json"]);
            let told = shown.out + &shown.err;
            assert_eq!(told.contains("git fetch"), has_key, "{name}: {told}");
            if has_key {
                assert!(run.code == 3 && run.err.contains(command), "{name}: {}", run.err);
                assert!(!Path::new(&other).exists());
                git(
                    folder,
                    &["config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"],
                );
                git(folder, &["fetch", "-q"]);
                pack(folder, &other, &[]);
            }
            let [one, two] = [&wanted, &other].map(|path| std::fs::read(path).unwrap());
            assert!(one == two, "{name}");
        }
    }
}

#[test]
fn a_wrong_span_or_place_is_refused() {
    let repo = story();
    let place = crate::support::temporary();
    std::fs::write(place.path().join("file"), "mine").unwrap();
    let folder = place.path().to_str().unwrap();
    let fresh = place.path().join("fresh");
    let fresh = fresh.to_str().unwrap();
    for (args, clock, says) in [
        (
            &["--from", "2026-12-01", "--to", "2026-12-31"][..],
            "2026-12-30T12:00:00Z",
            "a later day",
        ),
        (
            &["--from", "2026-12-31", "--to", "2026-12-01"],
            "2027-01-05T08:00:00Z",
            "the span would begin",
        ),
        (
            &["--from", "2026-12-01", "--to", "2026-12-31", "--on", "2026-12-31"],
            "2027-01-05T08:00:00Z",
            "--on",
        ),
        (
            &["--from", "2026-12-01", "--to", "2026-12-31", "--as-of", "2026-12-31"],
            "2027-01-05T08:00:00Z",
            "--as-of",
        ),
        (&["--to", "2026-12-31"], "2027-01-05T08:00:00Z", "--from"),
    ] {
        let args = [&["export", "pack", "-o", fresh], args].concat();
        let run = cli::run_with(repo.path(), &args, &[("EXLEDGER_TEST_CLOCK", clock)]);
        assert_eq!((run.code, run.err.contains(says)), (2, true), "{args:?}: {}", run.err);
    }
    let run = pack(repo.path(), folder, &[]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("is not an empty folder"), "{}", run.err);
    assert_eq!(std::fs::read_to_string(place.path().join("file")).unwrap(), "mine");
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1);
}

#[test]
fn a_span_that_ends_today_is_packed_with_a_warning() {
    let repo = story();
    let place = crate::support::temporary();
    let bytes = |name: &str, clock: &str| {
        let output = place.path().join(name);
        let span = ["--from", "2026-12-01", "--to", "2026-12-31"];
        let args = [&["export", "pack", "-o", output.to_str().unwrap()], &span[..]].concat();
        let run = cli::run_with(repo.path(), &args, &[("EXLEDGER_TEST_CLOCK", clock)]);
        assert!(matches!(run.code, 0 | 1), "{}", run.err);
        (run.err.contains("is not past yet"), std::fs::read(output).unwrap())
    };
    let today = bytes("today.tar.gz", "2026-12-31T12:00:00Z");
    let later = bytes("later.tar.gz", "2027-01-05T08:00:00Z");
    assert_eq!((today.0, later.0), (true, false));
    assert!(today.1 == later.1, "one commit, one pack");
}

#[test]
fn the_next_audit_compares_with_its_checkpoint() {
    let repo = story();
    let place = crate::support::temporary();
    let output = place.path().join("pack");
    assert_eq!(pack(repo.path(), output.to_str().unwrap(), &[]).code, 1);
    let checkpoint = output.join("checkpoint.json");
    let args = ["verify", "--checkpoint", checkpoint.to_str().unwrap()];
    let run = cli::run(repo.path(), &args);
    assert!(!run.out.contains("history-rewritten"), "{}{}", run.out, run.err);
    repo.raw_commit("main", &git_commit(&repo));
    let run = cli::run(repo.path(), &args);
    assert!(run.out.contains("history-rewritten"), "{}{}", run.out, run.err);
}

/// Returns a first commit with the tree of `main`.
fn git_commit(repo: &Repo) -> Vec<u8> {
    let tree = git(repo.path(), &["rev-parse", "main^{tree}"]);
    let who = "Dana Kim <dana@example.com> 1798000000 +0000";
    format!("tree {}\nauthor {who}\ncommitter {who}\n\nStart again\n", tree.trim()).into_bytes()
}
