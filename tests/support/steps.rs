//! The steps of the workflow as it takes them: a test holds it at each.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;

use imprimatur::domain::Step;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Metadata, Subscriber, callsite, dispatcher, subscriber};

/// Keeps the reports of steps on. `tracing` remembers of each place in the code that
/// nothing listens there; a listener that comes while another thread is about to
/// remember this would hear nothing.
static LISTENS: LazyLock<Dispatch> = LazyLock::new(|| {
    let has_heard = Arc::new(AtomicBool::new(false));
    let listener = Dispatch::new(Observer({
        let has_heard = Arc::clone(&has_heard);
        move |_| has_heard.store(true, Ordering::SeqCst)
    }));
    while !has_heard.load(Ordering::SeqCst) {
        callsite::rebuild_interest_cache();
        dispatcher::with_default(&listener, || Step::Begin.reached());
    }
    listener
});

/// Does `work` on a thread of its own, and calls `at` at each step that its
/// transactions come to. They go on when `at` returns.
pub fn step_by_step<T: Send>(work: impl FnOnce() -> T + Send, mut at: impl FnMut(Step)) -> T {
    LazyLock::force(&LISTENS);
    let ((report, reports), (go_on, answers)) = (channel(), channel());
    let answers = Mutex::new(answers);
    let observer = Observer(move |step| {
        report.send(step).unwrap();
        answers.lock().unwrap().recv().unwrap();
    });
    thread::scope(|scope| {
        // Where `at` panics, it is dropped here: the work ends, and does not wait for ever.
        let go_on = go_on;
        let working = scope.spawn(move || subscriber::with_default(observer, work));
        // The observer goes with the work.
        for step in reports {
            at(step);
            go_on.send(()).unwrap();
        }
        working.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Does `work` on a thread of its own, and has it panic at a step, as if the program had a
/// bug there. Returns nothing where it did.
pub fn panicking_at<T: Send>(step: Step, work: impl FnOnce() -> T + Send) -> Option<T> {
    LazyLock::force(&LISTENS);
    let observer = Observer(move |reached| assert_ne!(reached, step, "a bug, for a test"));
    let working = || subscriber::with_default(observer, work);
    thread::scope(|scope| scope.spawn(working).join().ok())
}

/// Is told of the steps of one thread, and of nothing else.
struct Observer<F>(F);

impl<F: Fn(Step) + Send + Sync + 'static> Subscriber for Observer<F> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "imprimatur::steps"
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Reported(&self.0));
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
struct Reported<'a, F>(&'a F);

impl<F: Fn(Step)> Visit for Reported<'_, F> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "step" {
            self.0(value.parse().unwrap());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
