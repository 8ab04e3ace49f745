//! What an author's texts leave behind in the memory of the server.

use super::guessing::{NOW, memory, serving};
use crate::support::{Browser, World};

#[test]
#[ignore = "slow: .ci/run runs it"]
fn texts_that_one_author_saves_and_compares_leave_little_behind() {
    let world = World::new();
    let (mut child, address) = serving(&world);
    let mut alice = Browser::new(address);
    alice.sign_in("alice");
    let before = memory(child.id(), NOW);
    for number in 1..=12 {
        let lines = |seed: usize| -> String {
            // Lines of one letter for every other post, one long line of words for the others.
            let end = if number % 2 == 0 { "\n" } else { " " };
            let letter = |at: usize| char::from(b'a' + (at * at * seed % 101 % 6) as u8);
            (0..49_000).map(|at| format!("{}{end}", letter(at))).collect()
        };
        let create = "/desk/posts/create";
        let body = lines(number);
        let title = format!("Numbers {number}");
        let text = [("title", title.as_str()), ("summary", "S"), ("body", &body), ("slug", "")];
        let saved = alice.submit(create, &[&text[..], &[("save", "yes")]].concat());
        let post = saved.expect(303).location().split('?').next().unwrap().to_owned();
        let body = lines(number + 100);
        let text = [("title", title.as_str()), ("summary", "S"), ("body", &body), ("slug", "")];
        let revise = format!("{post}/revise");
        alice.submit(&revise, &[&text[..], &[("save", "yes")]].concat()).expect(303);
        for page in ["", "/revisions/2", "/changes?from=1&to=2", "/revise?from=1"] {
            alice.get(&format!("{post}{page}")).expect(200);
        }
    }
    let kept = memory(child.id(), NOW).saturating_sub(before);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(kept < 70, "{kept} MiB are kept");
}
