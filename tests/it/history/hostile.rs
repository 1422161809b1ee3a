//! Folders and commits that nobody's git writes: read as far as they go, never a panic.

use std::collections::HashMap;

use exledger::history::chain::{self, Now};
use exledger::history::mainline::Guard;
use exledger::history::objects::{Edge, Extent, Kind, Merge, Objects, Obstacle, Oid, Replaced};
use exledger::history::paths::Prefix;
use exledger::history::refs::Chosen;
use exledger::history::tree::{self, Mode};
use exledger::history::walk;
use exledger::record::time::Instant;
use proptest::prelude::*;

/// Objects in a map, under ids of their own: nothing checks them.
#[derive(Default)]
struct Pile(HashMap<Oid, (Kind, Vec<u8>)>);

impl Objects for Pile {
    fn read(&self, oid: Oid) -> Result<(Kind, Vec<u8>), Obstacle> {
        let found = self.0.get(&oid).cloned();
        found.ok_or(Obstacle::Missing {
            object: oid,
            extent: Extent::Full,
        })
    }
    fn edge(&self, _: Oid) -> Edge {
        Edge::Inside
    }
    fn merge(&self, _: &[u8], _: &[u8], _: &[u8]) -> Merge {
        Merge::Conflict
    }
    fn replaced(&self) -> Replaced {
        Replaced::Nothing
    }
}

fn oid(n: u8) -> Oid {
    Oid::from_bytes(&[n; 20]).unwrap()
}

fn entry(mode: &str, name: &str, n: u8) -> Vec<u8> {
    let mut raw = format!("{mode} {name}\0").into_bytes();
    raw.extend(oid(n).as_bytes());
    raw
}

#[test]
fn entries_of_every_mode_are_told_apart() {
    let modes = [
        ("100644", Mode::File),
        ("100755", Mode::File),
        ("40000", Mode::Folder),
        ("120000", Mode::Link),
        ("160000", Mode::Submodule),
        ("100664", Mode::Other),
    ];
    for (mode, expected) in modes {
        let raw = entry(mode, "a", 1);
        let read: Vec<Mode> = tree::entries(&raw)
            .map(|entry| entry.unwrap().mode)
            .collect();
        assert_eq!(read, [expected], "{mode}");
    }
}

#[test]
fn a_folder_that_leads_elsewhere_or_is_out_of_order_is_malformed() {
    let whole = entry("100644", "a", 1);
    let cases: &[(&str, Vec<u8>)] = &[
        ("a slash", entry("100644", "a/b.yaml", 1)),
        ("the folder above", entry("40000", "..", 1)),
        ("no name", entry("100644", "", 1)),
        (
            "twice",
            [entry("100644", "a", 1), entry("100644", "a", 2)].concat(),
        ),
        (
            "as a file and a folder",
            [entry("100644", "a", 1), entry("40000", "a", 2)].concat(),
        ),
        (
            "backwards",
            [entry("100644", "b", 1), entry("100644", "a", 2)].concat(),
        ),
        (
            "a folder too early",
            [entry("40000", "a", 1), entry("100644", "a.b", 2)].concat(),
        ),
        ("cut off", whole[..whole.len() - 1].to_vec()),
        ("no mode", b"x".to_vec()),
    ];
    for (what, raw) in cases {
        assert!(tree::entries(raw).any(|entry| entry.is_err()), "{what}");
    }
    let sorted = [
        entry("100644", "a.b", 2),
        entry("40000", "a", 1),
        entry("100644", "a0", 3),
    ]
    .concat();
    assert!(
        tree::entries(&sorted).all(|entry| entry.is_ok()),
        "a folder sorts as if a slash stood behind it"
    );
    assert_eq!(tree::text(b"a\xffb"), "a\\xffb");
}

/// A commit that can be any of a few, of parents and folders that may be any object.
fn commit() -> impl Strategy<Value = Vec<u8>> {
    (
        0..12_u8,
        proptest::collection::vec(0..12_u8, 0..4),
        0..99_i64,
    )
        .prop_map(|(tree, parents, time)| {
            let parents: String = parents
                .iter()
                .map(|n| format!("parent {}\n", oid(*n)))
                .collect();
            let ident = format!("A <a@example.com> {time} +0000");
            format!(
                "tree {}\n{parents}author {ident}\ncommitter {ident}\n\nMerge branch 'main'\n",
                oid(tree)
            )
            .into_bytes()
        })
}

/// A folder of the object of this number, with folders of higher ones.
fn folder(own: u8) -> impl Strategy<Value = Vec<u8>> {
    let names = [
        "exceptions",
        "EXC-2026-7F3KQ.yaml",
        "a.yaml",
        "exledger.yaml",
        ".approvals",
    ];
    let names = || proptest::sample::select(names.to_vec());
    let one = (
        proptest::sample::select(vec!["100644", "40000", "120000"]),
        own + 1..own + 4,
    );
    proptest::collection::btree_map(names(), one, 0..4).prop_map(|entries| {
        let entries = entries.iter();
        entries
            .flat_map(|(name, (mode, n))| entry(mode, name, *n))
            .collect()
    })
}

fn object(own: u8) -> impl Strategy<Value = (Kind, Vec<u8>)> {
    let blob = proptest::sample::select(vec!["id: EXC-2026-7F3KQ\n", "version: 1\n", "id: [", ""]);
    prop_oneof![
        3 => commit().prop_map(|raw| (Kind::Commit, raw)),
        3 => folder(own).prop_map(|raw| (Kind::Tree, raw)),
        2 => blob.prop_map(|text| (Kind::Blob, text.as_bytes().to_vec())),
        1 => proptest::collection::vec(any::<u8>(), 0..60).prop_map(|raw| (Kind::Tree, raw)),
    ]
}

fn objects() -> impl Strategy<Value = Vec<(Kind, Vec<u8>)>> {
    (0..12).map(object).collect::<Vec<_>>()
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_of_folders_panic(raw in proptest::collection::vec(any::<u8>(), 0..200)) {
        tree::entries(&raw).for_each(drop);
    }

    /// Ids that are no hashes can make commits their own ancestors, which no git can.
    #[test]
    fn no_objects_make_the_walk_panic_or_run_forever(objects in objects()) {
        let numbered = objects.into_iter().enumerate().map(|(n, object)| (oid(n as u8), object));
        let pile = Pile(numbered.collect());
        let chosen = Chosen { reference: "refs/heads/main".into(), tip: oid(0), guard: Guard::Local, remote: None };
        if let Ok(chain) = chain::walk(&pile, &chosen, Now::Clock(Instant::MAX)) {
            walk::walk(&pile, chain, &Prefix::default()).ok();
        }
    }
}
