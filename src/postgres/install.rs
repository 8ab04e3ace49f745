//! Offers to install PostgreSQL where it is missing, and names the command that does it.

use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::postgres::errors::{ClusterError, IoContext};
use crate::postgres::settings::InstallPolicy;
use crate::postgres::sys;

/// The commands of a package manager.
struct Packages {
    install: &'static [&'static str],
    /// What to run where the installation fails, because the list of packages is missing or old.
    refresh: Option<&'static [&'static str]>,
    as_root: bool,
}

const DEBIAN: Packages = Packages {
    install: &["apt-get", "install", "-y", "--no-install-recommends", "postgresql"],
    refresh: Some(&["apt-get", "update"]),
    as_root: true,
};
const FEDORA: Packages = Packages {
    install: &["dnf", "install", "-y", "--setopt=install_weak_deps=False", "postgresql-server"],
    refresh: None,
    as_root: true,
};
const ALPINE: Packages = Packages {
    install: &["apk", "add", "postgresql"],
    refresh: Some(&["apk", "update"]),
    as_root: true,
};
const ARCH: Packages = Packages {
    install: &["pacman", "-S", "--noconfirm", "postgresql"],
    refresh: None,
    as_root: true,
};
const SUSE: Packages = Packages {
    install: &["zypper", "--non-interactive", "install", "--no-recommends", "postgresql-server"],
    refresh: None,
    as_root: true,
};
const HOMEBREW: Packages =
    Packages { install: &["brew", "install", "postgresql@17"], refresh: None, as_root: false };

/// Installs PostgreSQL if that is wanted, and returns the command that did it.
pub(super) fn offer(install: InstallPolicy) -> Result<String, ClusterError> {
    let packages = packages_of_this_system().ok_or_else(|| not_installed(None))?;
    let command = packages.shown();
    if install == InstallPolicy::Never {
        return Err(not_installed(None));
    }
    if packages.needs_sudo() && !has_sudo() {
        return Err(ClusterError::InstallNeedsRoot { command: packages.install.join(" ") });
    }
    if install == InstallPolicy::Ask && !is_accepted(&command)? {
        return Err(not_installed(None));
    }
    if packages.run(packages.install)? {
        return Ok(command);
    }
    match packages.refresh {
        Some(refresh) if packages.run(refresh)? && packages.run(packages.install)? => Ok(command),
        _ => Err(ClusterError::InstallFailed { command }),
    }
}

/// Says what is missing, where it was looked for, and how to install it.
pub(super) fn not_installed(looked_in: Option<PathBuf>) -> ClusterError {
    let command = packages_of_this_system().map(Packages::shown);
    ClusterError::NotInstalled { looked_in, command }
}

fn is_accepted(command: &str) -> Result<bool, ClusterError> {
    let (stdin, mut stderr) = (io::stdin(), io::stderr());
    if !stdin.is_terminal() || !stderr.is_terminal() {
        return Ok(false);
    }
    let mut answer = String::new();
    write!(
        stderr,
        "Imprimatur needs PostgreSQL, which is not installed. It can run `{command}`.\n\
         Install it now? [y/N] "
    )
    .and_then(|()| stderr.flush())
    .and_then(|()| stdin.lock().read_line(&mut answer))
    .context("ask on", "the terminal")?;
    let answer = answer.trim().to_lowercase();
    Ok(answer == "y" || answer == "yes")
}

impl Packages {
    fn shown(&self) -> String {
        [self.sudo(), self.install].concat().join(" ")
    }

    fn run(&self, words: &[&str]) -> Result<bool, ClusterError> {
        // As words of the command, because sudo does not pass the environment on.
        let quietly: &[&str] = &["env", "DEBIAN_FRONTEND=noninteractive"];
        let words = [self.sudo(), quietly, words].concat();
        tracing::info!(command = words.join(" "), "installing PostgreSQL");
        let Some((program, arguments)) = words.split_first() else {
            return Ok(false);
        };
        let status = Command::new(program)
            .args(arguments)
            // Our own standard output may be something a program reads.
            .stdout(Stdio::from(io::stderr()))
            .status()
            .context("run", program)?;
        Ok(status.success())
    }

    fn sudo(&self) -> &'static [&'static str] {
        if self.needs_sudo() { &["sudo"] } else { &[] }
    }

    fn needs_sudo(&self) -> bool {
        self.as_root && sys::effective_uid() != 0
    }
}

fn has_sudo() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join("sudo").is_file())
}

fn packages_of_this_system() -> Option<&'static Packages> {
    if cfg!(target_os = "macos") {
        return Some(&HOMEBREW);
    }
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let kin = release
        .lines()
        .filter_map(|line| line.strip_prefix("ID=").or(line.strip_prefix("ID_LIKE=")))
        .flat_map(|value| value.trim_matches(['"', '\'']).split_whitespace());
    kin.filter_map(packages_of).next()
}

fn packages_of(distribution: &str) -> Option<&'static Packages> {
    match distribution {
        "debian" | "ubuntu" => Some(&DEBIAN),
        "fedora" | "rhel" | "centos" => Some(&FEDORA),
        "alpine" => Some(&ALPINE),
        "arch" => Some(&ARCH),
        "suse" | "opensuse" => Some(&SUSE),
        _ => None,
    }
}
