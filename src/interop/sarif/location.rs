//! What a location of a SARIF file names, before its address is resolved.

use crate::interop::sarif::lenient::Lenient;

#[derive(Clone, Copy, Debug)]
pub(super) struct NamedLocation<'l> {
    pub(super) uri: &'l Lenient<'l>,
    /// The base that it counts from.
    pub(super) base: Option<&'l str>,
    /// The place among the run's artifacts.
    pub(super) index: Option<i64>,
}
