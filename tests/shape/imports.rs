//! Imports run one way, and no file is part of a circle.
//!
//! A room may use the rooms below it and itself. Rooms on one floor know
//! nothing of each other. There are no exceptions: not for a room, not for a
//! file, not for a pair.
//!
//! The source is read as text. A path is followed to the file that defines the
//! name. A `pub use` is a signpost: it is an import only where its own file uses
//! the name.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::{Source, sources};

/// The rooms, from the ground up.
pub const FLOORS: &[&[&str]] = &[
    &["domain", "metrics", "postgres"],
    &["permissions"],
    &["policies"],
    &["store"],
    &["invariants", "accounts", "audit"],
    &["refusal"],
    &["workflow"],
    &["render"],
    &["http"],
    &["site", "desk", "account", "admin", "api", "demo"],
    &["config", "server"],
    &["cli"],
    &["main"],
];

#[test]
fn imports_run_downwards() {
    let graph = Graph::of(&sources());
    let floor = |module: &str| {
        let floor = FLOORS.iter().position(|rooms| rooms.contains(&module));
        floor.unwrap_or_else(|| panic!("{module} has no floor: give it one in FLOORS"))
    };
    let mut upward = Vec::new();
    for (from, imports) in &graph.imports {
        for to in imports {
            let [room, other] = [from, to].map(|module| module.split("::").next().unwrap());
            if room != other && floor(room) <= floor(other) {
                upward.push(format!("{from} -> {to}"));
            }
        }
    }
    assert!(upward.is_empty(), "upwards, or to a room beside it:\n{}", upward.join("\n"));
}

#[test]
fn no_file_is_part_of_a_circle() {
    let circles = Graph::of(&sources()).circles();
    assert!(circles.is_empty(), "circles:\n{}", circles.join("\n"));
}

/// Both tests see what they look for: in files made up for them.
#[test]
fn a_circle_and_a_reexport_are_seen() {
    let source = |path: &str, code: &str| Source {
        path: path.to_owned(),
        module: String::new(),
        code: code.to_owned(),
    };
    let room = source("src/a/mod.rs", "mod one;\nmod two;\npub use two::Two;\n");
    let one = source("src/a/one.rs", "use super::Two;\npub struct One(Two);");
    let two = source("src/a/two.rs", "pub struct Two;");
    let graph = Graph::of(&[room, one, two]);
    assert_eq!(graph.imports["a::one"], BTreeSet::from(["a::two".to_owned()]));
    assert!(graph.circles().is_empty());

    let room = source("src/a/mod.rs", "mod one;\npub struct Two;\nfn f() { one::g() }");
    let one = source("src/a/one.rs", "pub fn g() -> super::Two { super::Two }");
    assert_eq!(Graph::of(&[room, one]).circles(), ["a <-> a::one"]);

    let room = source("src/a/mod.rs", "mod one;\npub use one::One;\npub struct Two(One);");
    let one = source("src/a/one.rs", "pub struct One;\nfn f(_: super::Two) {}");
    assert_eq!(Graph::of(&[room, one]).circles(), ["a <-> a::one"]);

    let [b, c, d] = [("b", "c"), ("c", "d"), ("d", "b")]
        .map(|(file, other)| source(&format!("src/{file}.rs"), &format!("use crate::{other}::X;")));
    assert_eq!(Graph::of(&[b, c, d]).circles(), ["b <-> c <-> d"]);
}

/// Which file uses which others. A file is named as its module.
struct Graph {
    imports: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    fn of(sources: &[Source]) -> Self {
        let files: Vec<File> = sources
            .iter()
            .filter(|source| !source.path.ends_with("build.rs"))
            .map(File::of)
            .collect();
        let modules: BTreeSet<&str> = files.iter().map(|file| file.module.as_str()).collect();
        let signposts: BTreeMap<String, String> =
            files.iter().flat_map(|file| file.signposts(&modules)).collect();
        let imports = files.iter().map(|file| {
            let paths = file.paths(&modules);
            let used = paths.into_iter().filter_map(|path| definition(path, &modules, &signposts));
            (file.module.clone(), used.filter(|used| *used != file.module).collect())
        });
        Self { imports: imports.collect() }
    }

    /// Returns every group of files that reach each other.
    fn circles(&self) -> Vec<String> {
        let reach: BTreeMap<&str, BTreeSet<&str>> =
            self.imports.keys().map(|file| (file.as_str(), self.reached_from(file))).collect();
        let mut circles = BTreeSet::new();
        for (file, reached) in &reach {
            let mut circle: Vec<&str> =
                reached.iter().copied().filter(|other| reach[other].contains(file)).collect();
            circle.sort_unstable();
            if !circle.is_empty() {
                circles.insert(circle.join(" <-> "));
            }
        }
        circles.into_iter().collect()
    }

    fn reached_from(&self, file: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&str> = self.imports[file].iter().map(String::as_str).collect();
        while let Some(file) = next.pop() {
            if reached.insert(file) {
                next.extend(self.imports[file].iter().map(String::as_str));
            }
        }
        reached
    }
}

/// One file: its module, its text, and what it re-exports.
struct File {
    module: String,
    code: String,
    reexports: Vec<String>,
}

