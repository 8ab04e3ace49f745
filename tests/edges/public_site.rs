//! The public site: posts, their list, the feed, the sitemap and entity tags. It is
//! the same for everyone, and an archived post is gone from all of it at once.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::str::FromStr;

use diesel::connection::SimpleConnection;
use imprimatur::domain::{Content, PostId};

use crate::support::world::{archive, content, db_end_sessions_of, publish, submit};
use crate::support::{Browser, Server, World};

const MARKDOWN: &str = "Less & *more*.\n\n<b>No</b> tags, \"quotes\" and ]]> signs.\n\n| a | b \
                        |\n|---|---|\n| 1 | 2 |\n";

/// Publishes a post of Alice's with every character that XML treats specially.
fn published(world: &World, title: &str) -> PostId {
    let content = Content::parse(title, "Why <less> is & isn't \"more\".", MARKDOWN).unwrap();
    published_as(world, content)
}

fn published_as(world: &World, content: Content) -> PostId {
    let post = world.create(world.alice, content).unwrap().post;
    world.perform(world.alice, &submit(post, 1)).unwrap();
    world.perform(world.edith, &publish(post, 1)).unwrap();
    post
}

#[test]
fn the_feed_is_valid_atom_with_the_text_of_the_page() {
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
fn the_feed_has_every_element_that_atom_requires() {
    let world = World::new();
    for number in 1..=21 {
        published(&world, &format!("Post {number}"));
    }
    published_as(&world, Content::parse("Signs", "S", "Unreadable: &#1;&#xffff;").unwrap());
    let server = Server::start_behind("https://example.org", world.database.store());
    let text = server.browser().get("/feed.atom").expect(200).body;
    let is_readable =
        |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}') || c == '\n';
    assert!(text.chars().all(is_readable), "no character that XML cannot hold");
    let feed = atom_syndication::Feed::from_str(&text).unwrap();
    assert!(feed.id().starts_with("urn:uuid:"));
    let links: Vec<_> = feed.links().iter().map(|link| (link.rel(), link.href())).collect();
    let (own, site) = ("https://example.org/feed.atom", "https://example.org/");
    assert_eq!(links, [("self", own), ("alternate", site)]);
    assert_eq!(feed.entries().len(), 20, "the newest");
    let ids: BTreeSet<&str> = feed.entries().iter().map(|entry| entry.id()).collect();
    assert_eq!(ids.len(), 20, "each its own");
    for entry in feed.entries() {
        assert!(entry.id().starts_with("urn:uuid:"));
        assert_eq!((entry.links().len(), entry.links()[0].rel()), (1, "alternate"));
        assert!(entry.links()[0].href().starts_with("https://example.org/posts/"));
        assert_eq!(Some(entry.updated()), entry.published());
        assert_eq!(entry.authors().len(), 1);
        assert_eq!(entry.content().unwrap().content_type(), Some("html"));
        assert!(entry.summary().is_some() && !entry.title().is_empty());
    }
    assert!(feed.entries().windows(2).all(|pair| pair[0].updated() >= pair[1].updated()));
    // The whole text, byte for byte, also from the cache.
    assert_eq!(server.browser().get("/feed.atom").expect(200).body, text);
}

#[test]
fn every_public_page_works_on_an_empty_site() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let feed = server.browser().get("/feed.atom").expect(200).body;
    assert!(atom_syndication::Feed::from_str(&feed).unwrap().entries().is_empty());
    server.browser().get("/sitemap.xml").expect(200);
    for path in ["/", "/posts"] {
        let page = server.browser().get(path).expect(200).body;
        assert!(page.contains("No posts yet."), "{path}");
    }
}

