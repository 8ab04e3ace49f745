//! Keeps the time limit of a statement on this side.
//!
//! The server keeps `statement_timeout`. A server that is stopped, or whose network is
//! cut, keeps nothing. One thread looks after all connections, and shuts down the
//! socket of an overdue statement. The thread that waits for it then has an error.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::{Instrumentation, InstrumentationEvent};

use crate::store::socket::Socket;

const CHECK_INTERVAL: Duration = Duration::from_millis(100);

/// What no statement has.
const NONE: u64 = 0;

/// The limit of one connection.
#[derive(Debug)]
pub(super) struct Deadline {
    socket: Socket,
    /// In milliseconds.
    limit: AtomicU64,
    /// When the statement that runs began, in milliseconds of [`now`].
    began: AtomicU64,
    was_missed: AtomicBool,
}

impl Deadline {
    pub(super) fn over(socket: Socket, limit: Duration) -> Arc<Self> {
        let deadline = Arc::new(Self {
            socket,
            limit: AtomicU64::new(millis(limit)),
            began: AtomicU64::new(NONE),
            was_missed: AtomicBool::new(false),
        });
        watch(&deadline);
        deadline
    }

    pub(super) fn begin(&self) {
        self.began.store(now(), Ordering::Relaxed);
    }

    pub(super) fn end(&self) {
        self.began.store(NONE, Ordering::Relaxed);
    }

    /// Sets the limit of every statement from now on.
    pub(super) fn set_limit(&self, limit: Duration) {
        self.limit.store(millis(limit), Ordering::Relaxed);
    }

    /// Returns whether a statement had no answer in time.
    pub(super) fn was_missed(&self) -> bool {
        self.was_missed.load(Ordering::Relaxed)
    }

    /// Returns whether the connection can be used: no deadline was missed, and the server has not
    /// ended it.
    pub(super) fn is_sound(&self) -> bool {
        !self.was_missed() && !self.socket.has_news()
    }

    fn check(&self, now: u64) {
        let (began, limit) =
            (self.began.load(Ordering::Relaxed), self.limit.load(Ordering::Relaxed));
        let is_overdue = began != NONE && now.saturating_sub(began) > limit;
        if is_overdue && !self.was_missed.swap(true, Ordering::Relaxed) {
            tracing::error!(
                limit_in_ms = limit,
                "the database has not answered in time; the connection is given up"
            );
            self.socket.shut_down();
        }
    }
}

/// Tells the deadline when a statement begins and ends.
pub(super) struct Clock(pub(super) Arc<Deadline>);

impl Instrumentation for Clock {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { .. } => self.0.begin(),
            InstrumentationEvent::FinishQuery { .. } => self.0.end(),
            _ => {}
        }
    }
}

type WatchedDeadlines = Mutex<Vec<Weak<Deadline>>>;

/// Adds a connection to those that the thread looks after, which begins with the first one.
fn watch(deadline: &Arc<Deadline>) {
    static WATCHED: OnceLock<&'static WatchedDeadlines> = OnceLock::new();
    let watched = WATCHED.get_or_init(|| {
        let watched: &'static WatchedDeadlines = Box::leak(Box::default());
        let thread = thread::Builder::new().name("deadlines".to_owned());
        if let Err(error) = thread.spawn(move || check_forever(watched)) {
            tracing::error!(%error, "only the database server keeps the time limits");
        }
        watched
    });
    watched.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(deadline));
}

fn check_forever(watched: &WatchedDeadlines) {
    loop {
        thread::sleep(CHECK_INTERVAL);
        let now = now();
        watched.lock().unwrap_or_else(PoisonError::into_inner).retain(|deadline| {
            deadline.upgrade().inspect(|deadline| deadline.check(now)).is_some()
        });
    }
}

/// Returns the milliseconds since the first call, and never [`NONE`].
fn now() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    millis(START.get_or_init(Instant::now).elapsed()) + 1
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
