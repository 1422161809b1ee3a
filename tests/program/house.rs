//! Rules of this repository that no compiler checks: lengths, opening comments, lists that must be complete, links, and

mod sentences;