#[test]
fn the_sitemap_lists_the_published_posts_and_no_others() {
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

/// The public addresses, while a post called "Kept" is published, and whether each is
/// a page.
const PUBLIC: [(&str, bool); 8] = [
    ("/", true),
    ("/posts", true),
    ("/posts?before=1-1", true),
    ("/posts/kept", true),
    ("/feed.atom", false),
    ("/sitemap.xml", false),
    ("/sitemap-0.xml", false),
    ("/robots.txt", false),
];

#[test]
fn a_cached_page_is_revalidated_until_the_post_is_archived() {
    let world = World::new();
    let post = published(&world, "Kept");
    let server = Server::start(world.database.store());
    let mut reader = server.browser();
    for (path, is_page) in PUBLIC {
        let page = reader.get(path).expect(200);
        let tag = page.headers["etag"].clone();
        assert!(tag.starts_with('"'), "strong: {tag}");
        let bare = tag.trim_matches('"');
        let proxied = ["-gzip", "-br", ";gzip", "--gzip", ":zstd", "-GZIP"]
            .map(|coding| format!("W/\"{bare}{coding}\""));
        let plain = [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".into()];
        for known in plain.into_iter().chain(proxied) {
            let again = reader.send("GET", path, None, &[("if-none-match", &known)]);
            assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
            for header in ["etag", "cache-control", "vary"] {
                assert_eq!(again.headers.get(header), page.headers.get(header), "{path}: {header}");
            }
        }
        for other in ["\"other\"".to_owned(), format!("\"{bare}-pdf\""), "\"-gzip\"".to_owned()] {
            reader.send("GET", path, None, &[("if-none-match", &other)]).expect(200);
        }
        assert_eq!(page.headers["cache-control"], "no-cache");
        assert_eq!(page.headers.contains_key("vary"), is_page, "only a page looks at cookies");
        assert!(!page.headers.contains_key("last-modified"), "nobody knows: others came and went");
    }
    let tag = reader.get("/posts/kept").headers["etag"].clone();
    world.perform(world.stan, &archive(post, 1)).unwrap();
    for known in [tag.as_str(), "*"] {
        reader.send("GET", "/posts/kept", None, &[("if-none-match", known)]).expect(410);
    }
}

#[test]
fn head_has_the_headers_of_get_and_no_body() {
    let world = World::new();
    published(&world, "Kept");
    let gone = published(&world, "Gone");
    world.perform(world.stan, &archive(gone, 1)).unwrap();
    let server = Server::start(world.database.store());
    let mut reader = server.browser();
    let others = ["/posts/gone", "/posts/never", "/posts?after=x", "/static/app.css"];
    for path in PUBLIC.map(|(path, _)| path).into_iter().chain(others).chain(["/favicon.svg"]) {
        let [get, head] = ["GET", "HEAD"].map(|method| reader.send(method, path, None, &[]));
        assert_eq!((head.status, head.body.as_str()), (get.status, ""), "{path}");
        for header in ["etag", "content-type", "content-length", "cache-control", "vary"] {
            assert_eq!(head.headers.get(header), get.headers.get(header), "{path}: {header}");
        }
    }
}

/// The client would take an unexpected body for the next response.
#[test]
fn head_has_no_body_when_requests_are_pipelined() {
    let world = World::new();
    published(&world, "Kept");
    let server = Server::start(world.database.store());
    let server = server.address;
    for path in ["/posts/kept", "/posts/never", "/sign-in", "/desk", "/static/app.css"] {
        let mut stream = TcpStream::connect(server).unwrap();
        let head = format!("HEAD {path} HTTP/1.1\r\nhost: x\r\n\r\n");
        let next = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        stream.write_all((head + next).as_bytes()).unwrap();
        let mut answers = String::new();
        stream.read_to_string(&mut answers).unwrap();
        let parts: Vec<&str> = answers.split("\r\n\r\n").collect();
        let [first, second, ""] = parts[..] else { panic!("{path}: {answers}") };
        assert!(!first.contains("content-length: 0"), "{path}: {first}");
        assert!(second.starts_with("HTTP/1.1 200 "), "{path}: {second}");
    }
}

#[test]
fn a_head_request_does_not_use_up_the_flash_line() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut edith = server.signed_in("edith");
    let token = edith.get("/account").expect(200).hidden("token");
    edith.post("/sign-out", &[("token", &token)]).expect(303);
    edith.send("HEAD", "/", None, &[]).expect(200);
    assert!(edith.get("/").expect(200).body.contains("You are signed out."));
    assert!(!edith.get("/").expect(200).body.contains("You are signed out."));
}

#[test]
fn every_server_shows_a_post_until_every_server_shows_it_as_gone() {
    let world = World::new();
    let post = published(&world, "Kept");
    let servers = [(); 2].map(|()| Server::start_behind_proxy("http://h", world.database.store()));
    let mut readers = servers.each_ref().map(Server::browser);
    for (path, _) in PUBLIC {
        let [one, other] = readers.each_mut().map(|reader| reader.get(path).expect(200));
        assert_eq!(one.body, other.body, "{path}");
        assert_eq!(one.headers["etag"], other.headers["etag"], "{path}");
    }
    let mut stan = servers[0].signed_in("stan");
    let path = format!("/admin/posts/{post}/archive");
    stan.act(&path, &[("reason", "It is out of date.")]).expect(303);
    for reader in &mut readers {
        let notice = reader.get("/posts/kept").expect(410);
        assert_eq!(notice.headers["cache-control"], "no-store");
        assert!(notice.body.contains("<h1>This post was removed</h1>"));
        assert!(notice.body.contains("href=\"/posts\""), "a way onward");
        assert!(!notice.body.contains("Kept"), "and nothing of what it was");
        for path in ["/", "/posts", "/feed.atom", "/sitemap-0.xml"] {
            assert!(!reader.get(path).expect(200).body.contains("/posts/kept"), "{path}");
        }
    }
}

/// Returns the part of a page that is not its frame.
fn main_of(body: &str) -> &str {
    body.split_once("<main")
        .and_then(|(_, rest)| rest.split_once("</main>"))
        .map_or(body, |it| it.0)
}

#[test]
fn a_public_page_is_the_same_for_everyone_who_is_not_signed_in() {
    let world = World::new();
    published(&world, "Kept");
    let server = Server::start(world.database.store());
    let (mut one, mut other) = (server.browser(), server.browser());
    for (path, _) in PUBLIC {
        let (one, other) = (one.get(path).expect(200), other.get(path).expect(200));
        assert_eq!(one.body, other.body, "{path}");
        assert_eq!(one.headers["cache-control"], "no-cache", "{path}");
    }
}

#[test]
fn a_public_page_keeps_the_navigation_of_the_person_who_is_signed_in() {
    let world = World::new();
    let post = published(&world, "Kept");
    let server = Server::start(world.database.store());
    let mut stranger = server.browser();
    for (name, shown, own) in [
        ("alice", "Alice", format!("href=\"/desk/posts/{post}\"")),
        ("edith", "Edith", format!("href=\"/desk/posts/{post}\"")),
        ("stan", "Stan", format!("href=\"/admin/posts/{post}\"")),
        ("mallory", "Mallory", String::new()),
    ] {
        let mut reader = server.signed_in(name);
        for (path, is_page) in PUBLIC {
            let (strange, page) = (stranger.get(path).expect(200), reader.get(path).expect(200));
            if !is_page {
                assert_eq!(page.body, strange.body, "{path}");
                continue;
            }
            assert!(page.body.contains(&format!("<bdi>{shown}</bdi>")), "{name} {path}");
            assert!(page.body.contains("Sign out"), "{name} {path}");
            assert_eq!(page.headers["cache-control"], "private, no-cache", "{name} {path}");
            let (text, strange) = (main_of(&page.body), main_of(&strange.body));
            if path == "/posts/kept" && !own.is_empty() {
                assert!(text.contains(&own) && !strange.contains(&own), "{name}: {text}");
            } else {
                assert_eq!(text, strange, "{name} {path}");
            }
        }
        // A page that the browser has is not sent again, and neither name outlives the session.
        let tag = reader.get("/").headers["etag"].clone();
        reader.send("GET", "/", None, &[("if-none-match", &tag)]).expect(304);
        db_end_sessions_of(&world, name);
        let page = reader.send("GET", "/", None, &[("if-none-match", &tag)]).expect(200);
        assert!(!page.body.contains("Sign out"), "{name}");
    }
}

#[test]
fn signing_out_shows_one_flash_line_and_a_link_to_sign_in() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let strange = server.browser().get("/").expect(200);
    let mut alice = server.signed_in("alice");
    let token = alice.get("/desk").expect(200).hidden("token");
    let onward = alice.post("/sign-out", &[("token", &token)]).expect(303);
    assert_eq!(onward.location(), "/");
    // A request for the feed does not use the line up.
    alice.get("/feed.atom").expect(200);
    let told = alice.send("GET", "/", None, &[("if-none-match", "*")]).expect(200);
    assert!(told.body.contains("You are signed out."));
    assert!(told.body.contains("href=\"/sign-in\"") && !told.body.contains("href=\"/desk\""));
    assert_eq!(told.headers["cache-control"], "no-store", "a line for once is not kept");
    let after = alice.get("/").expect(200);
    assert_eq!((&after.body, &after.headers["etag"]), (&strange.body, &strange.headers["etag"]));
}

