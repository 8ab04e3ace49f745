//! The command line goes through the same door, and a script can tell from the
//! exit code which layer answered.

mod documents;
mod import;
pub mod program;
mod texts;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use diesel::connection::SimpleConnection;
use imprimatur::domain::State;
use program::{bare, finished, program, run, run_with};

use crate::support::{Database, World};

const MANUSCRIPT: &str = "# On restraint\n\nFirst words.\n";

#[test]
fn a_post_goes_from_file_to_archive() {
    let world = World::new();
    let on = &world.database;
    let create = ["post", "create", "-", "--as", "alice", "--summary", "Less."];
    let created = run_with(on, &create, MANUSCRIPT).expect(0);
    assert_eq!(created.stdout, "post 1 revision 1 draft\n");
    let step = |words: &str| {
        let words: Vec<&str> = words.split(' ').collect();
        run(on, &words).expect(0).stdout
    };
    assert_eq!(step("post submit 1 --as alice --revision 1"), "post 1 revision 1 in_review\n");
    assert_eq!(
        step("post publish 1 --as edith --revision 1"),
        "post 1 revision 1 published at /posts/on-restraint\n"
    );
    assert_eq!(step("post list"), "1\tpublished\trevision 1\tAlice\tOn restraint\n");
    assert_eq!(
        step("post archive 1 --as stan --revision 1 --reason Old."),
        "post 1 revision 1 archived\n"
    );
    assert_eq!(step("post list"), "");
    assert_eq!(step("post list --as stan").lines().count(), 1);
    let post = world.post(imprimatur::domain::PostId(1));
    assert_eq!(post.state(), State::Archived);
    assert_eq!(post.current.content.parts(), ["On restraint", "Less.", "First words."]);
}

#[test]
fn an_account_that_does_not_exist_is_named() {
    let world = World::new();
    for words in [
        "user deactivate ghost --as stan --reason x",
        "user rename ghost --display-name Ghost --as stan --reason x",
        "user reset-password ghost --as stan --reason x",
        "role grant ghost author --as stan --reason x",
        "role revoke ghost author --as stan --reason x",
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        let answer = run(&world.database, &words).expect(6);
        assert!(answer.stderr.contains("No account \"ghost\"."), "{words:?}: {}", answer.stderr);
        assert!(answer.stderr.contains("user list"), "{words:?}: {}", answer.stderr);
    }
}

/// A nightly check whose disk is not there would find that all is well.
#[test]
fn a_command_makes_no_database_where_it_needs_one() {
    let directory = std::env::temp_dir().join(format!("imprimatur-none-{}", std::process::id()));
    for words in [
        "verify",
        "user list",
        "user deactivate alice --as stan --reason x",
        "role grant alice author --as stan --reason x",
        "post list",
        "post list --as alice",
        "post show 1",
        "post submit 1 --as alice --revision 1",
        "import . --as alice",
    ] {
        let mut command = bare();
        command.args(words.split(' ')).arg("--data-dir").arg(&directory);
        let answer = finished(command.output().unwrap()).expect(8);
        assert!(answer.stderr.contains("there is no database in"), "{words}: {}", answer.stderr);
        assert!(!directory.exists(), "{words} made a directory");
    }
}

#[test]
fn a_data_directory_that_cannot_be_used_is_the_same_failure_for_every_command() {
    let no_directory = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    for words in ["serve --listen 127.0.0.1:0", "migrate", "verify", "user list", "post show 1"] {
        let mut command = bare();
        command.args(words.split(' ')).args(["--data-dir", no_directory]);
        let answer = finished(command.output().unwrap()).expect(8);
        assert!(answer.stderr.starts_with("database: "), "{words}: {}", answer.stderr);
    }
}

#[test]
fn what_cannot_be_printed_is_a_failure() {
    let world = World::new();
    for words in
        ["--help", "--version", "serve --help", "post create --help", "user list", "verify"]
    {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let run = program(&world.database).args(words.split(' ')).stdout(full).output().unwrap();
        let run = finished(run).expect(1);
        assert!(run.stderr.contains("No space left on device"), "{words}: {}", run.stderr);
    }
}

#[test]
fn the_same_key_answers_with_the_first_outcome() {
    let world = World::new();
    let post = world.in_review().to_string();
    let publish = ["post", "publish", &post, "--as", "edith", "--revision", "1", "--key", "once"];
    let first = run(&world.database, &publish).expect(0).stdout;
    assert_eq!(run(&world.database, &publish).expect(0).stdout, first);
    assert_eq!(world.db_history(imprimatur::domain::PostId(1)).len(), 3);
    let other = ["post", "publish", &post, "--as", "edith", "--revision", "2", "--key", "once"];
    run(&world.database, &other).expect(2);
}

