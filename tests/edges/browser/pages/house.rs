//! A publishing house in the middle of its work, where every page comes to be.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use imprimatur::audit::{self, AuditEntry};
use imprimatur::domain::{Content, Interface, PostId, RequestId, Status, UserId};
use imprimatur::store::Store;
use imprimatur::store::paging::PageRequest;
use imprimatur::store::pool::Limits;

use crate::edges::browser::publishing_house;
use crate::support::browser::Page;
use crate::support::database::patient;
use crate::support::world::{archive, content, publish, request_changes, revise, submit};
use crate::support::{Browser, Server, World};

/// What is published has a title, a word and a line that want more room than
/// a phone has, and everything else that Markdown can say.
pub const ESSAY: &str = "On Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamten";
const SUMMARY: &str = "Why <less> is \"more\", & \
                       https://example.org/a/very/long/address/that/does/not/want/to/be/broken/anywhere";
const BODY: &str = "# A heading\n\nFirst *words*, **then** ~~fewer~~ [a \
                    link](https://example.org), `some code`.\n\n\
    ## A smaller \
    one\n\nincomprehensibilities/incomprehensibilities/incomprehensibilities/incomprehensibilities\n\n\
    > Quoted,\n> at length.\n\n- One\n- Two\n  1. Three\n  2. Four\n\n---\n\n\
    ```text\na line of code that goes on and on and on and on and on and on and on and on and on \
    and on\n```\n\n\
    | A | table | with | many | columns | that | are | wider | than | a | phone \
    |\n|---|---|---|---|---|---|---|---|---|---|---|\n\
    | one | two | three | four | five | six | seven | eight | nine | ten | eleven |\n\n### The \
    smallest\n\n- [x] Done\n- [ ] To do\n\n\
    | left | middle | right |\n|:-----|:------:|------:|\n| 1 | 2 | 3 |\n\n\
    ![A press](https://127.0.0.1:1/press.png \"A caption\") and \
    ![another](https://127.0.0.1:1/other.png).\n\n\
    ![A press](https://127.0.0.1:1/press.png \"A caption\")\n\n\
    Last words.[^1] And once more.[^1] And others.[^two]\n\n[^1]: A note.\n[^two]: Another, with \
    `code`.\n";

pub struct House {
    pub world: World,
    pub server: Server,
    /// The same house before anybody wrote anything.
    pub before: (World, Server),
    signed_in: RefCell<BTreeMap<(bool, &'static str), Browser>>,
    /// Alice's first words, with no summary.
    pub fragment: PostId,
    /// Alice's draft, complete.
    pub draft: PostId,
    /// In review with revision 2, after a request for changes to revision 1.
    pub waiting: PostId,
    /// In review, with Edith's request against it.
    pub objected: PostId,
    /// Rosa's, in review.
    pub own: PostId,
    pub essay: PostId,
    pub gone: PostId,
}

impl House {
    pub fn open() -> Self {
        let (world, server) = publishing_house();
        let write = |who: UserId, content| world.create(who, content).unwrap().post;
        let hand_in = |post| world.perform(world.alice, &submit(post, 1)).unwrap();

        let gone = write(world.alice, content("Gone"));
        hand_in(gone);
        world.perform(world.edith, &publish(gone, 1)).unwrap();
        world.perform(world.stan, &archive(gone, 1)).unwrap();
        for _ in 0..51 {
            world.published();
        }
        for _ in 0..51 {
            world.draft_of(world.arthur);
        }
        let essay = write(world.alice, Content::parse(ESSAY, SUMMARY, BODY).unwrap());
        hand_in(essay);
        world.perform(world.rosa, &publish(essay, 1)).unwrap();

        let waiting = write(world.alice, Content::parse(ESSAY, SUMMARY, BODY).unwrap());
        hand_in(waiting);
        world.perform(world.edith, &request_changes(waiting, 1)).unwrap();
        world.perform(world.alice, &revise(waiting, 1, "On waiting")).unwrap();
        let objected = write(world.alice, content("On objections"));
        hand_in(objected);
        world.perform(world.edith, &request_changes(objected, 1)).unwrap();
        // Somebody has read it before it was revised, and somebody after.
        for reader in ["rosa", "edith"] {
            server.signed_in(reader).get(&format!("/desk/posts/{objected}")).expect(200);
        }
        let own = world.draft_of(world.rosa);
        world.perform(world.rosa, &submit(own, 1)).unwrap();
        let fragment = write(world.alice, Content::parse("", "", "First words.").unwrap());
        let draft = write(world.alice, Content::parse(ESSAY, SUMMARY, BODY).unwrap());
        let signed_in = RefCell::default();
        let before = publishing_house();
        Self {
            world,
            server,
            before,
            signed_in,
            fragment,
            draft,
            waiting,
            objected,
            own,
            essay,
            gone,
        }
    }

