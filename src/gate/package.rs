//! The package that is asked about, as far as it is known, beside the one that a record names.
//!
//! Uses `gate::purl`. Pure. Start at [`Asked::of`]. Follows `docs/spec/interop.md`, packages: another type never covers,
//! and what a type that nobody states covers is decided by the finding's id beside it.

use crate::gate::purl::{self, Purl};

/// A package as a scanner names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// The name, with an npm scope, a Go path or a Maven group before it where the scanner states one.
    pub name: String,
    /// The version, where it is told.
    pub version: Option<String>,
    /// What is known of its type.
    pub ecosystem: Ecosystem,
}

/// What is known of the type of a package that has no package URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ecosystem {
    /// Nothing.
    #[default]
    Unknown,
    /// It is no package of an operating system.
    Language,
    /// It is a package of an operating system.
    System,
    /// The type of its package URL.
    Of(&'static str),
}

/// The types of operating systems' packages.
const SYSTEM: &[&str] = &["deb", "rpm", "apk", "alpm"];

impl Ecosystem {
    /// Returns how a package of it stands to one of a type.
    fn compared(self, kind: &str) -> Same {
        let is_system = SYSTEM.contains(&kind);
        match self {
            Ecosystem::Of(known) if known == kind => Same::Yes,
            Ecosystem::System if is_system => Same::Yes,
            Ecosystem::Language if !is_system => Same::ByName,
            Ecosystem::Unknown => Same::ByName,
            Ecosystem::Of(_) | Ecosystem::System | Ecosystem::Language => Same::No,
        }
    }
}

/// Whether two packages are the same, whatever the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Same {
    /// They are.
    Yes,
    /// Their names are the same, and the type of one is unknown.
    ByName,
    /// They are not, or it can't be told.
    No,
}

/// The package that is asked about.
#[derive(Clone, Debug)]
pub(crate) enum Asked<'q> {
    /// By its package URL.
    Purl(Purl),
    /// By the name that a scanner gives it.
    Named(&'q Package),
    /// None, or by a package URL that can't be read.
    Nothing,
}

impl<'q> Asked<'q> {
    /// Returns what is known of a package; a package URL counts before a name.
    pub(crate) fn of(purl: Option<&str>, named: Option<&'q Package>) -> Asked<'q> {
        match (purl, named) {
            (Some(purl), _) => Purl::parse(purl).map_or(Asked::Nothing, Asked::Purl),
            (None, Some(named)) => Asked::Named(named),
            (None, None) => Asked::Nothing,
        }
    }

    /// Compares it with a package that a record names, whatever the version.
    pub(crate) fn compared(&self, stated: &Purl) -> Same {
        match self {
            Asked::Purl(asked) if stated.is_package(asked) => Same::Yes,
            Asked::Named(package) if stated.is_named(&package.name) => {
                package.ecosystem.compared(&stated.kind)
            }
            Asked::Purl(_) | Asked::Named(_) | Asked::Nothing => Same::No,
        }
    }

    /// Returns its version, in the form in which versions of the type are compared that it has, or else would have.
    pub(crate) fn version(&self, stated: Option<&Purl>) -> Option<&str> {
        match self {
            Asked::Purl(asked) => asked.version.as_deref(),
            Asked::Named(package) => {
                let kind = match (package.ecosystem, stated) {
                    (Ecosystem::Of(kind), _) => kind,
                    (_, Some(stated)) => &stated.kind,
                    _ => "",
                };
                let version = package.version.as_deref()?;
                Some(purl::version(kind, version))
            }
            Asked::Nothing => None,
        }
    }
}
