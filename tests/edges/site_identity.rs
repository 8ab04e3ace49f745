//! The name, description and language of the site, and the ids of its feed.

use std::str::FromStr;

use atom_syndication::Feed;
use imprimatur::domain::Content;
use imprimatur::http::Site;

use crate::edges::command_line::program::run;
use crate::support::world::{archive, publish, submit};
use crate::support::{Server, World};

const TEXT: &str = "![](http://example.org/no.png) ![A press](https://example.org/press.png)\n\n\
                    ![Another](https://example.org/other.png)";

fn published(world: &World, title: &str, body: &str) -> imprimatur::domain::PostId {
    let content = Content::parse(title, "Its summary.", body).unwrap();
    let post = world.create(world.alice, content).unwrap().post;
    world.perform(world.alice, &submit(post, 1)).unwrap();
    world.perform(world.edith, &publish(post, 1)).unwrap();
    post
}

fn hauspost() -> Site {
    Site {
        name: "Haus & Post".to_owned(),
        description: "Was im Haus \"geschieht\"".to_owned(),
        language: Some("de".parse().unwrap()),
        ..Site::at("https://haus.example")
    }
}

#[test]
fn the_site_has_the_name_and_the_language_that_its_operator_gives_it() {
    let world = World::new();
    published(&world, "Eins", TEXT);
    let server = Server::start_site(hauspost(), world.database.store());
    let mut reader = server.browser();
    let escaped = "Haus &#38; Post";
    for path in ["/", "/posts", "/posts/eins", "/nowhere", "/sign-in"] {
        let page = reader.get(path).body;
        assert!(page.contains(&format!("height=\"32\">{escaped}</a>")), "{path}: {page}");
        let title = page.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
        assert!(title.ends_with(escaped), "{path}: {title}");
        assert!(page.contains(&format!("title=\"{escaped}\" href=\"/feed.atom\"")), "{path}");
    }
    for path in ["/", "/posts", "/posts/eins"] {
        let page = reader.get(path).expect(200).body;
        assert!(
            page.contains("<html lang=\"de\">")
                && page.contains("<footer class=\"site-footer\" lang=\"en\">")
        );
    }
    let home = reader.get("/").expect(200).body;
    assert!(home.contains("content=\"Was im Haus &#34;geschieht&#34;\""), "{home}");
    let id = world.published().0;
    let mut alice = server.signed_in("alice");
    for path in ["/desk".to_owned(), format!("/desk/posts/{id}"), "/desk/posts?q=restraint".into()]
    {
        let page = alice.get(&path).expect(200).body;
        assert!(!page.contains("lang=\"\"") && page.contains("lang=\"de\" dir=\"auto\""), "{page}");
    }
    let post = reader.get("/posts/eins").expect(200).body;
    assert!(post.contains(&format!("og:site_name\" content=\"{escaped}\"")));
    assert!(post.contains("\"inLanguage\":\"de\"") && post.contains("\"name\":\"Haus & Post\""));
    assert!(post.contains("og:image\" content=\"https://example.org/press.png\""), "{post}");
    assert!(post.contains("https://haus.example/posts/eins</p>"), "its address, for print");
    let feed = reader.get("/feed.atom").expect(200).body;
    let feed = Feed::from_str(&feed).unwrap();
    assert_eq!((feed.title().as_str(), feed.lang()), ("Haus & Post", Some("de")));
    assert_eq!(feed.subtitle().unwrap().as_str(), "Was im Haus \"geschieht\"");
}

#[test]
fn a_post_without_a_picture_has_none_in_its_metadata() {
    let world = World::new();
    published(&world, "Plain", "![](http://example.org/no.png) and text");
    let server = Server::start(world.database.store());
    let post = server.browser().get("/posts/plain").expect(200).body;
    assert!(!post.contains("og:image") && !post.contains("\"image\""));
    assert!(post.contains("<html lang=\"en\">") && post.contains("<h1 lang=\"\" dir=\"auto\">"));
}

#[test]
fn the_feed_keeps_its_ids_when_the_site_moves() {
    let world = World::new();
    published(&world, "One", "Text");
    published(&world, "Two", "Text");
    let ids = |server: &Server| {
        let feed = Feed::from_str(&server.browser().get("/feed.atom").expect(200).body).unwrap();
        let mut ids = vec![feed.id().to_owned()];
        ids.extend(feed.entries().iter().map(|entry| entry.id().to_owned()));
        ids
    };
    let before = ids(&Server::start(world.database.store()));
    let after = ids(&Server::start_site(hauspost(), world.database.store()));
    assert_eq!(before, after);
    assert_eq!(before.len(), 3);
    let other = World::new();
    published(&other, "One", "Text");
    assert!(before.contains(&ids(&Server::start(world.database.store()))[1]));
}

#[test]
fn the_feed_is_updated_when_a_post_is_archived_and_never_goes_back() {
    let world = World::new();
    let posts = [published(&world, "One", "Text"), published(&world, "Two", "Text")];
    let server = Server::start(world.database.store());
    let updated = || {
        let feed = Feed::from_str(&server.browser().get("/feed.atom").expect(200).body).unwrap();
        *feed.updated()
    };
    let mut last = updated();
    for post in posts.into_iter().rev() {
        world.perform(world.stan, &archive(post, 1)).unwrap();
        assert!(updated() >= last, "not before {last}");
        last = updated();
    }
    assert_eq!(updated(), last, "also when nothing is left");
}

#[test]
fn options_that_no_page_could_show_are_refused() {
    let world = World::new();
    for (option, wrong) in [
        ("--site-name", " "),
        ("--site-name", "two\nlines"),
        ("--site-name", "\u{200b}"),
        ("--site-description", "\u{202e}backwards"),
        ("--site-language", "english please"),
        ("--site-language", "de\"><script>"),
    ] {
        let said = run(&world.database, &["--listen", "127.0.0.1:0", option, wrong]).expect(2);
        assert!(said.stderr.contains(option), "{option} {wrong:?}: {}", said.stderr);
    }
}
