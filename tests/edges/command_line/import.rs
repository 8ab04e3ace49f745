//! A folder becomes drafts: every file exactly once, however often a run is
//! killed, and nothing is lost without a word.

mod real_texts;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use imprimatur::domain::{PostId, Role, State};
use imprimatur::policies::accounts::AccountChange;
use serde_json::{Value, json};

use super::documents::{document, error};
use super::program::{Run, finished, program, run};
use crate::support::World;
use crate::support::world::revise;

/// A folder that is gone when the test is over.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        let name = format!("import-{}", uuid::Uuid::new_v4());
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name).join("posts");
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn import(&self, world: &World, more: &[&str]) -> Run {
        let folder = self.0.to_str().unwrap();
        run(&world.database, &[&["import", folder, "--as", "alice"], more].concat())
    }

    /// The report of a run in JSON, which must end with this exit code.
    #[track_caller]
    pub fn report(&self, world: &World, more: &[&str], code: i32) -> Value {
        let run = self.import(world, &[more, &["--json"]].concat());
        assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
        let report = document(&run.stdout);
        if code == 0 {
            assert_eq!(run.stderr, "");
        } else {
            let failure = error(run, code);
            assert!(failure["detail"].as_str().unwrap().contains("refused"), "{failure}");
        }
        report
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0.parent().unwrap());
    }
}

/// What a report says of a file.
#[track_caller]
fn of<'a>(report: &'a Value, path: &str) -> &'a Value {
    let files = report["files"].as_array().unwrap();
    files.iter().find(|file| file["path"] == path).unwrap_or_else(|| panic!("{path}: {report}"))
}

fn titles(world: &World) -> Vec<String> {
    let posts = 1..=world.db_count("posts");
    let mut titles: Vec<String> =
        posts.map(|id| world.post(PostId(id)).title().to_owned()).collect();
    titles.sort();
    titles
}

#[test]
fn jekyll_and_hugo_files_become_drafts_and_the_report_lists_ignored_fields() {
    let world = World::new();
    let folder = Folder::new();
    folder.write(
        "2024-05-01-on-rest.md",
        "---\nlayout: post\ndate: 2024-05-01 10:00:00 +0200\nexcerpt: >\n  Why\n  rest.\ntags: \
         [a, b]\n---\nRest.\n",
    );
    folder.write(
        "deep/er/hugo.markdown",
        "+++\ntitle = \"On \\\"work\\\"\"\ndescription = \"Why work.\"\nslug = \"work\"\ndraft = \
         true\n+++\n{{< figure >}} Work.\n",
    );
    folder.write("json.md", "{\n\"title\": \"On play\", \"summary\": \"Why.\"}\n\nPlay.\n");
    folder.write("plain.md", "\u{feff}# On plainness\r\n\r\nPlain.\r\n");
    folder.write("nameless.md", "Nothing but words, and {{ page.title }}.\n");
    folder.write("image.png", "no text");
    for skipped in ["_site/a.md", "public/a.md", "node_modules/a.md", ".git/a.md", "_index.md"] {
        folder.write(skipped, "# Not this\n");
    }
    fs::write(folder.0.parent().unwrap().join("outside.md"), "# Not this\n").unwrap();
    symlink(folder.0.parent().unwrap(), folder.0.join("out")).unwrap();
    symlink(folder.0.parent().unwrap().join("outside.md"), folder.0.join("out.md")).unwrap();
    symlink("/dev/zero", folder.0.join("endless.md")).unwrap();

    let before = world.db_everything();
    let dry = folder.report(&world, &["--dry-run"], 0);
    assert_eq!(dry["counts"]["would_be_imported"], 5, "{dry}");
    assert_eq!(world.db_everything(), before, "a dry run changes nothing");

    let report = folder.report(&world, &[], 0);
    let counts = json!({"imported": 5, "would_be_imported": 0, "already_there": 0, "refused": 0, "not_tried": 0});
    assert_eq!(report["counts"], counts, "{report}");
    assert_eq!((&report["name"], &report["other_files"]), (&json!("posts"), &json!(1)));
    let skipped = report["skipped"].as_array().unwrap();
    let skipped: Vec<&str> = skipped.iter().map(|it| it["path"].as_str().unwrap()).collect();
    assert_eq!(
        skipped,
        [".git", "_index.md", "_site", "endless.md", "node_modules", "out", "out.md", "public"]
    );
    let post = |path: &str| {
        let post = world.post(PostId(of(&report, path)["post"].as_i64().unwrap()));
        assert_eq!((post.state(), post.author.id), (State::Draft, world.alice));
        post.current.content.parts().map(str::to_owned)
    };
    assert_eq!(post("2024-05-01-on-rest.md"), ["On rest", "Why rest.", "Rest."]);
    assert_eq!(post("deep/er/hugo.markdown"), ["On \"work\"", "Why work.", "{{< figure >}} Work."]);
    assert_eq!(post("json.md"), ["On play", "Why.", "Play."]);
    assert_eq!(post("plain.md"), ["On plainness", "", "Plain."]);
    assert_eq!(post("nameless.md")[0], "Nameless");
    assert_eq!(
        of(&report, "2024-05-01-on-rest.md")["not_kept"],
        json!([
            { "name": "layout", "value": "post" },
            { "name": "date", "value": "2024-05-01 10:00:00 +0200" },
            { "name": "tags" },
            { "name": "date of the file name", "value": "2024-05-01" },
        ])
    );
    let hugo = of(&report, "deep/er/hugo.markdown");
    assert_eq!(hugo["not_kept"], json!([{ "name": "draft", "value": "true" }]));
    assert!(hugo["notes"][0].as_str().unwrap().contains("Hugo"), "{hugo}");
    let notes = of(&report, "nameless.md")["notes"].as_array().unwrap().len();
    assert_eq!(notes, 1, "a tag of Liquid's");
}