/// Gives each 25 posts the same time of publication, 20 days after the 25 before.
fn db_publish_at_equal_moments(world: &World) {
    let moment = "timestamptz '2024-01-05 12:00:00.123456+00' + (id / 25) * interval '20 days'";
    let sql = format!(
        "BEGIN; SET LOCAL session_replication_role = replica;
         UPDATE posts SET (created_at, submitted_at, published_at)
             = (SELECT moment, moment, moment FROM (SELECT {moment} AS moment) AS moments);
         COMMIT"
    );
    world.database.as_superuser().batch_execute(&sql).unwrap();
}

/// Returns the addresses of the posts on a page of the list, in order.
fn listed(body: &str) -> Vec<String> {
    let links = body.split("<li><a href=\"/posts/").skip(1);
    links.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// Returns the address of the neighbouring page, which head and body must agree on.
fn neighbour(body: &str, rel: &str) -> Option<String> {
    let address = |start: &str| {
        let (_, rest) = body.split_once(&format!("{start} rel=\"{rel}\" href=\""))?;
        Some(rest.split('"').next().unwrap().to_owned())
    };
    let (head, link) = (address("<link"), address("<a"));
    assert_eq!(head, link);
    head
}

/// Returns every page from this one on, in one direction.
fn pages(reader: &mut Browser, first: &str, rel: &str) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let mut next = Some(first.to_owned());
    while let Some(path) = next {
        let body = reader.get(&path).expect(200).body;
        next = neighbour(&body, rel);
        pages.push((path, body));
        assert!(pages.len() < 10, "pages without end");
    }
    pages
}

