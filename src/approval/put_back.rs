//! Holes that are closed, each of which a build can put back, so that the random histories can show that they find it.
//!
//! `EXLEDGER_PUT_BACK=A1 cargo test` puts one back; `.ci/put-back` builds and runs them in turn. In any other build, and in
//! each that is optimised, these are `false`, and what depends on them is not compiled in. A7, that a policy in a folder below is
//! believed, is not among them: the histories are in memory and have no folders below.

/// One claim approves a change of the rules, and a key that it lists attests what it signs.
pub(crate) const A1: bool = cfg!(exledger_put_back = "A1");
/// Whoever drops a bridge's or receipt key's line from the signers file only adds requirements.
pub(crate) const A2: bool = cfg!(exledger_put_back = "A2");
/// What a merge leaves out of the commits that it brings is not taken away.
pub(crate) const A3: bool = cfg!(exledger_put_back = "A3");
/// A recorded review counts without the signature of a bridge.
pub(crate) const A4: bool = cfg!(exledger_put_back = "A4");
/// An author whom a version names vouches for the reviews that it adds.
pub(crate) const A5: bool = cfg!(exledger_put_back = "A5");
/// A record is compared with others as it landed last, whoever changed or removed it.
pub(crate) const A6: bool = cfg!(exledger_put_back = "A6");
/// Each emergency has a grace of its own.
pub(crate) const B3: bool = cfg!(exledger_put_back = "B3");
/// Whoever drops the line that says whose key it is only adds requirements.
pub(crate) const N1: bool = cfg!(exledger_put_back = "N1");
/// Of the commits that a merge brings, only its other parents themselves take anything away, none behind them.
pub(crate) const N2: bool = cfg!(exledger_put_back = "N2");
/// A rejection that a branch adds and deletes before the merge does not count.
pub(crate) const N3: bool = cfg!(exledger_put_back = "N3");
/// A merge that brings an emergency again begins its grace again.
pub(crate) const N4: bool = cfg!(exledger_put_back = "N4");
/// A record that its author rejects was never filed.
pub(crate) const N5: bool = cfg!(exledger_put_back = "N5");
/// Who approves the rules is asked of the rules that count, approved or not.
pub(crate) const N6: bool = cfg!(exledger_put_back = "N6");
