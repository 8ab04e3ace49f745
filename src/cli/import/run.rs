//! One import on its way: each file in turn, until all are done or one is
//! refused for what would be said of every other.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;

use crate::accounts::Credential;
use crate::cli::Failure;
use crate::cli::answer::Form;
use crate::cli::failure::code_of;
use crate::cli::import::File;
use crate::cli::import::article::{self, Article};
use crate::cli::import::progress::Progress;
use crate::cli::import::report::{Entry, Fate, Report};
use crate::domain::{Action, Attempt, Create, Interface, Person, Reason, RequestId};
use crate::permissions;
use crate::refusal::Refusal;
use crate::store::Store;
use crate::store::operations::Used;
use crate::workflow::{self, Call};

/// An import on its way.
pub(super) struct Run<'a> {
    store: &'a Store,
    author: Person,
    form: Form,
    /// What earlier runs have imported, by key.
    earlier: HashMap<String, Used>,
    /// The exit code and the layer of the gravest refusal so far.
    gravest: Option<(u8, &'static str)>,
    /// Whether what was said of one file would be said of every other.
    is_over: bool,
    report: Report,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        store: &'a Store,
        author: Person,
        form: Form,
        earlier: HashMap<String, Used>,
        report: Report,
    ) -> Self {
        Self { store, author, form, earlier, gravest: None, is_over: false, report }
    }

    /// Takes every file, and says what became of them.
    pub(super) fn through(mut self, files: &[File]) -> Result<(), Failure> {
        let progress = Progress::new(files.len());
        for (done, file) in files.iter().enumerate() {
            progress.show(done);
            let entry = self.take(file);
            progress.erase();
            self.write_down(entry);
        }
        self.finish()
    }

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
                let post = Some(used.post);
                Entry { post, ..Entry::new(file.shown.clone(), Fate::AlreadyThere) }
            }
            Some(used) => {
                let reason = changed(used);
                self.refused(file, 2, "input", vec![reason])
            }
            None if self.report.is_dry_run => self.precheck(file),
            None => self.create(file, &create),
        };
        Entry { title, not_kept, notes, ..entry }
    }

    /// Asks beforehand what can be asked: creating has no rule about a post.
    fn precheck(&mut self, file: &File) -> Entry {
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
                Entry { post: Some(outcome.post), ..Entry::new(file.shown.clone(), Fate::Imported) }
            }
            // Another run took it at this moment, and read another text.
            Err(Refusal::Input(input)) if input.of("key").is_some() => {
                self.refused(file, 2, "input", vec![changed_meanwhile()])
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

    /// Writes down a folder that cannot be looked into.
    pub(super) fn refuse_unreadable(&mut self, path: &Path, error: &io::Error) {
        self.gravest = self.gravest.max(Some((2, "input")));
        let entry = Entry::new(path.to_string_lossy().into_owned(), Fate::Refused);
        let reasons = vec![article::cannot_be_read(error)];
        self.write_down(Entry { layer: Some("input"), reasons, ..entry });
    }

    /// Adds a file to the report. Who watches reads it at once.
    fn write_down(&mut self, entry: Entry) {
        if self.form == Form::Words {
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

fn changed_meanwhile() -> Reason {
    Reason::new(
        "changed-since-import",
        "Another run has just imported it with another text.",
        "Run the import again: it names the post.",
    )
}
