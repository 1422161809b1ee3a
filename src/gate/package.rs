//! The package that is asked about, as far as it is known, beside the one that a record names.
//!
//! Uses `gate::purl`. Pure. Start at [`AskedPackage::from_names`]. Follows `docs/spec/interop.md`, packages: another type never covers,
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

/// Whether two packages are the same, whatever the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SamePackage {
    Yes,
    /// Their names are the same, and the type of one is unknown.
    ByName,
    /// They are not, or it can't be told.
    No,
}

/// The package that is asked about.
#[derive(Clone, Debug)]
pub(crate) enum AskedPackage<'q> {
    Purl(Purl),
    /// By the name that a scanner gives it.
    Named(&'q Package),
    /// None, or by a package URL that can't be read.
    Nothing,
}

impl<'q> AskedPackage<'q> {
    /// Returns what is known of a package; a package URL counts before a name.
    pub(crate) fn from_names(purl: Option<&str>, named: Option<&'q Package>) -> AskedPackage<'q> {
        match (purl, named) {
            (Some(purl), _) => Purl::parse(purl).map_or(AskedPackage::Nothing, AskedPackage::Purl),
            (None, Some(named)) => AskedPackage::Named(named),
            (None, None) => AskedPackage::Nothing,
        }
    }

    /// Compares it with a package that a record names, whatever the version.
    pub(crate) fn compared(&self, stated: &Purl) -> SamePackage {
        match self {
            AskedPackage::Purl(asked) if stated.is_package(asked) => SamePackage::Yes,
            AskedPackage::Named(package) if stated.is_named(&package.name) => {
                package.ecosystem.compared(&stated.kind)
            }
            AskedPackage::Purl(_) | AskedPackage::Named(_) | AskedPackage::Nothing => {
                SamePackage::No
            }
        }
    }

    /// Returns its version, in the form in which versions of the type are compared that it has, or else would have.
    pub(crate) fn version(&self, stated: Option<&Purl>) -> Option<&str> {
        match self {
            AskedPackage::Purl(asked) => asked.version.as_deref(),
            AskedPackage::Named(package) => {
                let kind = match (package.ecosystem, stated) {
                    (Ecosystem::Of(kind), _) => kind,
                    (_, Some(stated)) => &stated.kind,
                    _ => "",
                };
                let version = package.version.as_deref()?;
                Some(purl::version(kind, version))
            }
            AskedPackage::Nothing => None,
        }
    }
}
