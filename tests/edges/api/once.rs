//! Two servers, one database, the same key at the same instant.

use std::sync::Barrier;
use std::thread;

use super::{House, TEXT};
use crate::support::Server;

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_same_key_through_two_servers_at_once_has_one_effect_and_one_answer() {
    let House { world, server, alice, .. } = House::new();
    let other = Server::start(world.database.store());
    let programs = [alice.clone(), alice.at(other.address)];
    assert_ne!(server.address, other.address);
    for round in 0..200 {
        let key = format!("round-{round}");
        let barrier = Barrier::new(2);
        let answers = thread::scope(|scope| {
            let sent = programs.each_ref().map(|program| {
                let (barrier, key) = (&barrier, &key);
                scope.spawn(move || {
                    barrier.wait();
                    program.post("/api/v1/posts", &[("idempotency-key", key)], TEXT)
                })
            });
            sent.map(|thread| thread.join().unwrap())
        });
        let [one, two] = answers.map(|reply| reply.expect(201));
        assert_eq!(one.text, two.text, "round {round}");
        assert_eq!(world.db_count("posts"), round + 1, "round {round}");
    }
    assert!(world.db_incidents().is_empty());
}
