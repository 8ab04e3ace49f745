//! What the public and its programs read: the feed, the sitemap, entity tags.

use std::str::FromStr;

use imprimatur::domain::Content;

use crate::support::world::{archive, publish, submit};
use crate::support::{Server, World};

const MARKDOWN: &str = "Less & *more*.\n\n<b>No</b> tags, \"quotes\" and ]]> signs.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n";

/// Alice's post with every sign that XML minds, published.
fn published(world: &World, title: &str) -> imprimatur::domain::PostId {
    let content = Content::parse(title, "Why <less> is & isn't \"more\".", MARKDOWN).unwrap();
    let post = world.create(world.alice, content).unwrap().post;
    world.perform(world.alice, &submit(post, 1)).unwrap();
    world.perform(world.edith, &publish(post, 1)).unwrap();
    post
}

#[test]
fn the_feed_is_valid_atom_and_says_what_the_page_says() {
    let world = World::new();
    published(&world, "On <restraint> & \"measure\"");
    published(&world, "Second");
    let server = Server::start(world.database.store());
    let page = server.browser().get("/feed.atom").expect(200);
    assert!(page.headers["content-type"].starts_with("application/atom+xml"));
    let feed = atom_syndication::Feed::from_str(&page.body).unwrap();
    let titles: Vec<&str> = feed.entries().iter().map(|entry| entry.title().as_str()).collect();
    assert_eq!(titles, ["Second", "On <restraint> & \"measure\""]);
    let entry = &feed.entries()[1];
    let address = entry.links()[0].href();
    let path = address.strip_prefix(&format!("http://{}", server.address)).unwrap();
    let html = server.browser().get(path).expect(200).body;
    let content = entry.content().unwrap().value().unwrap();
    assert!(html.contains(content), "{content}");
    assert_eq!(entry.authors()[0].name(), "Alice");
    assert_eq!(feed.updated(), feed.entries()[0].updated());
}

#[test]
fn an_empty_site_has_a_feed_and_a_sitemap_too() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let feed = server.browser().get("/feed.atom").expect(200).body;
    assert!(atom_syndication::Feed::from_str(&feed).unwrap().entries().is_empty());
    server.browser().get("/sitemap.xml").expect(200);
    server.browser().get("/").expect(200);
}

#[test]
fn the_sitemap_has_what_is_published_and_nothing_else() {
    let world = World::new();
    let gone = published(&world, "Gone");
    published(&world, "Here");
    world.perform(world.stan, &archive(gone, 1)).unwrap();
    world.draft();
    let server = Server::start(world.database.store());
    let mut reader = server.browser();
    let robots = reader.get("/robots.txt").expect(200).body;
    assert!(robots.contains(&format!("Sitemap: http://{}/sitemap.xml", server.address)));
    let index = reader.get("/sitemap.xml").expect(200).body;
    assert!(index.contains("/sitemap-0.xml</loc>"));
    let sitemap = reader.get("/sitemap-0.xml").expect(200).body;
    for path in ["/", "/posts", "/posts/here"] {
        let address = format!("<loc>http://{}{path}</loc>", server.address);
        assert!(sitemap.contains(&address), "{address} in {sitemap}");
    }
    assert_eq!(sitemap.matches("<url>").count(), 3);
    reader.get("/sitemap-x.xml").expect(404);
    reader.get("/sitemap-99999999999.xml").expect(404);
}

#[test]
fn a_reader_who_has_the_page_is_told_so_until_it_is_archived() {
    let world = World::new();
    let post = published(&world, "Kept");
    let server = Server::start(world.database.store());
    let mut reader = server.browser();
    for path in ["/", "/posts/kept", "/feed.atom", "/sitemap-0.xml"] {
        let tag = reader.get(path).expect(200).headers["etag"].clone();
        let again = reader.send("GET", path, None, &[("if-none-match", &tag)]);
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
        assert_eq!(again.headers["etag"], tag);
        reader.send("GET", path, None, &[("if-none-match", "\"other\"")]).expect(200);
        let head = reader.send("HEAD", path, None, &[]);
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
    }
    let tag = reader.get("/posts/kept").headers["etag"].clone();
    world.perform(world.stan, &archive(post, 1)).unwrap();
    reader.send("GET", "/posts/kept", None, &[("if-none-match", &tag)]).expect(410);
}

#[test]
fn a_post_tells_programs_what_it_is_and_no_title_breaks_out_of_it() {
    let world = World::new();
    published(&world, "</script><script>alert(1)</script>");
    let server = Server::start(world.database.store());
    let page = server.browser().get("/posts/script-script-alert-1-script").expect(200).body;
    let (_, data) = page.split_once("<script type=\"application/ld+json\">").unwrap();
    let (data, _) = data.split_once("</script>").unwrap();
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["headline"], "</script><script>alert(1)</script>");
    assert_eq!(data["author"]["name"], "Alice");
    let address = format!("http://{}/posts/script-script-alert-1-script", server.address);
    assert!(page.contains(&format!("<link rel=\"canonical\" href=\"{address}\">")));
    assert_eq!(data["mainEntityOfPage"], address);
    assert_eq!(page.matches("<script").count(), 1, "only the data");
}
