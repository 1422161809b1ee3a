//! A key that signs one approval and is then forgotten: for the sample ledger, which must work without `ssh-keygen`.
//!
//! Uses approval's signature namespace, and `ssh_key`. Pure. Start at [`ThrowawayKey`]. No other private key is ever held by this
//! program (`docs/decisions/0024-a-key-for-the-sample.md`).

use ssh_key::private::Ed25519Keypair;
use ssh_key::{HashAlg, LineEnding, PrivateKey};

use crate::approval::signature;

/// A private key that is never written anywhere.
pub struct ThrowawayKey(PrivateKey);

impl ThrowawayKey {
    /// Returns the key that belongs to a seed: whoever knows the seed has the key.
    pub fn from_seed(seed: &[u8; 32]) -> ThrowawayKey {
        ThrowawayKey(PrivateKey::from(Ed25519Keypair::from_seed(seed)))
    }

    /// Returns the line of the signers file that lists the key for a person's approvals.
    ///
    /// # Errors
    /// If the key can't be encoded, which no seed causes.
    pub fn signers_line(&self, email: &str) -> Result<String, ssh_key::Error> {
        let public = self.0.public_key().to_openssh()?;
        Ok(format!("{email} namespaces=\"{}\" {}", signature::APPROVAL, public.trim_end()))
    }

    /// Returns the signature of an approval file, in the format of `ssh-keygen -Y sign`.
    ///
    /// # Errors
    /// If the signature can't be made or encoded, which no text causes.
    pub fn sign(&self, approval: &str) -> Result<String, ssh_key::Error> {
        let signed = self.0.sign(signature::APPROVAL, HashAlg::Sha512, approval.as_bytes())?;
        Ok(format!("{}\n", signed.to_pem(LineEnding::LF)?.trim_end()))
    }
}
