//! What a build has besides the sources.
//!
//! Every build has the catalogs of controls, compressed. A build for tests has variables that only tests set, a closed hole
//! that is put back, and a program that is quick to start: it stays where it is laid out in memory, and has functions that are the same once.

use std::env::{var, var_os};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

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
    // Tests start it thousands of times. A stack trace may name another function that does the same.
    if is_linux && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
        if let Some(folder) = find_linker() {
            for flag in [&format!("-B{}", folder.display()), "-fuse-ld=lld", "-Wl,--icf=all"] {
                println!("cargo::rustc-link-arg-bins={flag}");
            }
        }
    }
}

/// Returns the folder of the linker that comes with the compiler, unless the build names another one.
fn find_linker() -> Option<PathBuf> {
    let (host, target) = (var("HOST").ok()?, var("TARGET").ok()?);
    let flags = var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let names_another = var_os("RUSTC_LINKER").is_some()
        || ["linker=", "fuse-ld"].iter().any(|it| flags.contains(it));
    if host != target || names_another {
        return None;
    }
    let said = Command::new(var_os("RUSTC")?).args(["--print", "sysroot"]).output().ok()?;
    let sysroot = String::from_utf8(said.stdout).ok()?;
    let folder = Path::new(sysroot.trim()).join("lib/rustlib").join(host).join("bin/gcc-ld");
    folder.join("ld.lld").exists().then_some(folder)
}
