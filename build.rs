//! What a build for tests has besides the sources: variables that only tests set, a closed hole that is put back, and a
//! program that starts in half the time because it stays where it is laid out in memory. A program that is built to be used
//! has none of them.

use std::env::var;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=EXLEDGER_PUT_BACK");
    let is = |name, value| var(name).is_ok_and(|it| it == value);
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
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
