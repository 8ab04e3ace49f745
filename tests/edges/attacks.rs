//! Attacks from outside: each was seen to work once, and must not work again.

mod bodies;
mod guessing;
mod memory;
mod origins;
mod passwords;
mod records;
mod rendering;
mod turns;