#[test]
fn a_second_run_does_nothing_and_an_edited_file_is_refused() {
    let world = World::new();
    let folder = Folder::new();
    folder.write("a.md", "# A\n\nFirst.\n");
    folder.write("b.md", "# B\n\nFirst.\n");
    let said = folder.import(&world, &[]).expect(0).stdout;
    assert_eq!(
        said,
        "imported\ta.md\tpost 1\nimported\tb.md\tpost 2\n\
         2 imported, 0 already imported, 0 refused, 0 skipped, 0 other files ignored.\n\
         Before submission: 2 of 2 drafts have no summary.\n"
    );
    // What its author did with the draft since is nobody's loss.
    world.perform(world.alice, &revise(PostId(1), 1, "Anew")).unwrap();
    let before = world.db_everything();
    let again = folder.report(&world, &[], 0);
    assert_eq!(again["counts"]["already_there"], 2, "{again}");
    assert_eq!(of(&again, "b.md")["post"], 2);
    folder.write("b.md", "# B\n\nSecond.\n");
    for more in [&[][..], &["--dry-run"]] {
        let edited = folder.report(&world, more, 2);
        let file = of(&edited, "b.md");
        assert_eq!(file["fate"], "refused");
        assert_eq!(file["reasons"][0]["code"], "changed-since-import");
        assert!(file["reasons"][0]["hint"].as_str().unwrap().contains("post revise 2"), "{file}");
    }
    assert_eq!(world.db_everything(), before);
    // Another name is another import, and another author has keys of their own.
    let named = folder.report(&world, &["--name", "second"], 0);
    assert_eq!(named["counts"]["imported"], 2);
    let path = folder.0.to_str().unwrap();
    run(&world.database, &["import", path, "--as", "rosa"]).expect(0);
    assert_eq!(titles(&world), ["A", "A", "Anew", "B", "B", "B"]);
}

/// A dry run asks every layer that an import asks before it writes.
#[test]
fn a_dry_run_refuses_what_the_import_refuses() {
    let world = World::new();
    let folder = Folder::new();
    for (path, text) in [
        ("\u{200b}.md", ""),
        ("\u{2060}.md", "---\nlayout: post\n---\n"),
        ("good.md", "# Good\n"),
        ("unreadable.md", "---\ntitle: a: b\n---\n"),
    ] {
        folder.write(path, text);
    }
    let answers = |options: &[&str], exit| {
        let report = folder.report(&world, options, exit);
        let files = report["files"].as_array().unwrap().iter();
        files.map(|file| (file["layer"].clone(), file["reasons"].clone())).collect::<Vec<_>>()
    };
    let dry = answers(&["--dry-run"], 5);
    assert_eq!(dry, answers(&[], 5));
}

