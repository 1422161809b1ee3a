//! Git's commit-graph changes no answer, and a wrong one is not used. Start at [`answers`].

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use exledger::record::time::Instant;
use exledger::session::Session;
use exledger::session::options::{Moment, Options};
use exledger::session::snapshot::walk::Scope;
use sha1::{Digest as _, Sha1};

use crate::cli::run;
use crate::decisions::record;
use crate::gate::narrow;
use crate::support::repo::{Repo, git};

const ON: &str = "2026-12-27T12:00:00Z";
const IDS: [&str; 3] = ["EXC-2026-00001", "EXC-2026-00002", "EXC-2026-00003"];
/// What writes no filters, and filters in one file or in a chain.
const PLAIN: &[&str] = &["commit-graph", "write", "--reachable"];
const FILTERS: &[&str] = &["commit-graph", "write", "--reachable", "--changed-paths"];
const CHAIN: &[&str] =
    &["commit-graph", "write", "--reachable", "--changed-paths", "--split=no-merge"];

/// Returns what is known of all records and of each by itself, and how many objects were read for it; then what is said of
/// those that changed last.
fn answers(repo: &Repo) -> (String, u64) {
    let (mut told, n_read) = answers_of(repo, &scopes());
    for command in [["diff", "HEAD~6"], ["lint", "--base=HEAD~6"]] {
        let shown = run(repo.path(), &[&command[..], &["--on", ON]].concat());
        assert!(shown.code < 2, "{}", shown.err);
        write!(told, "{}\n{}\n{}", shown.code, shown.out, shown.err).unwrap();
    }
    (told, n_read)
}

fn scopes() -> Vec<Scope<'static>> {
    let by_itself = IDS.iter().map(|id| Scope::About(std::slice::from_ref(id)));
    [Scope::Everything, Scope::Open].into_iter().chain(by_itself).collect()
}

fn answers_of(repo: &Repo, scopes: &[Scope<'_>]) -> (String, u64) {
    let session = Session::open(repo.path(), Options::default()).unwrap();
    let at = Moment::at(Instant::parse(ON).unwrap());
    let mut told = String::new();
    for scope in scopes {
        let snapshot = session.snapshot(&at, *scope).unwrap();
        writeln!(told, "{scope:?} {:?}\n{:?}", snapshot.stamp(), snapshot.notices()).unwrap();
        for state in snapshot.records() {
            let (acts, statements) = (snapshot.acts(state), snapshot.statements(state));
            writeln!(told, "{state:?}\n{acts:?}\n{statements:?}").unwrap();
        }
    }
    (told, session.repository().unwrap().reads())
}

fn info(repo: &Repo) -> PathBuf {
    repo.path().join(".git/objects/info")
}

fn forget(repo: &Repo) {
    fs::remove_file(info(repo).join("commit-graph")).ok();
    fs::remove_dir_all(info(repo).join("commit-graphs")).ok();
}

fn assert_same(what: &str, one: &str, other: &str) {
    if let Some((one, other)) = one.lines().zip(other.lines()).find(|(one, other)| one != other) {
        panic!("{what}\n{one}\n{other}");
    }
    assert_eq!(one.len(), other.len(), "{what}");
}

/// Makes a history of merges of every kind, and calls a function after each half.
fn grow(repo: &Repo, seed: u64, n_acts: usize, half: &mut dyn FnMut(&Repo)) {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut dice = |sides: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % sides
    };
    repo.by("root").write("exledger.yaml", "version: 1\nname: example/graph\n").commit("Begin");
    let folders = ["exceptions", "exceptions/team", "exceptions/old"];
    let closure = "closure: {outcome: remediated, date: 2026-11-21, by: ana@example.com, reason: The job is gone}";
    for n in 0..n_acts {
        repo.wait("1h");
        let (id, branch) = (IDS[dice(IDS.len())], ["one", "two", "three"][dice(3)]);
        let path = format!("{}/{id}.yaml", folders[dice(folders.len())]);
        let person = ["ana", "lee", "dana"][dice(3)];
        let is_branch = dice(3) > 0;
        let has_branch = repo.find(&format!("refs/heads/{branch}")).is_some();
        let write = |text: String| {
            if is_branch {
                repo.branch(branch).by(person).write(&path, &text).commit("Write it");
            } else {
                repo.by(person).write(&path, &text).commit("Write it");
            }
        };
        match dice(9) {
            0 | 1 => write(record(id, &format!("root_cause: timeout\ntitle: Version {n}"))),
            2 => write(record(id, closure)),
            3 => write("id: [\n".to_owned()),
            4 => drop(repo.by(person).write(&format!("src/{n}.rs"), "code\n").commit("Code")),
            5 if has_branch => drop(repo.by(person).merge_ours(&[branch], "Leave it out")),
            6 if has_branch => {
                repo.branch(branch).by(person).merge("main", "Merge branch 'main'");
            }
            7 => {
                let text = format!("version: 1\nname: example/graph\ndue: {{soon: {}d}}\n", 5 + n);
                repo.by(person).write("exledger.yaml", &text).commit("Change the policy");
            }
            _ if has_branch => {
                repo.by(person).merge(branch, &format!("Merge branch '{branch}'"));
                repo.set_ref(&format!("refs/heads/{branch}"), repo.tip("main"));
            }
            _ => {}
        }
        if n == n_acts / 2 {
            half(repo);
        }
    }
    repo.checkout();
}

