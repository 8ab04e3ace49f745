//! The program in a process of its own, as an operator runs it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

/// A running `serve`; it is ended when this is dropped.
pub struct Running {
    child: Child,
    pub address: SocketAddr,
}

impl Running {
    /// Starts it with these variables and arguments, and returns when it says where
    /// it is.
    pub fn start(variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        Self::by(Command::new(env!("CARGO_BIN_EXE_imprimatur")), variables, arguments)
    }

    /// Does the same by a command that becomes the program.
    pub fn by(mut command: Command, variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        for variable in ["DATABASE_URL", "DATABASE_OWNER_URL", "IMPRIMATUR_DATA_DIR"] {
            command.env_remove(variable);
        }
        command.env("RUST_LOG", "error").envs(variables.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = lines
            .find_map(|line| {
                let url = line.strip_prefix("Imprimatur is at http://")?;
                Some(url.trim_end_matches('/').parse().unwrap())
            })
            .expect("the program says where it is");
        // A write into a closed pipe would end it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Stops it as an operator does, and waits.
    pub fn stop(mut self) {
        super::processes::signal(self.pid(), libc::SIGTERM);
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