#[test]
fn a_refused_file_is_reported_and_the_others_are_imported() {
    let world = World::new();
    let folder = Folder::new();
    let laughs = "---\na: &a [lol]\nb: &b [*a, *a]\ntitle: *b\n---\nBody.\n";
    for (path, text) in [
        ("alias.md", laughs.as_bytes()),
        ("binary.md", b"# \xff\xfe\n"),
        ("broken.md", b"---\ntitle: a: b\n---\n"),
        ("control.md", b"---\ntitle: \"\\e[2J\"\n---\n"),
        ("deep.md", &[b"---\na: ", &b"[".repeat(60_000)[..], b"\n---\n"].concat()),
        ("endless.md", b"---\ntitle: a\n"),
        ("large.md", &b"x".repeat(2 << 20)),
        ("long.md", &b"x".repeat(100_001)),
        (
            "title.md",
            &[
                b"---\ntitle: ",
                &b"t".repeat(201)[..],
                b"\nsummary: ",
                &b"s".repeat(501)[..],
                b"\n---\n",
            ]
            .concat(),
        ),
        ("wide.md", b"#\0 \0W\0i\0d\0e\0\n\0"),
        ("wider.md", b"\0#\0 \0W\0i\0d\0e\0\n"),
    ] {
        folder.write(path, text);
    }
    folder.write("good.md", "# Good\n");
    folder.write("esc\u{1b}[2J.md", "---\nfake: \"\\e[2J\"\n---\n# Odd\n");
    let report = folder.report(&world, &[], 2);
    assert_eq!(
        (&report["counts"]["imported"], &report["counts"]["refused"]),
        (&json!(4), &json!(9))
    );
    for (path, code) in [
        ("binary.md", "invalid-body"),
        ("broken.md", "front-matter-unreadable"),
        ("deep.md", "front-matter-unreadable"),
        ("endless.md", "front-matter-unreadable"),
        ("large.md", "invalid-body"),
        ("long.md", "invalid-body"),
        ("title.md", "invalid-title"),
        ("wide.md", "invalid-body"),
        ("wider.md", "invalid-body"),
    ] {
        let file = of(&report, path);
        assert_eq!((&file["fate"], &file["layer"]), (&json!("refused"), &json!("input")), "{file}");
        assert_eq!(file["reasons"][0]["code"], code, "{file}");
    }
    assert_eq!(of(&report, "control.md")["title"], "[2J", "a character is left out, not a file");
    let all = of(&report, "title.md")["reasons"].as_array().unwrap();
    assert_eq!(all.len(), 2, "every reason, not the first: {all:?}");
    assert_eq!(all[1]["sentence"], "The summary has 501 characters, and at most 500 fit.");
    let long = &of(&report, "long.md")["reasons"][0]["sentence"];
    assert_eq!(long, "The body has 100,001 characters, and at most 100,000 fit.");
    let large = &of(&report, "large.md")["reasons"][0]["sentence"];
    assert_eq!(large, "The file has 2,097,152 bytes, and a body has at most 100,000 characters.");
    assert_eq!(titles(&world), ["Alias", "Good", "Odd", "[2J"], "an alias is no title");
    // Nobody's file name clears the screen of whoever reads the report.
    let words = folder.import(&world, &[]);
    assert!(words.stdout.contains("esc") && !words.stdout.contains('\u{1b}'), "{}", words.stdout);
    assert!(!words.stderr.contains('\u{1b}'), "no bar where there is no terminal");
    let nowhere = run(&world.database, &["import", "/nowhere", "--as", "alice", "--json"]);
    assert_eq!(error(nowhere, 2)["layer"], "usage");
}

/// What would be said of every file is said once, and ends the run.
#[test]
fn an_import_without_permission_is_refused_once() {
    let world = World::new();
    let folder = Folder::new();
    for name in ["a.md", "b.md", "c.md"] {
        folder.write(name, "# Title\n");
    }
    world.change_account("alice", AccountChange::Revoke(Role::Author)).unwrap();
    let before = world.db_everything();
    for (more, records) in [(&["--dry-run"][..], 0), (&[], 1)] {
        let report = folder.report(&world, more, 4);
        let fates: Vec<&str> = ["a.md", "b.md", "c.md"]
            .map(|path| of(&report, path)["fate"].as_str().unwrap())
            .to_vec();
        assert_eq!(fates, ["refused", "not-tried", "not-tried"]);
        assert_eq!(of(&report, "a.md")["reasons"][0]["code"], "permission-missing");
        assert_eq!(world.db_refusals().len(), records);
    }
    assert_eq!(world.db_everything(), before);
    let nobody = ["import", folder.0.to_str().unwrap(), "--as", "nobody", "--json"];
    assert_eq!(error(run(&world.database, &nobody), 3)["layer"], "authentication");
}

