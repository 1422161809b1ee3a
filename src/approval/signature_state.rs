//! The possible results of a signature check.
//!
//! Uses nothing else. Pure. Start at [`Bad`] and [`UnverifiedKind`]. Follows `docs/spec/approval.md`, S4.

use std::fmt;

/// Why an SSH signature is invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bad {
    /// It is not in OpenSSH's format.
    Malformed,
    /// It was made for another use, the given namespace.
    Namespace(String),
    /// It was made over other bytes, or with another key than it states.
    Mismatch,
}

/// A kind of signature that is not verified here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnverifiedKind {
    OpenPgp,
    /// X.509, which gitsign uses too.
    X509,
    /// A key on a security device, with the given algorithm.
    SecurityKey(String),
    /// An OpenSSH certificate, with the given algorithm.
    Certificate(String),
    /// An RSA key of unsupported size: the bits of its modulus.
    RsaSize(usize),
    /// A key of the given unsupported algorithm.
    Algorithm(String),
    Unknown,
}

impl fmt::Display for Bad {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bad::Malformed => out.write_str("it can't be read"),
            Bad::Namespace(other) => write!(out, "it was made for the namespace `{other}`"),
            Bad::Mismatch => out.write_str("it is over other bytes, or by another key"),
        }
    }
}

impl fmt::Display for UnverifiedKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnverifiedKind::OpenPgp => out.write_str("OpenPGP"),
            UnverifiedKind::X509 => out.write_str("X.509"),
            UnverifiedKind::SecurityKey(name) => write!(out, "a key on a security device ({name})"),
            UnverifiedKind::Certificate(name) => write!(out, "an OpenSSH certificate ({name})"),
            UnverifiedKind::RsaSize(bits) => {
                write!(out, "an RSA key of {bits} bits, where 2048 to 4096 are verified")
            }
            UnverifiedKind::Algorithm(name) => write!(out, "a key of the algorithm {name}"),
            UnverifiedKind::Unknown => out.write_str("an unknown format"),
        }
    }
}
