//! Folders and commits that no git would write: read as far as possible, without panics.

use std::collections::HashMap;

use exledger::history::folder::{Mode, TreeObject};
use exledger::history::mainline::Guard;
use exledger::history::objects::{Extent, Merge, ObjectKind, Objects, Obstacle, Oid};
use exledger::history::paths::LedgerPrefix;
use exledger::history::refs::ApprovedRef;
use exledger::history::{chain, folder, walk};
use exledger::record::time::Instant;
use proptest::prelude::*;

/// Objects in a map, under arbitrary ids that nothing checks.
#[derive(Default)]
struct Pile(HashMap<Oid, (ObjectKind, Vec<u8>)>);

impl Objects for Pile {
    fn read(&self, oid: Oid) -> Result<(ObjectKind, Vec<u8>), Obstacle> {
        let found = self.0.get(&oid).cloned();
        found.ok_or(Obstacle::Missing { object: oid, extent: Extent::Full })
    }
    fn is_shallow(&self, _: Oid) -> bool {
        false
    }
    fn merge(&self, _: &[u8], _: &[u8], _: &[u8]) -> Merge {
        Merge::Conflict
    }
    fn has_replacements(&self) -> bool {
        false
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
        let read: Vec<Mode> = folder::entries(&raw).map(|entry| entry.unwrap().mode).collect();
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
        ("twice", [entry("100644", "a", 1), entry("100644", "a", 2)].concat()),
        ("as a file and a folder", [entry("100644", "a", 1), entry("40000", "a", 2)].concat()),
        ("backwards", [entry("100644", "b", 1), entry("100644", "a", 2)].concat()),
        ("a folder too early", [entry("40000", "a", 1), entry("100644", "a.b", 2)].concat()),
        ("cut off", whole[..whole.len() - 1].to_vec()),
        ("no mode", b"x".to_vec()),
    ];
    for (what, raw) in cases {
        assert!(folder::entries(raw).any(|entry| entry.is_err()), "{what}");
    }
    let sorted =
        [entry("100644", "a.b", 2), entry("40000", "a", 1), entry("100644", "a0", 3)].concat();
    assert!(
        folder::entries(&sorted).all(|entry| entry.is_ok()),
        "a folder sorts as if a slash stood behind it"
    );
    assert_eq!(folder::text(b"a\xffb"), "a\\xffb");
}

#[test]
fn a_folder_that_has_the_name_of_a_file_beside_it_is_malformed() {
    let twins: &[&[(&str, &str)]] = &[
        &[("100644", "x"), ("100644", "x.a"), ("40000", "x")],
        &[("100644", "x"), ("40000", "x.a"), ("40000", "x")],
        &[("100644", "x"), ("100644", "x.a"), ("100644", "x.a.b"), ("40000", "x.a")],
        &[
            ("120000", "x"),
            ("100644", "x.a"),
            ("100644", "x.b"),
            ("100644", "x.b.c"),
            ("40000", "x"),
        ],
    ];
    let sound: &[&[(&str, &str)]] = &[
        &[("100644", "x"), ("100644", "x.a"), ("40000", "xa")],
        &[("100644", "x.a"), ("40000", "x"), ("100644", "x0")],
    ];
    for (cases, is_sound) in [(twins, false), (sound, true)] {
        for names in cases {
            let raw: Vec<u8> = (1..)
                .zip(names.iter())
                .flat_map(|(n, (mode, name))| entry(mode, name, n))
                .collect();
            let reads = folder::entries(&raw).all(|entry| entry.is_ok());
            assert_eq!(reads, is_sound, "{names:?}");
            assert_eq!(TreeObject::parse(raw).is_ok(), is_sound, "{names:?}");
        }
    }
}