#[test]
fn a_killed_import_continues_and_imports_every_file_once() {
    let world = World::new();
    let folder = Folder::new();
    let names: Vec<String> = (0..120).map(|at| format!("{at:03}")).collect();
    for name in &names {
        folder.write(&format!("{name}.md"), format!("# {name}\n\nWords.\n"));
    }
    for enough in [10, 30] {
        let mut command = program(&world.database);
        command.args(["import", folder.0.to_str().unwrap(), "--as", "alice"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        while world.db_count("posts") < enough {
            assert!(Instant::now() < deadline, "it does not begin");
        }
        // It is killed in the middle of a file: the next one cannot be written.
        let mut owner = world.database.as_owner();
        owner.batch_execute("BEGIN; LOCK TABLE history IN SHARE MODE").unwrap();
        std::thread::sleep(Duration::from_millis(200));
        child.kill().unwrap();
        finished(child.wait_with_output().unwrap()).expect(-1);
        owner.batch_execute("ROLLBACK").unwrap();
        let there = world.db_count("posts");
        assert!((enough..120).contains(&there), "{there}");
    }
    let there = world.db_count("posts");
    let report = folder.report(&world, &[], 0);
    assert_eq!(report["counts"]["imported"].as_i64().unwrap(), 120 - there, "{report}");
    assert_eq!(report["counts"]["already_there"].as_i64().unwrap(), there);
    assert_eq!(world.db_count("posts"), 120);
    let mut posts: Vec<String> = Vec::new();
    for name in &names {
        let id = of(&report, &format!("{name}.md"))["post"].as_i64().unwrap();
        posts.push(world.post(PostId(id)).title().to_owned());
    }
    assert_eq!(posts, names);
    run(&world.database, &["verify"]).expect(0);
}

#[test]
fn two_imports_at_once_import_every_file_once() {
    let world = World::new();
    let folder = Folder::new();
    for at in 0..30 {
        folder.write(&format!("{at}.md"), format!("# Post {at}\n"));
    }
    let both: Vec<_> = (0..2)
        .map(|_| {
            let mut command = program(&world.database);
            command.args(["import", folder.0.to_str().unwrap(), "--as", "alice", "--json"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let mut imported = 0;
    for child in both {
        let counts =
            document(&finished(child.wait_with_output().unwrap()).expect(0).stdout)["counts"]
                .clone();
        let [new, known] = ["imported", "already_there"].map(|it| counts[it].as_i64().unwrap());
        assert_eq!(new + known, 30, "{counts}");
        imported += new;
    }
    assert_eq!((imported, world.db_count("posts")), (30, 30), "each is reported once");
}

#[test]
fn a_closed_pipe_does_not_end_the_import() {
    let world = World::new();
    let folder = Folder::new();
    for at in 0..20 {
        folder.write(&format!("{at}.md"), format!("# Post {at}\n"));
    }
    let mut command = program(&world.database);
    command.args(["import", folder.0.to_str().unwrap(), "--as", "alice"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let run = finished(child.wait_with_output().unwrap()).expect(0);
    assert_eq!(run.stderr, "");
    assert_eq!(world.db_count("posts"), 20);
    // And a list whose reader has gone ends quietly.
    let mut command = program(&world.database);
    command.args(["post", "list", "--as", "stan", "--json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(finished(child.wait_with_output().unwrap()).expect(0).stderr, "");
}

#[test]
fn the_slug_of_front_matter_is_kept() {
    let world = World::new();
    let folder = Folder::new();
    let text = |slug: &str| format!("---\ntitle: One\nslug: {slug}\n---\nWords.\n");
    for (name, slug) in [("a.md", "an-old-address"), ("b.md", "2017/My Post"), ("c.md", "///")] {
        folder.write(name, text(slug));
    }
    let report = folder.report(&world, &[], 0);
    let slugs = [1, 2, 3].map(|id| world.post(PostId(id)).current.content.slug);
    let slugs = slugs.map(|slug| slug.map(|slug| slug.to_string()));
    assert_eq!(slugs, [Some("an-old-address".into()), Some("2017-my-post".into()), None]);
    assert!(of(&report, "a.md")["notes"].as_array().unwrap().is_empty(), "{report}");
    let notes = of(&report, "b.md")["notes"].to_string();
    assert!(notes.contains("is imported as"), "{notes}");
    let notes = of(&report, "c.md")["notes"].to_string();
    assert!(notes.contains("no letters or digits"), "{notes}");
}