#[test]
fn the_list_has_each_post_once_in_both_directions() {
    let world = World::new();
    for number in 1..=120 {
        published_as(&world, content(&format!("Post {number}")));
    }
    db_publish_at_equal_moments(&world);
    let server = Server::start(world.database.store());
    let mut reader = server.browser();
    let newest_first: Vec<String> =
        (1..=120).rev().map(|number| format!("post-{number}")).collect();

    let older = pages(&mut reader, "/posts", "next");
    let lists: Vec<Vec<String>> = older.iter().map(|(_, body)| listed(body)).collect();
    assert_eq!(lists.iter().map(Vec::len).collect::<Vec<_>>(), [50, 50, 20]);
    assert_eq!(lists.concat(), newest_first);

    let newer = pages(&mut reader, &older[2].0, "prev");
    let back: Vec<Vec<String>> = newer.iter().rev().map(|(_, body)| listed(body)).collect();
    assert_eq!(back, lists, "the way back is the same way");

    // Posts are published and archived while the pages are read.
    published_as(&world, content("Post 121"));
    world.perform(world.stan, &archive(PostId(60), 1)).unwrap();
    let second = listed(&reader.get(&older[1].0).expect(200).body);
    let expected: Vec<String> =
        newest_first[50..101].iter().filter(|slug| *slug != "post-60").cloned().collect();
    assert_eq!(second, expected);

    assert!(older[0].1.contains(">March 2024</h2>"));
    assert!(older[0].1.contains(">February 2024</h2>"));
    for (path, body) in older.iter().chain(&newer) {
        let is_first = neighbour(body, "prev").is_none();
        assert_eq!(body.contains("rel=\"canonical\""), is_first, "{path}");
        let months: Vec<&str> = body
            .split("<h2 lang=\"en\">")
            .skip(1)
            .map(|section| section.split("</h2>").next().unwrap())
            .collect();
        assert_eq!(months.iter().collect::<BTreeSet<_>>().len(), months.len(), "each month once");
        for section in body.split("<h2 lang=\"en\">").skip(1) {
            let month = section.split("</h2>").next().unwrap();
            for date in section.split("<time ").skip(1) {
                let date = date.split(['>', '<']).nth(1).unwrap();
                assert!(date.ends_with(month), "{date} under {month}");
            }
        }
    }
}

#[test]
fn a_page_beyond_the_list_shows_where_to_go() {
    let world = World::new();
    published(&world, "Kept");
    let server = Server::start(world.database.store());
    let mut reader = server.browser();
    for query in [
        "before=",
        "before=x",
        "before=1",
        "before=1-",
        "before=-1-1",
        "before=1-x",
        "before=01-1",
        "before=1-+1",
        "before=99999999999999999999-1",
        "before=9223372036854775807-1",
        "after=1-1%00",
        "after=1-1&after=2-2",
        "before=1-1&after=1-1",
        "before=%ff",
    ] {
        let page = reader.get(&format!("/posts?{query}")).expect(422);
        assert!(page.body.contains("href=\"/\""), "a way onward from {query}");
    }
    for (path, has_list) in [("/posts?before=1-1", false), ("/posts?after=1-1", true)] {
        let page = reader.get(path).expect(200).body;
        assert_eq!(page.contains("/posts/kept"), has_list, "{path}");
        assert_eq!(page.contains("No more posts"), !has_list);
    }
    reader.get("/posts?utm_source=elsewhere").expect(200);
}

#[test]
fn the_linked_data_of_a_post_is_valid_and_its_title_is_escaped() {
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
    assert_eq!(data["url"], address);
    assert_eq!(data["publisher"]["name"], "Imprimatur");
    assert!(data.get("inLanguage").is_none(), "no language is known");
    assert!(data.get("dateModified").is_none(), "what is published is not modified");
    assert_eq!(page.matches("<script").count(), 1, "only the data");
}