#[test]
fn a_folder_beside_a_file_of_its_name_is_malformed_also_where_only_one_of_them_is_new() {
    let names = |n: usize| format!("a.{n:02}");
    let mut parts: Vec<Vec<u8>> = (0..60).map(|n| entry("100644", &names(n), 1)).collect();
    let [file, folder] = [entry("100644", "a", 1), entry("40000", "a", 1)];
    let with = |first: Option<&Vec<u8>>, last: Option<&Vec<u8>>| -> Vec<u8> {
        first.into_iter().chain(&parts).chain(last).flatten().copied().collect()
    };
    for near in [with(Some(&file), None), with(None, Some(&folder))] {
        let near = TreeObject::parse(near).unwrap();
        assert!(TreeObject::parse_like(with(Some(&file), Some(&folder)), &near).is_err());
    }
    parts.swap(20, 21);
    let near = TreeObject::parse((0..60).flat_map(|n| entry("100644", &names(n), 1)).collect());
    assert!(TreeObject::parse_like(parts.concat(), &near.unwrap()).is_err());
}

/// Random folder contents, as a map.
fn listing(most: usize) -> impl Strategy<Value = std::collections::BTreeMap<String, (bool, u8)>> {
    proptest::collection::btree_map(
        "[a-c.]{1,3}".prop_filter("no way out", |name| name != "." && name != ".."),
        (any::<bool>(), 0..3_u8),
        0..most,
    )
}

fn raws(listing: &std::collections::BTreeMap<String, (bool, u8)>) -> Vec<Vec<u8>> {
    let mut entries: Vec<(String, Vec<u8>)> = listing
        .iter()
        .map(|(name, (is_folder, n))| match is_folder {
            true => (format!("{name}/"), entry("40000", name, *n)),
            false => (name.clone(), entry("100644", name, *n)),
        })
        .collect();
    entries.sort();
    entries.into_iter().map(|(_, raw)| raw).collect()
}

fn stored(listing: &std::collections::BTreeMap<String, (bool, u8)>) -> TreeObject {
    TreeObject::parse(raws(listing).concat()).unwrap()
}

/// A commit with one of a few ids, whose parents and folders may be any object.
fn commit() -> impl Strategy<Value = Vec<u8>> {
    (0..12_u8, proptest::collection::vec(0..12_u8, 0..4), 0..99_i64).prop_map(
        |(tree, parents, time)| {
            let parents: String = parents.iter().map(|n| format!("parent {}\n", oid(*n))).collect();
            let ident = format!("A <a@example.com> {time} +0000");
            format!(
                "tree {}\n{parents}author {ident}\ncommitter {ident}\n\nMerge branch 'main'\n",
                oid(tree)
            )
            .into_bytes()
        },
    )
}

/// A folder with this number, containing only folders with higher numbers.
fn folder(own: u8) -> impl Strategy<Value = Vec<u8>> {
    let names = ["exceptions", "EXC-2026-7F3KQ.yaml", "a.yaml", "exledger.yaml", ".approvals"];
    let names = || proptest::sample::select(names.to_vec());
    let one = (proptest::sample::select(vec!["100644", "40000", "120000"]), own + 1..own + 4);
    proptest::collection::btree_map(names(), one, 0..4).prop_map(|entries| {
        let entries = entries.iter();
        entries.flat_map(|(name, (mode, n))| entry(mode, name, *n)).collect()
    })
}

fn object(own: u8) -> impl Strategy<Value = (ObjectKind, Vec<u8>)> {
    let blob = proptest::sample::select(vec!["id: EXC-2026-7F3KQ\n", "version: 1\n", "id: [", ""]);
    prop_oneof![
        3 => commit().prop_map(|raw| (ObjectKind::Commit, raw)),
        3 => folder(own).prop_map(|raw| (ObjectKind::Tree, raw)),
        2 => blob.prop_map(|text| (ObjectKind::Blob, text.as_bytes().to_vec())),
        1 => proptest::collection::vec(any::<u8>(), 0..60).prop_map(|raw| (ObjectKind::Tree, raw)),
    ]
}

fn objects() -> impl Strategy<Value = Vec<(ObjectKind, Vec<u8>)>> {
    (0..12).map(object).collect::<Vec<_>>()
}

