//! The state of a record at an instant, on real repositories.

mod clocks;
mod compared;
mod emergency;
mod meeting;
mod time;
mod window;
