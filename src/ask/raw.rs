//! The terminal's mode during a prompt: keys arrive one by one, and pasted text is distinguished from typed text.
//!
//! Uses no other module. Start at [`RawMode::begin`]. Between two keys too the terminal takes nothing for itself: it
//! would show again what is pasted, and forget the end of a long paste. Elsewhere than on Unix each key is read by
//! itself.

#[cfg(unix)]
use std::io;

#[cfg(unix)]
use rustix::event::{PollFd, PollFlags, Timespec, poll};
#[cfg(unix)]
use rustix::termios::{OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};

/// The mode of the terminal behind stdin until this value goes.
pub(super) struct RawMode {
    /// The mode before; `None` where there is nothing to bring back.
    #[cfg(unix)]
    before: Option<Termios>,
}

#[cfg(unix)]
impl RawMode {
    /// Lets each key come as it is pressed.
    pub(super) fn begin() -> RawMode {
        let before = tcgetattr(io::stdin()).ok();
        if let Some(before) = &before {
            let mut raw = before.clone();
            raw.make_raw();
            // What is written keeps its line ends.
            raw.output_modes = before.output_modes;
            // A terminal that can't be changed still gives keys one by one.
            let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &raw);
        }
        RawMode { before }
    }

    /// Forgets what was typed and not read.
    pub(super) fn forget(&self) {
        let _ = tcflush(io::stdin(), QueueSelector::IFlush);
    }

    /// Tells whether something was typed that is not read yet.
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
    /// Changes nothing: each key is read by itself.
    pub(super) fn begin() -> RawMode {
        RawMode {}
    }

    /// Forgets nothing.
    pub(super) fn forget(&self) {}

    /// Tells that nothing waits.
    pub(super) fn has_more(&self) -> bool {
        false
    }
}
