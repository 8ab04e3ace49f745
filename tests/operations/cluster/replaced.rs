//! Another data directory in the place of one whose server runs: a backup that is put back, or a
//! copy. PostgreSQL finds some of its files by path, and would write into the other one.

use std::fs;
use std::path::{Path, PathBuf};

use super::copies::{copy, durable};
use super::place::{Guest, TestDirectory, eventually, is_deleted};
use super::supervision::Served;
use super::{forget, open, recall, recall_nothing, remember};
use crate::support::processes::Process;

/// Makes a database that remembers to be a backup, and returns where its copy is.
fn backup(place: &TestDirectory) -> PathBuf {
    let original = open(&durable(&place.data_dir(), place));
    remember(&original, "backup");
    original.close().expect("the server stops");
    let backup = place.path.join("backup");
    copy(&place.data_dir(), &backup);
    backup
}

/// Takes a data directory away, and puts the backup in its place.
fn replace(data_dir: &Path, backup: &Path, is_moved: bool) {
    if is_moved {
        fs::rename(data_dir, data_dir.with_file_name("old")).unwrap();
    } else {
        is_deleted(data_dir);
    }
    copy(backup, data_dir);
}

#[test]
fn a_server_whose_directory_was_replaced_does_not_write_into_the_new_one() {
    for is_moved in [true, false] {
        let place = TestDirectory::new();
        let data_dir = place.data_dir();
        let backup = backup(&place);
        let first = open(&durable(&data_dir, &place));
        forget(&first);
        remember(&first, "old");
        replace(&data_dir, &backup, is_moved);
        let next = open(&durable(&data_dir, &place));
        assert_eq!(place.servers().len(), 1, "the other one was ended before");
        assert_eq!(recall(&next), "backup");
        forget(&next);
        remember(&next, "new");
        first.close().expect("it has nothing to stop");
        next.close().expect("the server stops");
        place.becomes_quiet();
        assert_eq!(recall(&open(&durable(&data_dir, &place))), "new");
        if is_moved {
            let old = data_dir.with_file_name("old");
            assert_eq!(recall(&open(&durable(&old, &place))), "old", "nothing saved was lost");
        }
    }
}

#[test]
fn a_killed_user_leaves_no_server_that_writes_into_what_is_there_now() {
    let place = TestDirectory::new();
    let backup = backup(&place);
    let guest = Guest::arrives(&place, &[]);
    replace(&place.data_dir(), &backup, true);
    guest.gets_killed();
    place.becomes_quiet();
    assert_eq!(recall(&open(&durable(&place.data_dir(), &place))), "backup");
}

/// Otherwise what people are told was saved would be in one directory, and what they see in
/// the other.
#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_program_whose_directory_was_replaced_ends_and_says_so() {
    for is_moved in [true, false] {
        let place = TestDirectory::new();
        Served::from(&place).log_after_end();
        let backup = place.path.join("backup");
        copy(&place.data_dir(), &backup);
        let served = Served::from(&place);
        let server = place.server();
        replace(&place.data_dir(), &backup, is_moved);
        let (code, log) = served.end();
        assert_ne!(code, Some(0), "{log}");
        assert!(log.contains("another directory is at"), "{log}");
        eventually("its server is gone", || Process::find(server).is_none());
        place.becomes_quiet();
        assert_eq!(recall_nothing(&open(&durable(&place.data_dir(), &place))), "1");
    }
}
