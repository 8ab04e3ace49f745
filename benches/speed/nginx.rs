//! The same bytes from nginx, and how fast both send them.

use std::fs;
use std::io::Read;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::pgbench::program;

/// An nginx that serves files from a directory of its own; it ends with this value.
pub struct Nginx {
    child: Child,
    pub address: SocketAddr,
    directory: PathBuf,
}

impl Nginx {
    /// Starts one for these files, or returns `None` where there is no nginx.
    pub fn start(files: &[(&str, &[u8])]) -> Option<Self> {
        let nginx = program("nginx")?;
        let directory =
            std::env::temp_dir().join(format!("imprimatur-nginx-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        for (name, bytes) in files {
            fs::write(directory.join(name), bytes).unwrap();
        }
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let root = directory.display();
        // As root, its workers would become another user and could not read the files.
        let user = if fs::metadata("/proc/self")
            .is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
        {
            "user root;"
        } else {
            ""
        };
        let configuration = format!(
            "{user} worker_processes auto; daemon off; pid {root}/pid; error_log {root}/error.log;
             events {{ worker_connections 1024; }}
             http {{
                 access_log off; keepalive_requests 1000000000; default_type text/html;
                 client_body_temp_path {root}/body; proxy_temp_path {root}/proxy;
                 fastcgi_temp_path {root}/fastcgi; uwsgi_temp_path {root}/uwsgi;
                 scgi_temp_path {root}/scgi;
                 server {{ listen {address}; root {root}; }}
             }}"
        );
        fs::write(directory.join("nginx.conf"), configuration).unwrap();
        let mut command = Command::new(nginx);
        command.arg("-c").arg(directory.join("nginx.conf")).stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(began.elapsed() < Duration::from_secs(5), "nginx does not start");
            std::thread::yield_now();
        }
        Some(Self { child, address, directory })
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its workers end with it when it is asked, and not when it is killed.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// Returns the requests in a second that wrk gets answered with 200.
pub fn wrk(address: SocketAddr, path: &str, connections: usize, seconds: u64) -> f64 {
    let mut command = Command::new(program("wrk").unwrap());
    command.args(["-t", "1", "-c", &connections.to_string(), "-d", &format!("{seconds}s")]);
    command.arg(format!("http://{address}{path}")).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    child.wait().unwrap();
    assert!(!text.contains("Non-2xx"), "{text}");
    let (_, rest) = text.split_once("Requests/sec:").unwrap();
    rest.split_whitespace().next().unwrap().parse().unwrap()
}
