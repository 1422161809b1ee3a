//! Which ref is the approved one: M1 as a table.

use exledger::history::mainline::Guard;
use exledger::history::objects::Oid;
use exledger::history::refs::{Cause, HeadState, Refs, ResolvedRef, choose};

fn oid(n: u8) -> Oid {
    Oid::from_bytes(&[n; 20]).unwrap()
}

/// Refs by name, symbolic refs as `name -> target`, other facts in words.
struct Given {
    refs: Refs,
    asked: Option<&'static str>,
    target: Option<&'static str>,
}

fn given(names: &[&str]) -> Given {
    let mut refs = Refs {
        names: Default::default(),
        links: Default::default(),
        head: HeadState::Branch("refs/heads/topic".to_owned()),
        remotes: Vec::new(),
        unfollowed: Vec::new(),
        upstream: None,
        is_bare: false,
        is_shallow: false,
        is_rebasing: false,
        configured: None,
        trusted_from: None,
    };
    for (n, name) in names.iter().enumerate() {
        match name.split_once(" -> ") {
            Some((name, target)) => drop(refs.links.insert(name.into(), target.into())),
            None => drop(refs.names.insert((*name).to_owned(), oid(n as u8))),
        }
    }
    Given { refs, asked: None, target: None }
}

impl Given {
    fn remotes(mut self, names: &[&str]) -> Self {
        self.refs.remotes = names.iter().map(|it| (*it).to_owned()).collect();
        self
    }
    fn upstream(mut self, name: &str) -> Self {
        self.refs.upstream = Some(name.to_owned());
        self
    }
    fn head(mut self, head: HeadState) -> Self {
        self.refs.head = head;
        self
    }
    fn rebasing(mut self) -> Self {
        self.refs.is_rebasing = true;
        self
    }

    fn detached(self) -> Self {
        self.head(HeadState::Detached(oid(9)))
    }
    fn bare(mut self) -> Self {
        self.refs.is_bare = true;
        self
    }
    fn configured(mut self, name: &str) -> Self {
        self.refs.configured = Some(name.to_owned());
        self
    }
    fn asked(mut self, name: &'static str) -> Self {
        self.asked = Some(name);
        self
    }
    fn target(mut self, name: &'static str) -> Self {
        self.target = Some(name);
        self
    }
    fn choose(&self) -> Result<(String, Guard), Cause> {
        let find = |name: &str| {
            let tag = ["v1", "refs/tags/v1"].contains(&name);
            let id = ["08080808", ID].contains(&name);
            let parent = name == "refs/heads/main~1";
            (tag || id || parent)
                .then(|| ResolvedRef { name: tag.then(|| "refs/tags/v1".to_owned()), oid: oid(8) })
        };
        choose(&self.refs, self.asked, &find, self.target)
            .map(|chosen| (chosen.reference, chosen.guard))
            .map_err(|no| no.cause)
    }
    fn says(&self) -> String {
        let error = choose(&self.refs, self.asked, &|_| None, self.target).unwrap_err();
        format!("{error}\n{}", error.remedy().words())
    }
}

const ID: &str = "0808080808080808080808080808080808080808";
const HEAD: &str = "refs/remotes/origin/HEAD -> refs/remotes/origin/trunk";
const TRUNK: &str = "refs/remotes/origin/trunk";
const MAIN: &str = "refs/remotes/origin/main";
const MASTER: &str = "refs/remotes/origin/master";
const LOCAL: &str = "refs/heads/main";
const LOCAL_MASTER: &str = "refs/heads/master";

/// The given refs, and the choice.
type Case = (Given, Result<(String, Guard), Cause>);

fn check(cases: &[Case]) {
    for (n, (given, expected)) in cases.iter().enumerate() {
        assert_eq!(given.choose(), *expected, "case {n}: {:?}", given.refs);
    }
}

