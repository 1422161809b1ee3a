//! Which governance counts, seen from the command line: in real repositories, with what the work tree holds beside.

mod no_policy;
