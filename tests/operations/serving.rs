//! What `serve` accepts, refuses and says before it serves.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::edges::command_line::program::{
    Run, bare, ended, finished, program, run, within_a_minute,
};
use crate::support::{Database, World};
use imprimatur::demo;

/// Runs `serve`, which is expected to refuse.
#[track_caller]
fn refused(database: &Database, words: &[&str]) -> Run {
    let words = [&["--listen", "127.0.0.1:0"], words].concat();
    run(database, &words)
}

/// Runs `serve` until it has said so many lines, and returns them.
fn first_lines(database: &Database, words: &[&str], lines: usize) -> Vec<String> {
    first_lines_with(database, words, &[], lines)
}

fn first_lines_with(
    database: &Database,
    words: &[&str],
    variables: &[(&str, &str)],
    lines: usize,
) -> Vec<String> {
    let mut command = program(database);
    command.envs(variables.iter().copied()).args(words);
    until_served(command, lines).0
}

/// Runs a command until it has said so many lines, and returns them and what it warned of.
fn until_served(mut command: Command, lines: usize) -> (Vec<String>, String) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let said = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let said = within_a_minute(child.id(), || said.take(lines).collect());
    child.kill().unwrap();
    (said, String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap())
}

/// Runs `serve` until it says where it is, and returns that.
fn address_of(database: &Database, words: &[&str]) -> String {
    address_with(database, words, &[])
}

/// Does the same with these variables.
fn address_with(database: &Database, words: &[&str], variables: &[(&str, &str)]) -> String {
    let said = first_lines_with(database, words, variables, 1);
    said.first().expect("it serves").trim_start_matches("Imprimatur is at ").to_owned()
}

#[test]
fn a_start_prints_the_address_and_how_to_sign_in() {
    let database = Database::new();
    demo::load(&database.store()).unwrap();
    let said = first_lines(&database, &["--listen", "127.0.0.1:0"], 7);
    assert_eq!(said.len(), 7, "{said:?}");
    assert!(said[0].starts_with("Imprimatur is at http://127.0.0.1:"), "{said:?}");
    assert_eq!(said[1], format!("Sign in with the password {} as", demo::PASSWORD));
    for (name, roles) in [("alice", "author"), ("edith", "reviewer"), ("stan", "staff")] {
        let line = said[2..].iter().find(|line| line.trim_start().starts_with(name));
        assert!(line.is_some_and(|line| line.ends_with(roles)), "{name}: {said:?}");
    }
}

#[test]
fn demo_accounts_are_served_to_this_machine_only() {
    let database = Database::new();
    demo::load(&database.store()).unwrap();
    let outside: &[&[&str]] = &[
        &["--listen", "0.0.0.0:0"],
        &["--listen", "[::]:0"],
        &["--listen", "127.0.0.1:0", "--behind-proxy"],
        &["--listen", "127.0.0.1:0", "--public-url", "https://imprimatur.example"],
        &["--listen", "127.0.0.1:0", "--public-url", "http://localhost.example"],
        &["--listen", "127.0.0.1:0", "--public-url", "http://192.0.2.1:8080"],
    ];
    for words in outside {
        let said = run(&database, words).expect(1).stderr;
        assert!(said.contains("--serve-demo-accounts") && said.contains("stan"), "{said}");
        let words = [words, &["--serve-demo-accounts"][..]].concat();
        assert!(address_of(&database, &words).starts_with("http"));
    }
    for public_url in
        ["http://localhost:1", "http://127.9.9.9", "http://[::1]:80", "http://a.localhost"]
    {
        let words = ["--listen", "127.0.0.1:0", "--public-url", public_url];
        assert!(address_of(&database, &words).starts_with("http"), "{public_url}");
    }
    // Accounts with passwords of their own are nobody else's business.
    let world = World::new();
    address_of(&world.database, &["--listen", "0.0.0.0:0"]);
}

