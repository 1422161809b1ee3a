//! The program: parses the arguments, runs the command, exits with its code. What it answers, the library computes.

mod ask;

mod commands;

/// A history is read into millions of small pieces, for which the system's allocator takes a tenth of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    commands::main()
}
