//! The list of posts finds exactly what its filters say, in the requested order, on pages
//! in both directions.

use imprimatur::domain::{Content, Post, PostId, State, UserId};
use imprimatur::postgres::RUNTIME_ROLE;
use imprimatur::store::paging::{Direction, Order, PageRequest};
use imprimatur::store::posts::{ChangeLine, Filter, Sort, Words, change_list, counted_change_list};
use imprimatur::store::verify::verify;
use imprimatur::store::visibility::Visibility;
use jiff::Timestamp;

use super::helpers::db_copies;
use crate::support::world::{archive, db_number, publish, revise, submit};
use crate::support::{Server, World};

const STAFF: Visibility = Visibility { viewer: None, sees_reviews: true, sees_everything: true };

const SORTS: [(Sort, Order); 12] = [
    (Sort::Since, Order::Descending),
    (Sort::Since, Order::Ascending),
    (Sort::Number, Order::Descending),
    (Sort::Number, Order::Ascending),
    (Sort::State, Order::Descending),
    (Sort::State, Order::Ascending),
    (Sort::Author, Order::Descending),
    (Sort::Author, Order::Ascending),
    (Sort::Publisher, Order::Descending),
    (Sort::Publisher, Order::Ascending),
    (Sort::Title, Order::Descending),
    (Sort::Title, Order::Ascending),
];

/// What a post is sorted by before its time and its number.
fn key(sort: Sort, post: &Post) -> String {
    let name = |name: &str| name.to_lowercase();
    match sort {
        Sort::Since | Sort::Number => String::new(),
        Sort::State => (post.state() as usize).to_string(),
        Sort::Author => name(&post.author.name),
        Sort::Publisher => {
            post.status.publication().map(|by| name(&by.by.name)).unwrap_or_default()
        }
        Sort::Title => name(post.title()),
    }
}

/// A world with posts of two authors, in each state, published by two
/// reviewers, about a few things.
fn busy_world() -> World {
    let world = World::new();
    for number in 0..24 {
        let author = if number % 3 == 0 { world.alice } else { world.arthur };
        let reviewer = if number % 2 == 0 { world.edith } else { world.rosa };
        let title = ["On printing", "The Press", "Über Schrift"][number % 3];
        let body = ["A colophon ends it.", "It's set in 12-point type."][number % 2];
        let content = Content::parse(title, "Why less is more.", body).unwrap();
        let post = world.create(author, content).unwrap().post;
        if number % 4 > 0 {
            world.perform(author, &submit(post, 1)).unwrap();
        }
        if number % 4 > 1 {
            world.perform(reviewer, &publish(post, 1)).unwrap();
        }
        if number % 4 > 2 {
            world.perform(world.stan, &archive(post, 1)).unwrap();
        }
    }
    world
}

fn everything(world: &World) -> Vec<Post> {
    let last = db_number(&mut world.database.as_owner(), "SELECT max(id) AS n FROM posts");
    (1..=last).map(|id| world.post(PostId(id))).collect()
}

/// What the filter says, said again in the plainest way.
fn passes(filter: &Filter, post: &Post) -> bool {
    let publisher = post.status.publication().map(|publication| publication.by.id);
    let text = post.current.content.parts().join(" ").to_lowercase();
    let words: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric()).collect();
    filter.state.is_none_or(|state| post.state() == state)
        && filter.author.is_none_or(|author| author == post.author.id)
        && filter.reviewer.is_none_or(|reviewer| publisher == Some(reviewer))
        && filter.from.is_none_or(|from| post.since() >= from)
        && filter.until.is_none_or(|until| post.since() < until)
        && filter.words.as_ref().is_none_or(|wanted| {
            wanted
                .as_str()
                .to_lowercase()
                .split(' ')
                .all(|wanted| words.iter().any(|word| word.starts_with(wanted)))
        })
}

