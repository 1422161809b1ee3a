//! The parse floor.
fn main() {}
