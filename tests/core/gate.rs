//! The answers of the gate: what covers a question, and why nothing does.

mod content;
mod cover;
mod finding;
mod ids;
mod limits;
mod receipt;
mod verdict;
