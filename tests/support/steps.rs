//! The steps of the workflow as it takes them: a test holds it at each.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use imprimatur::domain::Step;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber, subscriber};

/// Does `work` on a thread of its own, and calls `at` at each step that its
/// transactions come to. They go on when `at` returns.
pub fn step_by_step<T: Send>(work: impl FnOnce() -> T + Send, mut at: impl FnMut(Step)) -> T {
    let ((report, reports), (go_on, answers)) = (channel(), channel());
    let observer = Observer { report, go_on: Mutex::new(answers) };
    thread::scope(|scope| {
        let working = scope.spawn(move || subscriber::with_default(observer, work));
        // The observer goes with the work.
        for step in reports {
            at(step);
            go_on.send(()).unwrap();
        }
        working.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Receives the events of one thread.
struct Observer {
    report: Sender<Step>,
    go_on: Mutex<Receiver<()>>,
}

impl Subscriber for Observer {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "imprimatur::steps"
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Reported(|step| {
            self.report.send(step).unwrap();
            self.go_on.lock().unwrap().recv().unwrap();
        }));
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Reads the step out of an event.
struct Reported<F>(F);

impl<F: FnMut(Step)> Visit for Reported<F> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "step" {
            self.0(value.parse().unwrap());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
