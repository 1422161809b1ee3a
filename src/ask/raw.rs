//! The terminal's mode during a prompt: keys arrive one by one, and pasted text is distinguished from typed text.
//!
//! Start at [`RawMode::begin`]. The mode stays on between two keys: otherwise the terminal would echo pasted text and drop
//! the end of a long paste. On systems other than Unix, each key is read separately.

#[cfg(unix)]
use std::io;

#[cfg(unix)]
use rustix::event::{PollFd, PollFlags, Timespec, poll};
#[cfg(unix)]
use rustix::termios::{OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};

/// Sets the mode of the terminal on stdin, and restores it when dropped.
pub(super) struct RawMode {
    /// The previous mode; `None` if there is nothing to restore.
    #[cfg(unix)]
    before: Option<Termios>,
}

#[cfg(unix)]
impl RawMode {
    pub(super) fn begin() -> RawMode {
        let before = tcgetattr(io::stdin()).ok();
        if let Some(before) = &before {
            let mut raw = before.clone();
            raw.make_raw();
            // Line endings in the output must still be converted.
            raw.output_modes = before.output_modes;
            // A terminal whose mode can't be changed still delivers keys one by one.
            let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &raw);
        }
        RawMode { before }
    }

    pub(super) fn forget(&self) {
        let _ = tcflush(io::stdin(), QueueSelector::IFlush);
    }

    pub(super) fn has_more(&self) -> bool {
        let stdin = io::stdin();
        let mut waiting = [PollFd::new(&stdin, PollFlags::IN)];
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        poll(&mut waiting, Some(&at_once)).is_ok_and(|n| n > 0)
    }
}

#[cfg(unix)]
impl Drop for RawMode {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            let _ = tcsetattr(io::stdin(), OptionalActions::Drain, before);
        }
    }
}

#[cfg(not(unix))]
impl RawMode {
    /// Does nothing: each key is read separately.
    pub(super) fn begin() -> RawMode {
        RawMode {}
    }

    pub(super) fn forget(&self) {}

    pub(super) fn has_more(&self) -> bool {
        false
    }
}
