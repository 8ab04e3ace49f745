//! The program as it is run, in a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::Browser;

/// A running `serve`; it is ended when this is dropped.
pub struct Running {
    child: Child,
    pub address: SocketAddr,
    /// From the start of the process until the first page was there.
    pub first_page_after: Duration,
}

impl Running {
    /// Starts it with a database, or with a data directory of its own.
    pub fn start(with: &[(&str, &str)], arguments: &[&str]) -> Self {
        let began = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_imprimatur"));
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        command.env_remove("DATABASE_URL").env_remove("DATABASE_OWNER_URL");
        command.env("RUST_LOG", "error").envs(with.iter().copied());
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .find_map(|line| {
                let line = line.unwrap();
                let url = line.strip_prefix("Imprimatur is at http://")?;
                Some(url.trim_end_matches('/').parse().unwrap())
            })
            .expect("the program says where it is");
        Browser::new(address).get("/").expect(200);
        // Whoever writes to a closed pipe is ended.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address, first_page_after: began.elapsed() }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Stops it as an operator does, and waits.
    pub fn stop(mut self) {
        Command::new("kill").arg(self.pid().to_string()).status().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
