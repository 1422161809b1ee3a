//! The inputs for choosing a tier.
//!
//! Pure. Start at [`Facts`]. Follows `docs/spec/policy.md`, tiers.

use crate::record::vocabulary::{Baseline, Class, IdentityType, Risk, RootCause};

/// The value of a field that a tier may match, as far as the record states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact<T> {
    Stated(T),
    /// Not stated.
    Silent,
    /// Stated, but unreadable.
    Unreadable,
}

impl<T> Fact<T> {
    /// Returns the fact for an optional field that was read.
    pub fn of(field: Option<T>) -> Fact<T> {
        field.map_or(Fact::Silent, Fact::Stated)
    }
}

/// Everything that decides a record's tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub class: Fact<Class>,
    pub risk: Fact<Risk>,
    pub environment: Fact<String>,
    pub identity: Fact<String>,
    pub identity_type: Fact<IdentityType>,
    pub baseline: Fact<Baseline>,
    pub root_cause: Fact<RootCause>,
    pub application: Fact<String>,
    pub aliases: Fact<Vec<String>>,
    pub team: Fact<String>,
    /// The names that asset patterns are compared with: identity, asset, credential, application, aliases.
    pub names: Fact<Vec<String>>,
    /// The resources and actions of the scope.
    pub scope: Fact<Vec<String>>,
}

/// Whether a scope may contain a wildcard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wildcard {
    /// The map that puts the record into its tier has `wildcard: true`.
    Allowed,
    Refused,
}
