//! The statements of one publish as the program sends them, sent again by pgbench.
//!
//! They are read from the log of PostgreSQL and not typed here, so they cannot drift
//! from the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use diesel::connection::SimpleConnection;

use super::machine::cpu_of_ended_children;
use crate::seed::log;
use crate::support::Database;

/// A script for pgbench, and the values that do not change.
pub struct Script {
    text: String,
    values: Vec<(String, String)>,
}

/// What one run of pgbench says.
pub struct Run {
    pub per_second: f64,
    /// The processor time of pgbench itself.
    pub client_cpu: Duration,
}

impl Script {
    /// Turns what was logged since `from` into a script, in which each transaction has
    /// a post of its own.
    pub fn of_log(from: u64, post: i64, key: &str) -> Self {
        let log = fs::read(log()).unwrap();
        let log = String::from_utf8_lossy(&log[from as usize..]).into_owned();
        let mut script = Self { text: String::from(NEXT_POST), values: Vec::new() };
        for (statement, parameters) in logged(&log) {
            script.add(&statement, &parameters, &post.to_string(), key);
        }
        script
    }

    fn add(&mut self, statement: &str, parameters: &[Option<String>], post: &str, key: &str) {
        let mut text = statement.to_owned();
        for (index, value) in parameters.iter().enumerate().rev() {
            let replacement = match value.as_deref() {
                None => "NULL".to_owned(),
                Some(value) if value == post => ":post".to_owned(),
                Some(value) if value == key => ":key".to_owned(),
                // A web address ends with the number of its post.
                Some(value) if value.ends_with(post) => {
                    format!("('{}' || :post::text)", value.trim_end_matches(post))
                }
                Some(value) => {
                    let name = format!("value{}", self.values.len());
                    self.values.push((name.clone(), value.to_owned()));
                    format!(":{name}")
                }
            };
            text = text.replace(&format!("${}", index + 1), &replacement);
        }
        self.text.push_str(text.trim());
        self.text.push_str(";\n");
    }

    /// A publish in a schema without guards, lists and people: what PostgreSQL would
    /// cost at the least.
    pub fn bare(database: &Database, posts: i64) -> Self {
        let mut conn = database.as_superuser();
        conn.batch_execute(&BARE_SCHEMA.replace(":posts", &posts.to_string())).unwrap();
        conn.batch_execute("VACUUM ANALYZE").unwrap();
        Self { text: format!("{NEXT_POST}{BARE_PUBLISH}"), values: Vec::new() }
    }

    /// As many round trips in one transaction, with nothing to do: what no program that
    /// sends as many can be below.
    pub fn empty(round_trips: usize) -> Self {
        let nothing = "SELECT 1;\n".repeat(round_trips - 2);
        Self { text: format!("{NEXT_POST}BEGIN;\n{nothing}COMMIT;\n"), values: Vec::new() }
    }

    /// Returns the number of statements.
    pub fn statements(&self) -> usize {
        self.text.matches(";\n").count()
    }

    /// Runs it over so many connections: each post from `first` on once.
    pub fn run(&self, url: &str, first: i64, posts: i64, connections: i64) -> Run {
        let share = posts / connections;
        let path =
            std::env::temp_dir().join(format!("imprimatur-speed-{}.sql", std::process::id()));
        fs::write(&path, &self.text).unwrap();
        let mut command = Command::new(program("pgbench").unwrap());
        command.args(["-n", "-M", "prepared", "-j", "2", "-f"]).arg(&path);
        command.args(["-c", &connections.to_string(), "-t", &share.to_string()]);
        for (name, value) in &self.values {
            command.arg("-D").arg(format!("{name}={value}"));
        }
        for (name, value) in [("first", first), ("share", share), ("n", 0)] {
            command.arg("-D").arg(format!("{name}={value}"));
        }
        let before = cpu_of_ended_children();
        let output = command.arg(url).output().unwrap();
        let client_cpu = cpu_of_ended_children() - before;
        fs::remove_file(&path).unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        assert!(text.contains(&format!("{posts}/{posts}")), "{text}{errors}");
        let (_, rest) = text.split_once("tps = ").unwrap();
        let per_second = rest.split_whitespace().next().unwrap().parse().unwrap();
        Run { per_second, client_cpu }
    }
}

/// Each client goes through posts of its own.
const NEXT_POST: &str =
    "\\set post :first + :client_id * :share + :n\n\\set n :n + 1\n\\set key :post\n";

