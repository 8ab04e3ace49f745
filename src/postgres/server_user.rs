//! Whom the server runs as: ourselves, or, because it will not run as root, somebody without powers.

use std::fs;
use std::os::unix::fs::{MetadataExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::postgres::directory::Directory;
use crate::postgres::errors::{ClusterError, Doing};
use crate::postgres::sys;

/// Whom the server runs as.
#[derive(Debug)]
pub(super) struct ServerUser {
    pub(super) uid: u32,
    /// Only known, and only needed, where it is somebody else.
    gid: u32,
    name: String,
    is_somebody_else: bool,
}

impl ServerUser {
    /// Returns the owner of the cluster; before there is one, ourselves.
    ///
    /// For root it is instead the owner of the data directory, else `postgres`, else `nobody`.
    pub(super) fn of(directory: &Directory) -> Result<ServerUser, ClusterError> {
        let ourselves = sys::effective_uid();
        let owner = owner_of_cluster(directory)?;
        if ourselves == 0 {
            return ServerUser::instead_of_root(directory, owner);
        }
        match owner {
            Some(owner) if owner != ourselves => {
                let path = directory.cluster();
                Err(ClusterError::NotYours { path, owner })
            }
            _ => Ok(ServerUser {
                uid: ourselves,
                gid: 0,
                name: String::new(),
                is_somebody_else: false,
            }),
        }
    }

    // It must have a line in the list of users: `initdb` refuses a bare number.
    fn instead_of_root(
        directory: &Directory,
        owner: Option<u32>,
    ) -> Result<ServerUser, ClusterError> {
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let users = || passwd.lines().filter_map(ServerUser::parse);
        if let Some(owner) = owner {
            let path = directory.cluster();
            let known = users().find(|user| user.uid == owner && owner != 0);
            return known.ok_or(ClusterError::NotYours { path, owner });
        }
        let owner = directory.owner()?;
        let named = |name: &str| users().find(|user| user.name == name);
        users()
            .find(|user| user.uid == owner && owner != 0)
            .or_else(|| named("postgres"))
            .or_else(|| named("_postgres"))
            .or_else(|| named("nobody"))
            .ok_or(ClusterError::NobodyToRunAs)
    }

    fn parse(line: &str) -> Option<ServerUser> {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let mut numbers = fields.skip(1).map(parse_id);
        let (uid, gid) = (numbers.next()??, numbers.next()??);
        Some(ServerUser { uid, gid, name, is_somebody_else: true })
    }

    /// Lets a program run as this user, from a place where it may stand.
    pub(super) fn runs(&self, command: &mut Command) {
        command.current_dir("/").env("LC_ALL", "C");
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PG") {
                command.env_remove(name);
            }
        }
        if self.is_somebody_else {
            command.uid(self.uid).gid(self.gid);
        }
    }

    /// Makes this user the owner.
    pub(super) fn receives(&self, path: &Path) -> Result<(), ClusterError> {
        if self.is_somebody_else {
            lchown(path, Some(self.uid), Some(self.gid)).doing("give away", path)?;
        }
        Ok(())
    }

    /// Refuses a data directory that this user cannot walk to: `initdb` would say it less plainly.
    pub(super) fn can_reach(&self, directory: &Directory) -> Result<(), ClusterError> {
        if !self.is_somebody_else {
            return Ok(());
        }
        for step in directory.root().ancestors() {
            let metadata = fs::metadata(step).doing("look at", step)?;
            let pass = if metadata.uid() == self.uid {
                0o100
            } else if metadata.gid() == self.gid {
                0o010
            } else {
                0o001
            };
            if metadata.mode() & pass == 0 {
                return Err(ClusterError::OutOfReach {
                    path: directory.root().to_owned(),
                    step: step.to_owned(),
                    user: self.name.clone(),
                });
            }
        }
        Ok(())
    }
}

fn owner_of_cluster(directory: &Directory) -> Result<Option<u32>, ClusterError> {
    if directory.version()?.is_none() {
        return Ok(None);
    }
    let cluster = directory.cluster();
    let metadata = fs::metadata(&cluster).doing("look at", &cluster)?;
    Ok(Some(metadata.uid()))
}

// Some systems write the user `nobody` as -2.
fn parse_id(text: &str) -> Option<u32> {
    text.parse().ok().or_else(|| text.parse::<i32>().ok().map(i32::cast_unsigned))
}
