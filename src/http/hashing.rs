//! Password hashing off the request threads, a bounded number at a time.

use std::sync::Arc;

use actix_web::web;
use tokio::sync::Semaphore;

use crate::accounts::passwords;
use crate::domain::Password;
use crate::refusal::Refusal;
use crate::store::Unavailable;

/// The password hashing of a process: each hash takes 19 MiB and some 20 ms.
#[derive(Clone)]
pub struct Hashing(Arc<Semaphore>);

impl Default for Hashing {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Semaphore::new(2 * processors)))
    }
}

impl Hashing {
    /// Returns whether the password is the one that was hashed, once there is room
    /// to check it.
    pub(crate) async fn check(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, Refusal> {
        let permit = tokio::time::timeout(std::time::Duration::from_secs(5), self.0.acquire())
            .await
            .map_err(|_| Unavailable::Busy)?
            .map_err(|_| Unavailable::Busy)?;
        let is_right = web::block(move || passwords::verify(&password, hash.as_deref())).await;
        drop(permit);
        Ok(is_right.unwrap_or(false))
    }

    /// Returns the hash of a password, once there is room to make it.
    pub(crate) async fn hash(&self, password: Password) -> Result<String, Refusal> {
        let permit = tokio::time::timeout(std::time::Duration::from_secs(5), self.0.acquire())
            .await
            .map_err(|_| Unavailable::Busy)?
            .map_err(|_| Unavailable::Busy)?;
        let hash = web::block(move || passwords::hash(&password)).await;
        drop(permit);
        match hash {
            Ok(Ok(hash)) => Ok(hash),
            Ok(Err(error)) => {
                tracing::error!(%error, "a password could not be hashed");
                Err(Unavailable::Busy.into())
            }
            Err(_) => Err(Unavailable::Busy.into()),
        }
    }
}
