//! Writes a file again.
