//! Shows on a terminal how far an import is.

use std::io::{self, IsTerminal, Write};

/// How many characters the bar has.
const WIDTH: usize = 24;

/// A bar on standard error, which is erased before anything else is written.
#[derive(Debug)]
pub(super) struct ProgressBar {
    total: usize,
    is_shown: bool,
}

impl ProgressBar {
    pub(super) fn new(total: usize) -> Self {
        Self { total, is_shown: io::stderr().is_terminal() && total > 0 }
    }

    /// Draws the bar with so many files done.
    pub(super) fn show(&self, done: usize) {
        if self.is_shown {
            self.write(&bar(done, self.total));
        }
    }

    /// Makes room for a line.
    pub(super) fn erase(&self) {
        if self.is_shown {
            self.write("");
        }
    }

    fn write(&self, line: &str) {
        let mut stderr = io::stderr().lock();
        // A terminal that has gone shows no progress, and stops no import.
        let _ = write!(stderr, "\r\x1b[K{line}").and_then(|()| stderr.flush());
    }
}

fn bar(done: usize, total: usize) -> String {
    let filled = (WIDTH * done).checked_div(total).unwrap_or(WIDTH).min(WIDTH);
    format!("[{}{}] {done} of {total}", "#".repeat(filled), "-".repeat(WIDTH - filled))
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn the_bar_fills_from_empty_to_full() {
        assert_eq!(bar(0, 3), "[------------------------] 0 of 3");
        assert_eq!(bar(1, 3), "[########----------------] 1 of 3");
        assert_eq!(bar(3, 3), "[########################] 3 of 3");
        assert_eq!(bar(0, 0), "[########################] 0 of 0");
    }
}
