//! What a build has besides the sources.
//!
//! Every build has the catalogs of controls, compressed. A build for tests has variables that only tests set, a closed hole
//! that is put back, and a program that starts in half the time because it stays where it is laid out in memory.

use std::env::var;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::DeflateEncoder;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    compress_catalogs()?;
    shape_program();
    Ok(())
}

/// Writes each catalog as `built_in.rs` includes it.
fn compress_catalogs() -> io::Result<()> {
    println!("cargo::rerun-if-changed=schemas/catalogs");
    let out_dir = var("OUT_DIR").map_err(io::Error::other)?;
    for entry in fs::read_dir("schemas/catalogs")? {
        let entry = entry?;
        let compressed = File::create(Path::new(&out_dir).join(entry.file_name()))?;
        let mut encoder = DeflateEncoder::new(compressed, Compression::best());
        encoder.write_all(&fs::read(entry.path())?)?;
        encoder.finish()?;
    }
    Ok(())
}

fn shape_program() {
    println!("cargo::rerun-if-env-changed=EXLEDGER_PUT_BACK");
    let is = |name, value| var(name).is_ok_and(|it| it == value);
    let is_linux = is("CARGO_CFG_TARGET_OS", "linux");
    if !is("PROFILE", "debug") {
        return;
    }
    // `EXLEDGER_TEST_CLOCK` and `EXLEDGER_TEST_PANIC`.
    println!("cargo::rustc-cfg=exledger_test_variables");
    // See src/approval/put_back.rs.
    if let Ok(hole) = var("EXLEDGER_PUT_BACK") {
        println!("cargo::rustc-cfg=exledger_put_back=\"{hole}\"");
    }
    // Tests start it thousands of times.
    if is_linux && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
