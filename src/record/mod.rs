//! One exception: what a person states, and how it is read.
//!
//! Uses diag, yaml. Pure. Start at `Record`. Follows `docs/spec/record.md`. Knows neither policy nor git.
