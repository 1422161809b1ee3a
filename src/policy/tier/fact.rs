//! What a tier is chosen by.
//!
//! Uses record. Pure. Start at [`Facts`]. Follows `docs/spec/policy.md`, tiers.

use crate::record::vocabulary::{Baseline, Class, IdentityType, Risk};

/// What a record says, or does not, in a field that a tier may match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact<T> {
    /// This.
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
    /// The class.
    pub class: Fact<Class>,
    /// The residual risk.
    pub risk: Fact<Risk>,
    /// The environment.
    pub environment: Fact<String>,
    /// The identity.
    pub identity: Fact<String>,
    /// The kind of identity.
    pub identity_type: Fact<IdentityType>,
    /// The kind of baseline.
    pub baseline: Fact<Baseline>,
    /// The application.
    pub application: Fact<String>,
    /// The owner's team.
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
    /// Else.
    Refused,
}
