//! Whether the terminal follows links, and where the words of an answer link to.
//!
//! Start at [`is_wanted`] and [`targets`]. Follows `docs/spec/cli.md`, formats. A terminal that is not known to follow links
//! gets none: some show the escape sequence.

use std::collections::BTreeMap;

use exledger::ledger::Files;
use exledger::policy;
use exledger::render::table::hyperlink::{LinkTargets, file_address};
use exledger::session::{Session, locate};
use exledger::survey::remote::RemoteAddress;

const SWITCH: &str = "FORCE_HYPERLINK";

/// Tells whether a table should have links; `is_coloured` says that stdout is a terminal and may have colours.
pub(crate) fn is_wanted(environment: &BTreeMap<String, String>, is_coloured: bool) -> bool {
    let value =
        |name: &str| environment.get(name).map(String::as_str).filter(|text| !text.is_empty());
    match value(SWITCH) {
        Some("0") => false,
        Some(_) => true,
        None => is_coloured && value("NO_COLOR").is_none() && is_known(&value),
    }
}

fn is_known<'e>(value: &dyn Fn(&str) -> Option<&'e str>) -> bool {
    let term = value("TERM").unwrap_or_default();
    let is_elsewhere =
        ["CI", "SSH_CONNECTION", "SSH_TTY", "TMUX", "STY"].iter().any(|name| value(name).is_some());
    if is_elsewhere || term == "dumb" || term.starts_with("screen") || term.starts_with("tmux") {
        return false;
    }
    let vte: u32 = value("VTE_VERSION").and_then(|version| version.parse().ok()).unwrap_or(0);
    let program = value("TERM_PROGRAM").unwrap_or_default();
    vte >= 5_000
        || value("WT_SESSION").is_some()
        || value("KONSOLE_VERSION").is_some()
        || ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby"].contains(&program)
        || ["xterm-kitty", "xterm-ghostty", "foot", "alacritty"].contains(&term)
}

/// Returns what words of an answer about a ledger link to: files of the work tree, and pull requests of the remote.
pub(crate) fn targets(session: &Session) -> LinkTargets {
    let mut files = BTreeMap::new();
    if let Ok(tree) = session.work_tree()
        && let Ok(governance) = locate::governance(tree)
        && let Ok(listed) = Files::list(tree, &governance.policy.records)
    {
        let address = |path: &str| file_address(&session.root().join(path).to_string_lossy());
        files.insert(policy::FILE.to_owned(), address(policy::FILE));
        for file in &listed.records {
            let address = address(&file.path);
            files.insert(file.stem().to_owned(), address.clone());
            files.insert(file.path.clone(), address);
        }
    }
    let repository = session.repository_or_none();
    let remote = repository.and_then(|repository| repository.url_of(&repository.first_remote()?));
    LinkTargets { files, requests: remote.and_then(|url| requests(&url)) }
}

pub(super) fn requests(url: &str) -> Option<(char, String)> {
    let RemoteAddress { host, path } = RemoteAddress::parse(url)?;
    match host.as_str() {
        "github.com" => Some(('#', format!("https://{host}/{path}/pull/"))),
        "gitlab.com" => Some(('!', format!("https://{host}/{path}/-/merge_requests/"))),
        _ => None,
    }
}
