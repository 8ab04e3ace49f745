//! Imports one file after another. It stops at a refusal that holds for every other file, too.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;

use crate::cli::exit::Exit;
use crate::cli::failure::CommandFailure;
use crate::cli::import::file::SourceFile;
use crate::cli::import::parsed_file::{self, ParsedFile};
use crate::cli::import::problem::ImportProblem;
use crate::cli::import::progress::ProgressBar;
use crate::cli::import::report::{FileOutcome, FileReport, ImportReport};
use crate::cli::output::Format;
use crate::domain::{Attempt, Create, Layer, Person, Reason, RequestId};
use crate::refusal::Refusal;
use crate::store::Store;
use crate::store::operations::Used;
use crate::workflow::{self, Call, Caller, Effect};

pub(super) struct ImportRun<'a> {
    store: &'a Store,
    author: Person,
    format: Format,
    /// What earlier runs have imported, by key.
    earlier: HashMap<String, Used>,
    /// The layer of the gravest refusal so far.
    gravest: Option<Layer>,
    /// Whether a file was refused for a reason that holds for every other file.
    is_over: bool,
    report: ImportReport,
}

impl<'a> ImportRun<'a> {
    pub(super) fn new(
        store: &'a Store,
        author: Person,
        format: Format,
        earlier: HashMap<String, Used>,
        report: ImportReport,
    ) -> Self {
        Self { store, author, format, earlier, gravest: None, is_over: false, report }
    }

    /// Imports every file, and prints the report.
    pub(super) fn import_all(mut self, files: &[SourceFile]) -> Result<(), CommandFailure> {
        let progress = ProgressBar::new(files.len());
        for (done, file) in files.iter().enumerate() {
            progress.show(done);
            let report = self.import(file);
            progress.erase();
            self.record(report);
        }
        self.finish()
    }

    fn import(&mut self, file: &SourceFile) -> FileReport {
        if self.is_over {
            return FileReport::new(file.shown.clone(), FileOutcome::NotTried);
        }
        let ParsedFile { content, ignored, notes } = match parsed_file::read(&file.path) {
            Ok(parsed) => parsed,
            Err(reasons) => return self.refused(&file.shown, Layer::Input, reasons),
        };
        let title = Some(content.title.or_untitled().to_owned());
        let missing = content.missing();
        let create = Create { content };
        let report = match self.earlier.get(file.key.as_str()) {
            Some(used) if used.was_for(&create.fingerprint()) => {
                let post = Some(used.post);
                FileReport {
                    post,
                    ..FileReport::new(file.shown.clone(), FileOutcome::AlreadyThere)
                }
            }
            Some(used) => {
                let reason = changed(used);
                self.refused(&file.shown, Layer::Input, vec![reason])
            }
            None if self.report.is_dry_run => self.precheck(file, &create),
            None => self.create(file, &create),
        };
        FileReport { title, ignored, notes, missing, ..report }
    }

    /// Checks everything that needs no write.
    fn precheck(&mut self, file: &SourceFile, create: &Create) -> FileReport {
        match workflow::precheck_creation(&self.author, &create.content) {
            Ok(()) => FileReport::new(file.shown.clone(), FileOutcome::WouldBeImported),
            Err(refusal) => self.refused_by_workflow(file, refusal, RequestId::new()),
        }
    }

    fn create(&mut self, file: &SourceFile, create: &Create) -> FileReport {
        let caller = Caller::on_command_line(self.author.id);
        let call = Call { caller, key: file.key.clone() };
        match workflow::create_once(self.store, &call, create) {
            Ok(effect) => {
                let outcome = match &effect {
                    Effect::New(_) => FileOutcome::Imported,
                    // Another run has just imported it.
                    Effect::Repeated(_) => FileOutcome::AlreadyThere,
                };
                let post = Some(effect.outcome().post);
                FileReport { post, ..FileReport::new(file.shown.clone(), outcome) }
            }
            // Another run has just imported another text of this file.
            Err(Refusal::KeyReused { .. }) => {
                self.refused(&file.shown, Layer::Input, vec![changed_meanwhile()])
            }
            Err(refusal) => self.refused_by_workflow(file, refusal, call.caller.request),
        }
    }

    fn refused_by_workflow(
        &mut self,
        file: &SourceFile,
        refusal: Refusal,
        request: RequestId,
    ) -> FileReport {
        let layer = refusal.layer();
        self.is_over = Exit::of(layer).stops_an_import();
        let reasons = CommandFailure::refused(refusal, request).reasons();
        self.refused(&file.shown, layer, reasons)
    }

    fn refused(&mut self, shown: &str, layer: Layer, reasons: Vec<Reason>) -> FileReport {
        self.gravest = self.gravest.into_iter().chain([layer]).max_by_key(|it| Exit::of(*it));
        let report = FileReport::new(shown.to_owned(), FileOutcome::Refused);
        FileReport { layer: Some(layer), reasons, ..report }
    }

    /// Records a folder that cannot be read.
    pub(super) fn refuse_unreadable(&mut self, path: &Path, error: &io::Error) {
        let reasons = vec![parsed_file::cannot_be_read(error)];
        let report = self.refused(&path.to_string_lossy(), Layer::Input, reasons);
        self.record(report);
    }

    /// Adds a file to the report, and prints it at once as text.
    fn record(&mut self, report: FileReport) {
        if self.format == Format::Text {
            // A closed pipe is no reason to stop: the next run would continue here.
            let _ = writeln!(io::stdout(), "{report}");
        }
        self.report.counts.add(report.outcome);
        self.report.before_submission.add(&report);
        self.report.files.push(report);
    }

    fn finish(self) -> Result<(), CommandFailure> {
        let printed = self.format.print(&self.report, &self.report);
        let refused = self.report.counts.refused;
        match self.gravest {
            None => printed,
            Some(layer) => {
                let files = if refused == 1 { "file was" } else { "files were" };
                let sentence = format!("{refused} {files} refused; the report says why.");
                Err(CommandFailure::Partly { layer, sentence })
            }
        }
    }
}

/// Says that a file has changed since an earlier run imported it.
fn changed(used: &Used) -> Reason {
    Reason::new(
        ImportProblem::Changed,
        format!("Already imported as post {}; the file has changed since.", used.post),
        format!(
            "Edit post {0} (`imprimatur post revise {0}`), or import a second draft under another \
             --name.",
            used.post
        ),
    )
}

fn changed_meanwhile() -> Reason {
    Reason::new(
        ImportProblem::Changed,
        "Another import added this file with different text.",
        "Run the import again to see the post.",
    )
}
