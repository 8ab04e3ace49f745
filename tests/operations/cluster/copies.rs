//! A data directory is known by what it is, and not by what its files say or what it is called.

use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::place::{Guest, TestDirectory, eventually};
use super::{open, recall, recall_nothing, remember};
use crate::support::Program;
use crate::support::database::patient;
use crate::support::processes::{Process, processes};
use crate::support::running::Running;
use crate::support::tools::skip;
use diesel::RunQueryDsl;
use diesel::sql_types::Text;
use imprimatur::postgres::{
    Cluster, ClusterError, ClusterSettings, DATABASE, Durability, RUNTIME_ROLE,
};
use imprimatur::store::Store;
use imprimatur::store::statement::statement;

pub(super) fn durable(data_dir: &Path, place: &TestDirectory) -> ClusterSettings {
    let durability = Durability::Durable;
    ClusterSettings { data_dir: data_dir.to_owned(), durability, ..place.settings() }
}

pub(super) fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(copied.success());
}

/// Opening a pipe would wait for ever.
#[test]
fn what_is_no_file_is_refused_in_the_place_of_each_file() {
    let names = [
        "postgres.log",
        "start.lock",
        "users.lock",
        "watchdog.lock",
        "serve.lock",
        "postgres/PG_VERSION",
    ];
    for name in names {
        for kind in ["mkfifo", "mkdir"] {
            let place = TestDirectory::new();
            std::fs::create_dir_all(place.file("postgres")).unwrap();
            let other = if name == "serve.lock" { "users.lock" } else { "serve.lock" };
            std::fs::write(place.file(other), "").unwrap();
            if !name.starts_with("postgres/") {
                std::fs::remove_dir(place.file("postgres")).unwrap();
            }
            assert!(Command::new(kind).arg(place.file(name)).status().unwrap().success());
            let error = Cluster::open(&place.settings()).expect_err(name).to_string();
            assert!(error.contains("is no regular file: remove it"), "{kind} {name}: {error}");
            assert!(error.contains("--data-dir"), "{error}");
        }
    }
}

/// Returns the program where every user may run it.
fn program_in(place: &TestDirectory) -> PathBuf {
    let program = place.path.join("imprimatur");
    std::fs::hard_link(env!("CARGO_BIN_EXE_imprimatur"), &program)
        .or_else(|_| std::fs::copy(env!("CARGO_BIN_EXE_imprimatur"), &program).map(|_| ()))
        .unwrap();
    program
}

/// The user of these tests; where that is root, an account without any right.
#[test]
fn an_ordinary_user_gets_a_database_at_home_that_runs_as_that_user() {
    let place = TestDirectory::new();
    let program = program_in(&place);
    let home = place.path.join("home");
    fs::create_dir(&home).unwrap();
    let is_root = fs::metadata(&home).unwrap().uid() == 0;
    let mut command = Command::new(&program);
    if is_root {
        let given = Command::new("chown").arg("nobody:").arg(&home).status().unwrap();
        if !given.success() {
            return skip("there is no account without rights");
        }
        let user = fs::metadata(&home).unwrap();
        command = Command::new("setpriv");
        command.args(["--reuid", &user.uid().to_string(), "--regid", &user.gid().to_string()]);
        command.arg("--clear-groups").arg(&program);
    }
    let user = fs::metadata(&home).unwrap().uid();
    assert_ne!(user, 0);
    command.env_remove("XDG_DATA_HOME").env("HOME", &home).current_dir(&home);
    let served = Running::by(command, &[], &[]);
    let page = Program::with(served.address, "").get("/").expect(200);
    assert!(page.text.contains("Let it be printed"), "{}", page.text);
    let data = home.join(".local/share/imprimatur");
    let server = processes()
        .into_iter()
        .find(|process| {
            process.is("postgres")
                && process.words.iter().any(|word| word.contains(data.to_str().unwrap()))
        })
        .expect("the private server runs");
    for path in [&data, &data.join("postgres"), &format!("/proc/{}", server.pid).into()] {
        assert_eq!(fs::metadata(path).unwrap().uid(), user, "{}", path.display());
    }
    served.stop();
    eventually("the private server ends", || Process::find(server.pid).is_none());
}

