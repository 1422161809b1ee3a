//! Which governance counts, seen from the command line: in real repositories, with what the work tree holds beside.

mod left_out;
mod no_policy;