#[test]
fn a_commit_graph_changes_no_answer() {
    let mut n_saved = 0;
    let n_histories =
        std::env::var("EXLEDGER_SEQUENCES").ok().and_then(|it| it.parse().ok()).unwrap_or(2);
    for seed in 1..=n_histories {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        grow(&repo, seed, 40, &mut |repo| drop(git(repo.path(), CHAIN)));
        let (stale, _) = answers(&repo);
        git(repo.path(), CHAIN);
        let (chain, _) = answers(&repo);
        forget(&repo);
        let (told, n_read) = answers(&repo);
        git(repo.path(), PLAIN);
        let (plain, _) = answers(&repo);
        forget(&repo);
        git(repo.path(), FILTERS);
        let (filters, n_filtered) = answers(&repo);
        n_saved += n_read - n_filtered;
        for (what, other) in
            [("stale", stale), ("chain", chain), ("plain", plain), ("filters", filters)]
        {
            assert_same(&format!("{seed} {what}"), &told, &other);
        }
    }
    assert!(n_saved > 20, "{n_saved}");
}

#[test]
fn what_once_hid_from_a_question_hides_from_no_filter() {
    for case in narrow::CASES {
        let repo = Repo::at("2026-11-20T09:00:00Z");
        narrow::begin(&repo);
        (case.happens)(&repo);
        repo.checkout();
        let flags = ["show", narrow::ID, "--format", "json", "--on", ON];
        let told = run(repo.path(), &flags).out;
        git(repo.path(), FILTERS);
        assert_eq!(told, run(repo.path(), &flags).out);
    }
}

/// Returns where a chunk of a commit-graph begins and ends.
fn chunk(bytes: &[u8], name: &[u8]) -> std::ops::Range<usize> {
    let word = |at: usize| {
        usize::try_from(u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())).unwrap()
    };
    let at = (8..).step_by(12).find(|at| bytes[*at..].starts_with(name)).unwrap();
    word(at + 8)..word(at + 20)
}

#[test]
fn a_wrong_commit_graph_is_not_used() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    grow(&repo, 7, 16, &mut |_| {});
    let (told, _) = answers_of(&repo, &[Scope::Everything]);
    git(repo.path(), FILTERS);
    let verified = run(repo.path(), &["verify", "--format", "json", "--on", ON]).out;
    let path = info(&repo).join("commit-graph");
    let sound = fs::read(&path).unwrap();
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let names: [&[u8]; 5] = [b"OIDF", b"OIDL", b"CDAT", b"BIDX", b"BDAT"];
    let ranges = names.map(|name| chunk(&sound, name));
    let mut n_disagree = 0;
    for n in 0..77_usize {
        let mut forged = sound.clone();
        let mut range = ranges.get(n % 7).cloned().unwrap_or(0..sound.len());
        if n % 7 == 6 {
            range = 0..80;
        }
        let at = range.start + n * 7919 % range.len();
        match n % 11 {
            10 => forged.truncate(at),
            _ => forged[at] ^= 1 << (n % 8),
        }
        let has_checksum = n % 2 == 0 && forged.len() > 20;
        if has_checksum {
            let end = forged.len() - 20;
            let checksum = Sha1::digest(&forged[..end]);
            forged[end..].copy_from_slice(&checksum);
        }
        fs::write(&path, &forged).unwrap();
        let (other, _) = answers_of(&repo, &[Scope::Everything]);
        let other: String = other
            .lines()
            .map(|line| {
                if line.contains("WrongCommitGraph") {
                    n_disagree += 1;
                    "[]"
                } else {
                    line
                }
            })
            .map(|line| format!("{line}\n"))
            .collect();
        assert_same(&format!("forged {n} at {at}"), &told, &other);
        if n % 50 == 0 {
            let again = run(repo.path(), &["verify", "--format", "json", "--on", ON]).out;
            assert_eq!(verified, again, "forged {n}");
        }
    }
    assert!(n_disagree >= 3, "{n_disagree}");
}

