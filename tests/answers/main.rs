//! What the library answers on top of that: session, features, views, formats, files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod access;
mod excerpt;
mod explain;
mod export;
mod export_engines;
mod export_models;
mod export_property;
mod formats;
mod log;
mod real_paths;
mod render;
mod schemas;
#[path = "../support/mod.rs"]
mod support;
