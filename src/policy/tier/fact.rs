//! What a tier is chosen by.
//!
//! Uses record. Pure. Start at [`Facts`]. Follows `docs/spec/policy.md`, tiers.

use crate::record::vocabulary::{Baseline, Class, IdentityType, Risk};

/// What a record says, or does not, in a field that a tier may match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact<T> {
    Stated(T),
    /// Nothing.
    Silent,
    /// Something that can't be read.
    Unreadable,
}

impl<T> Fact<T> {
    /// Returns the fact of an optional field that was read.
    pub fn of(field: Option<T>) -> Fact<T> {
        field.map_or(Fact::Silent, Fact::Stated)
    }
}

/// What decides a record's tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub class: Fact<Class>,
    pub risk: Fact<Risk>,
    pub environment: Fact<String>,
    pub identity: Fact<String>,
    pub identity_type: Fact<IdentityType>,
    pub baseline: Fact<Baseline>,
    pub application: Fact<String>,
    pub team: Fact<String>,
    /// What asset patterns are tried on: identity, asset, credential, application, aliases.
    pub names: Fact<Vec<String>>,
    /// The resources and actions of the scope.
    pub scope: Fact<Vec<String>>,
}

/// Whether a scope may hold a wildcard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wildcard {
    /// The map by which the record is in its tier holds `wildcard: true`.
    Allowed,
    Refused,
}
