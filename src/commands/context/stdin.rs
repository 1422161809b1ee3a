//! Standard input among the inputs of a command, which can be read only once.
//!
//! Start at [`only_once`].

use std::path::{Path, PathBuf};

use crate::commands::context::fault;

pub(crate) fn is_named(path: &Path) -> bool {
    path == Path::new("-")
}

pub(crate) fn only_once(paths: &[PathBuf]) -> anyhow::Result<()> {
    if paths.iter().filter(|path| is_named(path)).count() > 1 {
        return Err(fault::usage_error("stdin is given twice", "give it once"));
    }
    Ok(())
}
