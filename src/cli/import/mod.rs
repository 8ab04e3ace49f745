//! `import`: a folder of Markdown files becomes drafts of an author, each
//! through the workflow and in a transaction of its own.
//!
//! The key of each file's operation is made from the name of the import and
//! the file's path in the folder. So a run may end at any moment: the next one
//! finds the imported files by their keys, and the database takes no key twice,
//! even from two runs at once.

mod control_characters;
mod file;
mod file_name;
mod folder;
mod front_matter;
mod parsed_file;
mod plain_text;
mod progress;
mod report;
mod run;

use std::collections::HashMap;
use std::path::PathBuf;

use clap::Args;

use crate::cli::acting_person::acting_person;
use crate::cli::database::on_database;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::options::Options;
use crate::domain::{OperationKey, Person};
use crate::store::Store;
use crate::store::operations::{self, Used};
use file::File;
use report::{BeforeSubmission, Counts, ImportReport};
use run::ImportRun;

#[derive(Debug, Args)]
pub(super) struct ImportArguments {
    /// The folder; what lies in it is read at any depth, and symbolic links are not followed
    folder: PathBuf,
    /// Whose drafts they become
    #[arg(long = "as", value_name = "AUTHOR")]
    actor: String,
    /// What this import is called; otherwise as the folder is
    #[arg(long)]
    name: Option<String>,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

/// Returns what `import --help` says below the options.
pub(super) fn after_help() -> String {
    format!(
        "\
Front matter: YAML between ---, TOML between +++, or a JSON object.
  title               becomes the title; otherwise the first `# ` heading does, or
                      the words of a file name such as 2024-05-01-the-words.md
  summary             becomes the summary; otherwise description or excerpt does
  everything else     is named in the report and not kept: a draft has no date of
                      publication, and its address is made when it is published

Running it again:
  Each file is one operation, known by the name of the import and the file's
  path in the folder. It may be stopped at any moment; the same command goes on.
  A file that is there is not imported again.
  A file edited since it was imported is refused, and its post stays as it is:
  revise the post, or give the import another --name for a second draft.
  A file that was moved or renamed counts as another one.
  Folders with the same name need a --name each.

Exit codes:
  0 when every file is in; otherwise the highest code of those that were refused.
  What is wrong with a file is input ({}), and the others go on. What would be
  said of every file ends the run: no permission ({}), a defect ({}), an
  unavailable database ({}). `imprimatur --help` lists the codes.",
        Exit::Input.code(),
        Exit::Permission.code(),
        Exit::Invariant.code(),
        Exit::Unavailable.code()
    )
}

pub(super) fn import(options: &Options, import: &ImportArguments) -> Result<(), Failure> {
    let root = import.folder.canonicalize().ok().filter(|root| root.is_dir()).ok_or_else(|| {
        Failure::Usage(format!("{} is no folder that can be read.", import.folder.display()))
    })?;
    let name = match (&import.name, root.file_name()) {
        (Some(name), _) => name.clone(),
        (None, Some(name)) => name.to_string_lossy().into_owned(),
        (None, None) => return Err(Failure::Usage("Name the import with --name.".into())),
    };
    on_database(options, |store| {
        let author = acting_person(store, &import.actor)?;
        let folder = folder::walk(&root);
        let files: Vec<File> = folder
            .markdown_files
            .iter()
            .map(|path| File::of(&root, &name, path))
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

/// How many keys are looked up at a time.
const BATCH: usize = 1000;

/// Returns the operations of earlier runs, by key.
fn earlier(
    store: &Store,
    author: &Person,
    files: &[File],
) -> Result<HashMap<String, Used>, Failure> {
    let conn = &mut *store.checkout()?;
    let mut earlier = HashMap::new();
    for batch in files.chunks(BATCH) {
        let keys: Vec<OperationKey> = batch.iter().map(|file| file.key.clone()).collect();
        earlier.extend(operations::used(conn, author.id, &keys)?);
    }
    Ok(earlier)
}
