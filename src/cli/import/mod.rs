//! `import`: a folder of Markdown files becomes drafts of an author, each
//! through the door and in a transaction of its own.
//!
//! The key of each file's operation is made from the name of the import and
//! the file's path in the folder. So a run may end at any moment: the next one
//! finds what is there by its keys, and the database takes no key twice, even
//! of two runs at once.

mod article;
mod folder;
mod front_matter;
mod progress;
mod report;
mod run;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::Args;
use sha2::{Digest, Sha256};

use crate::cli::{Failure, Options, on_database, posts};
use crate::domain::{OperationKey, Person};
use crate::store::Store;
use crate::store::operations::{self, Used};
use report::{Counts, Report};
use run::Run;

#[derive(Debug, Args)]
pub(super) struct Import {
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

/// What `import --help` says below the options.
pub(super) const AFTER_HELP: &str = "\
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
  What is wrong with a file is input (2), and the others go on. What would be
  said of every file ends the run: no permission (4), a defect (7), an
  unavailable database (8). `imprimatur --help` lists the codes.";

pub(super) fn import(options: &Options, import: &Import) -> Result<(), Failure> {
    let root = import.folder.canonicalize().ok().filter(|root| root.is_dir()).ok_or_else(|| {
        Failure::Usage(format!("{} is no folder that can be read.", import.folder.display()))
    })?;
    let name = match (&import.name, root.file_name()) {
        (Some(name), _) => name.clone(),
        (None, Some(name)) => name.to_string_lossy().into_owned(),
        (None, None) => return Err(Failure::Usage("Name the import with --name.".into())),
    };
    on_database(options, |store| {
        let author = posts::acting(store, &import.actor)?;
        let folder = folder::walk(&root);
        let files: Vec<File> = folder
            .manuscripts
            .iter()
            .map(|path| File::of(&root, &name, path))
            .collect::<Result<_, _>>()?;
        let earlier = earlier(store, &author, &files)?;
        let report = Report {
            name,
            author: author.username.clone(),
            is_dry_run: import.dry_run,
            counts: Counts::default(),
            files: Vec::new(),
            skipped: folder.skipped,
            other_files: folder.other_files,
        };
        let mut run = Run::new(store, author, options.form(), earlier, report);
        for (path, error) in folder.read_error {
            run.refuse_unreadable(&path, &error);
        }
        run.through(&files)
    })
}

/// A file of the folder, and the key of its import.
struct File {
    place: PathBuf,
    shown: String,
    key: OperationKey,
}

impl File {
    fn of(root: &Path, name: &str, path: &Path) -> Result<Self, Failure> {
        let mut hash = Sha256::new();
        let parts = path.components().map(|part| part.as_os_str().as_encoded_bytes());
        for part in std::iter::once(name.as_bytes()).chain(parts) {
            // The length in front keeps `a/bc` and `ab/c` apart.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digits: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self {
            place: root.join(path),
            shown: path.to_string_lossy().into_owned(),
            key: OperationKey::parse(&format!("import-{digits}"))?,
        })
    }
}

/// How many keys are looked up at a time.
const BATCH: usize = 1000;

/// Returns what earlier runs have imported, by key.
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
