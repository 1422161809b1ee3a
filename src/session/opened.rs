//! An open ledger that is opened again when the git data it was opened with has changed.
//!
//! Start at [`Opened::current`].

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use crate::session::error::Error;
use crate::session::locate::Located;
use crate::session::options::Options;
use crate::store::git::Repository;

/// An open ledger. What was opened before is kept, since answers may still borrow from it.
pub(super) struct Opened {
    dir: PathBuf,
    located: Located,
    again: OnceCell<Box<Opened>>,
}

impl Opened {
    pub(super) fn find(dir: &Path, options: Options) -> Result<Opened, Error> {
        Ok(Opened {
            dir: dir.to_owned(),
            located: Located::find(dir, options)?,
            again: OnceCell::new(),
        })
    }

    pub(super) fn last(&self) -> &Located {
        &self.newest().located
    }

    /// Returns the current ledger: after a clone was deepened, or cut at another commit, it is opened again.
    pub(super) fn current(&self) -> Result<&Located, Error> {
        let newest = self.newest();
        let repository = newest.located.repository_or_none();
        if repository.is_none_or(Repository::is_current) {
            return Ok(&newest.located);
        }
        log::debug!("the repository is opened again");
        let again = Opened::find(&self.dir, newest.located.options.clone())?;
        Ok(&newest.again.get_or_init(|| Box::new(again)).located)
    }

    fn newest(&self) -> &Opened {
        let mut newest = self;
        while let Some(again) = newest.again.get() {
            newest = again;
        }
        newest
    }
}
