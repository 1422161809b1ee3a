//! `audit.toml` of cargo-audit: ignored advisories.
//!
//! Pure. Start at [`FORMAT`]. The format has neither reasons nor an end; comments beside an id are its reason.

use crate::formats::suppressions::readers::cargo_deny;
use crate::formats::suppressions::readers::format::{ImportFormat, file_name};

pub const FORMAT: ImportFormat = ImportFormat {
    name: "cargo-audit",
    files: ".cargo/audit.toml",
    is_named: |path| file_name(path) == "audit.toml",
    read: |input| cargo_deny::advisories(input, "cargo-audit"),
};
