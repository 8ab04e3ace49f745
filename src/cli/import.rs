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

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use sha2::{Digest, Sha256};

use super::answer::Form;
use super::failure::code_of;
use super::{Failure, Options, on_database, posts};
use crate::accounts::Credential;
use crate::domain::{Action, Attempt, Create, Interface, OperationKey, Person, Reason, RequestId};
use crate::permissions;
use crate::refusal::Refusal;
use crate::store::Store;
use crate::store::operations::{self, Used};
use crate::workflow::{self, Call};
use article::Article;
use progress::Progress;
use report::{Counts, Entry, Fate, Report};

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
        let mut run = Run {
            store,
            form: options.form(),
            is_dry_run: import.dry_run,
            earlier: earlier(store, &author, &files)?,
            progress: Progress::new(files.len()),
            gravest: None,
            is_over: false,
            report: Report {
                name,
                author: author.username.clone(),
                is_dry_run: import.dry_run,
                counts: Counts::default(),
                files: Vec::new(),
                skipped: folder.skipped,
                other_files: folder.other_files,
            },
            author,
        };
        for (path, error) in folder.unreadable {
            run.refuse_unreadable(&path, &error);
        }
        for (done, file) in files.iter().enumerate() {
            run.progress.show(done);
            let entry = run.take(file);
            run.write_down(entry);
        }
        run.progress.erase();
        run.finish()
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

/// An import on its way.
struct Run<'a> {
    store: &'a Store,
    author: Person,
    form: Form,
    is_dry_run: bool,
    earlier: HashMap<String, Used>,
    progress: Progress,
    /// The exit code and the layer of the gravest refusal so far.
    gravest: Option<(u8, &'static str)>,
    /// Whether what was said of one file would be said of every other.
    is_over: bool,
    report: Report,
}

impl Run<'_> {
    /// Takes one file as far as it gets.
    fn take(&mut self, file: &File) -> Entry {
        if self.is_over {
            return Entry::new(file.shown.clone(), Fate::NotTried);
        }
        let Article { content, not_kept, notes } = match article::read(&file.place) {
            Ok(article) => article,
            Err(reasons) => return self.refused(file, 2, "input", reasons),
        };
        let title = Some(content.title.or_untitled().to_owned());
        let create = Create { content };
        let entry = match self.earlier.get(file.key.as_str()) {
            Some(used) if used.was_for(&create.fingerprint()) => {
                let id = Some(used.post);
                Entry { id, ..Entry::new(file.shown.clone(), Fate::AlreadyThere) }
            }
            Some(used) => {
                let reason = changed(used);
                self.refused(file, 2, "input", vec![reason])
            }
            None if self.is_dry_run => self.foresee(file),
            None => self.create(file, &create),
        };
        Entry { title, not_kept, notes, ..entry }
    }

    /// Asks beforehand what can be asked: creating has no rule about a post.
    fn foresee(&mut self, file: &File) -> Entry {
        match permissions::check(&self.author.roles, permissions::required(Action::Create)) {
            Ok(()) => Entry::new(file.shown.clone(), Fate::WouldBeImported),
            Err(denied) => self.refused_by_the_door(file, denied.into(), RequestId::new()),
        }
    }

    fn create(&mut self, file: &File, create: &Create) -> Entry {
        let call = Call {
            credential: Credential::Account(self.author.id),
            interface: Interface::CommandLine,
            request: RequestId::new(),
            key: file.key.clone(),
        };
        match workflow::create(self.store, &call, create) {
            Ok(outcome) => {
                Entry { id: Some(outcome.post), ..Entry::new(file.shown.clone(), Fate::Imported) }
            }
            Err(refusal) => self.refused_by_the_door(file, refusal, call.request),
        }
    }

    fn refused_by_the_door(&mut self, file: &File, refusal: Refusal, request: RequestId) -> Entry {
        self.is_over = match &refusal {
            Refusal::Input(_) | Refusal::Policy(_) | Refusal::NotFound => false,
            Refusal::NotSignedIn
            | Refusal::Permission(_)
            | Refusal::Invariant(_)
            | Refusal::Unavailable(_) => true,
        };
        let (code, layer) = (code_of(&refusal), refusal.layer());
        let reasons = Failure::refused(refusal, request).reasons();
        self.refused(file, code, layer, reasons)
    }

    fn refused(
        &mut self,
        file: &File,
        code: u8,
        layer: &'static str,
        reasons: Vec<Reason>,
    ) -> Entry {
        self.gravest = self.gravest.max(Some((code, layer)));
        let entry = Entry::new(file.shown.clone(), Fate::Refused);
        Entry { layer: Some(layer), reasons, ..entry }
    }

    fn refuse_unreadable(&mut self, path: &Path, error: &io::Error) {
        self.gravest = self.gravest.max(Some((2, "input")));
        let entry = Entry::new(path.to_string_lossy().into_owned(), Fate::Refused);
        let reasons = vec![article::cannot_be_read(error)];
        self.write_down(Entry { layer: Some("input"), reasons, ..entry });
    }

    /// Adds a file to the report. Who watches reads it at once.
    fn write_down(&mut self, entry: Entry) {
        if self.form == Form::Words {
            self.progress.erase();
            // Nobody reading is no reason to stop: the next run would go on here.
            let _ = writeln!(io::stdout(), "{entry}");
        }
        self.report.counts.add(entry.fate);
        self.report.files.push(entry);
    }

    fn finish(self) -> Result<(), Failure> {
        let told = self.form.tell(&self.report);
        let refused = self.report.counts.refused;
        match self.gravest {
            None => told,
            Some((code, layer)) => {
                let files = if refused == 1 { "file was" } else { "files were" };
                let sentence = format!("{refused} {files} refused; the report says why.");
                Err(Failure::Partly { layer, code, sentence })
            }
        }
    }
}

/// Says that a file is not what an earlier run has imported.
fn changed(used: &Used) -> Reason {
    Reason::new(
        "changed-since-import",
        format!("It was imported as post {}, and has been edited since.", used.post),
        format!(
            "Revise post {0} (`imprimatur post revise {0}`), or begin a second draft under \
             another --name.",
            used.post
        ),
    )
}
