//! `export`: what the scanners get, in real repositories. Start at [`Exporter`].

mod losses;
mod obeyed;
mod shapes;
