//! Parses the arguments, runs the command, exits with its code; nothing else.

fn main() {}
