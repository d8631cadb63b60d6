//! A pseudo-terminal: the test is at its keyboard.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::time::Duration;

use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};

// Of the tests that this is part of: those in containers have it too.
use super::patience;

pub struct Pty {
    keyboard: File,
    /// What was shown and has not been expected yet.
    shown: String,
}

impl Pty {
    /// One that does not show what is typed.
    pub fn new() -> Pty {
        // SAFETY: makes a new descriptor, or none.
        let keyboard = unsafe {
            let master = libc::posix_openpt(libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC);
            assert!(master >= 0, "posix_openpt: {}", std::io::Error::last_os_error());
            File::from_raw_fd(master)
        };
        // SAFETY: takes numbers.
        assert_eq!(unsafe { libc::unlockpt(keyboard.as_raw_fd()) }, 0);
        let mut settings = tcgetattr(&keyboard).unwrap();
        settings.local_flags.remove(LocalFlags::ECHO);
        // The kernel sends the signal of a key first, and discards afterwards what has been printed: be it the answer.
        settings.local_flags.insert(LocalFlags::NOFLSH);
        tcsetattr(&keyboard, SetArg::TCSANOW, &settings).unwrap();
        Pty { keyboard, shown: String::new() }
    }

    /// The end that programs have.
    pub fn peer(&self) -> OwnedFd {
        let flags = libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC;
        // SAFETY: takes numbers; makes a new descriptor, or none.
        unsafe {
            let peer = libc::ioctl(self.keyboard.as_raw_fd(), libc::TIOCGPTPEER, flags);
            assert!(peer >= 0, "TIOCGPTPEER: {}", std::io::Error::last_os_error());
            OwnedFd::from_raw_fd(peer)
        }
    }

    /// Types.
    pub fn type_keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Types a line.
    pub fn type_line(&mut self, line: &str) {
        self.type_keys(&format!("{line}\n"));
    }

    /// Waits until this is shown, and takes it and all before it off the screen; returns what was before it.
    #[track_caller]
    pub fn expect(&mut self, text: &str) -> String {
        loop {
            if let Some((before, after)) = self.shown.split_once(text) {
                let before = before.to_owned();
                self.shown = after.to_owned();
                return before;
            }
            assert!(self.read(), "waited for {text:?}; on the screen is {:?}", self.shown);
        }
    }

    /// All that has not been expected, until the last program is gone.
    pub fn rest(&mut self) -> String {
        while self.read() {}
        std::mem::take(&mut self.shown)
    }

    /// Changes the size of the window.
    pub fn resize(&self, rows: u16, columns: u16) {
        let size = libc::winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        // SAFETY: size is a winsize to read.
        assert_eq!(unsafe { libc::ioctl(self.keyboard.as_raw_fd(), libc::TIOCSWINSZ, &raw const size) }, 0);
    }

    /// Reads what there is; false at the end, or if nothing comes for too long.
    fn read(&mut self) -> bool {
        let mut poll = libc::pollfd { fd: self.keyboard.as_fd().as_raw_fd(), events: libc::POLLIN, revents: 0 };
        let patience = patience().min(Duration::from_secs(60)).as_millis() as i32;
        // SAFETY: one pollfd.
        if unsafe { libc::poll(&raw mut poll, 1, patience) } != 1 {
            return false;
        }
        let mut bytes = [0; 1024];
        // EIO when nobody has the other end any more: pty(7).
        let length = self.keyboard.read(&mut bytes).unwrap_or(0);
        self.shown.push_str(&String::from_utf8_lossy(&bytes[..length]));
        length > 0
    }
}
