//! What people and machines can do to the program: where it writes, what it prints of foreign values, what it does when
//! it fails itself.

mod costs;
mod excerpts;
mod printed;
mod written;
