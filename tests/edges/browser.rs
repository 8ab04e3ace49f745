//! A real Chromium: the journeys of every role, and every page as it looks.
//!
//! The other tests know what the server answers; these know that a person gets
//! from page to page by what the pages say, with whatever they see and move
//! with, and loses nothing on the way.

mod journeys;
mod keyboard;
mod pages;
mod screenshots;
mod script;
mod writing;

use crate::support::{Server, World};

/// A publishing house that serves its pages.
fn publishing_house() -> (World, Server) {
    let world = World::new();
    let server = Server::start(world.database.store());
    (world, server)
}
