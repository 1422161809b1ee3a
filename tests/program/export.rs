//! `export`: what the scanners get, in real repositories. Start at [`Exporter`].

mod into;
mod places;
mod program;
mod samples;