fn write_forged(path: &Path, mut forged: Vec<u8>) {
    let end = forged.len() - 20;
    let checksum = Sha1::digest(&forged[..end]);
    forged[end..].copy_from_slice(&checksum);
    fs::remove_file(path).unwrap();
    fs::write(path, forged).unwrap();
}

#[test]
fn a_filter_that_hides_what_landed_is_found_by_what_follows() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    narrow::begin(&repo);
    (narrow::CASES[0].happens)(&repo);
    let closure = "closure: {outcome: remediated, date: 2026-11-21, by: ana@example.com, reason: The job is gone}";
    let path = format!("exceptions/{}.yaml", narrow::ID);
    for n in 0..8 {
        repo.by("lee").write(&format!("src/{n}.rs"), "code\n").commit("Code");
        if n == 3 {
            repo.by("ana").write(&path, &record(narrow::ID, closure)).commit("Close it");
        }
    }
    repo.checkout();
    let asked = [
        &["check", "--application", "billing"][..],
        &["show", narrow::ID],
        &["list", "--all"],
        &["log", narrow::ID],
    ];
    let ask = |words: &[&str]| run(repo.path(), &[words, &["--on", ON]].concat());
    let told: Vec<_> = asked.iter().map(|words| ask(words)).collect();
    git(repo.path(), FILTERS);
    let file = info(&repo).join("commit-graph");
    let sound = fs::read(&file).unwrap();
    // Each filter says that its commit changed nothing.
    let mut forged = sound.clone();
    let data = chunk(&sound, b"BDAT");
    forged[data.start + 12..data.end].fill(0);
    write_forged(&file, forged);
    for (words, told) in asked.iter().zip(told) {
        let other = ask(words);
        let first = |text: &str| text.lines().take(3).collect::<Vec<_>>().join("\n");
        assert_eq!((told.code, first(&told.out)), (other.code, first(&other.out)), "{words:?}");
        let shown = format!("{}{}", other.out, other.err);
        assert!(shown.contains("commit-graph disagrees with commit"), "{words:?}: {shown}");
    }
}

#[test]
fn a_filter_hides_no_author_of_what_landed() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("root").write("exledger.yaml", "version: 1\n").commit("Begin");
    let path = format!("exceptions/{}.yaml", IDS[0]);
    let branch = repo.branch("file");
    let filed = branch.by("ana").write(&path, &record(IDS[0], "")).commit("File it");
    branch.by("bob").edit(&path, "title: It is worded another way").commit("Word it");
    repo.by("ana").merge("file", "Merge branch 'file'");
    repo.checkout();
    let show = || run(repo.path(), &["show", IDS[0], "--on", ON]).out;
    let told = show();
    assert!(told.contains("only its authors approved it"), "{told}");
    git(repo.path(), FILTERS);
    let file = info(&repo).join("commit-graph");
    let mut forged = fs::read(&file).unwrap();
    // The filter of the first commit says that it changed nothing.
    let at = forged[chunk(&forged, b"OIDL")].chunks(20).position(|oid| oid == filed.as_bytes());
    let ends: Vec<usize> = forged[chunk(&forged, b"BIDX")]
        .chunks(4)
        .map(|end| usize::try_from(u32::from_be_bytes(end.try_into().unwrap())).unwrap())
        .collect();
    let (at, data) = (at.unwrap(), chunk(&forged, b"BDAT").start + 12);
    let start = at.checked_sub(1).map_or(0, |before| ends[before]);
    forged[data + start..data + ends[at]].fill(0);
    write_forged(&file, forged);
    assert_eq!(told, show());
}

#[test]
fn a_pipe_or_device_in_place_of_a_commit_graph_is_not_read() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    grow(&repo, 3, 8, &mut |_| {});
    let (told, _) = answers_of(&repo, &[Scope::Everything]);
    git(repo.path(), CHAIN);
    let folder = info(&repo).join("commit-graphs");
    let files: Vec<PathBuf> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() > 1, "{files:?}");
    for file in files {
        let bytes = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &file).unwrap();
        let (other, _) = answers_of(&repo, &[Scope::Everything]);
        assert_same(&file.display().to_string(), &told, &other);
        fs::remove_file(&file).unwrap();
        fs::write(&file, bytes).unwrap();
    }
}

#[test]
fn a_commit_graph_is_off_where_git_reads_none() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    grow(&repo, 3, 16, &mut |_| {});
    let reads = || answers_of(&repo, &scopes()).1;
    let n_read = reads();
    git(repo.path(), FILTERS);
    assert!(reads() < n_read);
    git(repo.path(), &["config", "core.commitGraph", "false"]);
    assert_eq!(reads(), n_read);
    git(repo.path(), &["config", "--unset", "core.commitGraph"]);
    let tip = repo.tip("main").to_string();
    repo.set_ref(&format!("refs/replace/{tip}"), repo.tip("main"));
    assert_eq!(reads(), n_read);
}
