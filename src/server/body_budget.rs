//! Limits the memory that the bodies of requests may use, and shares it between their
//! senders.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;

use crate::http::Client;

/// The part of a room that one account or one network may use.
const SHARE_OF_ONE: usize = 4;

/// The memory that bodies use now, in bytes: of a room, and of each who has some of it.
#[derive(Default)]
pub(super) struct BodyBudget(Mutex<HashMap<(Room, Option<Client>), usize>>);

/// Memory for bodies. None fills the room of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Room {
    /// For people with a session or a token that is known here.
    People,
    /// For short bodies of strangers, such as those of people who sign in.
    Short,
    /// For their long ones.
    Long,
}

impl Room {
    fn bytes(self) -> usize {
        match self {
            Self::People => 32 << 20,
            Self::Short | Self::Long => 16 << 20,
        }
    }
}

/// The part of the budget that one body uses; it is given back with this.
pub(super) struct Share {
    budget: Arc<BodyBudget>,
    room: Room,
    client: Client,
    bytes: usize,
}

impl Share {
    /// Returns a share without any bytes yet.
    pub(super) fn empty(budget: Arc<BodyBudget>, room: Room, client: Client) -> Self {
        Self { budget, room, client, bytes: 0 }
    }

    /// Takes more bytes; returns false when there is no room for them.
    pub(super) fn grow(&mut self, bytes: usize) -> bool {
        let room = self.room.bytes();
        let mut used = self.budget.0.lock().unwrap_or_else(PoisonError::into_inner);
        let limits = [(None, room), (Some(self.client), room / SHARE_OF_ONE)];
        let has_room = limits.iter().all(|(who, limit)| {
            used.get(&(self.room, *who)).is_none_or(|used| used + bytes <= *limit)
        });
        if has_room {
            self.bytes += bytes;
            for (who, _) in limits {
                *used.entry((self.room, who)).or_default() += bytes;
            }
        }
        has_room
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut used = self.budget.0.lock().unwrap_or_else(PoisonError::into_inner);
        for who in [None, Some(self.client)] {
            if let Entry::Occupied(mut part) = used.entry((self.room, who)) {
                *part.get_mut() -= self.bytes;
                if *part.get() == 0 {
                    part.remove();
                }
            }
        }
    }
}

/// A response that may show the body of its request again. It keeps its share of the
/// memory until the client has read it.
pub(super) struct BudgetedBody {
    rest: Result<Bytes, BoxBody>,
    _share: Share,
}

impl BudgetedBody {
    /// How many bytes are given to the connection at once, which keeps them.
    const PIECE: usize = 32 * 1024;

    pub(super) fn new(body: impl MessageBody + 'static, share: Share) -> Self {
        Self { rest: body.boxed().try_into_bytes(), _share: share }
    }
}

impl MessageBody for BudgetedBody {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        match &self.rest {
            Ok(bytes) => bytes.size(),
            Err(body) => body.size(),
        }
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        match &mut self.rest {
            Ok(bytes) if bytes.is_empty() => Poll::Ready(None),
            Ok(bytes) => {
                let piece = bytes.split_to(bytes.len().min(Self::PIECE));
                Poll::Ready(Some(Ok(piece)))
            }
            Err(body) => Pin::new(body).poll_next(context),
        }
    }
}
