//! Keys of fixed people, their signatures, and approval files as `approve` writes them.
//!
//! Each name has one key, derived from the name alone, so that commit ids are stable and no program is started.

use std::collections::BTreeMap;
use std::sync::Mutex;

use exledger::approval::evidence::statement_file::{
    self, ApprovalDecision, ApprovalFile, ApprovalSubject, SIGNATURE,
};
use exledger::record::address::Address;
use exledger::record::id::Id;
use exledger::record::time::Instant;
use sha2::{Digest, Sha256};
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{HashAlg, LineEnding, PrivateKey};

use crate::support::openpgp::openpgp;
use crate::support::repo::Work;

/// The namespace in which approval files are signed.
const APPROVAL: &str = "exledger-approval@v1";
const REVIEW: &str = "exledger-review@v1";

/// What precedes the name of an RSA key that signs commits as OpenPGP.
const OPENPGP: &str = "openpgp:";

/// Signs a commit's bytes with the key of a name, at its time.
pub(super) fn sign_commit(key: &str, bytes: &[u8], at: i64) -> String {
    match key.strip_prefix(OPENPGP) {
        Some(name) => openpgp(name, bytes, u32::try_from(at).unwrap(), 7),
        None => sign(key, "git", bytes),
    }
}

/// Returns the key of a name. A debug build needs long to make one, so each is made once.
fn private(name: &str) -> PrivateKey {
    static MADE: Mutex<BTreeMap<String, PrivateKey>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap();
    let key = made.entry(name.to_owned()).or_insert_with(|| {
        let seed: [u8; 32] = Sha256::digest(name.as_bytes()).into();
        let pair = KeypairData::from(Ed25519Keypair::from_seed(&seed));
        PrivateKey::new(pair, "").unwrap()
    });
    key.clone()
}

/// Returns the public key of a name, in the format of a `.pub` file.
pub(crate) fn public(name: &str) -> String {
    private(name).public_key().to_openssh().unwrap().trim().to_owned()
}

/// Returns the private key of a name, in a format that `ssh-keygen` reads.
pub(crate) fn private_file(name: &str) -> String {
    let text = private(name).to_openssh(LineEnding::LF).unwrap();
    text.to_string()
}

/// Returns the line of a signers file that lists a person's own key: `dana` is `dana@example.com`.
pub(crate) fn signer(name: &str) -> String {
    format!("{name}@example.com {}\n", public(name))
}

/// Signs bytes with the key of a name.
pub(crate) fn sign(name: &str, namespace: &str, bytes: &[u8]) -> String {
    let sealed = private(name).sign(namespace, HashAlg::Sha512, bytes).unwrap();
    sealed.to_pem(LineEnding::LF).unwrap()
}

/// Returns a commit header with a multi-line text.
pub(crate) fn folded(key: &str, text: &str) -> String {
    format!("{key} {}", text.trim_end().replace('\n', "\n "))
}

/// Returns a signed tag of a commit, as in the header of a merge.
pub(crate) fn tag(commit: git2::Oid, key: &str) -> String {
    tag_at(commit, key, Instant::from_unix(1_764_000_000).unwrap())
}

/// Returns a signed tag of a commit, made at an instant.
pub(crate) fn tag_at(commit: git2::Oid, key: &str, at: Instant) -> String {
    let at = at.unix();
    let text = format!(
        "object {commit}\ntype commit\ntag reviewed\ntagger T <t@example.com> {at} +0000\n\nReviewed\n"
    );
    let signature = sign(key, "git", text.as_bytes());
    folded("mergetag", &format!("{text}{}", signature.trim_end()))
}

/// An approval file, as a person would sign it.
#[derive(Clone)]
pub(crate) struct Says {
    pub(crate) file: ApprovalFile,
    key: Option<String>,
    folder: &'static str,
}

