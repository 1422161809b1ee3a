//! What to run after a decision: the git commands that bring it to those who approve it.
//!
//! Start at `Ctx::next`.

use crate::commands::context::Ctx;
use crate::commands::context::edit::{Job, Opened};
use exledger::history::change::event::Event;
use exledger::history::refs::Head;
use exledger::session::Session;
use exledger::survey::shell::quoted;

impl Ctx {
    /// Returns the git commands that bring the decision to those who approve it.
    pub(super) fn next(&self, job: &Job<'_>, home: &Session, opened: &[Opened]) -> Vec<String> {
        let git = self.git(home);
        let name = match opened {
            [only] => only.before.stem().to_owned(),
            several => format!("{} exceptions", several.len()),
        };
        let (verb, word) = match job.event {
            Event::PostReviewed => ("Review the closure of", "review-closure"),
            _ => ("", job.command),
        };
        let branch = format!("{word}-{}", name.replace(' ', "-"));
        let files = opened.iter().flat_map(|one| {
            let own = std::iter::once(&one.before.path);
            own.chain(one.files.iter().map(|(path, _)| path))
        });
        let files: Vec<String> = files.map(|path| quoted(path)).collect();
        let verb = match verb {
            "" => capital(job.command),
            verb => verb.to_owned(),
        };
        let mut next = Vec::new();
        let own = self.own_branch(home);
        if own.is_none() {
            next.push(format!("{git} switch -c {branch}"));
        }
        next.push(format!("{git} add {}", files.join(" ")));
        next.push(format!(
            "{git} commit -m {}",
            quoted(&format!("{verb} {name}"))
        ));
        next.push(self.push(home, &own.unwrap_or(branch)));
        next
    }

    /// Returns the command that pushes a branch: to the remote of the current one, else to the only one, else to origin.
    pub(crate) fn push(&self, home: &Session, branch: &str) -> String {
        let refs = home
            .repository_or_none()
            .and_then(|repository| repository.refs().ok());
        let remote = match refs
            .as_ref()
            .map(|it| (&it.upstream, it.remotes.as_slice()))
        {
            Some((Some(upstream), _)) => upstream.as_str(),
            Some((None, [only])) => only.as_str(),
            _ => "origin",
        };
        format!("{} push -u {} {branch}", self.git(home), quoted(remote))
    }

    /// Returns the branch that is checked out, unless it is the one on which records are approved.
    pub(crate) fn own_branch(&self, home: &Session) -> Option<String> {
        let Head::Branch(head) = home.repository_or_none()?.refs().ok()?.head else {
            return None;
        };
        let head = head.strip_prefix("refs/heads/")?.to_owned();
        let approved = home.approved_ref().ok()?.reference;
        let remote = approved.strip_prefix("refs/remotes/");
        let approved = match remote.and_then(|rest| rest.split_once('/')) {
            Some((_, name)) => name,
            None => approved.strip_prefix("refs/heads/").unwrap_or(&approved),
        };
        (head != approved).then_some(head)
    }
}

fn capital(word: &str) -> String {
    let mut word = word.to_owned();
    if let Some(first) = word.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    word
}
