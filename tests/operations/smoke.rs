use crate::support::world::{PASSWORD, revise};
use crate::support::{Server, World};

#[test]
fn the_whole_path() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let form = alice.get("/desk/posts/create").expect(200);
    let (token, key) = (form.hidden("token"), form.hidden("key"));
    let page = alice
        .post(
            "/desk/posts/create",
            &[
                ("token", &token),
                ("key", &key),
                ("title", "On restraint"),
                ("summary", "S"),
                ("body", "Words"),
            ],
        )
        .expect(303);
    let post = page.location().to_owned();
    alice.get(&post).expect(200);
    alice.act(&format!("{post}/submit"), &[]).expect(303);
    let mut edith = server.signed_in("edith");
    edith.act(&format!("{post}/request-changes"), &[("note", "More.")]).expect(303);
    edith.act(&format!("{post}/withdraw-request"), &[]).expect(303);
    edith.act(&format!("{post}/publish"), &[]).expect(303);
    server.browser().get("/posts/on-restraint").expect(200);
    let mut stan = server.signed_in("stan");
    let id = post.rsplit('/').next().unwrap();
    stan.act(&format!("/admin/posts/{id}/archive"), &[("reason", "Old.")]).expect(303);
    server.browser().get("/posts/on-restraint").expect(410);
    stan.get("/admin/posts").expect(200);
    alice.get("/desk").expect(200);
    edith.get("/desk").expect(200);
}

#[test]
fn a_note_on_an_outdated_revision_comes_back_in_its_form() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let post = world.in_review();
    let address = format!("/desk/posts/{post}/request-changes");
    let mut edith = server.signed_in("edith");
    let form = edith.get(&address).expect(200);
    world.perform(world.alice, &revise(post, 1, "On patience")).unwrap();
    let fields = [
        ("token", form.hidden("token")),
        ("key", form.hidden("key")),
        ("seen", form.hidden("seen")),
        ("note", "Please shorten.".to_owned()),
    ];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let page = edith.post(&address, &fields).expect(409);
    assert!(page.body.contains("\nPlease shorten.</textarea>"));
    assert_eq!(page.hidden("seen"), "2");
}

#[test]
fn a_link_to_the_desk_asks_a_newcomer_to_sign_in_once() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut newcomer = server.browser();
    let page = newcomer.get("/desk/posts/create").expect(401);
    let fields = [
        ("token", page.hidden("token")),
        ("next", page.hidden("next")),
        ("username", "alice".to_owned()),
        ("password", PASSWORD.to_owned()),
    ];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let onward = newcomer.post("/sign-in", &fields).expect(303);
    assert_eq!(onward.location(), "/desk/posts/create");
    newcomer.get(onward.location()).expect(200);
}

#[test]
fn any_two_revisions_can_be_compared() {
    let world = World::new();
    let post = world.draft();
    for (seen, title) in [(1, "On measure"), (2, "On patience")] {
        world.perform(world.alice, &revise(post, seen, title)).unwrap();
    }
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let mut page = |query: &str| alice.get(&format!("/desk/posts/{post}/changes?{query}"));
    let first = page("from=1&to=2").expect(200).body;
    assert!(first.contains("restraint") && first.contains("measure"));
    assert_eq!(
        first.matches("patience").count(),
        page("from=2&to=2").body.matches("patience").count()
    );
    let last = page("from=1").expect(200).body;
    assert!(last.contains("Only in revision 1") && last.contains("Only in revision 3"));
    page("from=1&to=4").expect(404);
    page("from=0&to=1").expect(404);
    page("from=x").expect(422);
    page("to=1").expect(422);
}
