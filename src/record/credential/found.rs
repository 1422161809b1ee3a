//! A credential found in a text.
//!
//! Uses nothing else. Pure. Start at [`CredentialMatch`].

use std::ops::Range;

/// Part of a text that looks like a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CredentialMatch {
    /// Its byte range in the text.
    pub span: Range<usize>,
    /// What it looks like.
    pub what: &'static str,
}
