//! Why an approval file does not count.
//!
//! Uses approval's signatures and limits. Pure. Start at [`BadFile`]. Follows `docs/spec/approval.md`, S7.

use crate::approval::keys;
use crate::approval::signature::SignatureState;
use crate::approval::statement::{self, LONGEST_REASON, SIGNATURE};

/// Why a file below `.approvals` does not count: `bad-approval-file`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFile {
    #[error("it is not text that can be read back")]
    NotText,
    #[error("it has more than {} bytes", statement::MOST_BYTES)]
    TooLarge,
    #[error("line {line} must be: {expected}")]
    Line {
        /// The line number, from 1.
        line: usize,
        expected: &'static str,
    },
    /// It records a review as a rejection, which reviews can't be.
    #[error("a review can't reject: only a signature can")]
    ReviewRejects,
    /// Its path or name does not match its content.
    #[error("it belongs in {expected}")]
    Path { expected: String },
    /// It is about another ledger, or names none although approvals name this one.
    #[error("it is for the ledger `{named}`, but this is `{expected}`")]
    Ledger {
        /// The ledger that it names, `-` for none.
        named: String,
        /// The name of this ledger: from its policy, or the id of its root commit.
        expected: String,
    },
    #[error("it has no {SIGNATURE} file")]
    NoSignature,
    /// It records a review, but no bridge signed it.
    #[error("it records a review without the signature of a bridge")]
    NoBridgeSignature,
    /// It records a review, but its signer is not listed as a bridge.
    #[error(
        "it records a review, but the key of {signer} is not listed for {} alone",
        keys::REVIEW
    )]
    NoBridge {
        /// The key's owner, as the signers line says.
        signer: String,
    },
    #[error("the file that it signs is missing")]
    NoText,
    #[error("its signature {0}")]
    Signature(SignatureState),
    /// Someone other than the named person signed it.
    #[error("it names {by}, but its signature is by {signer}")]
    OtherPerson {
        by: String,
        /// The key's owner, as the signers line says.
        signer: String,
    },
    /// Neither an approval nor a signature.
    #[error("it is neither an approval nor a signature")]
    Stranger,
}

impl BadFile {
    /// Returns the remedy.
    pub fn help(&self) -> String {
        let anew = "remove it, and write it again with `exledger approve`";
        match self {
            BadFile::Line { expected, .. } if expected.starts_with("reason") => {
                format!(
                    "keep the reason on one line of at most {LONGEST_REASON} characters, and sign again"
                )
            }
            BadFile::Signature(SignatureState::UntrustedKey(_)) => {
                "list the key in the signers file first, in a separate change".to_owned()
            }
            BadFile::Signature(SignatureState::NotValidAtLanding(_)) => {
                "list a key that is valid, then approve again".to_owned()
            }
            BadFile::Signature(SignatureState::Revoked(_)) => {
                "approve again, with a key that is not revoked".to_owned()
            }
            BadFile::Signature(SignatureState::Unverifiable(_)) => {
                "approve again, with an ed25519, ECDSA P-256 or RSA key".to_owned()
            }
            BadFile::NoBridge { .. } => {
                format!("list a key of the bridge first, for {} and nothing else", keys::REVIEW)
            }
            BadFile::NoBridgeSignature => {
                "have it signed: `exledger approve --from-reviews FILE --key KEY`; or sign an approval: `exledger approve ID`"
                    .to_owned()
            }
            BadFile::Stranger | BadFile::NoText => {
                "remove it: only `exledger approve` writes there".to_owned()
            }
            _ => anew.to_owned(),
        }
    }
}
