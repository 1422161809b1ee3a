//! The gate that stays open, as another program uses it: answers, waiting, the ledger between questions, signatures.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant as Elapsed};

use exledger::features::check::receipts::{ReceiptLog, ReceiptsFile};
use exledger::features::live::gate::{LiveEvent, LiveGate, LiveOptions, Unsettled};
use exledger::features::live::signing::{PeriodicSigning, SigningContext};
use exledger::gate::question;
use exledger::gate::question::QuestionLine;
use exledger::session::Session;
use exledger::session::options::Options;
use exledger::{clock, features};

use crate::gate::live::{BILLING, Gate, present};
use crate::support::keygen::made;
use crate::support::repo::git;
use crate::support::samples::{ID, SAMPLE};

fn line(text: &str) -> QuestionLine {
    question::read(text.as_bytes())
}

fn open(folder: &Path, receipts: ReceiptLog) -> LiveGate {
    let options = LiveOptions { folder: folder.to_owned(), ..LiveOptions::default() };
    LiveGate::open(options, Arc::new(receipts)).unwrap()
}

fn receipts(folder: &Path, path: &Path) -> ReceiptLog {
    let session = Session::open(folder, Options::default()).unwrap();
    features::check::open_receipts(
        &session,
        ReceiptsFile { path, signer: None, names_ledger: true },
    )
}

fn verdict(gate: &mut LiveGate, text: &str) -> &'static str {
    gate.answer(&line(text), clock::now()).check.answer.verdict.as_str()
}

#[test]
fn a_gate_is_asked_one_question_at_a_time_and_shows_the_ledger_in_between() {
    let gate = Gate::ending_after(86_400, "");
    let clone = gate.clone.path();
    let events = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&events);
    let report = move |event: LiveEvent<'_>| {
        if let LiveEvent::Loaded(_) = event {
            seen.fetch_add(1, Ordering::Relaxed);
        }
    };
    let mut opened = open(clone, ReceiptLog::none()).reporting(Box::new(report));
    assert_eq!(events.load(Ordering::Relaxed), 0, "loaded at the first question");
    for _ in 0..3 {
        assert_eq!(verdict(&mut opened, BILLING), "allow");
    }
    assert_eq!(verdict(&mut opened, "nonsense"), "unknown");
    let titles = |opened: &mut LiveGate| {
        opened.with_snapshot(clock::now(), |snapshot| {
            let record = snapshot.find("7F3KQ").unwrap();
            (snapshot.records().len(), snapshot.bytes(record).is_some())
        })
    };
    assert_eq!(titles(&mut opened), Ok((1, true)));
    assert_eq!(events.load(Ordering::Relaxed), 1, "loaded once");
    // The clock went back.
    assert_eq!(
        opened.answer(&line(BILLING), present(-3_600)).check.answer.verdict.as_str(),
        "allow"
    );
    assert_eq!(events.load(Ordering::Relaxed), 2);
    let tip = gate.repo.tip("main").to_string();
    git(clone, &["update-ref", "-d", "refs/remotes/origin/main"]);
    let lost = titles(&mut opened).unwrap_err();
    assert!(lost.contains("which ref is approved"), "{lost}");
    assert_eq!(verdict(&mut opened, BILLING), "unknown");
    git(clone, &["update-ref", "refs/remotes/origin/main", &tip]);
    assert_eq!(titles(&mut opened), Ok((1, true)));
    assert_eq!(verdict(&mut opened, BILLING), "allow");
    let empty = crate::support::temporary();
    let options = LiveOptions { folder: empty.path().to_owned(), ..LiveOptions::default() };
    assert!(LiveGate::open(options, Arc::new(ReceiptLog::none())).is_err(), "not a ledger");
}

/// Proposes another record on a branch.
fn propose_wiki(gate: &Gate) {
    let text = SAMPLE
        .replace(ID, "EXC-2026-W1K1A")
        .replace("application: billing", "application: wiki")
        .replace("2026-12-20", &present(86_400).to_string());
    gate.repo.branch("wiki").by("ana").write("EXC-2026-W1K1A", &text).commit("File it");
    gate.fetch();
}

