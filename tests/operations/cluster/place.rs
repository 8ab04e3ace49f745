//! A directory for a cluster, and users of it in processes of their own.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use imprimatur::postgres::{Cluster, ClusterSettings, Durability, InstallPolicy};

use super::{open, remember};
use crate::support::processes::{Process, processes, signal};

/// A directory of its own for each test, gone afterwards.
pub(super) struct TestDirectory {
    pub(super) path: PathBuf,
}

impl TestDirectory {
    pub(super) fn new() -> TestDirectory {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("imprimatur-cluster-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).expect("the name is ours");
        // Root's server runs as somebody else, who has to pass through.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("ours");
        TestDirectory { path }
    }

    pub(super) fn data_dir(&self) -> PathBuf {
        self.path.join("data")
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.data_dir().join(name)
    }

    pub(super) fn settings(&self) -> ClusterSettings {
        ClusterSettings {
            data_dir: self.data_dir(),
            durability: Durability::Disposable,
            install: InstallPolicy::Never,
            watchdog: Some(PathBuf::from(env!("CARGO_BIN_EXE_imprimatur"))),
            grace: Duration::ZERO,
        }
    }

    pub(super) fn open(&self) -> Cluster {
        open(&self.settings())
    }

    pub(super) fn server(&self) -> u32 {
        self.server_if_any().expect("it runs")
    }

    pub(super) fn server_if_any(&self) -> Option<u32> {
        let notes = fs::read_to_string(self.file("postgres/postmaster.pid")).ok()?;
        notes.lines().next()?.trim().parse().ok()
    }

    pub(super) fn servers(&self) -> Vec<u32> {
        processes_named(&self.path, "postgres")
    }

    pub(super) fn watchdogs(&self) -> Vec<u32> {
        processes_named(&self.path, "imprimatur")
    }

    /// The only watchdog. For a moment after its start it has the name of its parent.
    pub(super) fn watchdog(&self) -> u32 {
        eventually("there is one watchdog", || self.watchdogs().len() == 1);
        self.watchdogs()[0]
    }

    pub(super) fn becomes_quiet(&self) {
        eventually("no process is left", || {
            self.servers().is_empty() && self.watchdogs().is_empty()
        });
    }
}

impl Drop for TestDirectory {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = fs::remove_dir_all(&self.path);
        } else {
            is_deleted(&self.path);
            self.becomes_quiet();
        }
    }
}

/// A user of the cluster in a process of its own.
pub(super) struct Guest {
    process: Child,
    says: BufReader<ChildStdout>,
    pub(super) server: u32,
}

impl Guest {
    pub(super) fn sets_out(place: &TestDirectory, wishes: &[(&str, &str)]) -> Guest {
        let name = concat!(module_path!(), "::be_a_guest");
        let name = name.split_once("::").map_or(name, |(_, rest)| rest);
        let mut process = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", name, "--ignored", "--nocapture"])
            .env("GUEST_OF", &place.path)
            .envs(wishes.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this test again");
        let says = BufReader::new(process.stdout.take().expect("piped"));
        Guest { process, says, server: 0 }
    }

    pub(super) fn arrives(place: &TestDirectory, wishes: &[(&str, &str)]) -> Guest {
        Guest::sets_out(place, wishes).has_arrived()
    }

    pub(super) fn has_arrived(mut self) -> Guest {
        let line = self.line_after("@server ");
        self.server = line.parse().expect("a process number");
        self
    }

    pub(super) fn gets_refused(mut self) -> String {
        self.line_after("@refused ")
    }

    fn line_after(&mut self, mark: &str) -> String {
        let mut heard = String::new();
        for line in self.says.by_ref().lines() {
            let line = line.expect("text");
            if let Some(rest) = line.strip_prefix(mark) {
                return rest.to_owned();
            }
            heard += &line;
        }
        panic!("the guest left without saying {mark:?}: {heard}");
    }

    pub(super) fn leaves(mut self) {
        drop(self.process.stdin.take());
        assert!(self.process.wait().expect("our child").success());
    }

    pub(super) fn gets_killed(mut self) {
        self.process.kill().expect("our child");
        self.process.wait().expect("our child");
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
#[ignore = "by hand: the other tests run it, as a process that they can kill"]
fn be_a_guest() {
    let Some(path) = std::env::var_os("GUEST_OF") else {
        return;
    };
    // Not dropped: the directory is the host's.
    let place = std::mem::ManuallyDrop::new(TestDirectory { path: path.into() });
    let grace = std::env::var("GRACE_MS").map_or(0, |text| text.parse().expect("a number"));
    let thought = std::env::var("REMEMBER").ok();
    let durability = match thought {
        Some(_) => Durability::Durable,
        None => Durability::Disposable,
    };
    let settings =
        ClusterSettings { grace: Duration::from_millis(grace), durability, ..place.settings() };
    match Cluster::open(&settings) {
        Ok(cluster) => {
            if let Some(thought) = thought {
                remember(&cluster, &thought);
            }
            println!("\n@server {}", place.server());
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            cluster.close().expect("leaving is easy");
        }
        Err(error) => println!("\n@refused {error}"),
    }
}

/// Returns the processes of a program whose command line names something in the directory.
fn processes_named(directory: &Path, program: &str) -> Vec<u32> {
    let directory = format!("{}/", directory.display());
    let mut found = processes();
    found.retain(|process| {
        process.is(program) && process.words.iter().any(|word| word.contains(&directory))
    });
    // For a moment a child of the server still looks like its parent.
    let pids: Vec<u32> = found.iter().map(|process| process.pid).collect();
    found.retain(|process| !pids.contains(&process.parent));
    found.into_iter().map(|process| process.pid).collect()
}

pub(super) fn kill(pid: u32) {
    signal(pid, libc::SIGKILL);
    eventually("the killed process is dead", || Process::find(pid).is_none());
}

// A server that is just writing a file can make the first attempt fail.
pub(super) fn is_deleted(directory: &Path) {
    eventually("the directory is deleted", || {
        let _ = fs::remove_dir_all(directory);
        !directory.exists()
    });
}

pub(super) fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}
