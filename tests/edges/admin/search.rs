//! The program makes the words of texts, names and questions, so that a search
//! finds the same on every server, and no text makes a person wait.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use imprimatur::accounts::Credential;
use imprimatur::domain::{Content, NewAccount, Role};
use imprimatur::postgres::RUNTIME_ROLE;
use imprimatur::store::verify::verify;
use imprimatur::workflow;

use crate::support::browser::encode;
use crate::support::world::{account, account_call};
use crate::support::{Browser, Database, Server, World};

/// Titles, and questions that find them.
const FOUND: &[(&str, &[&str])] = &[
    ("The “restraintx” question", &["restraintx", "“restraintx”", "'restraintx'", "RESTRAINT"]),
    ("Press—andx type. «Mainzx» … ‘quotedx’", &["andx", "Mainzx", "quotedx", "press andx type"]),
    ("emdash–endashx wine、printx。 nbsp\u{A0}nbspx", &["endashx", "printx", "nbspx"]),
    (
        "‐hyphenx ⸺twoemx ⟨anglex⟩ ﹁verticalx﹂ ⁂starx ¡shoutx!",
        &["hyphenx", "twoemx", "anglex", "verticalx", "starx", "shoutx"],
    ),
    ("foo_barx baz/quxx user@hostx a.b.dotx #tagx", &["barx", "quxx", "hostx", "dotx", "tagx"]),
    ("ÜBERQ", &["überq", "uberq", "u\u{308}berq", "ÜBE"]),
    ("A\u{30A}ngstro\u{308}mq", &["ångströmq", "ÅNGSTRÖMQ", "angstromq"]),
    ("Ёлкаq", &["ёлкаq", "ЁЛКАq", "елкаq"]),
    ("Σίσυφοςq und ΟΔΟΣ", &["ΣΊΣΥΦΟΣQ", "σισυφοσq", "οδος"]),
    ("Die große Straßeq", &["STRASSEQ", "strasseq", "GROẞE"]),
    ("Işık İzmirq", &["işık", "izmirq", "IZMIRQ"]),
    ("Łódźq smørrebrødq", &["lodzq", "łódźq", "smorrebrodq"]),
    ("ｆｕｌｌｗｉｄｔｈq ﬁligreeq", &["fullwidthq", "filigreeq"]),
    ("soft\u{AD}hyphenq zero\u{200B}widthq", &["softhyphenq", "zerowidthq"]),
    ("don’tq l’hommeq", &["don'tq", "dontq", "don’tq", "l'hommeq", "hommeq"]),
    ("私は印刷が好きです", &["印刷", "好き", "私", "す", "私は印刷が好きです"]),
    ("如何选择云盘", &["云盘", "选择", "盘"]),
    ("コンピュータｶﾞｲﾄﾞ", &["コンピュータ", "ガイド"]),
    ("การพิมพ์หนังสือ", &["หนังสือ", "พิมพ์"]),
    ("ការបោះពុម្ព", &["បោះពុម្ព"]),
    ("한국어로 인쇄하다", &["한국어", "인쇄"]),
    ("हिन्दी में छपाई", &["हिन्दी", "छपाई"]),
    ("كِتَابٌ عربيّ", &["كتاب", "عربي"]),
    ("שָׁלוֹם צה״ל", &["שלום", "צה״ל"]),
    ("Version 3.14 of 2026-11-26, m²q", &["3.14", "2026-11-26", "m2q"]),
];

/// Returns the titles that a search of the posts finds.
fn found(stan: &mut Browser, question: &str) -> String {
    let query = encode(&[("q", question)]);
    stan.get(&format!("/admin/posts?{query}")).expect(200).body
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_search_finds_what_a_person_types_in_every_locale() {
    for options in [
        "LOCALE 'C'",
        "LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C.UTF-8'",
        "LOCALE_PROVIDER icu ICU_LOCALE 'und' LOCALE 'C'",
    ] {
        let world = World::on(Database::with_locale(&format!("ENCODING 'UTF8' {options}")));
        let server = Server::start(world.database.store());
        let posts: Vec<_> = FOUND
            .iter()
            .map(|(title, _)| {
                let content = Content::parse(title, "", "").unwrap();
                world.create(world.alice, content).unwrap().post
            })
            .collect();
        let mut stan = server.signed_in("stan");
        for ((title, questions), post) in FOUND.iter().zip(posts) {
            for question in *questions {
                let page = found(&mut stan, question);
                let link = format!("/admin/posts/{post}\"");
                assert!(page.contains(&link), "{question} finds {title} with {options}");
            }
        }
        for question in ["estraintx", "刷印", "かき", "\"andx press\"", "гелка"] {
            assert!(found(&mut stan, question).contains(">No posts<"), "{question}");
        }
        assert_eq!(verify(&mut world.database.as_owner(), RUNTIME_ROLE).unwrap().findings, []);
    }
}

#[test]
fn the_page_says_that_beginnings_of_words_are_found() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let page = server.signed_in("stan").get("/admin/posts").expect(200);
    let hint = "All words must match; from three letters on, also their beginnings.";
    assert!(page.body.contains(hint), "{}", page.body);
}

