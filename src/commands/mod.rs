//! One file per subcommand: arguments in, exit code out.
//!
//! Uses everything. The only room that prints, and the only one that decides exit codes.
