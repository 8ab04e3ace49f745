//! Password hashing on threads of its own.
//!
//! Each hash takes 19 MiB and some 20 ms. Each thread keeps its 19 MiB while there are
//! hashes to compute, and then gives them back. So the number of threads bounds the
//! memory for hashing. Requests that find the queue full are refused at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::accounts::passwords::{self, HashingMemory};
use crate::domain::Password;
use crate::refusal::Refusal;
use crate::store::Unavailable;

/// How many requests may wait for a thread: on two threads, about a second.
const QUEUE: usize = 64;

/// The longest that a request waits for its hash.
const MAX_WAIT: Duration = Duration::from_secs(5);

type Job = Box<dyn FnOnce(&mut HashingMemory) + Send>;

/// The password hashing of a process.
#[derive(Clone)]
pub struct Hashing(SyncSender<Job>);

impl Hashing {
    /// Starts the threads. They end with the last clone of this.
    pub fn start() -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel::<Job>(QUEUE);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..threads() {
            let receiver = Arc::clone(&receiver);
            std::thread::Builder::new().name("hashing".into()).spawn(move || run(&receiver))?;
        }
        Ok(Self(sender))
    }

    /// Returns whether the password is the one that was hashed. Without a hash it
    /// takes the same time, and the answer is no. [`Unavailable::Busy`] says that too
    /// many hashes wait.
    pub(crate) async fn check(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, Refusal> {
        self.run(move |memory| passwords::verify_in(memory, &password, hash.as_deref())).await
    }

    /// Returns the hash of a password. [`Unavailable::Busy`] says that too many hashes
    /// wait, or that the machine has no memory.
    pub(crate) async fn hash(&self, password: Password) -> Result<String, Refusal> {
        self.run(move |memory| passwords::hash_in(memory, &password)).await?.map_err(|error| {
            tracing::error!(%error, "a password could not be hashed");
            Unavailable::Busy.into()
        })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut HashingMemory) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let (reply, answer) = oneshot::channel();
        let job = move |memory: &mut HashingMemory| {
            // A request that no longer waits needs no hash.
            if !reply.is_closed() {
                let _ = reply.send(work(memory));
            }
        };
        self.0.try_send(Box::new(job)).map_err(|_| Unavailable::Busy)?;
        let answer = tokio::time::timeout(MAX_WAIT, answer).await.map_err(|_| Unavailable::Busy)?;
        answer.map_err(|_| Unavailable::Busy.into())
    }
}

/// Hashing keeps a processor busy, so more threads than processors only take
/// memory. Two let a fast request pass a slow one.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).clamp(2, 4)
}

fn run(jobs: &Mutex<Receiver<Job>>) {
    loop {
        // The lock is held while this waits, and no longer.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        let mut memory = HashingMemory::allocate();
        let mut next = Some(job);
        while let Some(job) = next {
            // A panic ends one job and not the thread; its request is refused.
            drop(catch_unwind(AssertUnwindSafe(|| job(&mut memory))));
            // A thread that waits for a job has the lock, and takes the next one itself.
            next = jobs.try_lock().ok().and_then(|jobs| jobs.try_recv().ok());
        }
    }
}
