//! Starts a file of receipts: from then on, this clone knows that no earlier uses are missing.
//!
//! Start at [`start_file`]. Follows `docs/spec/cli.md`, check, `--new-receipts`.

use std::path::Path;

use crate::features::check::receipts::counted::{MOST_BYTES, PATIENCE};
use crate::features::check::receipts::failure::Failure;
use crate::features::check::receipts::known::KnownReceipts;
use crate::gate::receipt::known_end::{FileOrigin, KnownEnd};
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::locate::Located;
use crate::store::append::AppendFile;

pub(crate) fn start_file(located: &Located, path: &Path) -> Result<(), Error> {
    located.repository()?;
    let shown = path.display();
    let failed = |cause: String| {
        Undetermined::other(format!("can't start the receipts {shown}: {cause}"), "")
    };
    let mut file = AppendFile::open(path, MOST_BYTES).map_err(|error| failed(error.to_string()))?;
    let mut locked = file.lock(PATIENCE).map_err(|error| failed(error.to_string()))?;
    let text = locked.added().map_err(|error| failed(error.to_string()))?;
    let known = KnownReceipts::of(located, path, false);
    let end = if text.trim_ascii().is_empty() {
        KnownEnd::empty(FileOrigin::Started)
    } else {
        let created = match known.read() {
            Ok(kept) => {
                let mut ends = kept.into_iter().flatten();
                let is_own = |end: &KnownEnd| end.origin == FileOrigin::Created && end.is_in(&text);
                if ends.clone().all(|end| is_own(&end)) { ends.next() } else { None }
            }
            Err(Failure::Once(cause) | Failure::Lasting(cause)) => return Err(failed(cause).into()),
        };
        let has_receipts = || {
            let help = "give --receipts FILE to continue it, or move it away to start another";
            Usage::refused(format!("{shown} has receipts already"), help)
        };
        created.ok_or_else(has_receipts)?.started()
    };
    if known.store(&end) {
        return Ok(());
    }
    Err(failed("git's folder of the ledger can't be written".to_owned()).into())
}
