//! The private database is reached whatever libpq's environment says.

use std::fs;

use super::place::TestDirectory;
use crate::edges::command_line::program::{bare, finished};
use crate::support::Program;
use crate::support::running::Running;

/// Everything in PostgreSQL's documentation of the environment, with values that hurt.
const VARIABLES: &[(&str, &str)] = &[
    ("PGHOST", "nowhere.invalid"),
    ("PGHOSTADDR", "192.0.2.1"),
    ("PGPORT", "1"),
    ("PGDATABASE", "other"),
    ("PGUSER", "mallory"),
    ("PGPASSWORD", "secret"),
    ("PGPASSFILE", "/nowhere"),
    ("PGREQUIREAUTH", "scram-sha-256"),
    ("PGCHANNELBINDING", "require"),
    ("PGSERVICE", "other"),
    ("PGSERVICEFILE", "/nowhere"),
    ("PGSYSCONFDIR", "/nowhere"),
    ("PGOPTIONS", "-c default_transaction_read_only=on"),
    ("PGAPPNAME", "other"),
    ("PGSSLMODE", "require"),
    ("PGREQUIRESSL", "1"),
    ("PGSSLNEGOTIATION", "direct"),
    ("PGSSLCERTMODE", "require"),
    ("PGSSLROOTCERT", "system"),
    ("PGREQUIREPEER", "mallory"),
    ("PGGSSENCMODE", "require"),
    ("PGMINPROTOCOLVERSION", "latest"),
    ("PGMAXPROTOCOLVERSION", "9"),
    ("PGCONNECT_TIMEOUT", "abc"),
    ("PGCLIENTENCODING", "SJIS"),
    ("PGTARGETSESSIONATTRS", "read-only"),
    ("PGLOADBALANCEHOSTS", "abc"),
    ("PGDATESTYLE", "german"),
    ("PGTZ", "Asia/Tokyo"),
    ("PGGEQO", "off"),
    ("PGDATA", "/nowhere"),
    ("PGLOCALEDIR", "/nowhere"),
];

#[test]
fn no_variable_of_libpq_reaches_the_private_database() {
    let place = TestDirectory::new();
    let _user = place.open();
    let run = |variables: &[(&str, &str)]| {
        let mut command = bare();
        command.args(["user", "list", "--data-dir"]).arg(place.data_dir());
        command.envs(variables.iter().copied());
        finished(command.output().unwrap())
    };
    for variable in VARIABLES {
        let run = run(&[*variable]);
        assert_eq!(run.code, 0, "{variable:?}: {}", run.stderr);
    }
}

#[test]
fn no_variable_of_libpq_reaches_a_server() {
    let place = TestDirectory::new();
    let data = place.data_dir();
    let words = ["--data-dir", data.to_str().unwrap()];
    let served = Running::by(bare(), VARIABLES, &words);
    Program::with(served.address, "").get("/").expect(200);
    served.stop();
    place.becomes_quiet();
}

/// Also the programs that make a new one, and a service file and a password file at home.
#[test]
#[ignore = "slow: .ci/run runs it"]
fn no_variable_of_libpq_reaches_a_new_private_database() {
    let place = TestDirectory::new();
    let home = place.path.join("home");
    fs::create_dir(&home).unwrap();
    fs::write(home.join(".pg_service.conf"), "[other]\nhost=192.0.2.1\n").unwrap();
    fs::write(home.join(".pgpass"), "*:*:*:*:secret\n").unwrap();
    let mut command = bare();
    command.args(["migrate", "--data-dir"]).arg(place.data_dir());
    command.env("HOME", &home).envs(VARIABLES.iter().copied());
    let run = finished(command.output().unwrap());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let rules = fs::read_to_string(place.file("postgres/pg_hba.conf")).unwrap();
    let rules = rules.lines().filter(|line| line.starts_with("host"));
    assert!(rules.clone().all(|rule| rule.trim_end().ends_with("reject")), "{rules:?}");
    place.becomes_quiet();
}
