//! The whole answer of permission, visibility and policy: every role set, action,
//! state, owner, revision, change request and text, computed by the program's own
//! functions, written for readers in docs/matrix.md, and tried on a database.

mod accounts;
mod accounts_driven;
mod cover;
mod document;
mod others_driven;
mod own_driven;
mod posts;
mod posts_driven;
mod sample;
mod table;
