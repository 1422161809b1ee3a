//! `access`: lists of live access against a ledger with a made-up history. Start at [`ledger`].

mod covering;
mod many;
mod screens;
