//! Finding the PostgreSQL server programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::postgres::directory::DataDirectory;
use crate::postgres::errors::ClusterError;
use crate::postgres::install;
use crate::postgres::settings::InstallPolicy;

/// Names the one directory to look in, instead of the usual places.
pub(super) const OVERRIDE: &str = "IMPRIMATUR_POSTGRES_BIN";

const OLDEST_MAJOR: u32 = 14;

/// Where distributions put programs that are not on the path: parent, beginning of the name, rest.
const USUAL_PLACES: &[(&str, &str, &str)] = &[
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/local", "pgsql", "bin"),
    ("/usr/lib", "postgresql", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// The server programs of one version.
#[derive(Debug, Clone)]
pub(super) struct Programs {
    bin: PathBuf,
    /// The major version, which decides the format of the data.
    pub(super) major: u32,
}

/// Returns the programs to make a new cluster with: those on the path, else the newest.
pub(super) fn newest(install: InstallPolicy) -> Result<Programs, ClusterError> {
    if let Some(programs) = preferred() {
        return Ok(programs);
    }
    if let Some(looked_in) = override_directory() {
        return Err(install::not_installed(Some(looked_in)));
    }
    let command = install::offer(install)?;
    preferred().ok_or(ClusterError::StillMissing { command })
}

/// Returns the programs of the version that made the cluster: no other can read it.
pub(super) fn of_version(needed: u32, directory: &DataDirectory) -> Result<Programs, ClusterError> {
    let mut others = Vec::new();
    let places = chosen_places().into_iter().chain(other_places());
    for programs in places.filter_map(Programs::at) {
        if programs.major == needed {
            return Ok(programs);
        }
        others.push(programs.major);
    }
    others.sort_unstable();
    others.dedup();
    Err(ClusterError::WrongVersion { path: directory.cluster(), needed, found: others })
}

impl Programs {
    pub(super) fn postgres(&self) -> PathBuf {
        self.bin.join("postgres")
    }

    pub(super) fn initdb(&self) -> PathBuf {
        self.bin.join("initdb")
    }

    fn at(bin: PathBuf) -> Option<Programs> {
        // A link on the path may lead to one program, with the others only beside its target.
        let postgres = fs::canonicalize(bin.join("postgres")).ok()?;
        let bin = postgres.parent()?.to_owned();
        if !bin.join("initdb").is_file() {
            return None;
        }
        let answer = Command::new(&postgres).arg("--version").output().ok()?;
        let major = parse_major(&String::from_utf8_lossy(&answer.stdout))?;
        Some(Programs { bin, major })
    }
}

// Programs on the path were chosen; among the others the newest is supported longest.
fn preferred() -> Option<Programs> {
    let usable = |programs: &Programs| programs.major >= OLDEST_MAJOR;
    let chosen = chosen_places().into_iter().filter_map(Programs::at).find(usable);
    chosen.or_else(|| {
        let others = other_places().into_iter().filter_map(Programs::at);
        others.filter(usable).max_by_key(|programs| programs.major)
    })
}

fn chosen_places() -> Vec<PathBuf> {
    override_directory().map_or_else(on_path, |directory| vec![directory])
}

fn other_places() -> Vec<PathBuf> {
    if override_directory().is_some() {
        return Vec::new();
    }
    USUAL_PLACES.iter().flat_map(in_place).collect()
}

fn override_directory() -> Option<PathBuf> {
    std::env::var_os(OVERRIDE).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn on_path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).collect()
}

fn in_place(&(parent, beginning, rest): &(&str, &str, &str)) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten();
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| name_begins_with(path, beginning))
        .map(|path| path.join(rest))
        .collect()
}

fn name_begins_with(path: &Path, beginning: &str) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(beginning.as_bytes()))
}

// "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", "postgres (PostgreSQL) 19beta1"
fn parse_major(answer: &str) -> Option<u32> {
    let version = answer.split_whitespace().nth(2)?;
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}
