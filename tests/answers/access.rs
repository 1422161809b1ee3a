//! `access`: lists of live access against a ledger with a made-up history. Start at [`ledger`].

mod absence;
mod lists;
mod states;