/// Commit 0 merges commit 2 into commit 1; commit 2 claims to be its own parent.
#[test]
fn a_merged_commit_that_is_its_own_ancestor_ends_the_walk_all_the_same() {
    let commit = |parents: &[u8]| {
        let parents = parents.iter().map(|n| format!("parent {}\n", oid(*n)));
        let parents: String = parents.collect();
        let ident = "A <a@example.com> 7 +0000";
        let raw = format!(
            "tree {}\n{parents}author {ident}\ncommitter {ident}\n\nMerge branch 'main'\n",
            oid(3)
        );
        (ObjectKind::Commit, raw.into_bytes())
    };
    let objects = [commit(&[1, 2]), commit(&[]), commit(&[2]), (ObjectKind::Tree, Vec::new())];
    let numbered = objects.into_iter().enumerate();
    let pile = Pile(numbered.map(|(n, it)| (oid(n as u8), it)).collect());
    let chosen = ApprovedRef {
        reference: "refs/heads/main".into(),
        tip: oid(0),
        guard: Guard::Local,
        remote: None,
        trusted: None,
        seen: Vec::new(),
        approvals_log: None,
    };
    let chain = chain::walk(&pile, &chosen, Instant::MAX).unwrap();
    let walked = walk::walk(&pile, chain, &LedgerPrefix::default(), None).unwrap();
    assert_eq!(walked.mainline.landings.len(), 2);
}

proptest! {
    #[test]
    fn a_folder_is_read_alike_with_the_help_of_another(
        known in listing(40),
        others in proptest::collection::vec(("[a-c.]{1,3}", any::<bool>(), 0..3_u8), 0..3),
        at in 0..40_usize,
        n_gone in 0..3_usize,
    ) {
        let near = stored(&known);
        let mut parts = raws(&known);
        let at = at.min(parts.len());
        let end = (at + n_gone).min(parts.len());
        let mode = |is_folder| if is_folder { "40000" } else { "100644" };
        parts.splice(at..end, others.iter().map(|(name, it, n)| entry(mode(*it), name, *n)));
        let raw = parts.concat();
        let [alone, helped] = [TreeObject::parse(raw.clone()), TreeObject::parse_like(raw, &near)];
        prop_assert_eq!(format!("{alone:?}"), format!("{helped:?}"));
    }

    #[test]
    fn folders_differ_in_exactly_the_entries_that_differ(old in listing(12), changes in listing(3)) {
        let mut new = old.clone();
        for (name, (is_folder, n)) in changes {
            if n == 2 {
                new.remove(&name);
            } else {
                new.insert(name, (is_folder, n));
            }
        }
        let (one, other) = (stored(&old), stored(&new));
        let mut told = Vec::new();
        folder::differences(&one, &other, |name, (old, new)| {
            let is_folder = |mode: Mode| mode == Mode::Folder;
            let name = folder::text(name);
            told.extend(old.map(|(mode, oid)| (name.clone(), 0, is_folder(mode), oid)));
            told.extend(new.map(|(mode, oid)| (name.clone(), 1, is_folder(mode), oid)));
        });
        told.sort();
        let mut expected = Vec::new();
        for (side, own, opposite) in [(0, &old, &new), (1, &new, &old)] {
            for (name, (is_folder, n)) in own {
                if opposite.get(name) != Some(&(*is_folder, *n)) {
                    expected.push((name.clone(), side, *is_folder, oid(*n)));
                }
            }
        }
        expected.sort();
        prop_assert_eq!(told, expected);
        for (name, (is_folder, n)) in &old {
            let mode = if *is_folder { Mode::Folder } else { Mode::File };
            let found = one.find(name.as_bytes(), mode).map(|entry| entry.oid);
            prop_assert_eq!(found, Some(oid(*n)));
        }
    }

    #[test]
    fn no_bytes_make_the_reader_of_folders_panic(raw in proptest::collection::vec(any::<u8>(), 0..200)) {
        folder::entries(&raw).for_each(drop);
    }

    /// Ids that are not hashes can make commits their own ancestors, which is impossible in git.
    #[test]
    fn no_objects_make_the_walk_panic_or_run_forever(objects in objects()) {
        let numbered = objects.into_iter().enumerate().map(|(n, object)| (oid(n as u8), object));
        let pile = Pile(numbered.collect());
        let chosen = ApprovedRef { reference: "refs/heads/main".into(), tip: oid(0), guard: Guard::Local, remote: None, trusted: None, seen: Vec::new(), approvals_log: None };
        if let Ok(chain) = chain::walk(&pile, &chosen, Instant::MAX) {
            walk::walk(&pile, chain, &LedgerPrefix::default(), None).ok();
        }
    }
}
