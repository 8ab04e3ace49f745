//! The processes of this machine, read from `/proc`: `ps` and `kill` may not be installed.

#![allow(unsafe_code, reason = "a signal is sent through a C function")]

use std::path::{Path, PathBuf};

/// A process that is no zombie.
#[derive(Debug)]
pub struct Process {
    pub pid: u32,
    pub parent: u32,
    /// The program and its arguments.
    pub words: Vec<String>,
}

impl Process {
    /// Reads one process; nothing where it has ended.
    pub fn find(pid: u32) -> Option<Self> {
        let folder = PathBuf::from(format!("/proc/{pid}"));
        let stat = std::fs::read_to_string(folder.join("stat")).ok()?;
        // The second field is a name in parentheses, with any sign in it.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        let (state, parent) = (fields.next()?, fields.next()?.parse().ok()?);
        if matches!(state, "Z" | "X") {
            return None;
        }
        let command = std::fs::read(folder.join("cmdline")).ok()?;
        let words = command.split(|&byte| byte == 0);
        let words = words.map(|word| String::from_utf8_lossy(word).into_owned()).collect();
        Some(Self { pid, parent, words })
    }

    /// Returns whether it runs a program of this name.
    pub fn is(&self, program: &str) -> bool {
        self.words.first().is_some_and(|word| Path::new(word).file_name() == Some(program.as_ref()))
    }
}

/// Returns all processes.
pub fn processes() -> Vec<Process> {
    let entries = std::fs::read_dir("/proc").expect("Linux");
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter_map(Process::find).collect()
}

/// Sends a signal to a process of ours.
#[track_caller]
pub fn signal(pid: u32, signal: i32) {
    let number = i32::try_from(pid).unwrap();
    assert!(number > 0);
    // SAFETY: takes two integers.
    let outcome = unsafe { libc::kill(number, signal) };
    assert_eq!(outcome, 0, "process {pid} is there");
}
