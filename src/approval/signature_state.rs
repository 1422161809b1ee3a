//! What a check of a signature can come to.
//!
//! Uses nothing else. Pure. Start at [`Bad`] and [`UnverifiedKind`]. Follows `docs/spec/approval.md`, S4.

use std::fmt;

/// Why an SSH signature does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bad {
    /// It is not what OpenSSH writes.
    Malformed,
    /// It was made for another use, which is named.
    Namespace(String),
    /// It was made over other bytes, or by another key than it says.
    Mismatch,
}

/// A kind of signature that is not verified here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnverifiedKind {
    /// OpenPGP, also that of a forge.
    OpenPgp,
    /// X.509, which gitsign writes too.
    X509,
    /// By a key on a security device, whose algorithm is named.
    SecurityKey(String),
    /// By an OpenSSH certificate, whose algorithm is named.
    Certificate(String),
    /// By an RSA key of a size that is not verified: the bits of its modulus.
    RsaSize(usize),
    /// By a key of an algorithm that is not verified, which is named.
    Algorithm(String),
    /// Of a format that is not known.
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
