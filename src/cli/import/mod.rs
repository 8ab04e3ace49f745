//! `import`: a folder of Markdown files becomes drafts of an author, each
//! through the workflow and in a transaction of its own.
//!
//! The key of each file's operation is made from the name of the import and the file's
//! path in the folder. So a run may end at any moment. The next one finds the imported
//! files by their keys, and the database takes no key twice, even from two runs at once.

mod control_characters;
pub(crate) mod draft_text;
mod file;
mod file_name;
mod folder;
mod front_matter;
mod parsed_file;
mod plain_text;
mod problem;
mod progress;
mod report;
mod run;

use std::collections::HashMap;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::acting_person::acting_person;
use crate::cli::database::on_database;
use crate::cli::exit::Exit;
use crate::cli::failure::CommandFailure;
use crate::cli::options::Options;
use crate::domain::{OperationKey, Person};
use crate::store::Store;
use crate::store::operations::{self, Used};
use file::SourceFile;
use report::{BeforeSubmission, Counts, ImportReport};
use run::ImportRun;

#[derive(Debug, Args)]
pub(super) struct ImportArguments {
    /// Folder to import, with all its subfolders; symbolic links are not followed
    folder: PathBuf,
    /// Author of the drafts
    #[arg(long = "as", value_name = "AUTHOR")]
    actor: String,
    /// Name of this import (default: folder name)
    #[arg(long)]
    name: Option<String>,
    /// Dry run
    #[arg(long)]
    dry_run: bool,
}

/// Returns what `import --help` says below the options.
pub(super) fn after_help() -> String {
    format!(
        "\
Files: those whose names end in .md or .markdown. Others are counted, and ignored.

Front matter: YAML between ---, TOML between +++, or a JSON object.
  title               The title. Default: the first `# ` heading, else the name
                      of the file, such as 2024-05-01-the-title.md
  summary             The summary. Default: description or excerpt
  everything else     Ignored, and listed in the report. A draft has no
                      publication date; its address is made when it is published

Running it again:
  A file is identified by the name of the import and its path in the folder.
  You can stop an import at any time; run the same command again to continue.
  Files already imported are skipped.
  A file that was edited after its import is refused, and its post is not
  changed: edit the post, or use another --name for a second draft.
  A file that was moved or renamed counts as a new file.
  Two folders with the same name need different --name options.

Exit codes:
  0 if every file is imported; otherwise the highest code of the refused files.
  These stop the import; after any other, the rest is still imported:
{}
  `imprimatur --help` lists all codes.",
        Exit::lines(Exit::stops_an_import)
    )
}

pub(super) fn import(options: &Options, import: &ImportArguments) -> Result<(), CommandFailure> {
    let root = root(&import.folder)?;
    let name = match (&import.name, root.file_name()) {
        (Some(name), _) => name.clone(),
        (None, Some(name)) => name.to_string_lossy().into_owned(),
        (None, None) => {
            return Err(CommandFailure::Usage("Give the import a name with --name.".into()));
        }
    };
    on_database(options, |store| {
        let author = acting_person(store, &import.actor)?;
        let folder = folder::walk(&root);
        let files: Vec<SourceFile> = folder
            .markdown_files
            .iter()
            .map(|path| SourceFile::of(&root, &name, path))
            .collect::<Result<_, _>>()?;
        let earlier = earlier(store, &author, &files)?;
        let report = ImportReport {
            name,
            author: author.username.clone(),
            is_dry_run: import.dry_run,
            counts: Counts::default(),
            before_submission: BeforeSubmission::default(),
            files: Vec::new(),
            skipped: folder.skipped,
            other_files: folder.other_files,
        };
        let mut run = ImportRun::new(store, author, options.format(), earlier, report);
        for (path, error) in folder.unreadable {
            run.refuse_unreadable(&path, &error);
        }
        run.import_all(&files)
    })
}

fn root(folder: &Path) -> Result<PathBuf, CommandFailure> {
    let cannot = |why: &dyn Display| {
        CommandFailure::Usage(format!("Cannot import {}: {why}.", folder.display()))
    };
    let root = folder.canonicalize().map_err(|error| cannot(&error))?;
    match fs::metadata(&root) {
        Ok(kind) if kind.is_dir() => Ok(root),
        Ok(_) => Err(cannot(&"it is no folder (`post create` takes a file)")),
        Err(error) => Err(cannot(&error)),
    }
}

/// How many keys are looked up at a time.
const BATCH: usize = 1000;

/// Returns the operations of earlier runs, by key.
fn earlier(
    store: &Store,
    author: &Person,
    files: &[SourceFile],
) -> Result<HashMap<String, Used>, CommandFailure> {
    let conn = &mut *store.checkout()?;
    let mut earlier = HashMap::new();
    for batch in files.chunks(BATCH) {
        let keys: Vec<OperationKey> = batch.iter().map(|file| file.key.clone()).collect();
        earlier.extend(operations::used(conn, author.id, &keys)?);
    }
    Ok(earlier)
}
