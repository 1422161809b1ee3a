//! The public keys by which GitHub and GitLab.com sign what their users do on their pages.
//!
//! Uses signers' lines. Pure. Start at [`BUILT_IN`]. Follows `docs/spec/approval.md`, E2a.

use crate::approval::sources::signers::{SignerLine, Signers};
use std::sync::LazyLock;

/// The lines of the built-in keys, in the format of a signers file, with their dates.
pub(crate) static BUILT_IN: LazyLock<Vec<SignerLine>> =
    LazyLock::new(|| Signers::parse(include_str!("forge_keys.txt")).lines);

/// The ids by which OpenPGP signatures name the built-in keys of GitHub.
pub(crate) const OPENPGP_IDS: [u64; 2] = [0x4aee_18f8_3afd_eb23, 0xb569_0eee_bb95_2194];
