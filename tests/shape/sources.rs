//! The program as text, for the tests of its shape.

use std::fs;
use std::path::{Path, PathBuf};

/// One file of the program, without comments and without its unit tests.
pub struct Source {
    pub path: String,
    /// The top-level module that it belongs to.
    pub module: String,
    pub code: String,
}

pub fn sources() -> Vec<Source> {
    files("src", "rs")
        .into_iter()
        .map(|path| {
            let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
            let segments: Vec<&str> =
                inside.split('/').filter(|segment| *segment != "mod").collect();
            Source { module: segments[0].to_owned(), code: code(&path), path }
        })
        .collect()
}

fn code(path: &str) -> String {
    let text = read(path);
    let lines: Vec<&str> =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let tests = lines.iter().position(|line| line.trim() == "#[cfg(test)]");
    let end = tests.unwrap_or(lines.len());
    if let Some(first) = tests {
        assert_eq!(lines[first + 1], "mod tests {", "{path}: unit tests stand at the end");
        assert_eq!(lines.iter().rposition(|line| *line == "}"), Some(lines.len() - 1));
        let closed = lines[first..].iter().filter(|line| **line == "}").count();
        assert_eq!(closed, 1, "{path}: nothing follows the unit tests");
    }
    lines[..end].join("\n")
}

/// Everything that can hold SQL: the program and its migrations, but not the
/// way down.
pub fn every_text() -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> =
        sources().into_iter().map(|source| (source.path, source.code)).collect();
    let queries = files("src", "sql").into_iter().chain(files("migrations", "sql"));
    texts.extend(queries.map(|path| {
        let lines = read(&path);
        let lines: Vec<&str> = lines.lines().filter(|line| !line.starts_with("--")).collect();
        (path, lines.join("\n"))
    }));
    texts
}

/// The files of a folder with an extension, as paths from the root.
pub fn files(folder: &str, extension: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                let path: PathBuf = path.strip_prefix(root()).unwrap().to_owned();
                found.push(path.to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