/// Reads a whole list by pages of a size, and back again.
fn paged(world: &World, filter: &Filter, sort: Sort, order: Order, size: usize) -> Vec<PostId> {
    let conn = &mut world.database.as_runtime();
    let mut read = |direction| {
        let slice = PageRequest { order, direction, size };
        change_list(conn, STAFF, filter, sort, &slice).unwrap()
    };
    let mut page = read(Direction::First);
    assert_eq!(page.previous, None);
    let mut there: Vec<ChangeLine> = Vec::new();
    let mut starts = Vec::new();
    loop {
        starts.extend(page.previous);
        there.extend(page.lines.clone());
        let Some(next) = page.next else { break };
        page = read(Direction::After(next));
    }
    let mut back: Vec<ChangeLine> = Vec::new();
    for start in starts.into_iter().rev() {
        let page = read(Direction::Before(start));
        assert!(page.next.is_some());
        back.splice(0..0, page.lines);
    }
    assert_eq!(back, there[..back.len()], "{filter:?} {sort:?} {order:?} {size}");
    there.iter().map(|line| line.id).collect()
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn every_combination_of_filters_finds_the_posts_that_a_plain_scan_finds() {
    let world = busy_world();
    let all = everything(&world);
    let words = |words: &str| Words::parse(words).unwrap();
    let middle = all[12].since();
    let mut tried = 0;
    for state in [None].into_iter().chain(State::ALL.map(Some)) {
        for author in [None, Some(world.alice), Some(UserId(0))] {
            for reviewer in [None, Some(world.rosa)] {
                for (from, until) in [(None, None), (Some(middle), None), (None, Some(middle))] {
                    for words in [None, words("colophon"), words("press type"), words("print")] {
                        let filter = Filter { state, author, reviewer, from, until, words };
                        let mut expected: Vec<&Post> =
                            all.iter().filter(|post| passes(&filter, post)).collect();
                        let count = expected.len();
                        let (sort, order) = SORTS[(tried + tried / 12) % 12];
                        let is_about_time = from.is_some() || until.is_some();
                        let is_by_number = sort == Sort::Number;
                        let sort = if is_about_time && is_by_number { Sort::Since } else { sort };
                        expected.sort_by_key(|post| match sort {
                            Sort::Number => (String::new(), Timestamp::UNIX_EPOCH, post.id),
                            _ => (key(sort, post), post.since(), post.id),
                        });
                        if order == Order::Descending {
                            expected.reverse();
                        }
                        let expected: Vec<PostId> = expected.iter().map(|post| post.id).collect();
                        assert_eq!(paged(&world, &filter, sort, order, 50), expected, "{filter:?}");
                        assert_eq!(paged(&world, &filter, sort, order, 3), expected, "{filter:?}");
                        let slice = PageRequest { order, direction: Direction::First, size: 2 };
                        let conn = &mut world.database.as_runtime();
                        let list = counted_change_list(conn, STAFF, &filter, sort, &slice).unwrap();
                        assert_eq!(list.count, count, "{filter:?}");
                        for (state, told) in State::ALL.into_iter().zip(list.by_state) {
                            let filter = Filter { state: Some(state), ..filter.clone() };
                            let count = all.iter().filter(|post| passes(&filter, post)).count();
                            assert!(told.is_none_or(|told| told == count), "{filter:?}");
                        }
                        tried += 1;
                    }
                }
            }
        }
    }
    assert_eq!(tried, 5 * 3 * 2 * 3 * 4);
}

#[test]
fn posts_that_a_person_may_not_see_are_in_no_list() {
    let world = busy_world();
    let all = everything(&world);
    let conn = &mut world.database.as_runtime();
    let public = Visibility::public();
    for words in [None, Words::parse("colophon").unwrap()] {
        let filter = Filter { words, ..Filter::default() };
        let slice =
            PageRequest { order: Order::Descending, direction: Direction::First, size: 100 };
        let list = counted_change_list(conn, public, &filter, Sort::Since, &slice).unwrap();
        assert!(list.page.lines.iter().all(|line| line.state == State::Published));
        let expected =
            all.iter().filter(|post| post.state() == State::Published && passes(&filter, post));
        assert_eq!(list.count, expected.count());
    }
}

#[test]
fn a_search_finds_the_newest_text_of_any_content() {
    let world = World::new();
    let conn = &mut world.database.as_runtime();
    let mut found = |words: &str| -> Vec<PostId> {
        let filter = Filter { words: Words::parse(words).unwrap(), ..Filter::default() };
        let slice = PageRequest { order: Order::Ascending, direction: Direction::First, size: 50 };
        let list = change_list(conn, STAFF, &filter, Sort::Number, &slice).unwrap();
        list.lines.iter().map(|line| line.id).collect()
    };
    let post = world.draft();
    assert_eq!(found("restraint"), [post]);
    world.perform(world.alice, &revise(post, 1, "On self-portraits & it's \\ 'quoted'")).unwrap();
    assert_eq!(found("restraint"), []);
    for words in [
        "self-portraits",
        "portrait",
        "PORTRAIT first",
        "\"first words\"",
        "it's",
        "'quoted'",
        "on self",
        "words.",
        "\\ quoted",
    ] {
        assert_eq!(found(words), [post], "{words}");
    }
    for words in ["\"words first\"", "ortraits", "restraint | portrait", "o"] {
        assert_eq!(found(words), [], "{words}");
    }
    // As many words as fit, as long as they fit, and as strange as they come.
    let wide: String =
        (0..50_000_u32).filter_map(|n| char::from_u32(0x4E00 + n % 20_000)).collect();
    let mut many = String::new();
    for number in 0_u32.. {
        let word = format!("{}-{} ", char::from_u32(0x20000 + number % 40_000).unwrap(), number);
        if many.chars().count() + 12 > 100_000 {
            break;
        }
        many.push_str(&word);
    }
    for body in [wide, many, "a".repeat(100_000), "a.b/c-d@e.f ".repeat(8_000)] {
        let content = Content::parse("Strange but true", "", &body).unwrap();
        let post = world.create(world.alice, content).unwrap().post;
        assert_eq!(*found("strange true").last().unwrap(), post);
    }
    assert_eq!(verify(&mut world.database.as_owner(), RUNTIME_ROLE).unwrap().findings, []);
}

#[test]
fn posts_are_counted_up_to_a_thousand() {
    let world = World::new();
    world.published();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    assert!(stan.get("/admin/posts").body.contains(">1 post<"));
    // One more than is counted, all but one of them copies of the first.
    db_copies(&world, 1000);
    assert!(stan.get("/admin/posts").body.contains(">1,000+ posts<"));
    assert!(stan.get("/admin/posts?q=restraint").body.contains("More than 1,000 posts match"));
    assert!(stan.get("/admin/posts?author=arthur").body.contains(">No posts<"));
}

#[test]
fn the_address_carries_every_filter_and_no_other_field() {
    let world = busy_world();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let page = stan
        .get("/admin/posts?q=print&state=published&author=alice&sort=since&waiting=&from=")
        .expect(200);
    for kept in [
        "/admin/posts?q=print&#38;state=draft&#38;author=alice&#38;sort=since",
        "/admin/posts?state=published&#38;author=alice&#38;sort=since",
        "/admin/posts?q=print&#38;state=published&#38;sort=since",
        "/admin/posts?q=print&#38;state=published&#38;author=alice\"",
    ] {
        assert!(page.body.contains(kept), "{kept} in {}", page.body);
    }
    for refused in [
        "state=burnt",
        "sort=color",
        "author=no%20name",
        "reviewer=%C3%A9",
        "from=yesterday",
        "from=2026-02-30",
        "until=21.11.2026",
        "from=2026-11-02&until=2026-11-01",
        "waiting=0",
        "waiting=3651",
        "waiting=-1",
        "sort=number&waiting=2",
        "q=%00",
        "q=%26%26",
        "after=x",
        "after=1-1&before=1-1",
        "author=a&author=b",
        "page=2",
        "select=all",
    ] {
        stan.get(&format!("/admin/posts?{refused}")).expect(422);
    }
    // A mistake is shown in the list, with what was typed and the tabs of the admin.
    let page = stan.get("/admin/posts?waiting=0&q=print").expect(422).body;
    assert!(page.contains("<title>Error: Posts"), "{page}");
    assert!(page.contains("id=\"waiting-error\" role=\"alert\">Enter 1 to 3650 days."), "{page}");
    assert!(page.contains("name=\"q\" placeholder=\"Search title and text\" value=\"print\""));
    assert!(page.contains("aria-label=\"Admin\""), "{page}");
    let page = stan.get("/admin/posts?author=nobody").expect(200);
    assert!(page.body.contains("There is no user <strong>nobody</strong>."));
    let page = stan.get("/admin/posts?after=1-1").expect(200);
    assert!(page.body.contains("No more posts"));
}