    /// A browser of this person's, with nothing left from an earlier page.
    pub fn browser_of(&self, who: &'static str) -> Browser {
        self.browser_at(&self.server, who, false)
    }

    pub fn browser_before(&self, who: &'static str) -> Browser {
        self.browser_at(&self.before.1, who, true)
    }

    fn browser_at(&self, server: &Server, who: &'static str, is_before: bool) -> Browser {
        let mut signed_in = self.signed_in.borrow_mut();
        let browser = signed_in.entry((is_before, who)).or_insert_with(|| match who {
            "" => server.browser(),
            who => server.signed_in(who),
        });
        browser.clone()
    }

    /// The address of a post's page in the workspace, and what follows it.
    pub fn at(&self, post: PostId, rest: &str) -> String {
        format!("/desk/posts/{post}{rest}")
    }

    /// The address of a list's next page.
    pub fn older(&self, who: &'static str, list: &str) -> String {
        let page = self.browser_of(who).get(list).expect(200);
        let (_, rest) = page.body.split_once("rel=\"next\" href=\"").unwrap();
        rest.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&")
    }

    /// The address of a post that is or was published.
    pub fn public(&self, post: PostId) -> String {
        match self.world.post(post).status {
            Status::Published(_, publication) | Status::Archived(_, publication, _) => {
                format!("/posts/{}", publication.slug)
            }
            status => panic!("{status:?}"),
        }
    }

    /// A new link with which Mallory sets a password.
    pub fn link(&self) -> String {
        let page = self
            .browser_of("stan")
            .submit("/admin/accounts/mallory/reset-password", &[("reason", "Forgotten.")]);
        let body = page.expect(200).body;
        let (_, rest) = body.split_once("/set-password?link=").unwrap();
        format!("/set-password?link={}", rest.split('<').next().unwrap())
    }

    pub fn essay() -> [&'static str; 3] {
        [ESSAY, SUMMARY, BODY]
    }

    /// Arthur sends what he typed after he has signed out in another tab.
    pub fn interrupted(&self) -> (Browser, Page) {
        let mut browser = self.server.signed_in("arthur");
        let page = browser.get("/desk/posts/create").expect(200);
        let token = page.hidden("token");
        browser.clone().post("/sign-out", &[("token", &token)]).expect(303);
        let [token, key] = ["token", "key"].map(|name| page.hidden(name));
        let typed = [("token", token.as_str()), ("key", &key), ("title", ESSAY)];
        let typed = [&typed[..], &[("summary", SUMMARY), ("body", BODY), ("save", "yes")]].concat();
        let page = browser.post("/desk/posts/create", &typed);
        (browser, page)
    }

