//! Which records are one occurrence: by their landing, their pull request, or one push.

use std::rc::Rc;

use exledger::history::objects::Oid;
use exledger::record::file;
use exledger::record::time::Instant;
use exledger::survey::neighbour::Neighbour;
use exledger::survey::occurrence::{Filing, group_occurrences};

use crate::support::samples;

/// Returns numbers that look random, the same for each seed.
fn numbers(mut seed: u64) -> impl FnMut(u64) -> u64 {
    move |below| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    }
}

/// Returns records in the order of their ids; those of one landing share everything that git says of it.
fn filed(seed: u64) -> Vec<Neighbour> {
    let mut next = numbers(seed);
    let record = Rc::new(file::read(samples::PATH, samples::SAMPLE.as_bytes()).record.unwrap());
    let mut landed = Instant::parse("2026-11-20T09:00:00Z").unwrap();
    let landings: Vec<(Instant, Filing)> = (0..8)
        .map(|landing| {
            landed = landed.plus_seconds([20, 59, 61, 4_000, 86_401][next(5) as usize]);
            let filing = Filing {
                landing: (next(9) > 0).then_some(landing),
                commit: Some(Oid::NULL),
                request: [None, Some("#1"), Some("#2")][next(3) as usize].map(str::to_owned),
                committer: ["ana@example.com", "lee@example.com"][next(2) as usize].to_owned(),
            };
            (landed, filing)
        })
        .collect();
    (0..next(13))
        .map(|n| {
            let (landed, filing) = landings[next(8) as usize].clone();
            Neighbour {
                id: format!("R{n:02}"),
                landed,
                filing,
                record: Rc::clone(&record),
                end: None,
            }
        })
        .collect()
}

/// The definition: each record joins the latest occurrence that it belongs to.
fn defined<'a>(records: &[&'a Neighbour]) -> Vec<Vec<&'a Neighbour>> {
    let mut sorted = records.to_vec();
    sorted.sort_by_key(|it| (it.landed, it.filing.landing, it.id.clone()));
    let mut found: Vec<Vec<&Neighbour>> = Vec::new();
    let mut before: Option<&Neighbour> = None;
    for record in sorted {
        let belongs = |it: &&mut Vec<&Neighbour>| {
            let (first, last) = (it[0], it[it.len() - 1]);
            let (one, other) = (&record.filing, &last.filing);
            let seconds = |since: Instant| record.landed.seconds_since(since);
            let is_push = one.request.is_none()
                && other.request.is_none()
                && before.is_some_and(|before| before.id == last.id)
                && one.committer == other.committer
                && seconds(last.landed) <= 60;
            let is_request = one.request.is_some()
                && one.request == other.request
                && seconds(first.landed) <= 86_400;
            one.landing.is_some()
                && other.landing.is_some()
                && (one.landing == other.landing || is_request || is_push)
        };
        match found.iter_mut().rev().find(belongs) {
            Some(occurrence) => occurrence.push(record),
            None => found.push(vec![record]),
        }
        before = Some(record);
    }
    found
}

#[test]
fn records_of_a_landing_a_request_or_a_push_are_one_occurrence() {
    let ids = |occurrences: Vec<Vec<&Neighbour>>| -> Vec<Vec<String>> {
        occurrences.into_iter().map(|it| it.iter().map(|it| it.id.clone()).collect()).collect()
    };
    let (mut n_joined, mut n_apart) = (0, 0);
    for seed in 0..2_000 {
        let records = filed(seed);
        let all: Vec<&Neighbour> = records.iter().collect();
        let found = ids(group_occurrences(&all));
        assert_eq!(found, ids(defined(&all)), "seed {seed}: {records:#?}");
        n_joined += found.iter().filter(|it| it.len() > 1).count();
        n_apart += found.iter().filter(|it| it.len() == 1).count();
    }
    assert!(n_joined > 1_000 && n_apart > 1_000, "{n_joined} {n_apart}");
}
