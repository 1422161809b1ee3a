//! The program: parses the arguments, runs the command, exits with its code. The library computes the answers.

mod ask;

#[cfg(feature = "mcp")]
mod mcp;

mod commands;

/// Reading a history allocates millions of small pieces; with the system's allocator, that takes a tenth of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    commands::main()
}
