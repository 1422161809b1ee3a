//! Whether the terminal follows links, and where the words of an answer link to.
//!
//! Start at [`is_wanted`] and [`targets`]. Follows `docs/spec/cli.md`, formats. A terminal that is not known to follow links
//! gets none: some show the escape sequence.

use std::collections::BTreeMap;

use exledger::ledger::Files;
use exledger::policy;
use exledger::render::table::hyperlink::{LinkTargets, file_address};
use exledger::session::Session;
use exledger::session::locate;

/// The variable that switches links on or off, as other programs read it.
const SWITCH: &str = "FORCE_HYPERLINK";

/// Tells whether a table should have links; `is_coloured` says that stdout is a terminal and may have colours.
pub(crate) fn is_wanted(environment: &BTreeMap<String, String>, is_coloured: bool) -> bool {
    let value = |name: &str| environment.get(name).map(String::as_str).filter(|it| !it.is_empty());
    match value(SWITCH) {
        Some("0") => false,
        Some(_) => true,
        None => is_coloured && value("NO_COLOR").is_none() && is_known(&value),
    }
}

/// Tells whether the terminal is known to follow links to files of this machine.
fn is_known<'e>(value: &dyn Fn(&str) -> Option<&'e str>) -> bool {
    let term = value("TERM").unwrap_or_default();
    let is_elsewhere =
        ["CI", "SSH_CONNECTION", "SSH_TTY", "TMUX", "STY"].iter().any(|it| value(it).is_some());
    if is_elsewhere || term == "dumb" || term.starts_with("screen") || term.starts_with("tmux") {
        return false;
    }
    let vte: u32 = value("VTE_VERSION").and_then(|it| it.parse().ok()).unwrap_or(0);
    let program = value("TERM_PROGRAM").unwrap_or_default();
    vte >= 5_000
        || value("WT_SESSION").is_some()
        || value("KONSOLE_VERSION").is_some()
        || ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby"].contains(&program)
        || ["xterm-kitty", "xterm-ghostty", "foot", "alacritty"].contains(&term)
}

/// Returns what the words of an answer about a ledger link to: the files of the work tree, and the pull requests of the
/// remote.
pub(crate) fn targets(session: &Session) -> LinkTargets {
    let mut files = BTreeMap::new();
    if let Ok(tree) = session.work_tree()
        && let Ok(governance) = locate::governance(tree)
        && let Ok(listed) = Files::list(tree, &governance.policy.records)
    {
        let address_of = |path: &str| file_address(&session.root().join(path).to_string_lossy());
        files.insert(policy::FILE.to_owned(), address_of(policy::FILE));
        for file in &listed.records {
            let address = address_of(&file.path);
            files.insert(file.stem().to_owned(), address.clone());
            files.insert(file.path.clone(), address);
        }
    }
    let repository = session.repository_or_none();
    let remote = repository.and_then(|it| it.url_of(&it.first_remote()?));
    LinkTargets { files, requests: remote.and_then(|url| requests(&url)) }
}

/// Returns where the pull requests of a remote are, if its forge is known by its host.
fn requests(url: &str) -> Option<(char, String)> {
    let (authority, resource) = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?,
        None => url.split_once(':')?,
    };
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let path = resource.trim_matches('/').trim_end_matches(".git");
    let is_plain = |text: &str| {
        let fits = |it: u8| it.is_ascii_alphanumeric() || b"-._/".contains(&it);
        !text.is_empty() && text.bytes().all(fits)
    };
    if !is_plain(host) || !is_plain(path) {
        return None;
    }
    match host {
        "github.com" => Some(('#', format!("https://{host}/{path}/pull/"))),
        "gitlab.com" => Some(('!', format!("https://{host}/{path}/-/merge_requests/"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_wanted, requests};
    use std::collections::BTreeMap;

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
}