/// A container may give its process any number as a user id, and no home.
#[test]
fn a_user_without_a_name_or_a_home_is_told_what_to_do() {
    let place = TestDirectory::new();
    let program = program_in(&place);
    std::fs::set_permissions(&place.path, std::fs::Permissions::from_mode(0o777)).unwrap();
    let user = ["--reuid", "12345", "--regid", "12345", "--clear-groups"];
    let data_dir = place.data_dir();
    for (more, said) in [
        (vec![], "there is no home directory for the data: choose a directory with --data-dir"),
        (vec!["--data-dir", data_dir.to_str().unwrap()], "the user id 12345, which has no name"),
    ] {
        let mut command = Command::new("setpriv");
        command.args(user).arg(&program).arg("migrate").args(more);
        command.env_clear().env("PATH", std::env::var("PATH").unwrap());
        let Ok(output) = command.env("HOME", "/nonexistent").output() else {
            return skip("setpriv, from util-linux, changes the user");
        };
        let shown = String::from_utf8_lossy(&output.stderr).into_owned();
        if shown.starts_with("setpriv: ") {
            return skip("only root changes the user");
        }
        assert!(shown.contains(said), "{shown}");
        assert_eq!(shown.trim().lines().count(), 1, "{shown}");
    }
}

/// A copy holds the original's `postmaster.pid`, which names a server that runs and answers.
#[test]
fn a_copy_of_a_directory_in_use_has_a_server_of_its_own() {
    let place = TestDirectory::new();
    let original = open(&durable(&place.data_dir(), &place));
    remember(&original, "written once");

    let path = place.path.join("copy");
    copy(&place.data_dir(), &path);
    let copied = open(&durable(&path, &place));
    assert_eq!(recall(&copied), "written once");
    write(&copied, "only in the copy");

    assert_eq!(recall(&original), "written once");
    original.close().expect("the server stops");
    assert_eq!(recall(&copied), "only in the copy", "the copy's server is not the original's");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_copy_far_down_a_long_path_has_a_server_of_its_own() {
    let place = TestDirectory::new();
    let [original, path] =
        ["one", "two"].map(|name| place.path.join(name).join("deep/".repeat(30)));
    let first = open(&durable(&original, &place));
    remember(&first, "written once");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    copy(&original, &path);
    let second = open(&durable(&path, &place));
    write(&second, "only in the copy");
    assert_eq!(recall(&first), "written once");
}

/// After a move there may be another directory in the old place. The server is started again
/// where its directory is now.
#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_moved_directory_takes_its_server_along() {
    for name in ["data", &"deep/".repeat(30)] {
        let place = TestDirectory::new();
        let [before, after] = ["before", "after"].map(|top| place.path.join(top));
        let first = open(&durable(&before.join(name), &place));
        remember(&first, "moved");
        fs::rename(&before, &after).unwrap();

        let moved = open(&durable(&after.join(name), &place));
        assert_eq!(recall(&moved), "moved");
        let fresh = open(&durable(&before.join(name), &place));
        remember(&fresh, "new");
        assert_eq!(recall(&moved), "moved");
        first.close().expect("another user goes on");
        assert_eq!(recall(&moved), "moved");
        assert_eq!(recall(&fresh), "new", "no other server was stopped");
        moved.close().expect("the server stops");
        assert_eq!(recall(&open(&durable(&before.join(name), &place))), "new");
        drop(fresh);
    }
}

