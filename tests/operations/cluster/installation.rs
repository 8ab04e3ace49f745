//! The offer to install PostgreSQL, on a machine that seems to have none: a mount
//! namespace hides the programs, and the package manager is a script.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::{Command, Output};

use super::place::TestDirectory;
use crate::support::tools::skip;

/// A Debian without PostgreSQL and without its user; the package manager brings both.
struct BareMachine {
    place: TestDirectory,
}

impl BareMachine {
    /// Returns nothing, said aloud, where this machine cannot pretend.
    fn new() -> Option<Self> {
        let can_hide = Command::new("unshare").args(["--mount", "true"]).output();
        let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
        let programs = fs::metadata("/usr/lib/postgresql").is_ok();
        if !is_root || !programs || !can_hide.is_ok_and(|done| done.status.success()) {
            skip("installing takes root, a mount namespace and PostgreSQL in /usr/lib");
            return None;
        }
        let place = TestDirectory::new();
        fs::set_permissions(&place.path, fs::Permissions::from_mode(0o777)).unwrap();
        let passwd = fs::read_to_string("/etc/passwd").unwrap();
        let others: Vec<&str> =
            passwd.lines().filter(|line| !line.starts_with("postgres:")).collect();
        fs::write(place.path.join("passwd"), others.join("\n") + "\n").unwrap();
        fs::write(place.path.join("os-release"), "ID=debian\n").unwrap();
        fs::create_dir(place.path.join("bin")).unwrap();
        let manager = place.path.join("bin/apt-get");
        let script = format!(
            "#!/bin/sh\necho \"$*\" >> {}/called\numount /usr/lib/postgresql /etc/passwd\n",
            place.path.display()
        );
        fs::write(&manager, script).unwrap();
        fs::set_permissions(&manager, fs::Permissions::from_mode(0o755)).unwrap();
        Some(Self { place })
    }

    /// Makes a new private database, with these words before the program.
    fn run(&self, path: &str, before: &str) -> Output {
        let directory = self.place.path.display();
        let script = format!(
            "mount -t tmpfs none /usr/lib/postgresql &&
             mount --bind {directory}/passwd /etc/passwd &&
             mount --bind {directory}/os-release /etc/os-release &&
             PATH={path} exec {before} {} --data-dir {directory}/data --install-postgres migrate",
            env!("CARGO_BIN_EXE_imprimatur")
        );
        let mut command = Command::new("unshare");
        command
            .args(["--mount", "sh", "-c", &script])
            .env_clear()
            .env("PATH", "/usr/bin:/bin:/sbin");
        command.output().unwrap()
    }

    fn called(&self) -> String {
        fs::read_to_string(self.place.path.join("called")).unwrap_or_default()
    }
}

/// And the server runs as the user that the installation has made.
#[test]
#[ignore = "slow: .ci/run runs it"]
fn only_postgresql_is_installed_and_its_new_user_owns_the_cluster() {
    let Some(machine) = BareMachine::new() else { return };
    let path = format!("{}/bin:/usr/bin:/bin:/sbin", machine.place.path.display());
    let done = machine.run(&path, "");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    assert_eq!(machine.called(), "install -y --no-install-recommends postgresql\n");
    let passwd = fs::read_to_string("/etc/passwd").unwrap();
    let user = passwd.lines().find(|line| line.starts_with("postgres:")).expect("a user");
    let owner = fs::metadata(machine.place.file("postgres")).unwrap().uid();
    assert_eq!(user.split(':').nth(2), Some(owner.to_string().as_str()));
}

#[test]
fn without_sudo_the_error_says_what_root_must_run() {
    let Some(machine) = BareMachine::new() else { return };
    let path = format!("{}/bin", machine.place.path.display());
    let done = machine.run(&path, "/usr/bin/setpriv --reuid 65534 --regid 65534 --clear-groups");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(!done.status.success(), "{said}");
    assert!(said.contains("apt-get install -y --no-install-recommends postgresql"), "{said}");
    assert!(said.contains("as root"), "{said}");
    assert_eq!(machine.called(), "", "nothing was run");
}