#[test]
fn a_public_url_is_an_origin_and_nothing_else() {
    let database = Database::new();
    for (given, origin) in [
        ("https://example.org", "https://example.org"),
        ("https://example.org/", "https://example.org"),
        ("HTTPS://Example.ORG", "https://example.org"),
        ("https://example.org:443", "https://example.org"),
        ("https://example.org:8443/", "https://example.org:8443"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://192.0.2.1", "http://192.0.2.1"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://news_room.example", "https://news_room.example"),
    ] {
        let words = ["--listen", "127.0.0.1:0", "--public-url", given];
        assert_eq!(address_of(&database, &words), origin, "{given}");
    }
    for wrong in [
        "https://example.org/news",
        "https://example.org//",
        "https://example.org/?",
        "https://example.org?q",
        "https://example.org#top",
        "https://user:secret@example.org",
        "https://user@example.org",
        "https://@example.org",
        "https://example.org:99999",
        "https://example.org:0",
        "https://example.org:",
        "https://example.org:http",
        "https://[::1",
        "https://::1",
        "https://-",
        "https://.",
        "https://a..b",
        "https://ex%61mple.org",
        "https://127.1",
        "https://0x7f000001",
        "https:/example.org",
        "https:example.org",
        "https:\\\\example.org",
        "https://example.org\\news",
        "//example.org",
        "example.org",
        "ftp://example.org",
        "javascript://example.org",
        "https://exa\u{a0}mple.org",
        " https://example.org",
        "https://",
    ] {
        let said = refused(&database, &["--public-url", wrong]).expect(2).stderr;
        assert!(said.contains("--public-url") && !said.contains("secret"), "{wrong}: {said}");
    }
}

#[test]
fn an_address_to_listen_on_is_written_in_every_usual_way() {
    let database = Database::new();
    for address in ["0", ":0", "localhost:0", "127.0.0.1:0", "0.0.0.0:0"] {
        let at = address_of(&database, &["--listen", address]);
        assert!(at.starts_with("http://127.0.0.1:"), "{address}: {at}");
    }
    for wrong in ["localhost", "127.0.0.1", "127.0.0.1:70000", "8080x", "::1", "nowhere.invalid:1"]
    {
        // With the command's name and without it, the same error.
        for words in [&["serve", "--listen", wrong][..], &["--listen", wrong]] {
            let said = run(&database, words).expect(2).stderr;
            assert!(said.contains("--listen") && said.contains("such as 127.0.0.1:8080"), "{said}");
        }
    }
    let said = run(&database, &["--listn", "8080"]).expect(2).stderr;
    assert!(said.contains("'--listen'"), "{said}");
    let said = run(&database, &["migrte"]).expect(2).stderr;
    assert!(said.contains("'migrate'"), "{said}");
}

#[test]
fn options_that_do_not_fit_together_are_warned_about() {
    let database = Database::new();
    let here = ["serve", "--listen", "127.0.0.1:0"];
    let at = |url: &'static str| [&here[..], &["--public-url", url]].concat();
    for (words, warned) in [
        (vec!["serve", "--listen", "0.0.0.0:0"], "its links point to this machine"),
        (vec!["serve", "--listen", "[::]:0"], "its links point to this machine"),
        (at("http://imprimatur.example"), "sends passwords unencrypted"),
        (at("https://imprimatur.example"), "without --behind-proxy"),
        ([&at("https://imprimatur.example")[..], &["--behind-proxy"]].concat(), ""),
        (here.to_vec(), ""),
        (at("http://localhost:8080"), ""),
    ] {
        let mut command = program(&database);
        command.args(&words);
        let (said, log) = until_served(command, 1);
        assert_eq!(said.len(), 1, "it serves: {log}");
        let warnings: Vec<&str> = log.lines().filter(|line| line.contains("WARN")).collect();
        assert_eq!(warnings.len(), usize::from(!warned.is_empty()), "{words:?}: {log}");
        assert!(log.contains(warned), "{words:?}: {log}");
    }
}

#[test]
fn no_error_holds_a_password() {
    for url in [
        "postgres:/u:s3cret@h/db",
        "\"postgres://u:s3cret@h/db\"",
        "'postgres://u:s3cret@h/db'",
        "postgres://u:s3/cret@h/db",
        "postgres://u:cret@s3cret@h/db",
        "postgres://u:s3cret@127.0.0.1:1/db",
        "postgres://u:s3cret@127.0.0.1:1x/db",
        "postgres://u@127.0.0.1:1/db?password=s3cret",
        "postgres://u@127.0.0.1:1/db?pasword=s3cret",
        "mysql://u:s3cret@h/db",
        "host=127.0.0.1 port=1 pasword=s3cret",
        "host=127.0.0.1 port=1 password=s3cret",
        "host=127.0.0.1 port=1 password='s3cret",
        "s3cret",
    ] {
        for owner in [None, Some(url)] {
            let mut command = bare();
            command.args(["migrate"]).env("DATABASE_URL", url);
            if let Some(owner) = owner {
                command.env("DATABASE_OWNER_URL", owner);
            }
            let run = finished(command.output().unwrap());
            assert!(run.code == 2 || run.code == 8, "{url}: {}", run.code);
            assert!(!run.stderr.contains("cret"), "{url}: {}", run.stderr);
        }
    }
}

#[test]
fn an_empty_variable_is_like_none() {
    let database = Database::new();
    let mut command = program(&database);
    command.env("IMPRIMATUR_DATA_DIR", "").env("IMPRIMATUR_PUBLIC_URL", "").args(["user", "list"]);
    finished(command.output().unwrap()).expect(0);
    let variable = [("IMPRIMATUR_PUBLIC_URL", "")];
    let at = address_with(&database, &["--listen", "127.0.0.1:0"], &variable);
    assert!(at.starts_with("http://127.0.0.1:"), "{at}");
}

/// A script whose variable is not set must not write to another place than it names.
#[test]
fn an_empty_option_is_refused() {
    let database = Database::new();
    for words in [
        &["user", "list", "--data-dir", ""][..],
        &["--data-dir=", "user", "list"],
        &["serve", "--listen", "127.0.0.1:0", "--public-url", ""],
        &["serve", "--public-url=", "--listen", "127.0.0.1:0"],
        &["import", ".", "--as", "alice", "--name", ""],
    ] {
        let said = finished(ended(program(&database).args(words))).expect(2).stderr;
        assert!(said.contains("is empty: give a value, or leave it out."), "{words:?} {said}");
        assert_eq!(said.trim().lines().count(), 1, "{said}");
    }
}

#[test]
fn two_urls_of_different_databases_are_refused() {
    let [one, other] = [(); 2].map(|()| Database::new());
    for words in [&["verify"][..], &["migrate"], &["serve", "--listen", "127.0.0.1:0"]] {
        let mut command = program(&one);
        command.env("DATABASE_OWNER_URL", other.owner_url()).args(words);
        let said = finished(ended(&mut command)).expect(1).stderr;
        assert!(said.contains("name different databases"), "{said}");
    }
}

/// What sets it is named, so that the remedy is one.
#[test]
fn a_session_without_triggers_is_refused_with_what_ends_it() {
    let database = Database::new();
    let name = &database.name;
    // Those of a role in every database would be those of other tests.
    for of in [format!("ROLE imprimatur_runtime IN DATABASE {name}"), format!("DATABASE {name}")] {
        let [set, reset] =
            ["SET", "RESET"].map(|verb| format!("ALTER {of} {verb} session_replication_role"));
        database.db_sabotage(&format!("{set} = replica"));
        for words in [&["user", "list"][..], &["migrate"], &["serve", "--listen", "127.0.0.1:0"]] {
            let mut command = program(&database);
            command.args(words);
            let said = finished(ended(&mut command)).expect(1).stderr;
            assert!(said.contains(&format!("not origin ({reset})")), "{said}");
        }
        database.db_sabotage(&reset);
        finished(ended(program(&database).args(["user", "list"]))).expect(0);
    }
}
