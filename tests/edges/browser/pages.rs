//! Every page of every role, looked at by those who know what a page must be:
//! axe-core, html-validate, and the parser that browsers have.
//!
//! One table names the pages; they are served once, and each check reads what
//! was served. A route without a page in the table is a failure, so a new page
//! is looked at from its first day.

mod house;
mod kept_forms;
mod table;

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use serde_json::json;

use crate::shape::routes::routes;
use crate::support::browser::Page;
use crate::support::chromium::{JavaScript, PHONE, SCHEMES, WIDE};
use crate::support::html::parse_errors;
use crate::support::replay::{Kept, Replay};
use crate::support::tools::from_npm;
use crate::support::{Browser, Chromium};
use house::House;
use table::{ELSEWHERE, Entry, How, NO_PAGES, PAGES};

/// Every page of the table as it was served, in order.
static SERVED: LazyLock<Vec<(String, Page)>> = LazyLock::new(|| {
    let house = House::open();
    PAGES.iter().map(|entry| (full_name(entry), served(&house, entry))).collect()
});

/// What the pages refer to, and the pages themselves at their numbers.
static KEPT: LazyLock<Arc<Kept>> = LazyLock::new(|| {
    let (_world, server) = super::publishing_house();
    let mut kept = Kept::new();
    for (number, (_, page)) in SERVED.iter().enumerate() {
        for address in own_files(&page.body) {
            kept.entry(address.clone()).or_insert_with(|| server.browser().get(&address));
        }
        kept.insert(address_of(number), page.clone());
    }
    Arc::new(kept)
});

fn full_name(entry: &Entry) -> String {
    match entry.who {
        "" => entry.name.to_owned(),
        who => format!("{} ({who})", entry.name),
    }
}

fn served(house: &House, entry: &Entry) -> Page {
    let name = full_name(entry);
    let open = |mut browser: Browser, path: &str| {
        assert!(is_at(entry.route, path), "{name}: {path} is not {}", entry.route);
        browser.get(path)
    };
    match entry.how {
        How::Opened(path) => open(house.browser_of(entry.who), &path(house)),
        How::OpenedEarly(path) => open(house.browser_before(entry.who), path),
        How::Done(work) => work(house, &mut house.browser_of(entry.who)),
    }
}

/// Returns whether a path belongs to a route.
fn is_at(route: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let (wanted, found) = (route.split('/'), path.split('/'));
    let fits = |(wanted, found): (&str, &str)| wanted == found || wanted.starts_with('{');
    route == ELSEWHERE
        || wanted.clone().count() == found.clone().count() && wanted.zip(found).all(fits)
}

/// Returns the addresses of the stylesheets, pictures and scripts of a page.
fn own_files(html: &str) -> Vec<String> {
    let values = ["href=\"/", "src=\"/"].into_iter().flat_map(|start| html.split(start).skip(1));
    values
        .map(|rest| format!("/{}", rest.split('"').next().unwrap().replace("&#38;", "&")))
        .filter(|address| address.starts_with("/static/") || address == "/favicon.svg")
        .collect()
}

fn address_of(number: usize) -> String {
    format!("/kept/{number}")
}

#[test]
fn every_page_is_what_the_table_says() {
    for (entry, (name, page)) in PAGES.iter().zip(SERVED.iter()) {
        assert_eq!(page.status, entry.status, "{name}: {}", page.body);
        let kind = page.headers.get("content-type").map(String::as_str);
        assert_eq!(kind, Some("text/html; charset=utf-8"), "{name}");
    }
}

#[test]
fn every_route_with_a_page_is_in_the_table() {
    let mut routes: Vec<String> =
        routes().into_iter().filter(|route| route.reads).map(|route| route.path).collect();
    // What programs read is no page either.
    routes.retain(|route| !NO_PAGES.contains(&route.as_str()) && !route.starts_with("/api/"));
    for route in &routes {
        let is_looked_at = PAGES.iter().any(|entry| entry.route == route);
        assert!(is_looked_at, "no page of {route} is in the table");
    }
    for entry in PAGES {
        let is_a_route = entry.route == ELSEWHERE || routes.iter().any(|it| it == entry.route);
        assert!(is_a_route, "{} is at no route: {}", entry.name, entry.route);
    }
}

