//! Where no PostgreSQL is installed: which command installs it, and the offer to run it.

use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::postgres::errors::{ClusterError, Doing};
use crate::postgres::settings::Install;
use crate::postgres::sys;

/// A package manager's words.
struct Packages {
    install: &'static [&'static str],
    /// What helps where the first attempt fails, because the list of packages is missing or old.
    refresh: Option<&'static [&'static str]>,
    as_root: bool,
}

const DEBIAN: Packages = Packages {
    install: &["apt-get", "install", "-y", "postgresql"],
    refresh: Some(&["apt-get", "update"]),
    as_root: true,
};
const FEDORA: Packages = Packages {
    install: &["dnf", "install", "-y", "postgresql-server"],
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
    install: &["zypper", "--non-interactive", "install", "postgresql-server"],
    refresh: None,
    as_root: true,
};
const HOMEBREW: Packages =
    Packages { install: &["brew", "install", "postgresql@17"], refresh: None, as_root: false };

/// Installs PostgreSQL if that is wanted, and returns the command that did it.
pub(super) fn offer(install: Install) -> Result<String, ClusterError> {
    let packages = packages_of_this_system().ok_or_else(|| not_installed(None))?;
    let command = packages.shown();
    let wanted = match install {
        Install::Yes => true,
        Install::Ask => is_accepted(&command)?,
        Install::No => false,
    };
    if !wanted {
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
    .doing("ask on", "the terminal")?;
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
            .doing("run", program)?;
        Ok(status.success())
    }

    fn sudo(&self) -> &'static [&'static str] {
        if self.as_root && sys::effective_uid() != 0 { &["sudo"] } else { &[] }
    }
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
