//! Compares the package in a question, as far as it is known, with the one in a record.
//!
//! Pure. Start at [`AskedPackage::from_names`]. Follows `docs/spec/interop.md`, packages: another type never matches, and
//! if the type is unknown, only the finding's id can show that the packages are the same.

use crate::record::purl::{self, Purl};

/// A package as a scanner names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// The name, prefixed by an npm scope, Go path or Maven group if the scanner states one.
    pub name: String,
    /// The version, if known.
    pub version: Option<String>,
    /// What is known of its type.
    pub ecosystem: Ecosystem,
}

/// What is known of the type of a package without a package URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ecosystem {
    /// The type is unknown.
    #[default]
    Unknown,
    /// It is not an operating system package.
    Language,
    /// It is an operating system package.
    System,
    /// The type of its package URL.
    Of(&'static str),
}

const SYSTEM: &[&str] = &["deb", "rpm", "apk", "alpm"];

impl Ecosystem {
    fn compared(self, kind: &str) -> SamePackage {
        let is_system = SYSTEM.contains(&kind);
        match self {
            Ecosystem::Of(known) if known == kind => SamePackage::Yes,
            Ecosystem::System if is_system => SamePackage::Yes,
            Ecosystem::Language if !is_system => SamePackage::ByName,
            Ecosystem::Unknown => SamePackage::ByName,
            Ecosystem::Of(_) | Ecosystem::System | Ecosystem::Language => SamePackage::No,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SamePackage {
    Yes,
    /// Their names are the same, and the type of one is unknown.
    ByName,
    /// They differ, or it is undetermined.
    No,
}

#[derive(Clone, Debug)]
pub(crate) enum AskedPackage<'q> {
    Purl(Purl),
    /// Identified by the name that a scanner gives it.
    Named(&'q Package),
    /// No package, or an unreadable package URL.
    Nothing,
}

impl<'q> AskedPackage<'q> {
    /// Creates it from what is known; a package URL takes precedence over a name.
    pub(crate) fn from_names(purl: Option<&str>, named: Option<&'q Package>) -> AskedPackage<'q> {
        match (purl, named) {
            (Some(purl), _) => Purl::parse(purl).map_or(AskedPackage::Nothing, AskedPackage::Purl),
            (None, Some(named)) => AskedPackage::Named(named),
            (None, None) => AskedPackage::Nothing,
        }
    }

    pub(crate) fn compared(&self, stated: &Purl) -> SamePackage {
        match self {
            AskedPackage::Purl(purl) if stated.is_package(purl) => SamePackage::Yes,
            AskedPackage::Named(package) if stated.is_named(&package.name) => {
                package.ecosystem.compared(&stated.kind)
            }
            AskedPackage::Purl(_) | AskedPackage::Named(_) | AskedPackage::Nothing => {
                SamePackage::No
            }
        }
    }

    /// Returns its type or, if that is unknown, the one in the record; empty if neither is known.
    pub(crate) fn kind<'k>(&'k self, stated: Option<&'k Purl>) -> &'k str {
        match (self, stated) {
            (AskedPackage::Purl(purl), _) => &purl.kind,
            (AskedPackage::Named(Package { ecosystem: Ecosystem::Of(kind), .. }), _) => kind,
            (AskedPackage::Named(_), Some(stated)) => &stated.kind,
            (AskedPackage::Named(_) | AskedPackage::Nothing, _) => "",
        }
    }

    /// Returns its version, normalized for its type or, if that is unknown, for the type in the record.
    pub(crate) fn version(&self, stated: Option<&Purl>) -> Option<&str> {
        match self {
            AskedPackage::Purl(purl) => purl.version.as_deref(),
            AskedPackage::Named(package) => {
                let version = package.version.as_deref()?;
                Some(purl::version(self.kind(stated), version))
            }
            AskedPackage::Nothing => None,
        }
    }
}