#[test]
fn an_account_is_found_by_its_name_however_it_is_typed() {
    let world = World::new();
    let staff = Credential::Account(world.stan);
    for (username, display_name) in [
        ("aelice", "Älice Øberg"),
        ("sisyphos", "Σίσυφος"),
        ("oreilly", "Tim O’Reilly"),
        ("wang.li", "王莉"),
        ("elka", "Ёлка"),
    ] {
        let account =
            NewAccount { display_name: display_name.into(), ..account(username, &[Role::Author]) };
        workflow::accounts::create(&world.store, &account_call(&staff), &account).unwrap();
    }
    let server = Server::start(world.database.store());
    let mut stan = server.signed_in("stan");
    for (question, username) in [
        ("äl", "aelice"),
        ("ÄL", "aelice"),
        ("al ob", "aelice"),
        ("A\u{308}LICE", "aelice"),
        ("σίσυφοσ", "sisyphos"),
        ("o'reilly", "oreilly"),
        ("reil", "oreilly"),
        ("王", "wang.li"),
        ("莉", "wang.li"),
        ("li", "wang.li"),
        ("елка", "elka"),
    ] {
        let query = encode(&[("search", question)]);
        let page = stan.get(&format!("/admin/accounts?{query}")).expect(200);
        assert!(page.body.contains(&format!("/admin/accounts/{username}\"")), "{question}");
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_text_of_any_shape_is_saved_at_once_and_found() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let mut stan = server.signed_in("stan");
    let shapes = [
        "a_".repeat(10_000),
        "‹!--".repeat(12_000),
        "a-1-".repeat(12_000),
        "a'".repeat(49_000),
        "a.b@c/d:".repeat(12_000),
        "\u{301}".repeat(99_000),
        format!("a{}", "\u{301}\u{5B0}".repeat(49_000)),
        "x".repeat(99_000),
        "👩\u{200D}👧".repeat(33_000),
        "ภาษาไทย".repeat(14_000),
        "ﷺ ".repeat(49_000),
        (0..99_000).filter_map(|n| char::from_u32(0x20000 + n * 7 % 42_000)).collect(),
        (0..9_000).map(|n| format!("w{n:08x} ")).collect(),
    ];
    for (number, body) in shapes.iter().enumerate() {
        let title = format!("Shape number{number}");
        let page = alice.get("/desk/posts/create").expect(200);
        let (token, key) = (page.hidden("token"), page.hidden("key"));
        let body = format!("{body}\n\nlastly");
        let fields = [
            ("token", &*token),
            ("key", &*key),
            ("title", &title),
            ("summary", ""),
            ("body", &body),
        ];
        let start = Instant::now();
        alice.post("/desk/posts/create", &fields).expect(303);
        let taken = start.elapsed();
        // A build without optimisation takes ten times as long.
        assert!(taken < Duration::from_secs(4), "{title}: {taken:?}");
        assert!(found(&mut stan, &format!("number{number}")).contains(&title));
        let start = Instant::now();
        let id = number + 1;
        stan.get(&format!("/admin/posts/{id}")).expect(200);
        assert!(start.elapsed() < Duration::from_secs(3), "the page of {title}");
    }
    assert_eq!(verify(&mut world.database.as_owner(), RUNTIME_ROLE).unwrap().findings, []);
}

#[test]
fn words_that_the_program_has_not_made_are_found_by_verify() {
    let world = World::new();
    let post = world.draft();
    let mut conn = world.database.as_runtime();
    // The runtime role writes words, so it can write wrong ones.
    conn.batch_execute("UPDATE post_documents SET document = '''other'':1'").unwrap();
    conn.batch_execute("DELETE FROM post_documents").unwrap_err();
    conn.batch_execute("UPDATE post_documents SET post_id = 4711").unwrap_err();
    let findings = verify(&mut world.database.as_owner(), RUNTIME_ROLE).unwrap().findings;
    let names: Vec<&str> = findings.iter().map(|finding| finding.truth.name.as_str()).collect();
    assert_eq!(names, ["post_is_found_by_its_newest_text"]);
    assert_eq!(findings[0].post, Some(post));
}
