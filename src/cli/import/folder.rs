//! Lists the Markdown files of a folder in a stable order.

use std::ffi::OsStr;
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// Folders that site generators and package managers write, and one of templates.
const GENERATED: [&str; 4] = ["_site", "public", "node_modules", "archetypes"];

/// Deeper than folders of posts are.
const MAX_DEPTH: usize = 64;

/// What a folder holds. Paths are relative to it.
#[derive(Debug, Default)]
pub(super) struct Folder {
    pub(super) markdown_files: Vec<PathBuf>,
    pub(super) skipped: Vec<Skipped>,
    /// What could not be read, and why.
    pub(super) unreadable: Vec<(PathBuf, io::Error)>,
    /// How many files of other kinds there are.
    pub(super) other_files: u64,
}

/// Something that was skipped.
#[derive(Debug, Serialize)]
pub(super) struct Skipped {
    pub(super) path: String,
    pub(super) why: &'static str,
}

/// Returns what a folder holds, at any depth. No symbolic link is followed:
/// what it leads to is outside, or found at its own place.
pub(super) fn walk(root: &Path) -> Folder {
    let mut folder = Folder::default();
    let mut waiting = vec![PathBuf::new()];
    while let Some(inside) = waiting.pop() {
        match entries(&root.join(&inside)) {
            Err(error) => folder.unreadable.push((inside, error)),
            Ok(entries) => {
                for (name, kind) in entries {
                    folder.add(inside.join(&name), &name, kind, &mut waiting);
                }
            }
        }
    }
    folder.markdown_files.sort();
    folder.skipped.sort_by(|one, other| one.path.cmp(&other.path));
    folder
}

fn entries(folder: &Path) -> io::Result<Vec<(std::ffi::OsString, FileType)>> {
    fs::read_dir(folder)?
        .map(|entry| entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))))
        .collect()
}

/// Returns whether this is `_index.md` or, in one of a site's languages,
/// `_index.pt-BR.md`. Hugo and Zola list the posts of a folder there.
fn is_list_page(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes().to_ascii_lowercase();
    name.split(|byte| *byte == b'.').next() == Some(b"_index")
}

impl Folder {
    fn add(&mut self, path: PathBuf, name: &OsStr, kind: FileType, waiting: &mut Vec<PathBuf>) {
        let is_markdown = path.extension().is_some_and(|extension| {
            ["md", "markdown"].iter().any(|known| extension.eq_ignore_ascii_case(known))
        });
        let is_hidden = name.as_encoded_bytes().starts_with(b".");
        if kind.is_symlink() {
            self.skip(&path, "a symbolic link");
        } else if kind.is_dir() {
            if is_hidden {
                self.skip(&path, "a hidden folder");
            } else if GENERATED.iter().any(|known| name == *known) {
                self.skip(&path, "a generated folder");
            } else if path.components().count() > MAX_DEPTH {
                self.skip(&path, "too deep");
            } else {
                waiting.push(path);
            }
        } else if !is_markdown {
            self.other_files += 1;
        } else if !kind.is_file() {
            self.skip(&path, "not a regular file");
        } else if is_hidden {
            self.skip(&path, "a hidden file");
        } else if is_list_page(name) {
            self.skip(&path, "a list page of a site generator");
        } else {
            self.markdown_files.push(path);
        }
    }

    fn skip(&mut self, path: &Path, why: &'static str) {
        self.skipped.push(Skipped { path: path.to_string_lossy().into_owned(), why });
    }
}
