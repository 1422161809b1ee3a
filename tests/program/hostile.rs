//! Hostile input and environments: where the program writes, what it prints of foreign values, and how it behaves when
//! it fails itself.

mod costs;
mod excerpts;
mod printed;
mod written;
