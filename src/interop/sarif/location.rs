//! What a location of a SARIF file names, before its address is resolved.

use crate::interop::sarif::lenient::Lenient;

/// What a location names.
#[derive(Clone, Copy, Debug)]
pub(super) struct NamedLocation<'l> {
    /// The address.
    pub(super) uri: &'l Lenient<'l>,
    /// The base that it counts from.
    pub(super) base: Option<&'l str>,
    /// The place among the run's artifacts.
    pub(super) index: Option<i64>,
}
