//! A data directory is known by what it is, and not by what its files say or what it is called.

use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::process::Command;

use super::place::{Guest, TestDirectory};
use super::{open, recall, recall_nothing, remember};
use crate::support::tools::skip;
use imprimatur::postgres::{Cluster, ClusterSettings, Durability};

fn durable(data_dir: &Path, place: &TestDirectory) -> ClusterSettings {
    let durability = Durability::Durable;
    ClusterSettings { data_dir: data_dir.to_owned(), durability, ..place.settings() }
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(copied.success());
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

/// After a move there may be another directory in the old place.
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
        // It has removed the socket that it had made, which by now was the other server's.
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