/// In the light and in the dark, on a phone and on a desk: nothing that
/// axe-core objects to, nothing wider than the window, and a first stop of the
/// Tab key that leads to the content.
#[test]
#[ignore = "slow: .ci/run runs it"]
fn every_page_is_for_everybody() {
    let Some(axe) = from_npm("axe-core/axe.min.js") else { return };
    let axe = std::fs::read_to_string(axe).unwrap();
    let replay = Replay::start(KEPT.clone());
    let next = AtomicUsize::new(0);
    // A browser alone leaves a processor idle while it loads.
    let eyes = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 4);
    let look = || {
        let mut objections = Vec::new();
        let Some(chromium) = Chromium::open(replay.address, JavaScript::On) else {
            return objections;
        };
        chromium.bring_along(&axe);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some((name, _)) = SERVED.get(number) else {
                return objections;
            };
            chromium.visit(&address_of(number));
            chromium.skip_to_the_content();
            objections.extend(look_at(&chromium).into_iter().map(|why| format!("{name} {why}")));
        }
    };
    let objections: Vec<String> = std::thread::scope(|scope| {
        let eyes: Vec<_> = (0..eyes).map(|_| scope.spawn(look)).collect();
        eyes.into_iter().flat_map(|eye| eye.join().unwrap()).collect()
    });
    assert!(objections.is_empty(), "{}", objections.join("\n"));
}

/// What axe-core looks for: WCAG 2.2 at level AA, and what is good practice.
const AXE: &str = "return (async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const results = await axe.run({
        runOnly: { type: 'tag', values: tags },
        // Off unless it is asked for by name.
        rules: { 'target-size': { enabled: true } },
        resultTypes: ['violations'],
    });
    const said = results.violations.map(({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`).join('; ')}`);
    const width = document.documentElement.scrollWidth;
    if (width > innerWidth) said.push(`it is ${width} pixels wide`);
    return said;
})()";

fn look_at(chromium: &Chromium) -> Vec<String> {
    let mut objections = Vec::new();
    for scheme in SCHEMES {
        for width in [PHONE, WIDE] {
            chromium.looks(scheme, (width, 800));
            let said = chromium.run(AXE, &[]);
            for why in said.as_array().unwrap() {
                objections.push(format!("in {scheme:?} at {width}: {}", why.as_str().unwrap()));
            }
        }
    }
    objections
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn every_page_parses_without_an_error() {
    for (name, page) in SERVED.iter() {
        assert_eq!(parse_errors(&page.body), [""; 0], "{name}: {}", page.body);
    }
}

#[test]
fn a_page_with_an_error_would_not_parse() {
    let good = "<!doctype html><title>Good</title><p>Words";
    assert_eq!(parse_errors(good), [""; 0]);
    for bad in [
        "<p>Words",
        "<!doctype html><p></em>",
        "<!doctype html><p a=1 a=2>&bad;",
        "<!doctype html><table>x</table>",
    ] {
        assert!(!parse_errors(bad).is_empty(), "{bad}");
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn every_page_is_valid_html() {
    let Some(validator) = from_npm("html-validate/bin/html-validate.mjs") else { return };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pages");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    for (number, (name, page)) in SERVED.iter().enumerate() {
        let name = name.replace(|sign: char| !sign.is_ascii_alphanumeric(), "-");
        std::fs::write(folder.join(format!("{number}-{name}.html")), &page.body).unwrap();
    }
    std::fs::write(folder.join(".htmlvalidate.json"), validity().to_string()).unwrap();
    let output = Command::new("node")
        .arg(validator)
        .args(["--max-warnings=0", "--formatter=text", "*.html"])
        .current_dir(&folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complained}");
}

/// What html-validate holds pages to: the standard, and what it knows of
/// accessibility and of documents as a whole.
fn validity() -> serde_json::Value {
    json!({
        "root": true,
        "extends": ["html-validate:standard", "html-validate:a11y", "html-validate:document"],
        "rules": {
            // It is for files from other hosts: ours come with the page, from
            // the same place, and the policy allows no others.
            "require-sri": "off",
            // A list may have a name, and a long one is found by it. What has
            // a role that takes no name stays an error.
            "aria-label-misuse": ["error", { "allowAnyNamable": true }],
        },
    })
}
