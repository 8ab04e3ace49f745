//! A request that arrives after an archive was acknowledged does not get the page, on
//! any server, also while others keep asking for it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::support::world::{archive, content, publish, submit};
use crate::support::{Server, World};

#[test]
#[ignore = "slow: .ci/run runs it"]
fn an_archived_post_is_gone_on_every_server_while_readers_keep_asking() {
    archive_while_readers_ask(40);
}

#[test]
#[ignore = "by hand: a minute, the same thousand times"]
fn an_archived_post_is_gone_a_thousand_times() {
    archive_while_readers_ask(1_000);
}

/// Ends the readers also when the test fails.
struct Ending<'a>(&'a AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

fn archive_while_readers_ask(rounds: usize) {
    let world = World::new();
    let servers =
        [(); 2].map(|()| Server::start_behind("http://localhost", world.database.store()));
    let (round, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let served = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for server in &servers {
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut reader = server.browser();
                    while !is_over.load(Ordering::Acquire) {
                        let current = round.load(Ordering::Acquire);
                        let page = reader.get(&format!("/posts/round-{current}"));
                        assert!(matches!(page.status, 200 | 404 | 410), "{}", page.status);
                        served.fetch_add(usize::from(page.status == 200), Ordering::Relaxed);
                        let home = reader.get("/").expect(200);
                        assert!(home.body.contains("Latest posts"));
                    }
                });
            }
        }
        let _ending = Ending(&is_over);
        let mut witnesses = servers.each_ref().map(Server::browser);
        for current in 1..=rounds {
            let path = format!("/posts/round-{current}");
            let post =
                world.create(world.alice, content(&format!("Round {current}"))).unwrap().post;
            world.perform(world.alice, &submit(post, 1)).unwrap();
            world.perform(world.edith, &publish(post, 1)).unwrap();
            round.store(current, Ordering::Release);
            for witness in &mut witnesses {
                witness.get(&path).expect(200);
                for list in ["/", "/posts", "/feed.atom"] {
                    assert!(witness.get(list).expect(200).body.contains(&path), "{list} {current}");
                }
            }
            world.perform(world.stan, &archive(post, 1)).unwrap();
            for witness in &mut witnesses {
                witness.get(&path).expect(410);
                for list in ["/", "/posts", "/feed.atom"] {
                    assert!(
                        !witness.get(list).expect(200).body.contains(&path),
                        "{list} {current}"
                    );
                }
            }
        }
    });
    assert!(served.into_inner() > 0, "the readers saw posts");
}
