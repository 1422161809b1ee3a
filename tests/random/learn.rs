//! Writes governance files, and parses files that a merge made from two.
//!
//! Start at [`World::learn`].

use std::fmt::Write;

use exledger::history::objects::Oid;

use super::content::Content;
use super::law::Law;
use super::people::{PEOPLE, Who};
use super::world::{POLICY, REVOKED, SIGNERS, World, is_record};

impl World {
    /// Writes a policy file.
    pub(super) fn enact(&mut self, law: Law) -> Oid {
        let blob = self.memory.blob(law.text().as_bytes());
        self.laws.insert(blob, law);
        blob
    }

    /// Writes a signers file from pairs: the person listed, and the holder of the key.
    pub(super) fn list(&mut self, lines: Vec<(Who, Who)>) -> Oid {
        let mut text = String::new();
        for (person, key) in &lines {
            writeln!(text, "{} {}", person.email(), key.public()).unwrap();
        }
        let blob = self.memory.blob(text.as_bytes());
        self.signers.insert(blob, lines);
        blob
    }

    /// Writes a file of revoked keys.
    pub(super) fn revoke(&mut self, keys: Vec<Who>) -> Oid {
        let lines: String = keys.iter().map(|key| key.public() + "\n").collect();
        let blob = self.memory.blob(lines.as_bytes());
        self.revoked.insert(blob, keys);
        blob
    }

    /// Writes a mailmap that joins the addresses of two people.
    pub(super) fn join(&mut self, one: Who, other: Who) -> Oid {
        let line = format!("{} <{}> <{}>\n", one.name(), one.email(), other.email());
        let blob = self.memory.blob(line.as_bytes());
        self.mailmaps.insert(blob, (one, other));
        blob
    }

    /// Parses a file that a merge made from two.
    pub(super) fn learn(&mut self, blob: Oid, path: &str) {
        let text = || String::from_utf8(self.memory.bytes(blob)).unwrap();
        if is_record(path) && !self.contents.contains_key(&blob) {
            if let Some(content) = Content::parse(&text()) {
                self.contents.insert(blob, content);
            }
        } else if path == POLICY && !self.laws.contains_key(&blob) {
            if let Some(law) = Law::parse(&text()) {
                self.laws.insert(blob, law);
            }
        } else if path == SIGNERS && !self.signers.contains_key(&blob) {
            let lines = text().lines().filter_map(line).collect();
            self.signers.insert(blob, lines);
        } else if path == REVOKED && !self.revoked.contains_key(&blob) {
            let keys = text().lines().filter_map(holder).collect();
            self.revoked.insert(blob, keys);
        }
    }
}

/// Parses a line of a signers file: the person for whom a key is listed, and its holder.
fn line(text: &str) -> Option<(Who, Who)> {
    let (address, key) = text.split_once(' ')?;
    let person = PEOPLE.iter().find(|who| who.email() == address)?;
    Some((*person, holder(key)?))
}

/// Returns the holder of a public key.
fn holder(key: &str) -> Option<Who> {
    PEOPLE.iter().find(|who| who.public() == key).copied()
}