#[test]
fn the_approved_ref_is_found_in_the_order_of_the_contract() {
    let remote = |name: &str| Ok((name.to_owned(), Guard::Remote));
    let of_origin = || Err(Cause::Neither(Some("origin".to_owned())));
    let unknown = |name: &str| Err(Cause::Unknown(name.to_owned()));
    let cases = [
        // An explicit ref takes precedence over configuration, and that over the remote's default branch.
        (
            given(&[HEAD, TRUNK, MAIN, LOCAL]).remotes(&["origin"]).configured("main").asked(MAIN),
            remote(MAIN),
        ),
        (given(&[HEAD, TRUNK, MAIN, LOCAL]).remotes(&["origin"]).configured("main"), remote(LOCAL)),
        (given(&[HEAD, TRUNK, MAIN, LOCAL]).remotes(&["origin"]), remote(TRUNK)),
        (given(&[TRUNK, MAIN, LOCAL]).remotes(&["origin"]), remote(MAIN)),
        (given(&[MASTER, LOCAL]).remotes(&["origin"]), remote(MASTER)),
        (given(&[MAIN, MASTER]).remotes(&["origin"]), Err(Cause::Both)),
        (given(&[TRUNK, LOCAL]).remotes(&["origin"]), of_origin()),
        // A default branch that has not been fetched is ignored.
        (given(&[HEAD, MAIN]).remotes(&["origin"]), remote(MAIN)),
        // An explicit ref is a branch, or a full name or id; nothing else is tried.
        (given(&[MAIN]).remotes(&["origin"]).asked(MAIN), remote(MAIN)),
        (
            given(&[HEAD, TRUNK, MAIN]).remotes(&["origin"]).asked("refs/remotes/origin/HEAD"),
            remote(TRUNK),
        ),
        (given(&[HEAD, MAIN]).remotes(&["origin"]).asked("origin"), unknown("origin")),
        (given(&[MAIN]).remotes(&["origin"]).asked("origin/main"), unknown("origin/main")),
        // A local branch of that name is meant, not that of a remote.
        (
            given(&[MAIN, "refs/heads/origin/main"]).remotes(&["origin"]).asked("origin/main"),
            remote("refs/heads/origin/main"),
        ),
        (given(&[MAIN]).remotes(&["origin"]).asked("refs/tags/v1"), remote("refs/tags/v1")),
        (given(&[MAIN]).remotes(&["origin"]).asked("v1"), unknown("v1")),
        (given(&[LOCAL]).asked("refs/heads/main~1"), unknown("refs/heads/main~1")),
        (given(&[LOCAL]).asked(ID), remote(ID)),
        (given(&[LOCAL]).asked("08080808"), unknown("08080808")),
        // A branch named like an id misleads nobody.
        (given(&["refs/heads/0808080808080808080808080808080808080808"]).asked(ID), remote(ID)),
        (given(&[MAIN]).remotes(&["origin"]).asked("gone"), Err(Cause::Unknown("gone".to_owned()))),
        (given(&[LOCAL]).head(HeadState::Branch(LOCAL.to_owned())).asked("HEAD"), remote(LOCAL)),
        (given(&[LOCAL]).detached().asked("HEAD"), Err(Cause::Detached)),
        (given(&[LOCAL]).detached().asked("HEAD~1"), Err(Cause::Detached)),
    ];
    check(&cases);
}

#[test]
fn without_a_default_branch_the_layout_decides() {
    let remote = |name: &str| Ok((name.to_owned(), Guard::Remote));
    let local = |name: &str| Ok((name.to_owned(), Guard::Local));
    let cases = [
        // Several remotes: the current branch's, else origin.
        (
            given(&[MAIN, "refs/remotes/up/main"]).remotes(&["origin", "up"]).upstream("up"),
            remote("refs/remotes/up/main"),
        ),
        (given(&[MAIN, "refs/remotes/up/main"]).remotes(&["origin", "up"]), remote(MAIN)),
        (
            given(&[MAIN, "refs/remotes/up/main"]).remotes(&["origin", "up"]).upstream("gone"),
            remote(MAIN),
        ),
        (
            given(&["refs/remotes/a/main", "refs/remotes/b/main"]).remotes(&["a", "b"]),
            Err(Cause::SeveralRemotes(vec!["a".into(), "b".into()])),
        ),
        // Refs of a remote that is no longer configured still show that the local branches are not the approved ones.
        (given(&[MAIN, LOCAL]), remote(MAIN)),
        // A bare repository: HEAD.
        (
            given(&[LOCAL, "refs/heads/trunk"])
                .head(HeadState::Branch("refs/heads/trunk".into()))
                .bare(),
            remote("refs/heads/trunk"),
        ),
        (
            given(&[LOCAL]).remotes(&["origin"]).head(HeadState::Branch(LOCAL.into())).bare(),
            remote(LOCAL),
        ),
        (given(&[LOCAL]).detached().bare(), Err(Cause::Detached)),
        (
            given(&[LOCAL]).head(HeadState::Branch("refs/heads/gone".into())).bare(),
            Err(Cause::Empty),
        ),
        // Without remotes: the only local branch with a usual name, if HEAD is on a branch.
        (given(&[LOCAL, "refs/heads/topic"]), local(LOCAL)),
        (given(&[LOCAL_MASTER]), local(LOCAL_MASTER)),
        (given(&[LOCAL, LOCAL_MASTER]), Err(Cause::Both)),
        // `git remote remove` leaves the name of a default branch that is gone.
        (given(&[HEAD, LOCAL]), local(LOCAL)),
        (given(&[HEAD, TRUNK, LOCAL]), Ok((TRUNK.to_owned(), Guard::Remote))),
        (given(&["refs/heads/topic"]), Err(Cause::Neither(None))),
        (given(&[LOCAL]).detached(), Err(Cause::Detached)),
        // In the middle of a rebase, HEAD comes back to its branch.
        (given(&[LOCAL]).detached().rebasing(), local(LOCAL)),
        (given(&[LOCAL]).detached().rebasing().asked("HEAD"), Err(Cause::Detached)),
        (given(&[LOCAL]).detached().rebasing().bare(), Err(Cause::Detached)),
        (given(&[]), Err(Cause::Empty)),
    ];
    check(&cases);
}

#[test]
fn the_target_of_a_pull_request_decides_nothing_and_is_named() {
    let given =
        given(&["refs/remotes/pull/7/merge"]).remotes(&["origin"]).detached().target("main");
    assert_eq!(given.choose(), Err(Cause::Neither(Some("origin".to_owned()))));
    let said = given.says();
    for part in [
        "pull/7/merge",
        "merged into main",
        "`git fetch origin main:refs/remotes/origin/main`",
        "--approved-ref",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
