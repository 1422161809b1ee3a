//! Signatures in a receipt file: a line that signs itself, through its link the chain before it, and names the receipts that
//! its signer stored.
//!
//! Pure. Start at [`ReceiptSignature`]. Follows `docs/spec/cli.md`, check, `--sign-receipts`, and verify,
//! `--require-signed`.

use serde::{Deserialize as _, Serialize};
use serde_json::Value;

use crate::approval::sources::keys::{self, Keys};
use crate::approval::sources::signature::{CheckedSignature, SignatureState};
use crate::gate::receipt::chain::{ReceiptLink, SIGNATURE_SCHEMA};
use crate::gate::receipt::numbers::ReceiptNumbers;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::record::time::Instant;

/// A line that signs the chain up to and including its own link. The order of the keys is fixed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceiptSignature {
    schema: &'static str,
    seq: u64,
    previous: Option<String>,
    at: Instant,
    signer: String,
    /// The receipts that it vouches for; `None` in older lines, which vouch for all before them.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipts: Option<ReceiptNumbers>,
    /// The armored signature over the line without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
}

/// A signature line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSignature {
    /// Its line, from 1.
    pub line: u32,
    /// Its content; `None` if it is not written as a program writes it.
    content: Option<ReceiptSignature>,
}

/// The receipts that good signatures vouch for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignedReceipts {
    last: u64,
    /// The number of the last one that vouches for all before it.
    all_before: u64,
    named: ReceiptNumbers,
}

impl SignedReceipts {
    fn of(signature: &ReceiptSignature) -> SignedReceipts {
        let last = signature.seq;
        let Some(mut named) = signature.receipts.clone() else {
            return SignedReceipts { last, all_before: last, named: ReceiptNumbers::default() };
        };
        // The chain links it to nothing after it.
        named.remove_from(last);
        SignedReceipts { last, all_before: 0, named }
    }

    /// Adds what another signature vouches for.
    pub fn add(&mut self, other: &SignedReceipts) {
        self.last = self.last.max(other.last);
        self.all_before = self.all_before.max(other.all_before);
        self.named.add_all(&other.named);
    }

    /// Tells whether any of them vouches for a receipt.
    pub fn covers(&self, number: u64) -> bool {
        number < self.all_before || self.named.contains(number)
    }

    /// Tells whether one of them follows a receipt.
    pub fn follows(&self, number: u64) -> bool {
        number < self.last
    }
}

impl ReceiptSignature {
    /// Returns a line that is not signed yet, and vouches for some receipts before it.
    pub fn new(
        link: ReceiptLink,
        at: Instant,
        signer: String,
        receipts: Option<ReceiptNumbers>,
    ) -> ReceiptSignature {
        let ReceiptLink { seq, previous } = link;
        let (schema, signature) = (SIGNATURE_SCHEMA, None);
        ReceiptSignature { schema, seq, previous, at, signer, receipts, signature }
    }

    /// Returns the signed bytes: the line without the signature.
    ///
    /// # Errors
    /// If it can't be represented in JSON.
    pub fn payload(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&ReceiptSignature { signature: None, ..self.clone() })
    }

    /// Returns the line with an armored signature over [`ReceiptSignature::payload`].
    ///
    /// # Errors
    /// If it can't be represented in JSON.
    pub fn line(&self, armoured: &str) -> Result<String, serde_json::Error> {
        let signature = Some(armoured.to_owned());
        serde_json::to_string(&ReceiptSignature { signature, ..self.clone() })
    }

    /// Reads a line; `None` if it is not written exactly as [`ReceiptSignature::line`] writes it: everything in it must
    /// be covered by the signature.
    fn read(text: &str, value: &Value) -> Option<ReceiptSignature> {
        let word = |key: &str| value.get(key)?.as_str();
        let link = ReceiptLink::read(value)?;
        let receipts = match value.get("receipts") {
            None => None,
            Some(numbers) => {
                let numbers = ReceiptNumbers::deserialize(numbers).ok();
                Some(numbers.filter(ReceiptNumbers::is_sound)?)
            }
        };
        let (at, signer) = (Instant::parse(word("at")?)?, word("signer")?.to_owned());
        let unsigned = ReceiptSignature::new(link, at, signer, receipts);
        let armoured = word("signature")?;
        let is_exact = unsigned.line(armoured).is_ok_and(|line| line == text);
        is_exact.then(|| ReceiptSignature { signature: Some(armoured.to_owned()), ..unsigned })
    }
}

impl StoredSignature {
    pub(super) fn read(line: u32, text: &str, value: &Value) -> StoredSignature {
        StoredSignature { line, content: ReceiptSignature::read(text, value) }
    }

    /// Returns what it proves, if its signature is by a key that the governance lists for its signer and for nothing but
    /// receipts.
    ///
    /// # Errors
    /// Why it proves nothing, as the end of a sentence that begins with "the signature".
    pub fn verified(&self, governance: &Governance) -> Result<SignedReceipts, String> {
        let malformed = || "is not written as `check --sign-receipts` writes it".to_owned();
        let content = self.content.as_ref().ok_or_else(malformed)?;
        let payload = content.payload().map_err(|_| malformed())?;
        let armoured = content.signature.as_deref().unwrap_or_default();
        let checked =
            CheckedSignature::read(armoured.as_bytes(), payload.as_bytes(), keys::RECEIPT);
        let keys = Keys::from_governance(governance, governance);
        match checked.state(&keys, content.at) {
            SignatureState::Attested(owner)
                if owner.is(governance, &people::identify(governance, "", &content.signer)) =>
            {
                Ok(SignedReceipts::of(content))
            }
            SignatureState::Attested(owner) => {
                Err(format!("is by {}, not by {}", owner.written(), content.signer))
            }
            SignatureState::NotValidAtLanding(owner) => Err(format!(
                "is by {} ({}), whose key was not valid at {}",
                owner.written(),
                owner.key,
                content.at
            )),
            SignatureState::UntrustedKey(key) => Err(format!(
                "is by a key that is not listed for namespaces=\"{}\" alone ({key})",
                keys::RECEIPT
            )),
            state => Err(state.to_string()),
        }
    }
}