/// Returns the line of the signers file that makes a bridge.
pub(crate) fn bridge_line() -> String {
    format!("bridge@example.com namespaces=\"{REVIEW}\" {}\n", public("bridge"))
}

/// Approves the text of a record: `dana` is `dana@example.com`, and signs with the key of that name.
pub(crate) fn yes(name: &str, id: &str, text: &str, at: &str) -> Says {
    let about = ApprovalSubject::Record(Id::new(id).unwrap());
    Says {
        file: ApprovalFile {
            ledger: None,
            about,
            sha256: statement_file::digest(text.as_bytes()),
            from: None,
            decision: ApprovalDecision::Approve,
            at: Instant::parse(at).unwrap(),
            by: Address::new(&format!("{name}@example.com")).unwrap(),
            reason: None,
            via: None,
            account: None,
            authors: Vec::new(),
        },
        key: Some(name.to_owned()),
        folder: "exceptions",
    }
}

/// Rejects the text of a record.
pub(crate) fn no(name: &str, id: &str, text: &str, at: &str) -> Says {
    let mut says = yes(name, id, text, at);
    says.file.decision = ApprovalDecision::Reject;
    says
}

/// States a forge's review, signed by the bridge of [`bridge_line`].
pub(crate) fn reviewed(name: &str, id: &str, text: &str, at: &str) -> Says {
    let mut says = yes(name, id, text, at);
    says.key = Some("bridge".to_owned());
    says.file.via = Some("https://forge.example.com/pull/7#review-1".to_owned());
    says
}

impl Says {
    /// Signs with another key than that of the person's name.
    pub(crate) fn with_key(mut self, key: &str) -> Says {
        self.key = Some(key.to_owned());
        self
    }

    /// Leaves the signature out.
    pub(crate) fn unsigned(mut self) -> Says {
        self.key = None;
        self
    }

    /// Names the ledger.
    pub(crate) fn ledger(mut self, name: &str) -> Says {
        self.file.ledger = Some(name.to_owned());
        self
    }

    /// Makes it about a governance file instead.
    pub(crate) fn governance(mut self, path: &str) -> Says {
        self.file.about = ApprovalSubject::Governance(path.to_owned());
        self
    }

    /// Names the bytes that count instead.
    pub(crate) fn from(mut self, bytes: &str) -> Says {
        self.file.from = Some(statement_file::digest(bytes.as_bytes()));
        self
    }

    /// Gives a reason.
    pub(crate) fn because(mut self, reason: &str) -> Says {
        self.file.reason = Some(reason.to_owned());
        self
    }

    fn namespace(&self) -> &'static str {
        match self.file.via {
            Some(_) => REVIEW,
            None => APPROVAL,
        }
    }

    /// Returns the path of the approval file.
    pub(crate) fn path(&self) -> String {
        self.file.path(self.folder)
    }
}

impl Work<'_> {
    /// Signs the commit with the RSA key of a name, as a forge does with OpenPGP.
    pub(crate) fn openpgp_signed(mut self, name: &str) -> Self {
        self.key = Some(format!("{OPENPGP}{name}"));
        self
    }

    /// Signs the commit with the key of a name.
    pub(crate) fn signed(mut self, name: &str) -> Self {
        self.key = Some(name.to_owned());
        self
    }

    /// Adds an approval file, and its signature if it has one.
    pub(crate) fn says(self, says: &Says) -> Self {
        let text = says.file.text().unwrap();
        let path = says.path();
        let signature = says.key.as_ref().map(|key| sign(key, says.namespace(), text.as_bytes()));
        let work = self.write(&path, &text);
        match signature {
            Some(signature) => work.write(&format!("{path}{SIGNATURE}"), &signature),
            None => work,
        }
    }

    /// Removes an approval file and its signature.
    pub(crate) fn unsays(self, says: &Says) -> Self {
        let path = says.path();
        self.remove(&path).remove(&format!("{path}{SIGNATURE}"))
    }
}
