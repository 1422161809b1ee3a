//! The present time and chance, read here and nowhere else.
//!
//! Uses record. Only `commands` uses it.
