//! Who approved each version, on real repositories and with messages that forges really wrote.

mod answers;
mod ledger_name;
mod pitfalls;
mod shallow;
mod unread;