/// A header writes a key with or without quotation marks, and the key is the same.
#[test]
fn a_key_in_quotation_marks_is_the_key_on_every_interface() {
    let world = World::new();
    let create = |key: &str| {
        let words = ["post", "create", "-", "--as", "alice", "--key", key];
        run_with(&world.database, &words, MANUSCRIPT)
    };
    let first = create("k2").expect(0).stdout;
    assert_eq!(create("\"k2\"").expect(0).stdout, first);
    assert_eq!(world.db_count("posts"), 1);
    for broken in ["\"k2", "\"\"", "\"k 2\"", "\"k2\"x", "\"a\", \"b\""] {
        create(broken).expect(2);
    }
}

#[test]
fn an_import_of_no_folder_says_why() {
    let world = World::new();
    for (path, why) in [
        ("nope", "No such file or directory"),
        ("Cargo.toml", "it is no folder (`post create` takes a file)"),
    ] {
        let run = run(&world.database, &["import", path, "--as", "alice"]).expect(2);
        assert!(run.stderr.contains(&format!("Cannot import {path}: {why}")), "{}", run.stderr);
    }
}

/// A refusal on the command line has the exit code of its layer, says why on
/// standard error, says nothing on standard output and changes nothing.
#[test]
fn every_layer_has_its_exit_code() {
    let world = World::new();
    world.in_review();
    let before = world.db_everything();
    let refused = [
        (2, "usage", "post publish 1 --as edith"),
        (2, "usage", "post publish 1 --revision 1"),
        (2, "usage", "post publish one --as edith --revision 1"),
        (2, "usage", "post create missing.md --as alice"),
        (2, "usage", "user create mona --display-name Mona"),
        (2, "usage", "user deactivate edith --as stan"),
        (2, "usage", "role grant edith king --as stan --reason x"),
        (2, "input", "post publish 1 --as edith --revision 1 --key ä"),
        (2, "input", "role grant édith author --as stan --reason x"),
        (3, "authentication", "post publish 1 --as nobody --revision 1"),
        (3, "authentication", "user password edith --as nobody --password-stdin"),
        (4, "permission", "post publish 1 --as alice --revision 1"),
        (4, "permission", "role grant alice staff --as alice --reason x"),
        (5, "policy", "post publish 1 --as edith --revision 7"),
        (5, "policy", "post archive 1 --as stan --revision 1"),
        (5, "policy", "user deactivate stan --as stan --reason x"),
        (5, "policy", "user deactivate edith --as stan --reason \u{3000}"),
        (5, "policy", "role grant edith author --as stan --reason "),
        (5, "policy", "post request-changes 1 --as edith --revision 1 --note "),
        (6, "visibility", "post publish 99 --as edith --revision 1"),
        (6, "visibility", "role grant nobody author --as stan --reason x"),
    ];
    for (code, layer, words) in refused {
        let run = run(&world.database, &words.split(' ').collect::<Vec<_>>());
        assert_eq!(run.code, code, "{words}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{words}");
        // What clap refuses has its own words.
        let says_so = run.stderr.starts_with(&format!("{layer}: "));
        assert!(says_so || layer == "usage", "{words}: {}", run.stderr);
    }
    assert_eq!(world.db_everything(), before);
    let reasons =
        run(&world.database, &["post", "archive", "1", "--as", "stan", "--revision", "7"]);
    for code in ["[not-published]", "[stale-revision]", "[reason-missing]"] {
        assert!(reasons.stderr.contains(code), "{}", reasons.stderr);
    }
}