const BARE_SCHEMA: &str = "
    CREATE TABLE users (id bigint PRIMARY KEY, username text, roles text[], is_active boolean);
    CREATE TABLE sessions (hash bytea PRIMARY KEY, user_id bigint, expires_at timestamptz);
    CREATE TABLE posts (id bigint PRIMARY KEY, author_id bigint, state text, title text, body text,
        published_at timestamptz, published_by bigint, slug text);
    CREATE TABLE history (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, post_id bigint,
        action text, actor_id bigint, key text, at timestamptz);
    INSERT INTO users VALUES (1, 'edith', '{reviewer}', true);
    INSERT INTO sessions VALUES ('\\x01', 1, now() + interval '1 day');
    INSERT INTO posts SELECT n, 2, 'in_review', 'A title', repeat('A text. ', 500)
        FROM generate_series(1, :posts) n;";

const BARE_PUBLISH: &str = "
SELECT u.id, u.username, u.roles, u.is_active FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.hash = '\\x01' AND s.expires_at > now();
BEGIN;
SELECT id, author_id, state, title, body FROM posts WHERE id = :post FOR UPDATE;
UPDATE posts SET state = 'published', published_at = now(), published_by = 1, slug = 's' || :post::text
    WHERE id = :post AND state = 'in_review';
INSERT INTO history (post_id, action, actor_id, key, at) VALUES (:post, 'publish', 1, :key, now());
COMMIT;
";

/// Returns where a program of PostgreSQL or of the path is.
pub fn program(name: &str) -> Option<PathBuf> {
    let bindir = Command::new("pg_config").arg("--bindir").output().ok();
    let bindir = bindir.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let path = std::env::var("PATH").unwrap_or_default();
    let directories = path.split(':').map(str::to_owned).chain(bindir);
    directories
        .chain(["/usr/sbin".to_owned()])
        .map(|directory| Path::new(&directory).join(name))
        .find(|path| path.is_file())
}

/// Returns the statements in the log with their parameters, in order.
fn logged(log: &str) -> Vec<(String, Vec<Option<String>>)> {
    let mut statements: Vec<(String, Vec<Option<String>>)> = Vec::new();
    for entry in entries(log) {
        if let Some((_, statement)) = entry.split_once("LOG:  execute ") {
            let (_, statement) = statement.split_once(": ").unwrap();
            statements.push((statement.to_owned(), Vec::new()));
        } else if let Some((_, statement)) = entry.split_once("LOG:  statement: ") {
            statements.push((statement.to_owned(), Vec::new()));
        } else if let Some((_, values)) = entry.split_once("DETAIL:  parameters: ") {
            statements.last_mut().unwrap().1 = parameters(values);
        }
    }
    statements
}

/// Joins the lines of each entry: all but the first begin with a tab.
fn entries(log: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in log.lines() {
        match (line.strip_prefix('\t'), entries.last_mut()) {
            (Some(more), Some(entry)) => {
                entry.push('\n');
                entry.push_str(more);
            }
            _ => entries.push(line.to_owned()),
        }
    }
    entries
}

/// Reads `$1 = 'a', $2 = NULL`.
fn parameters(text: &str) -> Vec<Option<String>> {
    let mut values = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(" = ") {
        let Some(quoted) = after.strip_prefix('\'') else {
            values.push(None);
            rest = after;
            continue;
        };
        let mut value = String::new();
        let mut characters = quoted.char_indices().peekable();
        let mut end = quoted.len();
        while let Some((index, character)) = characters.next() {
            match character {
                '\'' if characters.peek().is_some_and(|(_, next)| *next == '\'') => {
                    characters.next();
                    value.push('\'');
                }
                '\'' => {
                    end = index + 1;
                    break;
                }
                _ => value.push(character),
            }
        }
        values.push(Some(value));
        rest = &quoted[end..];
    }
    values
}

/// Has PostgreSQL log every statement of the program's role in this database, or no
/// longer.
pub fn log_statements(database: &Database, is_on: bool) {
    let name = &database.name;
    let sql = if is_on {
        format!("ALTER ROLE imprimatur_runtime IN DATABASE {name} SET log_statement = 'all';
                 ALTER ROLE imprimatur_runtime IN DATABASE {name} SET log_min_error_statement = 'panic'")
    } else {
        format!("ALTER ROLE imprimatur_runtime IN DATABASE {name} RESET ALL")
    };
    database.as_superuser().batch_execute(&sql).unwrap();
}

/// Returns how long the log is, once what was logged before is in it.
pub fn logged_bytes() -> u64 {
    // The logger of a private server is the server: an entry is written at once.
    fs::metadata(log()).unwrap().len()
}
