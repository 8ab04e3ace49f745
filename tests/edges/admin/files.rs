//! Each list of the admin as a CSV file.

use std::io::{Read, Write};
use std::net::TcpStream;

use imprimatur::audit::RefusalFilter;
use imprimatur::domain::{PostId, Role};
use imprimatur::policies::accounts::AccountChange;

use super::helpers::{all_refusals, db_many_refusals, incident, passes};
use crate::support::browser::Page as Answer;
use crate::support::world::content;
use crate::support::{Browser, Server, World};

fn records(file: &Answer) -> Vec<Vec<String>> {
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(file.headers["cache-control"], "no-store");
    assert_eq!(file.headers.get("transfer-encoding").map(String::as_str), Some("chunked"));
    let (mut records, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut is_quoted = false;
    // RFC 4180: a quotation mark within quotation marks is written twice.
    let text = file.body.strip_prefix('\u{FEFF}').expect("a byte-order mark, for Excel");
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        assert!(is_quoted || "\",\r\n".contains(sign), "every cell is quoted");
        match (sign, is_quoted) {
            ('"', true) if signs.peek() == Some(&'"') => cell.extend(signs.next()),
            ('"', _) => is_quoted = !is_quoted,
            (',', false) => record.push(std::mem::take(&mut cell)),
            ('\r', false) => assert_eq!(signs.peek(), Some(&'\n'), "a line ends with both"),
            ('\n', false) => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            (sign, _) => cell.push(sign),
        }
    }
    assert!(!is_quoted && record.is_empty() && cell.is_empty(), "the last line is whole");
    let columns = records.first().map_or(0, Vec::len);
    assert!(records.iter().all(|record| record.len() == columns), "a cell for each column");
    records
}

#[test]
fn a_file_has_the_filters_and_the_order_of_its_list() {
    let world = World::new();
    for number in 0..510 {
        let text = content(&format!("Draft {number}"));
        world.create(world.alice, text).unwrap();
    }
    let public = world.published();
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let drafts = records(&stan.get("/admin/posts.csv?state=draft&sort=number").expect(200));
    let titles: Vec<&str> = drafts.iter().skip(1).map(|record| record[2].as_str()).collect();
    let expected: Vec<String> = (0..510).map(|number| format!("Draft {number}")).collect();
    assert_eq!(titles, expected, "more than one piece, in order");
    let published = records(&stan.get("/admin/posts.csv?reviewer=edith").expect(200));
    assert_eq!(published[0][0], "id");
    let said: Vec<&str> = published[1].iter().take(5).map(String::as_str).collect();
    assert_eq!(said, [&public.to_string(), "published", "On restraint", "Alice", "Edith"]);
    stan.get("/admin/posts.csv?state=burnt").expect(422);

    let staff = records(&stan.get("/admin/accounts.csv?role=staff").expect(200));
    let people: Vec<&str> = staff.iter().skip(1).map(|record| record[0].as_str()).collect();
    assert_eq!(people, ["stan"]);
    let usernames = &published[1][published[1].len() - 2..];
    assert_eq!(usernames, ["alice", "edith"]);
    let none = records(&stan.get("/admin/accounts.csv?state=deactivated").expect(200));
    assert_eq!(none.len(), 1, "the header");
}

#[test]
fn a_file_has_the_rows_of_its_list_and_no_cell_is_a_formula() {
    let world = World::new();
    let title = "＝HYPERLINK(\"http://example.org\";\"x\")";
    let post = world.create(world.alice, content(title)).unwrap().post;
    assert_eq!(post, PostId(1));
    db_many_refusals(&world, 1_203);
    let all = all_refusals(&mut world.database.as_runtime());
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    let filter = RefusalFilter {
        layer: Some(imprimatur::domain::Layer::Policy),
        ..RefusalFilter::default()
    };
    for (query, filter) in [("", RefusalFilter::default()), ("?layer=policy", filter)] {
        let file = stan.get(&format!("/admin/refusals.csv{query}")).expect(200);
        let disposition = &file.headers["content-disposition"];
        assert_eq!(disposition, "attachment; filename=\"refusals.csv\"");
        let records = records(&file);
        assert_eq!(&records[0][0], "id");
        let ids: Vec<i64> = records[1..].iter().map(|record| record[0].parse().unwrap()).collect();
        let expected: Vec<i64> =
            all.iter().filter(|line| passes(&filter, line)).map(|line| line.id).collect();
        assert!(expected.len() > 500, "more than is read at a time");
        assert_eq!(ids, expected);
        for record in records.iter().skip(1).filter(|record| &record[7] == "1") {
            assert_eq!(record[8], format!("'{title}"));
        }
        let signs = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
        let begins_a_formula = |cell: &String| cell.trim_start().starts_with(signs);
        assert!(!records.iter().flatten().any(begins_a_formula));
    }
    let sentences = |file: &Answer| records(file).last().unwrap()[12].to_owned();
    let two = stan.get("/admin/refusals.csv?rule=not-in-review").expect(200);
    assert_eq!(sentences(&two), "S2 S1");

    incident(&world, "@sum", None, None);
    let file = stan.get("/admin/incidents.csv").expect(200);
    assert_eq!(records(&file)[1][7], "'@sum");
    assert_eq!(records(&stan.get("/admin/incidents.csv?state=acknowledged")).len(), 1);

    for path in ["/admin/refusals.csv", "/admin/incidents.csv"] {
        server.signed_in("edith").get(path).expect(403);
        server.browser().get(path).expect(401);
        stan.get(&format!("{path}?mood=bad")).expect(422);
    }
}

/// The permission is asked again for each piece of a file, and who takes half
/// of it can tell: the connection ends before the file does.
#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_download_is_cut_off_visibly_when_the_permission_is_revoked() {
    let world = World::new();
    world.person("susan", &[Role::Staff]);
    db_many_refusals(&world, 80_000);
    let server = Server::start(world.database.store());
    let susan = server.signed_in("susan");
    let (whole, _) = download(&server, &susan, || {});
    assert!(whole.ends_with(b"\r\n0\r\n\r\n"), "a whole file ends with an empty chunk");
    let (cut, _) = download(&server, &susan, || {
        world.change_account("susan", AccountChange::Revoke(Role::Staff)).unwrap();
    });
    assert!(cut.len() < whole.len(), "{} of {}", cut.len(), whole.len());
    assert!(!cut.ends_with(b"\r\n0\r\n\r\n"), "half a file must not look whole");
}

/// Takes a file from the wire, and has something happen after its beginning.
fn download(server: &Server, browser: &Browser, happens: impl FnOnce()) -> (Vec<u8>, usize) {
    let mut stream = TcpStream::connect(server.address).unwrap();
    let cookies: Vec<String> =
        browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    write!(
        stream,
        "GET /admin/refusals.csv HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nConnection: close\r\n\r\n",
        server.address,
        cookies.join("; ")
    )
    .unwrap();
    let mut got = vec![0; 4_096];
    let begun = stream.read(&mut got).unwrap();
    got.truncate(begun);
    assert!(got.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&got));
    happens();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    got.extend(rest);
    (got, begun)
}