#[test]
fn a_broken_invariant_becomes_an_incident() {
    let world = World::new();
    world.in_review();
    world
        .database
        .as_owner()
        .batch_execute(
            "CREATE TRIGGER nothing_is_printed_today BEFORE UPDATE ON posts
             FOR EACH ROW EXECUTE FUNCTION refuse('Not today.')",
        )
        .unwrap();
    let publish = ["post", "publish", "1", "--as", "edith", "--revision", "1"];
    let run = run(&world.database, &publish).expect(7);
    assert!(run.stderr.contains("invariant: "), "{}", run.stderr);
    assert!(run.stderr.contains("nothing_is_printed_today"), "{}", run.stderr);
    assert_eq!(world.db_incidents(), ["nothing_is_printed_today"]);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_first_account_is_staff_and_creates_the_others() {
    let database = Database::empty();
    run(&database, &["user", "list"]).expect(1);
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let applied = format!("Applied {} migrations.\n", migrations.read_dir().unwrap().count());
    assert_eq!(run(&database, &["migrate"]).expect(0).stdout, applied);
    assert_eq!(run(&database, &["migrate"]).expect(0).stdout, "Nothing to migrate.\n");
    let create = |words: &str, password: &str| {
        let mut words: Vec<&str> = words.split(' ').collect();
        words.extend(["--password-stdin"]);
        run_with(&database, &words, password).code
    };
    let password = "granite otter violin\n";
    assert_eq!(create("user create ada --display-name Ada --role author", password), 5);
    assert_eq!(create("user create ada --display-name Ada --role staff", "short\n"), 2);
    assert_eq!(create("user create ada --display-name Ada --role staff", password), 0);
    assert_eq!(create("user create bea --display-name Bea --role staff", password), 5);
    assert_eq!(create("user create bea --display-name Bea --role author --as ada", password), 0);
    assert_eq!(create("user create bea --display-name Bea --as ada", password), 2);
    for words in [
        "role grant bea staff --as ada --reason Trusted.",
        "role revoke bea author --as ada --reason Promoted.",
        "user deactivate ada --as bea --reason Gone.",
        "user reactivate ada --as bea --reason Back.",
        "user deactivate ada --as bea --reason Gone.",
    ] {
        run(&database, &words.split(' ').collect::<Vec<_>>()).expect(0);
    }
    assert_eq!(create("user password bea --as bea", "another long password\n"), 0);
    // A link instead of a password: whoever prints it does not know the password.
    let link = |words: &str| {
        let said = run(&database, &words.split(' ').collect::<Vec<_>>()).expect(0).stdout;
        said.lines().last().unwrap().to_owned()
    };
    let first = link("user create cleo --display-name Cleo --as bea --link");
    let second = link("user reset-password cleo --as bea --reason Lost.");
    assert!(first.starts_with("/set-password?link=") && second.starts_with("/set-password?link="));
    assert_ne!(first, second);
    run(&database, &["user", "create", "dan", "--display-name", "Dan", "--link"]).expect(2);
    run(&database, &["user", "reset-password", "bea", "--as", "bea", "--reason", "Why not."])
        .expect(5);
    run(&database, &["user", "deactivate", "cleo", "--as", "bea", "--reason", "Gone."]).expect(0);
    let list = run(&database, &["user", "list"]).expect(0).stdout;
    assert_eq!(
        list,
        "ada\tdeactivated\tstaff\tAda\nbea\tactive\tstaff\tBea\ncleo\tdeactivated\t\tCleo\n"
    );
    run(&database, &["verify"]).expect(0);
}

#[test]
fn verify_reports_broken_rows_and_fails() {
    let world = World::new();
    world.published();
    let clean = run(&world.database, &["verify"]).expect(0);
    assert!(clean.stdout.contains("checks passed (1 post, "), "{}", clean.stdout);
    world
        .database
        .as_superuser()
        .batch_execute(
            "SET session_replication_role = replica;
             DELETE FROM history WHERE entered = 'published'",
        )
        .unwrap();
    let broken = run(&world.database, &["verify"]).expect(1);
    assert!(
        broken.stdout.starts_with(
            "post_state_is_recorded: The state of a post is in its history.\n- post 1: "
        ),
        "{}",
        broken.stdout
    );
}

#[test]
fn an_unreachable_database_is_unavailable() {
    let words = ["post", "list"];
    let gone = "postgres://somebody@127.0.0.1:1/none";
    let run = finished(bare().env("DATABASE_URL", gone).args(words).output().unwrap());
    assert!(run.expect(8).stderr.starts_with("database: "));
    let run = finished(bare().env("DATABASE_OWNER_URL", gone).args(words).output().unwrap());
    run.expect(2);
}

#[test]
fn a_runtime_role_that_owns_the_tables_is_warned_about() {
    let database = Database::new();
    let run = |mut command: Command| finished(command.arg("migrate").output().unwrap()).expect(0);
    assert!(!run(program(&database)).stderr.contains("cannot protect"));
    let mut alone = bare();
    alone.env("DATABASE_URL", database.owner_url());
    assert!(run(alone).stderr.contains("cannot protect"));
}

#[test]
fn a_server_prints_its_address_and_stops_on_sigterm() {
    let world = World::new();
    // Somebody else has migrated: the runtime role alone is enough to serve.
    let mut command = program(&world.database);
    command.env_remove("DATABASE_OWNER_URL");
    command.args(["serve", "--listen", "127.0.0.1:0"]);
    let mut server = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().rsplit("http://").next().unwrap().to_owned();
    let mut browser = crate::support::Browser::new(address.parse().unwrap());
    browser.get("/").expect(200);
    // `serve` is what happens without a command, with its options or without.
    for words in [&["serve", "--listen", &address][..], &["--listen", &address]] {
        let taken = run(&world.database, words).expect(1);
        assert!(taken.stderr.contains("already in use"), "{}", taken.stderr);
    }
    for url in ["https://", "https:///x", "https://a b", "https://a\nb", "ftp://a"] {
        let refused = run(&world.database, &["--listen", "127.0.0.1:0", "--public-url", url]);
        assert!(refused.expect(2).stderr.contains("--public-url"), "{url:?}");
    }
    crate::support::processes::signal(server.id(), libc::SIGTERM);
    let run = finished(server.wait_with_output().unwrap()).expect(0);
    assert!(!run.stderr.contains("cannot protect"), "{}", run.stderr);
}
