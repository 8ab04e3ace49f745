//! The admin has no power of its own: what its pages do goes through the doors.

mod accounts;
