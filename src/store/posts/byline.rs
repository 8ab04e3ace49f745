use crate::domain::{Byline, UserId};

pub(super) fn byline(id: i64, name: String) -> Byline {
    Byline { id: UserId(id), name }
}