#[test]
fn a_branch_that_goes_before_the_merge_arrives_is_no_denial() {
    let gate = Gate::ending_after(86_400, "");
    let clone = gate.clone.path();
    propose_wiki(&gate);
    let wiki = line(r#"{"application": "wiki"}"#);
    let tip = git(clone, &["rev-parse", "refs/remotes/origin/wiki"]);
    let mut opened = open(clone, ReceiptLog::none());
    let mut look = |before| {
        opened.look_again();
        let settled = opened.settled(&wiki, clock::now(), before);
        settled.map(|answer| answer.check.answer.verdict.as_str())
    };
    assert_eq!(look(None), Err(Unsettled::Pending));
    // git prunes before it moves the approved ref.
    git(clone, &["update-ref", "-d", "refs/remotes/origin/wiki"]);
    assert_eq!(look(None), Ok("deny"), "nothing was pending before");
    assert_eq!(look(Some(Unsettled::Pending)), Err(Unsettled::Denied));
    assert_eq!(look(Some(Unsettled::Denied)), Ok("deny"), "it stays denied");
    git(clone, &["update-ref", "refs/remotes/origin/wiki", tip.trim()]);
    assert_eq!(look(Some(Unsettled::Denied)), Err(Unsettled::Pending));
    git(clone, &["update-ref", "-d", "refs/remotes/origin/wiki"]);
    gate.repo.by("lee").merge("wiki", "Merge branch 'wiki'");
    gate.fetch();
    assert_eq!(look(Some(Unsettled::Pending)), Ok("allow"));
}

#[test]
fn what_is_merged_while_the_ledger_is_loaded_counts() {
    let gate = Gate::ending_after(86_400, "");
    let clone = gate.clone.path().to_owned();
    propose_wiki(&gate);
    gate.repo.by("lee").merge("wiki", "Merge branch 'wiki'");
    let n_loaded = Arc::new(AtomicUsize::new(0));
    let n_seen = Arc::clone(&n_loaded);
    let report = move |event: LiveEvent<'_>| {
        if let LiveEvent::Loaded(_) = event
            && n_seen.fetch_add(1, Ordering::Relaxed) == 0
        {
            git(&clone, &["fetch", "--quiet"]);
        }
    };
    let mut opened = open(gate.clone.path(), ReceiptLog::none()).reporting(Box::new(report));
    assert_eq!(verdict(&mut opened, r#"{"application": "wiki"}"#), "allow");
    assert_eq!(n_loaded.load(Ordering::Relaxed), 2);
}

#[test]
fn the_first_signature_has_the_time_of_its_receipt() {
    let keys = made(&[("gate", &["-t", "ed25519"])]);
    let gate = Gate::ending_after(86_400, "");
    gate.list_key(&keys.path().join("gate.pub"));
    let clone = gate.clone.path();
    let path = keys.path().join("receipts");
    let session = Session::open(clone, Options::default()).unwrap();
    let signer = features::check::open_signer(&session, "gate", keys.path()).unwrap();
    let file = ReceiptsFile { path: &path, signer: Some(signer), names_ledger: false };
    let mut opened = open(clone, features::check::open_receipts(&session, file));
    let (loaded_at, asked_at) = (present(-7_200), present(-3_600));
    opened.load(loaded_at).unwrap();
    assert_eq!(opened.answer(&line(BILLING), asked_at).check.answer.verdict.as_str(), "allow");
    let text = fs::read_to_string(&path).unwrap();
    let signature = text.lines().last().unwrap();
    assert!(signature.contains("signature/v1"), "{signature}");
    assert!(signature.contains(&asked_at.to_string()), "{signature}");
}

#[test]
fn looks_at_a_pending_answer_store_nothing_and_the_last_one_does() {
    let gate = Gate::ending_after(86_400, "");
    let folder = crate::support::temporary();
    let path = folder.path().join("receipts");
    propose_wiki(&gate);
    let wiki = line(r#"{"application": "wiki"}"#);
    let mut opened = open(gate.clone.path(), receipts(gate.clone.path(), &path));
    for _ in 0..3 {
        let unsettled = opened.settled(&wiki, clock::now(), None).unwrap_err();
        assert_eq!(unsettled, Unsettled::Pending);
    }
    assert!(!path.exists(), "a look begins no file");
    assert_eq!(opened.answer(&wiki, clock::now()).check.answer.verdict.as_str(), "pending");
    gate.repo.by("lee").merge("wiki", "Merge branch 'wiki'");
    gate.fetch();
    let answer = opened.settled(&wiki, clock::now(), Some(Unsettled::Pending)).unwrap();
    assert_eq!(answer.check.answer.verdict.as_str(), "allow");
    let kept = fs::read_to_string(&path).unwrap();
    assert_eq!(kept.lines().last(), Some(&*answer.receipt().line().unwrap()));
    assert_eq!(kept.lines().count(), 2);
}

#[test]
fn several_ledgers_are_open_at_a_time() {
    let gates = [Gate::ending_after(86_400, ""), Gate::ending_after(-86_400, "")];
    let mut opened: Vec<LiveGate> =
        gates.iter().map(|gate| open(gate.clone.path(), ReceiptLog::none())).collect();
    for _ in 0..2 {
        let verdicts: Vec<&str> = opened.iter_mut().map(|gate| verdict(gate, BILLING)).collect();
        assert_eq!(verdicts, ["allow", "deny"]);
    }
}

#[test]
fn receipts_are_signed_at_the_interval_and_at_the_end() {
    let keys = made(&[("gate", &["-t", "ed25519"])]);
    let gate = Gate::ending_after(86_400, "");
    gate.list_key(&keys.path().join("gate.pub"));
    let clone = gate.clone.path();
    let path = keys.path().join("receipts");
    let session = Session::open(clone, Options::default()).unwrap();
    let log = || {
        let signer = features::check::open_signer(&session, "gate", keys.path()).unwrap();
        Arc::new(features::check::open_receipts(
            &session,
            ReceiptsFile { path: &path, signer: Some(signer), names_ledger: false },
        ))
    };
    let failures = Arc::new(AtomicUsize::new(0));
    let context = |interval: Duration| {
        let failures = Arc::clone(&failures);
        SigningContext {
            interval,
            clock: Box::new(clock::now),
            report: Box::new(move |_| {
                failures.fetch_add(1, Ordering::Relaxed);
            }),
        }
    };
    let signed = || {
        let text = fs::read_to_string(&path).unwrap();
        (text.lines().count(), text.lines().last().is_some_and(|it| it.contains("signature/v1")))
    };
    let options = || LiveOptions { folder: clone.to_owned(), ..LiveOptions::default() };
    let receipts = log();
    let mut opened = LiveGate::open(options(), Arc::clone(&receipts)).unwrap();
    let signing = PeriodicSigning::start(receipts, context(Duration::from_millis(1)));
    for n in 1..=3 {
        assert_eq!(verdict(&mut opened, BILLING), "allow");
        let begun = Elapsed::now();
        while !signed().1 {
            assert!(begun.elapsed() < Duration::from_secs(60), "it is never signed");
            std::thread::yield_now();
        }
        assert_eq!(signed(), (2 * n, true), "each receipt, then its signature");
    }
    assert!(signing.finish());
    assert_eq!(signed().0, 6, "nothing was left to sign");
    // The interval never ends: the end signs.
    let receipts = log();
    let mut opened = LiveGate::open(options(), Arc::clone(&receipts)).unwrap();
    let signing = PeriodicSigning::start(Arc::clone(&receipts), context(Duration::MAX));
    for _ in 0..2 {
        assert_eq!(verdict(&mut opened, BILLING), "allow");
    }
    assert!(signing.finish());
    assert!(signed().1);
    assert_eq!(failures.load(Ordering::Relaxed), 0);
    // A key that has gone is reported, and the receipts stay.
    let receipts = log();
    let mut opened = LiveGate::open(options(), Arc::clone(&receipts)).unwrap();
    fs::remove_file(keys.path().join("gate")).unwrap();
    let signing = PeriodicSigning::start(receipts, context(Duration::MAX));
    assert_eq!(verdict(&mut opened, BILLING), "allow");
    assert!(!signing.finish());
    assert_eq!(failures.load(Ordering::Relaxed), 1);
    assert!(!signed().1);
}
