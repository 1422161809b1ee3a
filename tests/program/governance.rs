//! Which governance applies, on the command line: in real repositories, with a different work tree.

mod left_out;
mod no_policy;
