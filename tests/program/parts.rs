//! Small parts of the program that no run shows alone: files of `src/commands` without others of the program, included by
//! their paths.

#[path = "../../src/commands/init/action.rs"]
#[allow(dead_code, reason = "the program uses the rest")]
mod action;
#[path = "../../src/commands/context/example.rs"]
#[allow(dead_code, reason = "the program uses the rest")]
mod example;
#[path = "../../src/commands/init/forge.rs"]
#[allow(dead_code, reason = "the program uses the rest")]
mod forge;
#[path = "../../src/commands/context/hyphen.rs"]
#[allow(dead_code, reason = "the program uses the rest")]
mod hyphen;
#[path = "../../src/commands/context/links.rs"]
#[allow(dead_code, reason = "the program uses the rest")]
mod links;

use action::{PinnedAction, ProgramSource};
use clap::{Arg, ArgAction, Command};
use example::line;
use exledger::survey::remote::RemoteAddress;
use forge::{Forge, Origin, name};
use hyphen::joined;
use links::{is_wanted, requests};
use std::collections::BTreeMap;

#[test]
fn an_action_is_pinned_by_a_full_commit_or_refused() {
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let whole = format!("example/exledger@{commit}");
    let uses = PinnedAction::parse(&whole).map(|pinned| ProgramSource::Action(pinned).uses());
    assert_eq!(uses, Ok(Some(whole)));
    for text in [
        "example/exledger".to_owned(),
        "example/exledger@v1".to_owned(),
        format!("example/exledger@{}", commit.to_uppercase()),
        format!("example/exledger@{commit}0"),
        format!("exledger@{commit}"),
        format!("./x@{commit}"),
        format!("a/b c@{commit}"),
        format!("a/b@{commit}\n        run: id"),
    ] {
        assert!(PinnedAction::parse(&text).is_err(), "{text}");
    }
}

#[test]
fn a_long_example_goes_on_before_a_flag() {
    let long =
        format!("  exledger note 7F3KQ --note \"{}\" --by ana@example.com", "a --b ".repeat(6));
    let folded = line(&long);
    assert_eq!(folded, long.replace(" --by", " \\\n    --by"));
    assert_eq!(line("  exledger list"), "  exledger list");
}

#[test]
fn an_address_tells_host_and_name() {
    for (url, host, path) in [
        ("https://github.com/example/payments.git", Some("github.com"), Some("example/payments")),
        ("https://u:p@GitHub.com/example/payments/", Some("github.com"), Some("example/payments")),
        ("git@github.com:example/payments.git", Some("github.com"), Some("example/payments")),
        ("ssh://git@git.example.com:2222/a/b/c.git", Some("git.example.com"), Some("a/b/c")),
        ("ssh://git@ssh.github.com:443/a/b.git", Some("github.com"), Some("a/b")),
        ("https://example.com/one", Some("example.com"), None),
        ("https://example.com/a/b c", None, None),
        ("https://example.com/a/~b", Some("example.com"), None),
        ("file:///srv/git/a/b.git", None, None),
        ("/srv/git/a:b.git", None, None),
        ("../payments.git", None, None),
        ("C:/git/payments", None, None),
        ("https://example.com", None, None),
    ] {
        let address = RemoteAddress::parse(url);
        let named = address.as_ref().and_then(name);
        let found = address.map(|address| address.host);
        assert_eq!((found.as_deref(), named.as_deref()), (host, path), "{url}");
    }
}

#[test]
fn only_a_host_that_is_known_tells_the_forge() {
    let of = |host: &str| {
        let address = RemoteAddress::parse(&format!("https://{host}/example/payments"));
        Origin { is_remote: true, address, ..Origin::default() }.forge()
    };
    for host in ["github.com", "github.example.com", "example.ghe.com"] {
        assert_eq!(of(host), Some(Forge::Github), "{host}");
    }
    for host in ["gitlab.com", "gitlab.example.com"] {
        assert_eq!(of(host), Some(Forge::Gitlab), "{host}");
    }
    for host in ["codeberg.org", "notgithub.com", "git.example.com"] {
        assert_eq!(of(host), None, "{host}");
    }
    assert_eq!(Origin::default().forge(), Some(Forge::Github), "no remote");
    assert_eq!(Origin { is_remote: true, ..Origin::default() }.forge(), None, "a path");
}

