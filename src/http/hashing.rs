use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use tokio::sync::Semaphore;

use crate::accounts::passwords;
use crate::domain::Password;
use crate::refusal::Refusal;
use crate::store::Unavailable;

/// Password hashing, a bounded number at a time: each hash takes 19 MiB of memory and
/// some 20 ms.
#[derive(Clone)]
pub struct Hashing(Arc<Semaphore>);

/// The maximum time to wait for a permit.
const TIMEOUT: Duration = Duration::from_secs(5);

impl Default for Hashing {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Semaphore::new(2 * processors)))
    }
}

impl Hashing {
    /// Returns whether the password has this hash. Without a hash it takes the same
    /// time and returns false.
    pub(crate) async fn check(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, Refusal> {
        let is_right = self.run(move || passwords::verify(&password, hash.as_deref())).await?;
        Ok(is_right.unwrap_or(false))
    }

    /// Returns the hash of a password.
    pub(crate) async fn hash(&self, password: Password) -> Result<String, Refusal> {
        match self.run(move || passwords::hash(&password)).await? {
            Some(Ok(hash)) => Ok(hash),
            Some(Err(error)) => {
                tracing::error!(%error, "a password could not be hashed");
                Err(Unavailable::Busy.into())
            }
            None => Err(Unavailable::Busy.into()),
        }
    }

    /// Runs the work on a thread of its own. Returns `None` if it panicked.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Option<T>, Refusal> {
        let permit = tokio::time::timeout(TIMEOUT, self.0.acquire()).await;
        let _permit = permit.map_err(|_| Unavailable::Busy)?.map_err(|_| Unavailable::Busy)?;
        Ok(web::block(work).await.ok())
    }
}
