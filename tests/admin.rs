//! What staff see and do on the admin's pages.

mod records;