#[test]
fn a_value_that_begins_with_a_hyphen_is_told_from_a_flag() {
    let verbose = Arg::new("v").short('v').action(ArgAction::SetTrue);
    let dry = Arg::new("dry").long("dry-run").action(ArgAction::SetTrue);
    let close = Command::new("close").arg(Arg::new("reason").long("reason")).arg(dry);
    let redesign = Command::new("redesign").subcommand(close.clone());
    let program = Command::new("x").arg(verbose).subcommands([close, redesign]);
    for (given, expected) in [
        (&["close", "--reason", "- late"][..], &["close", "--reason=- late"][..]),
        (&["close", "--reason", "-5"], &["close", "--reason=-5"]),
        (&["close", "--reason", "-vague"], &["close", "--reason=-vague"]),
        (&["close", "--reason", "-- x"], &["close", "--reason=-- x"]),
        (&["close", "--reason", "--dry-run"], &["close", "--reason", "--dry-run"]),
        (&["close", "--reason", "--dryrun"], &["close", "--reason", "--dryrun"]),
        (&["close", "--reason", "-v"], &["close", "--reason", "-v"]),
        (&["close", "--reason", "-"], &["close", "--reason", "-"]),
        (&["close", "--dry-run", "-5"], &["close", "--dry-run", "-5"]),
        (&["close", "--", "--reason", "-5"], &["close", "--", "--reason", "-5"]),
        (&["close", "--reason=-5", "-5"], &["close", "--reason=-5", "-5"]),
        (&["redesign", "close", "--reason", "-5"], &["redesign", "close", "--reason=-5"]),
    ] {
        let given = ["x"].iter().chain(given).map(Into::into);
        let found = joined(given, &program);
        let expected: Vec<&str> = ["x"].iter().chain(expected).copied().collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn links_are_for_terminals_that_are_known_to_follow_them() {
    let kitty = ("TERM", "xterm-kitty");
    for (variables, coloured, expected) in [
        (&[kitty][..], true, true),
        (&[kitty], false, false),
        (&[kitty, ("NO_COLOR", "1")], true, false),
        (&[kitty, ("SSH_CONNECTION", "1 2 3 4")], true, false),
        (&[kitty, ("TMUX", "/tmp/tmux")], true, false),
        (&[kitty, ("FORCE_HYPERLINK", "0")], true, false),
        (&[("TERM", "xterm-256color")], true, false),
        (&[("TERM", "dumb"), ("FORCE_HYPERLINK", "1")], false, true),
        (&[("VTE_VERSION", "7600")], true, true),
        (&[("VTE_VERSION", "4000")], true, false),
    ] {
        let pairs = variables.iter().map(|(name, it)| ((*name).to_owned(), (*it).to_owned()));
        let environment: BTreeMap<String, String> = pairs.collect();
        assert_eq!(is_wanted(&environment, coloured), expected, "{variables:?} {coloured}");
    }
}

#[test]
fn only_a_known_forge_has_addresses_of_pull_requests() {
    let github = Some(('#', "https://github.com/example/payments/pull/".to_owned()));
    for (url, expected) in [
        ("https://github.com/example/payments.git", github.clone()),
        ("https://user:secret@github.com/example/payments", github.clone()),
        ("git@github.com:example/payments.git", github.clone()),
        ("ssh://git@github.com:22/example/payments.git", github),
        ("https://git.example.com/example/payments.git", None),
        ("https://github.com/example/pay ments\u{1b}", None),
        ("../ledger.git", None),
    ] {
        assert_eq!(requests(url), expected, "{url}");
    }
}