    /// Archives a post in bulk with one that cannot be, and returns where one
    /// sees what became of them.
    pub fn bulk_archive(&self, browser: &mut Browser) -> String {
        let list = "/admin/posts/bulk-archive";
        let chosen = (self.world.published(), self.draft);
        let page = browser.get(&format!("{list}?post={}-1&post={}-1", chosen.0, chosen.1));
        let [token, key, posts] = ["token", "key", "posts"].map(|name| page.hidden(name));
        let typed =
            [("token", token.as_str()), ("key", &key), ("posts", &posts), ("reason", "Old.")];
        browser.post(list, &typed).expect(303).location().to_owned()
    }

    /// Leaves the refused posts of a bulk archive to be done, as if somebody had
    /// been busy with them.
    pub fn db_undo_half(&self, there: &str) {
        let id = there.rsplit('/').next().unwrap();
        self.world.database.db_sabotage(&format!(
            "SET session_replication_role = replica;
             UPDATE bulk_archive_items SET settled_at = NULL, refusal = NULL, put_off_at = now()
             WHERE bulk_archive_id = {id} AND refusal IS NOT NULL"
        ));
    }

    /// What is answered while a table is not where it should be.
    pub fn db_out_of_order(&self, ask: impl FnOnce() -> Page) -> Page {
        self.world.database.db_sabotage("ALTER TABLE reviews RENAME TO mislaid");
        let page = ask();
        self.world.database.db_sabotage("ALTER TABLE mislaid RENAME TO reviews");
        page
    }

    /// A published post whose row somebody has spoilt with the guards off.
    pub fn db_untrue(&self) -> PostId {
        let post = self.world.published();
        self.world.database.db_sabotage(&format!(
            "SET session_replication_role = replica;
             DELETE FROM history WHERE post_id = {post} AND entered = 'published'"
        ));
        post
    }

    /// Somebody tries again and again what is not theirs to do.
    pub fn refuse_often(&self) {
        let mut edith = self.browser_of("edith");
        for number in 0..26 {
            let (path, key) = (self.at(self.objected, "/publish"), number.to_string());
            edith.send_unasked(&path, &[("key", &key), ("seen", "1")]);
        }
    }

    /// The address of an incident that nobody has acknowledged.
    pub fn incident(&self) -> String {
        let conn = &mut self.world.database.as_runtime();
        let asked = AuditEntry {
            request: RequestId::new(),
            interface: Interface::Page,
            actor: Some(self.world.edith),
            action: imprimatur::domain::Action::Publish.into(),
            post: Some(self.objected),
            seen: None,
        };
        audit::Record::Incident {
            invariant: "post_state_is_recorded",
            detail: "refused by the database",
        }
        .write_on(&asked, conn);
        let open =
            audit::incidents(conn, audit::IncidentState::Open, &PageRequest::newest(1)).unwrap();
        format!("/admin/incidents/{}", open.lines[0].id)
    }

    /// What another process of the same site answers, whose only connection to
    /// the database is taken.
    pub fn while_busy(&self, browser: &Browser, ask: impl FnOnce(&mut Browser) -> Page) -> Page {
        let limits = Limits { connections: 1, checkout: Duration::from_millis(1000), ..patient() };
        let store = Store::connect(&self.world.database.runtime_url(), limits);
        // At the same address for people, so that the session's cookie counts.
        let public_url = format!("http://{}", self.server.address);
        let server = Server::start_behind(&public_url, store.clone());
        let mut here = server.browser();
        here.cookies = browser.cookies.clone();
        let _taken = store.checkout().unwrap();
        ask(&mut here)
    }

    /// The error page of last resort, which no request here provokes: its template,
    /// filled in.
    pub fn last_resort() -> Page {
        let template = include_str!("../../../../templates/errors/defect.html");
        let body = template.replace("{{ title }}", "Something went wrong");
        let body = body.replace("{{ request }}", "5f0c");
        assert!(!body.contains("{{") && !body.contains("{%"), "{body}");
        let html = ("content-type".to_owned(), "text/html; charset=utf-8".to_owned());
        Page { status: 500, headers: BTreeMap::from([html]), body }
    }
}
