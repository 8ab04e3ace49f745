//! The user that the server runs as: our own, or, because it refuses root, one without privileges.

use std::fs;
use std::os::unix::fs::{MetadataExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::postgres::directory::DataDirectory;
use crate::postgres::environment::libpq_variables;
use crate::postgres::errors::{ClusterError, IoContext};
use crate::postgres::sys;

/// The user that the server runs as.
#[derive(Debug)]
pub(super) struct ServerUser {
    pub(super) uid: u32,
    /// Known, and needed, only where it is another user.
    gid: u32,
    name: String,
    is_other_user: bool,
}

impl ServerUser {
    /// Returns the owner of the cluster; before there is one, the user of this process.
    ///
    /// For root it is instead the owner of the data directory, else `postgres`, else `nobody`.
    pub(super) fn of(directory: &DataDirectory) -> Result<ServerUser, ClusterError> {
        let own_uid = sys::effective_uid();
        let owner = owner_of_cluster(directory)?;
        if own_uid == 0 {
            return ServerUser::instead_of_root(directory, owner);
        }
        match owner {
            Some(owner) if owner != own_uid => {
                let path = directory.cluster();
                Err(ClusterError::OtherOwner { path, owner })
            }
            _ => Ok(ServerUser { uid: own_uid, gid: 0, name: String::new(), is_other_user: false }),
        }
    }

    // Only a user with a line in /etc/passwd: `initdb` refuses a bare number.
    fn instead_of_root(
        directory: &DataDirectory,
        owner: Option<u32>,
    ) -> Result<ServerUser, ClusterError> {
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let users = || passwd.lines().filter_map(ServerUser::parse);
        if let Some(owner) = owner {
            let path = directory.cluster();
            let known = users().find(|user| user.uid == owner && owner != 0);
            return known.ok_or(ClusterError::OtherOwner { path, owner });
        }
        let owner = directory.owner()?;
        let named = |name: &str| users().find(|user| user.name == name);
        users()
            .find(|user| user.uid == owner && owner != 0)
            .or_else(|| named("postgres"))
            .or_else(|| named("_postgres"))
            .or_else(|| named("nobody"))
            .ok_or(ClusterError::NoServerUser)
    }

    fn parse(line: &str) -> Option<ServerUser> {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let mut numbers = fields.skip(1).map(parse_id);
        let (uid, gid) = (numbers.next()??, numbers.next()??);
        Some(ServerUser { uid, gid, name, is_other_user: true })
    }

    /// Has a program run as this user, from a directory that it may enter, without
    /// libpq's variables.
    pub(super) fn configure(&self, command: &mut Command) {
        command.current_dir("/").env("LC_ALL", "C");
        for name in libpq_variables() {
            command.env_remove(name);
        }
        if self.is_other_user {
            command.uid(self.uid).gid(self.gid);
        }
    }

    /// Makes this user the owner.
    pub(super) fn give(&self, path: &Path) -> Result<(), ClusterError> {
        if self.is_other_user {
            lchown(path, Some(self.uid), Some(self.gid)).context("change the owner of", path)?;
        }
        Ok(())
    }

    /// Refuses a user id without a name: the error of `initdb` does not say what to do. `id`
    /// also asks directories on the network, which /etc/passwd does not have.
    pub(super) fn check_name(&self) -> Result<(), ClusterError> {
        let asked = Command::new("id").arg("-un").stderr(Stdio::null()).output();
        match asked {
            Ok(output) if !output.status.success() && !self.is_other_user => {
                Err(ClusterError::UnnamedUser { uid: self.uid })
            }
            // A machine without `id` may still know the name.
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Refuses a data directory that this user cannot reach: the error of `initdb` is less clear.
    pub(super) fn check_access(&self, directory: &DataDirectory) -> Result<(), ClusterError> {
        if !self.is_other_user {
            return Ok(());
        }
        for step in directory.root().ancestors() {
            let metadata = fs::metadata(step).context("inspect", step)?;
            let pass = if metadata.uid() == self.uid {
                0o100
            } else if metadata.gid() == self.gid {
                0o010
            } else {
                0o001
            };
            if metadata.mode() & pass == 0 {
                return Err(ClusterError::PathNotAccessible {
                    path: directory.root().to_owned(),
                    step: step.to_owned(),
                    user: self.name.clone(),
                });
            }
        }
        Ok(())
    }
}

fn owner_of_cluster(directory: &DataDirectory) -> Result<Option<u32>, ClusterError> {
    if directory.version()?.is_none() {
        return Ok(None);
    }
    let cluster = directory.cluster();
    let metadata = fs::metadata(&cluster).context("inspect", &cluster)?;
    Ok(Some(metadata.uid()))
}

// Some systems write the user `nobody` as -2.
fn parse_id(text: &str) -> Option<u32> {
    text.parse().ok().or_else(|| text.parse::<i32>().ok().map(i32::cast_unsigned))
}