#[test]
fn one_directory_by_two_paths_has_one_server() {
    let place = TestDirectory::new();
    let first = open(&place.settings());
    let by_link = place.path.join("link");
    std::os::unix::fs::symlink(place.data_dir(), &by_link).unwrap();
    let settings = ClusterSettings { data_dir: by_link, ..place.settings() };
    assert_eq!(recall_nothing(&open(&settings)), "1");
    assert_eq!(place.servers().len(), 1);

    let mount = place.path.join("mount");
    fs::create_dir(&mount).unwrap();
    let bind = |words: &[&Path], program: &str| {
        let run = Command::new(program).args(words).output();
        run.is_ok_and(|output| output.status.success())
    };
    if !bind(&["--bind".as_ref(), &place.data_dir(), &mount], "mount") {
        return skip("this user may not mount a directory at a second place");
    }
    let server = place.server();
    let settings = ClusterSettings { data_dir: mount.clone(), ..place.settings() };
    let opened = Cluster::open(&settings).map(|second| recall_nothing(&second));
    let servers = place.servers();
    assert!(bind(&[&mount], "umount"));
    assert_eq!(opened.expect("it is the same one"), "1");
    assert_eq!(servers, [server]);
    drop(first);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_server_whose_socket_was_removed_is_restarted() {
    let place = TestDirectory::new();
    let first = place.open();
    let server = place.server();
    fs::remove_file(place.file("run/.s.PGSQL.5432")).unwrap();
    let next = place.open();
    assert_eq!(recall_nothing(&next), "1");
    assert_ne!(place.server(), server);
    assert_eq!(recall_nothing(&first), "1");
}

#[test]
fn a_path_that_is_not_text_is_a_path() {
    let place = TestDirectory::new();
    let name = std::ffi::OsString::from_vec(b"caf\xe9".to_vec());
    let settings = ClusterSettings { data_dir: place.path.join(name), ..place.settings() };
    let cluster = open(&settings);
    assert_eq!(recall_nothing(&cluster), "1");
    assert_eq!(recall_nothing(&open(&settings)), "1");
}

/// A comma stands between two hosts in a connection string.
#[test]
fn a_path_with_any_sign_is_a_path() {
    for name in ["a,b", "it's", "two words", "a=b", "a\\b", "%41", "@a", "a:b", "日本"] {
        let place = TestDirectory::new();
        let settings = ClusterSettings { data_dir: place.path.join(name), ..place.settings() };
        let cluster = open(&settings);
        let store = Store::connect(&cluster.url(RUNTIME_ROLE, DATABASE), patient());
        let one = statement::<Text>("SELECT '1'").get_result(&mut store.checkout().unwrap());
        assert_eq!(one, Ok("1".to_owned()), "{name}");
    }
}

#[test]
fn a_directory_of_something_else_is_refused_and_left_as_it_is() {
    for name in ["run", "postgres", "postgres.log", "notes"] {
        let place = TestDirectory::new();
        let other = place.file(name).join("mine");
        fs::create_dir_all(&other).unwrap();
        fs::set_permissions(place.file(name), fs::Permissions::from_mode(0o755)).unwrap();
        let before = fs::metadata(place.file(name)).unwrap();
        let refused = Cluster::open(&place.settings());
        assert!(matches!(refused, Err(ClusterError::NotADataDirectory { .. })), "{refused:?}");
        let after = fs::metadata(place.file(name)).unwrap();
        assert_eq!((before.uid(), before.mode()), (after.uid(), after.mode()));
        assert_eq!(fs::read_dir(place.data_dir()).unwrap().count(), 1);
    }
    let place = TestDirectory::new();
    fs::create_dir_all(place.file("lost+found")).unwrap();
    assert_eq!(recall_nothing(&place.open()), "1");
}

#[test]
fn a_path_that_is_no_directory_is_refused() {
    let place = TestDirectory::new();
    let [file, link] = ["file", "link"].map(|name| place.path.join(name));
    fs::write(&file, "mine").unwrap();
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    for path in [&file, &link, &file.join("below")] {
        let settings = ClusterSettings { data_dir: path.clone(), ..place.settings() };
        let refused = Cluster::open(&settings);
        assert!(matches!(refused, Err(ClusterError::NotADirectory { .. })), "{refused:?}");
    }
}

/// The process numbers of a container say nothing outside; here one that has ended does.
#[test]
fn a_killed_user_of_a_copy_leaves_the_original_alone() {
    let place = TestDirectory::new();
    let user = Guest::arrives(&place, &[]);
    let path = place.path.join("copy");
    copy(&place.data_dir(), &path);
    open(&ClusterSettings { data_dir: path, ..place.settings() }).close().expect("it stops");
    assert_eq!(place.servers(), [user.server]);
    user.leaves();
}

fn write(cluster: &Cluster, thought: &str) {
    use diesel::connection::SimpleConnection;
    let update = format!("UPDATE memory SET thought = '{thought}'");
    super::connect(cluster, imprimatur::postgres::OWNER_ROLE).batch_execute(&update).unwrap();
}
