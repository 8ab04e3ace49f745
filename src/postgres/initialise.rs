//! Making a new cluster: a directory, two roles and a database, all or nothing.

use std::fs::{self, DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::postgres::directory::DataDirectory;
use crate::postgres::errors::{ClusterError, IoContext};
use crate::postgres::log::last_lines;
use crate::postgres::programs::Programs;
use crate::postgres::server_user::ServerUser;
use crate::postgres::settings::{DATABASE, Durability, OWNER_ROLE, RUNTIME_ROLE, SUPERUSER_ROLE};
use crate::postgres::sys;

const UNFINISHED: &str = "postgres.new-";

/// Makes a new cluster and moves it into place when it is complete.
pub(super) fn initialise(
    directory: &DataDirectory,
    user: &ServerUser,
    programs: &Programs,
    durability: Durability,
) -> Result<(), ClusterError> {
    user.check_name()?;
    remove_unfinished(directory)?;
    // A name of our own: the initdb of a killed process may still be removing its files.
    let name = format!("{UNFINISHED}{}", std::process::id());
    let fresh = directory.root().join(name);
    DirBuilder::new().mode(0o700).create(&fresh).context("create", &fresh)?;
    let outcome = user
        .give(&fresh)
        .and_then(|()| run_initdb(&fresh, user, programs, durability))
        .and_then(|()| create_roles_and_database(&fresh, user, programs, durability))
        .and_then(|()| move_into_place(&fresh, directory));
    if outcome.is_err() {
        let _ = fs::remove_dir_all(&fresh);
    }
    outcome
}

fn remove_unfinished(directory: &DataDirectory) -> Result<(), ClusterError> {
    let root = directory.root();
    for entry in fs::read_dir(root).context("read", root)? {
        let entry = entry.context("read", root)?;
        if entry.file_name().as_encoded_bytes().starts_with(UNFINISHED.as_bytes()) {
            // A leftover does no harm, and the next time may remove it.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    Ok(())
}

fn run_initdb(
    fresh: &Path,
    user: &ServerUser,
    programs: &Programs,
    durability: Durability,
) -> Result<(), ClusterError> {
    let mut command = Command::new(programs.initdb());
    command
        .arg("-D")
        .arg(fresh)
        .arg(format!("--username={SUPERUSER_ROLE}"))
        // Only the server's own user and root can reach the socket; nothing listens on the network.
        .args(["--auth-local=trust", "--auth-host=reject"])
        .args(["--encoding=UTF8", "--locale=C", "--data-checksums"]);
    if programs.major >= 17 {
        command.args(["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]);
    }
    if durability == Durability::Disposable {
        command.arg("--no-sync");
    }
    run(command, user, "")
}

// The server itself can do this alone; psql is a client program, which may not be installed.
fn create_roles_and_database(
    fresh: &Path,
    user: &ServerUser,
    programs: &Programs,
    durability: Durability,
) -> Result<(), ClusterError> {
    let mut command = Command::new(programs.postgres());
    command.arg("--single").arg("-D").arg(fresh);
    command.args(["-c", "exit_on_error=on"]);
    if durability == Durability::Disposable {
        command.args(["-c", "fsync=off"]);
    }
    command.arg("postgres");
    let statements = format!(
        "CREATE ROLE {OWNER_ROLE} LOGIN NOSUPERUSER CREATEDB NOCREATEROLE;\n\
         CREATE ROLE {RUNTIME_ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;\n\
         CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE};\n"
    );
    run(command, user, &statements)
}

fn run(mut command: Command, user: &ServerUser, input: &str) -> Result<(), ClusterError> {
    user.configure(&mut command);
    // When it is ended, it removes its files.
    sys::end_with_parent(&mut command);
    let program = command.get_program().to_owned();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("run", &program)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ends before it has read everything says more in its output than this error.
        let _ = stdin.write_all(input.as_bytes());
    }
    let Output { status, stderr, .. } = child.wait_with_output().context("run", &program)?;
    if status.success() {
        return Ok(());
    }
    Err(ClusterError::InitialiseFailed { program: program.into(), output: last_lines(&stderr) })
}

fn move_into_place(fresh: &Path, directory: &DataDirectory) -> Result<(), ClusterError> {
    let place = directory.cluster();
    fs::rename(fresh, &place).context("move the new database to", &place)?;
    let root = directory.root();
    File::open(root).and_then(|root| root.sync_all()).context("write", root)
}