impl File {
    fn of(source: &Source) -> Self {
        let inside = source.path.trim_start_matches("src/").trim_end_matches(".rs");
        let segments: Vec<&str> = inside.split('/').filter(|segment| *segment != "mod").collect();
        let module = if segments == ["lib"] { String::new() } else { segments.join("::") };
        let mut code = String::new();
        let mut reexports = Vec::new();
        let mut statement: Option<String> = None;
        for line in source.code.lines() {
            if let Some(text) = &mut statement {
                text.push_str(line);
            } else if line.starts_with("pub use ")
                || line.starts_with("pub(crate) use ")
                || line.starts_with("pub(super) use ")
            {
                let (_, tree) = line.split_once("use ").unwrap();
                statement = Some(tree.to_owned());
            } else {
                code.push_str(line);
                code.push('\n');
            }
            if statement.as_ref().is_some_and(|text| text.contains(';')) {
                let text = statement.take().unwrap();
                reexports.extend(leaves(text.trim_end_matches(';')));
            }
        }
        Self { module, code, reexports }
    }

    /// Returns where the names lead that this file re-exports.
    fn signposts(&self, modules: &BTreeSet<&str>) -> Vec<(String, String)> {
        let leads = |path: &String| {
            let path = path.split(" as ").next().unwrap().trim();
            let name = path.rsplit("::").next().unwrap();
            let target = self.absolute(path, modules)?;
            Some((join(&self.module, name), target))
        };
        self.reexports.iter().filter_map(leads).collect()
    }

    /// Returns every path of the crate that this file names.
    fn paths(&self, modules: &BTreeSet<&str>) -> Vec<String> {
        let mut paths = Vec::new();
        let mut rest = self.code.as_str();
        for (at, _) in self.code.match_indices("use ") {
            let begins = at == 0 || self.code[..at].ends_with(['\n', ' ']);
            let Some(end) = self.code[at..].find(';').filter(|_| begins) else { continue };
            paths.extend(leaves(&self.code[at + 4..at + end]));
        }
        // Paths in the code itself: `crate::a::b`, `super::c`, `child::d`.
        while let Some(at) = rest.find("::") {
            let before = &rest[..at];
            let begins = before
                .rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':')))
                .map_or(0, |index| index + 1);
            let ends = rest[at..]
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':')))
                .map_or(rest.len(), |length| at + length);
            paths.push(rest[begins..ends].trim_end_matches(':').to_owned());
            rest = &rest[ends.max(at + 2)..];
        }
        let used = self.reexports.iter().filter(|path| {
            let name = path.rsplit([' ', ':']).next().unwrap();
            has_word(&self.code, name)
        });
        paths.iter().chain(used).filter_map(|path| self.absolute(path, modules)).collect()
    }

    /// Returns a path from the root of the crate, or nothing for a foreign one.
    fn absolute(&self, path: &str, modules: &BTreeSet<&str>) -> Option<String> {
        let path = path.split(" as ").next().unwrap().trim();
        if let Some(rest) = path.strip_prefix("crate::") {
            return Some(rest.to_owned());
        }
        if let Some(rest) = path.strip_prefix("self::") {
            return Some(join(&self.module, rest));
        }
        let (mut module, mut rest) = (self.module.as_str(), path);
        if rest.starts_with("super::") {
            while let Some(shorter) = rest.strip_prefix("super::") {
                module = module.rsplit_once("::").map_or("", |(parent, _)| parent);
                rest = shorter;
            }
            return Some(join(module, rest));
        }
        if let Some(rest) = path.strip_prefix("imprimatur::") {
            return Some(rest.to_owned());
        }
        let child = join(&self.module, path.split("::").next().unwrap());
        modules.contains(child.as_str()).then(|| join(&self.module, path))
    }
}

/// Returns the file that defines what a path names.
fn definition(
    mut path: String,
    modules: &BTreeSet<&str>,
    signposts: &BTreeMap<String, String>,
) -> Option<String> {
    for _ in 0..10 {
        let mut prefix = path.as_str();
        // The longest part that is re-exported somewhere leads on.
        let led = loop {
            if let Some(target) = signposts.get(prefix) {
                break Some(format!("{target}{}", &path[prefix.len()..]));
            }
            match prefix.rsplit_once("::") {
                Some((shorter, _)) => prefix = shorter,
                None => break None,
            }
        };
        match led {
            Some(next) if next != path => path = next,
            _ => break,
        }
    }
    let mut prefix = path.as_str();
    loop {
        if modules.contains(prefix) {
            return Some(prefix.to_owned());
        }
        prefix = prefix.rsplit_once("::")?.0;
    }
}

/// Returns the paths that a tree of a `use` stands for.
pub fn leaves(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some(open) = tree.find('{') else { return vec![tree.to_owned()] };
    let prefix = tree[..open].trim();
    let inside = tree[open + 1..].trim_end().trim_end_matches('}');
    let mut depth = 0;
    let mut parts = vec![String::new()];
    for character in inside.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if character == ',' && depth == 0 {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(character);
        }
    }
    let parts = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
    parts
        .flat_map(|part| match part.strip_prefix("self") {
            Some(rest) if rest.is_empty() || rest.starts_with(" as ") => {
                vec![prefix.trim_end_matches("::").to_owned()]
            }
            _ => leaves(&format!("{prefix}{part}{}", if part.contains('{') { "}" } else { "" })),
        })
        .collect()
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part)
    })
}

fn join(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") }
}
