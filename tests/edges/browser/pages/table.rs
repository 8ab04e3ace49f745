//! Every page there is, for everybody it looks different to.

use super::house::House;
use crate::support::Browser;
use crate::support::browser::Page;
use crate::support::world::PASSWORD;

/// A page: what it is called here, who sees it, the route that answers, with
/// which status, and how it comes to be.
pub struct Entry {
    pub name: &'static str,
    /// The username; not signed in has none.
    pub who: &'static str,
    pub route: &'static str,
    pub status: u16,
    pub how: How,
}

pub enum How {
    /// Somebody opens this address.
    Opened(fn(&House) -> String),
    /// Somebody opens this address where nobody has written anything.
    OpenedEarly(&'static str),
    /// Somebody does this.
    Done(fn(&House, &mut Browser) -> Page),
}

/// Routes whose answer is no page.
pub const NO_PAGES: &[&str] = &[
    // They redirect to the page of the account.
    "/account/password",
    "/account/tokens",
    "/admin/incidents.csv",
    "/admin/accounts.csv",
    "/admin/posts.csv",
    "/admin/refusals.csv",
    // It redirects to a post or to the desk.
    "/desk/next",
    "/favicon.ico",
    "/favicon.svg",
    "/feed.atom",
    "/healthz",
    // On a listener of its own: see tests/operations/metrics.rs.
    "/metrics",
    "/readyz",
    "/robots.txt",
    "/sitemap-{number}.xml",
    "/sitemap.xml",
    "/static/app.css",
    "/static/app.js",
];

const fn opened(
    name: &'static str,
    who: &'static str,
    route: &'static str,
    status: u16,
    path: fn(&House) -> String,
) -> Entry {
    Entry { name, who, route, status, how: How::Opened(path) }
}

const fn early(name: &'static str, who: &'static str, route: &'static str) -> Entry {
    Entry { name, who, route, status: 200, how: How::OpenedEarly(route) }
}

const fn done(
    name: &'static str,
    who: &'static str,
    route: &'static str,
    status: u16,
    work: fn(&House, &mut Browser) -> Page,
) -> Entry {
    Entry { name, who, route, status, how: How::Done(work) }
}

const HOME: &str = "/";
const ALL: &str = "/posts";
const POST: &str = "/posts/{slug}";
const SIGN_IN: &str = "/sign-in";
const DESK: &str = "/desk";
const OWN: &str = "/desk/posts";
const CREATE: &str = "/desk/posts/create";
const REVISE: &str = "/desk/posts/{id}/revise";
const DESK_POST: &str = "/desk/posts/{id}";
const CHANGES: &str = "/desk/posts/{id}/changes";
const REVISIONS: &str = "/desk/posts/{id}/revisions";
const REVISION: &str = "/desk/posts/{id}/revisions/{number}";
const ACTION: &str = "/desk/posts/{id}/{action}";
const ADMIN: &str = "/admin/posts";
const OVERVIEW: &str = "/admin";
const ADMIN_POST: &str = "/admin/posts/{id}";
const PERMISSIONS: &str = "/admin/permissions";
const REFUSALS: &str = "/admin/refusals";
const INCIDENTS: &str = "/admin/incidents";
const INCIDENT: &str = "/admin/incidents/{id}";
const BULK: &str = "/admin/posts/bulk-archive";
const BULK_PROGRESS: &str = "/admin/posts/bulk-archive/{id}";
const ADMIN_ACTION: &str = "/admin/posts/{id}/{action}";
const ACCOUNTS: &str = "/admin/accounts";
const ACCOUNT: &str = "/admin/accounts/{username}";
const ACCOUNT_ROLES: &str = "/admin/accounts/{username}/change-roles";
const ACCOUNT_CHANGE: &str = "/admin/accounts/{username}/{change}";
const NEW_ACCOUNT: &str = "/admin/create-account";
const OWN_ACCOUNT: &str = "/account";
const SET_PASSWORD: &str = "/set-password";
/// What answers where no route does.
pub const ELSEWHERE: &str = "*";

#[rustfmt::skip]
pub const PAGES: &[Entry] = &[
    early("an empty home", "", HOME),
    opened("home", "", HOME, 200, |_| HOME.into()),
    opened("home", "alice", HOME, 200, |_| HOME.into()),
    done("home after signing out", "", HOME, 200, |_, browser| {
        browser.sign_in("mallory");
        let token = browser.get(DESK).hidden("token");
        browser.post("/sign-out", &[("token", &token)]).expect(303);
        browser.get(HOME)
    }),

    opened("the API", "", "/api", 200, |_| "/api".into()),
    early("an empty list of all posts", "", ALL),
    opened("all posts", "", ALL, 200, |_| ALL.into()),
    opened("all posts", "alice", ALL, 200, |_| ALL.into()),
    opened("all posts, older ones", "", ALL, 200, |house| house.older("", ALL)),
    opened("all posts, none older", "", ALL, 200, |_| "/posts?before=1-1".into()),
    opened("a cursor that is none", "", ALL, 422, |_| "/posts?before=yesterday".into()),

    opened("a post", "", POST, 200, |house| house.public(house.essay)),
    opened("a post", "alice", POST, 200, |house| house.public(house.essay)),
    opened("a post that is gone", "", POST, 410, |house| house.public(house.gone)),
    opened("a post that never was", "", POST, 404, |_| "/posts/never-was".into()),

    opened("signing in", "", SIGN_IN, 200, |_| SIGN_IN.into()),
    done("a wrong password", "", SIGN_IN, 401, |_, browser| {
        browser.submit(SIGN_IN, &[("username", "alice"), ("password", "wrong")])
    }),
    done("signing in with an old form", "", SIGN_IN, 403, |_, browser| {
        browser.post(SIGN_IN, &[("token", "old"), ("username", "alice"), ("password", PASSWORD)])
    }),
    done("too many attempts", "", SIGN_IN, 429, |_, browser| {
        let wrong = [("username", "nobody-at-all"), ("password", "wrong")];
        let is_over = |page: &Page| page.status == 429;
        (0..100).map(|_| browser.submit(SIGN_IN, &wrong)).find(is_over).unwrap()
    }),
    done("signing in to send what was typed", "", SIGN_IN, 401, |house, _| house.interrupted().1),
    done("what was typed, after signing in", "", SIGN_IN, 200, |house, _| {
        let (mut browser, page) = house.interrupted();
        let [token, path, form] =
            ["token", "carried_path", "carried_form"].map(|name| page.hidden(name));
        browser.post(SIGN_IN, &[
            ("token", &token), ("carried_path", &path), ("carried_form", &form),
            ("username", "arthur"), ("password", PASSWORD),
        ])
    }),

    opened("the desk of nobody", "", DESK, 401, |_| DESK.into()),
    early("a first desk", "alice", DESK),
    early("an empty queue", "edith", DESK),
    early("an empty queue and a first desk", "rosa", DESK),
    opened("the desk", "alice", DESK, 200, |_| DESK.into()),
    opened("the desk", "edith", DESK, 200, |_| DESK.into()),
    opened("the desk", "rosa", DESK, 200, |_| DESK.into()),
    opened("the desk", "mallory", DESK, 200, |_| DESK.into()),

    opened("one's own posts", "alice", OWN, 200, |_| "/desk/posts?state=in_review".into()),
    opened("one's own posts, older \
            ones", "arthur", OWN, 200, |house| house.older("arthur", "/desk/posts?state=draft")),
    opened("none of one's own posts", "arthur", OWN, 200, |_| "/desk/posts?state=archived".into()),

    opened("a new post", "alice", CREATE, 200, |_| CREATE.into()),
    opened("a new post", "mallory", CREATE, 403, |_| CREATE.into()),
    done("a preview", "alice", CREATE, 200, |_, browser| {
        let [title, summary, body] = House::essay();
        browser.submit(CREATE, &[
            ("title", title), ("summary", summary), ("body", body), ("preview", "yes"),
        ])
    }),
    done("a new post that is too long", "alice", CREATE, 422, |_, browser| {
        let (title, summary) = ("a".repeat(201), "b".repeat(501));
        browser.submit(CREATE, &[("title", &title), ("summary", &summary), ("body", "Words."), ("save", "yes")])
    }),
    done("a new post with an old form", "alice", CREATE, 403, |_, browser| {
        let [title, summary, body] = House::essay();
        browser.post(CREATE, &[
            ("token", "old"), ("key", "k"), ("title", title), ("summary", summary), ("body", body),
        ])
    }),
    done("a form without a field", "alice", CREATE, 422, |_, browser| {
        browser.submit(CREATE, &[("title", "Some words"), ("body", "Some more")])
    }),
    done("a form from another site", "alice", CREATE, 403, |_, browser| {
        browser.post_raw(CREATE, b"title=x", &[("sec-fetch-site", "cross-site")])
    }),
    done("a form that is too long", "alice", CREATE, 413, |_, browser| {
        browser.submit(CREATE, &[("body", &"a".repeat(1_400_000))])
    }),

    opened("the editor", "alice", REVISE, 200, |house| house.at(house.draft, "/revise")),
    opened("the editor of what is \
            published", "alice", REVISE, 200, |house| house.at(house.essay, "/revise")),
    opened("the editor of somebody else's \
            post", "rosa", REVISE, 200, |house| house.at(house.waiting, "/revise")),
    done("a text that somebody else was faster with", "alice", REVISE, 409, |house, browser| {
        browser.submit(&house.at(house.waiting, "/revise"), &[
            ("seen", "1"), ("title", "On waiting"), ("summary", "Mine."), ("body", "My words.\n\nThe end."),
        ])
    }),

    opened("a first draft", "alice", DESK_POST, 200, |house| house.at(house.fragment, "")),
    opened("a draft", "alice", DESK_POST, 200, |house| house.at(house.draft, "")),
    opened("a post in review", "alice", DESK_POST, 200, |house| house.at(house.waiting, "")),
    opened("a post in review", "edith", DESK_POST, 200, |house| house.at(house.waiting, "")),
    opened("a post with a change \
            request", "alice", DESK_POST, 200, |house| house.at(house.objected, "")),
    opened("a post with one's own change \
            request", "edith", DESK_POST, 200, |house| house.at(house.objected, "")),
    opened("a post with a change \
            request", "rosa", DESK_POST, 200, |house| house.at(house.objected, "")),
    opened("one's own post in review", "rosa", DESK_POST, 200, |house| house.at(house.own, "")),
    opened("a post in review", "stan", DESK_POST, 200, |house| house.at(house.waiting, "")),
    opened("a published post", "alice", DESK_POST, 200, |house| house.at(house.essay, "")),
    opened("a published post", "edith", DESK_POST, 200, |house| house.at(house.essay, "")),
    opened("a published post", "stan", DESK_POST, 200, |house| house.at(house.essay, "")),
    opened("an archived post", "alice", DESK_POST, 200, |house| house.at(house.gone, "")),
    opened("an archived post", "stan", DESK_POST, 200, |house| house.at(house.gone, "")),
    opened("somebody else's draft", "arthur", DESK_POST, 404, |house| house.at(house.draft, "")),
    done("a draft that was just saved", "alice", DESK_POST, 200, |_, browser| {
        let words = [("title", "Just saved"), ("summary", ""), ("body", "Words."), ("save", "yes")];
        let answer = browser.submit(CREATE, &words).expect(303);
        browser.get(answer.location())
    }),
    done("a post while the database is out of order", "edith", DESK_POST, 500, |house, browser| {
        house.db_out_of_order(|| browser.get(&house.at(house.waiting, "")))
    }),
    done("a post while the database is busy", "edith", DESK_POST, 503, |house, browser| {
        house.while_busy(browser, |browser| browser.get(&house.at(house.waiting, "")))
    }),

    opened("changes", "edith", CHANGES, 200, |house| house.at(house.waiting, "/changes?from=1")),
    opened("no \
            changes", "edith", CHANGES, 200, |house| house.at(house.waiting, "/changes?from=1&to=1")),
    opened("changes since no \
            revision", "edith", CHANGES, 422, |house| house.at(house.waiting, "/changes?from=first")),

    opened("revisions", "alice", REVISIONS, 200, |house| house.at(house.waiting, "/revisions")),
    opened("the only \
            revision", "stan", REVISIONS, 200, |house| house.at(house.essay, "/revisions")),
    opened("a revision", "edith", REVISION, 200, |house| house.at(house.waiting, "/revisions/1")),
    opened("the current \
            revision", "edith", REVISION, 200, |house| house.at(house.waiting, "/revisions/2")),
    opened("a revision that there is \
            not", "edith", REVISION, 404, |house| house.at(house.waiting, "/revisions/9")),

    opened("submitting", "alice", ACTION, 200, |house| house.at(house.draft, "/submit")),
    opened("submitting what is \
            incomplete", "alice", ACTION, 200, |house| house.at(house.fragment, "/submit")),
    opened("requesting \
            changes", "edith", ACTION, 200, |house| house.at(house.waiting, "/request-changes")),
    opened("withdrawing a \
            request", "edith", ACTION, 200, |house| house.at(house.objected, "/withdraw-request")),
    opened("publishing", "edith", ACTION, 200, |house| house.at(house.waiting, "/publish")),
    opened("publishing against a \
            request", "edith", ACTION, 200, |house| house.at(house.objected, "/publish")),
    opened("publishing what one \
            wrote", "rosa", ACTION, 200, |house| house.at(house.own, "/publish")),
    opened("publishing without the \
            permission", "alice", ACTION, 403, |house| house.at(house.waiting, "/publish")),
    opened("what was submitted", "alice", ACTION, 200, |house| house.at(house.waiting, "/submit")),
    opened("what one has \
            published", "rosa", ACTION, 200, |house| house.at(house.essay, "/publish")),
    opened("what has been archived \
            since", "edith", ACTION, 200, |house| house.at(house.gone, "/publish")),
    opened("an action that there is \
            not", "edith", ACTION, 404, |house| house.at(house.waiting, "/burn")),
    done("a note without words", "edith", ACTION, 409, |house, browser| {
        browser.submit(&house.at(house.waiting, "/request-changes"), &[("note", " ")])
    }),
    done("publishing what has changed since", "edith", ACTION, 409, |house, browser| {
        browser.submit(&house.at(house.waiting, "/publish"), &[("seen", "1")])
    }),
    done("a request that came too late", "edith", ACTION, 409, |house, browser| {
        let typed = [("token", browser.get(DESK).hidden("token")), ("key", "late".into()), ("seen", "1".into()), ("note", "Wait!\n\nPlease.".into())];
        browser.post(&house.at(house.essay, "/request-changes"), &borrowed(&typed))
    }),
    done("publishing what one wrote, all the same", "rosa", ACTION, 403, |house, browser| {
        let typed = [("token", browser.get(DESK).hidden("token")), ("key", "own".into()), ("seen", "1".into())];
        browser.post(&house.at(house.own, "/publish"), &borrowed(&typed))
    }),
    done("a note sent while the database is busy", "edith", ACTION, 503, |house, browser| {
        let path = house.at(house.waiting, "/request-changes");
        let page = browser.get(&path);
        let typed = [("token", page.hidden("token")), ("key", page.hidden("key")), ("seen", page.hidden("seen")), ("note", "Say why.".into())];
        house.while_busy(browser, |browser| {
            browser.post(&path, &borrowed(&typed))
        })
    }),

    opened("the admin", "stan", ADMIN, 200, |_| ADMIN.into()),
    opened("the admin by state", "stan", ADMIN, 200, |_| "/admin/posts?state=published".into()),
    opened("the admin, older posts", "stan", ADMIN, 200, |house| house.older("stan", ADMIN)),
    early("an empty admin", "stan", ADMIN),
    opened("the admin without the permission", "mallory", ADMIN, 403, |_| ADMIN.into()),
    opened("the admin of nobody", "", ADMIN, 401, |_| ADMIN.into()),
    opened("a state that there is not", "stan", ADMIN, 422, |_| "/admin/posts?state=burnt".into()),

    early("an empty overview", "stan", OVERVIEW),
    opened("the overview", "stan", OVERVIEW, 200, |_| OVERVIEW.into()),
    opened("the overview without the permission", "edith", OVERVIEW, 403, |_| OVERVIEW.into()),
    opened("a post in the \
            admin", "stan", ADMIN_POST, 200, |house| format!("{ADMIN}/{}", house.waiting)),
    opened("a post with a request, in the \
            admin", "stan", ADMIN_POST, 200, |house| format!("{ADMIN}/{}", house.objected)),
    opened("an archived post in the \
            admin", "stan", ADMIN_POST, 200, |house| format!("{ADMIN}/{}", house.gone)),
    opened("a post that is not \
            true", "stan", ADMIN_POST, 200, |house| format!("{ADMIN}/{}", house.db_untrue())),
    opened("no post in the admin", "stan", ADMIN_POST, 404, |_| format!("{ADMIN}/999999")),
    opened("the permissions", "stan", PERMISSIONS, 200, |_| PERMISSIONS.into()),
    early("no refusals", "stan", REFUSALS),
    done("the refusals", "stan", REFUSALS, 200, |house, browser| {
        house.refuse_often();
        browser.get(REFUSALS)
    }),
    done("older refusals", "stan", REFUSALS, 200, |house, browser| {
        house.refuse_often();
        browser.get(&house.older("stan", REFUSALS))
    }),
    opened("why somebody could \
            not", "stan", REFUSALS, 200, |house| format!("{REFUSALS}?person=edith&action=publish&post={}&layer=policy", house.objected)),
    opened("filters that say \
            nothing", "stan", REFUSALS, 422, |_| format!("{REFUSALS}?person=nobody&action=burn&post=x&layer=x&rule=x&interface=x&since=x&until=x")),
    early("no incidents", "stan", INCIDENTS),
    done("the incidents", "stan", INCIDENTS, 200, |house, browser| {
        house.incident();
        browser.get(INCIDENTS)
    }),
    done("the incidents that somebody acknowledged", "stan", INCIDENTS, 200, |house, browser| {
        let path = house.incident();
        browser.submit(&path, &[("finding", "A missing index.\n\nIt is there now.")]).expect(303);
        browser.get(&format!("{INCIDENTS}?state=acknowledged"))
    }),
    opened("an incident", "stan", INCIDENT, 200, |house| house.incident()),
    opened("an incident without the permission", "edith", INCIDENT, 403, |house| house.incident()),
    done("acknowledging without a note", "stan", INCIDENT, 409, |house, browser| {
        browser.submit(&house.incident(), &[("finding", " ")])
    }),
    done("acknowledging at too great length", "stan", INCIDENT, 422, |house, browser| {
        browser.submit(&house.incident(), &[("finding", &"Found it. ".repeat(300))])
    }),
    done("acknowledging what was acknowledged", "stan", INCIDENT, 409, |house, browser| {
        let path = house.incident();
        browser.submit(&path, &[("finding", "Seen.")]).expect(303);
        let token = browser.get(&path).hidden("token");
        browser.post(&path, &[("token", &token), ("finding", "I saw it, too.")])
    }),
    opened("the admin with every filter", "stan", ADMIN, 200, |_| {
        "/admin/posts?q=why+less&state=published&author=alice&reviewer=edith&from=2026-01-01&until=2999-12-31&sort=since".into()
    }),
    opened("the admin by number, all \
            selected", "stan", ADMIN, 200, |_| "/admin/posts?sort=-number&select=page".into()),
    opened("no post that \
            passes", "stan", ADMIN, 200, |_| "/admin/posts?author=nobody&waiting=7".into()),
    opened("nothing more in this \
            direction", "stan", ADMIN, 200, |_| "/admin/posts?after=1-1".into()),

    opened("archiving several", "stan", BULK, 200, |house| {
        format!("{BULK}?post={}-1&post={}-2&post={}-1&post=999999-1", house.essay, house.waiting, house.gone)
    }),
    opened("archiving all of a \
            list", "stan", BULK, 200, |_| format!("{BULK}?everything=yes&author=alice")),
    opened("archiving none", "stan", BULK, 200, |house| format!("{BULK}?post={}-1", house.draft)),
    opened("archiving without a selection", "stan", BULK, 422, |_| BULK.into()),
    opened("archiving several without the \
            permission", "edith", BULK, 403, |house| format!("{BULK}?post={}-1", house.essay)),
    done("archiving several without a reason", "stan", BULK, 409, |house, browser| {
        let page = browser.get(&format!("{BULK}?post={}-1&post={}-1", house.essay, house.draft));
        let typed = [("token", page.hidden("token")), ("key", page.hidden("key")), ("posts", page.hidden("posts")), ("reason", " ".into())];
        browser.post(BULK, &borrowed(&typed))
    }),
    done("what became of each post", "stan", BULK_PROGRESS, 200, |house, browser| {
        let there = house.bulk_archive(browser);
        browser.get(&there)
    }),
    done("what has become of each post so far", "stan", BULK_PROGRESS, 200, |house, browser| {
        let there = house.bulk_archive(browser);
        house.db_undo_half(&there);
        browser.get(&there)
    }),
    done("the admin with something unfinished", "stan", ADMIN, 200, |house, browser| {
        let there = house.bulk_archive(browser);
        house.db_undo_half(&there);
        browser.get("/admin/posts?state=archived")
    }),
    opened("a bulk archive that there is \
            not", "stan", BULK_PROGRESS, 404, |_| format!("{BULK}/4711")),

    opened("archiving", "stan", ADMIN_ACTION, 200, |house| format!("{ADMIN}/{}/archive", house.essay)),
    opened("archiving what is not \
            published", "stan", ADMIN_ACTION, 200, |house| format!("{ADMIN}/{}/archive", house.waiting)),
    done("archiving without a reason", "stan", ADMIN_ACTION, 409, |house, browser| {
        browser.submit(&format!("{ADMIN}/{}/archive", house.essay), &[("reason", " ")])
    }),

    opened("accounts", "stan", ACCOUNTS, 200, |_| ACCOUNTS.into()),
    opened("deactivated \
            accounts", "stan", ACCOUNTS, 200, |_| "/admin/accounts?state=deactivated".into()),
    opened("accounts by name and \
            role", "stan", ACCOUNTS, 200, |_| "/admin/accounts?search=ali&role=author".into()),
    opened("accounts by a name too \
            short", "stan", ACCOUNTS, 422, |_| "/admin/accounts?search=a".into()),
    opened("older accounts", "stan", ACCOUNTS, 200, |_| "/admin/accounts?before=1-1".into()),
    opened("accounts without the permission", "alice", ACCOUNTS, 403, |_| ACCOUNTS.into()),
    opened("an account", "stan", ACCOUNT, 200, |_| "/admin/accounts/rosa".into()),
    opened("an account without \
            anything", "stan", ACCOUNT, 200, |_| "/admin/accounts/mallory".into()),
    opened("one's own account among \
            others", "stan", ACCOUNT, 200, |_| "/admin/accounts/stan".into()),
    opened("an account that there is \
            not", "stan", ACCOUNT, 404, |_| "/admin/accounts/nobody".into()),
    opened("changing \
            roles", "stan", ACCOUNT_ROLES, 200, |_| "/admin/accounts/mallory/change-roles".into()),
    done("changing no role", "stan", ACCOUNT_ROLES, 422, |_, browser| {
        browser.submit("/admin/accounts/mallory/change-roles", &[("reason", "Because.")])
    }),
    opened("renaming an \
            account", "stan", ACCOUNT_CHANGE, 200, |_| "/admin/accounts/mallory/rename-account".into()),
    opened("granting a \
            role", "stan", ACCOUNT_CHANGE, 200, |_| "/admin/accounts/mallory/grant-role?role=author".into()),
    opened("deactivating an \
            account", "stan", ACCOUNT_CHANGE, 200, |_| "/admin/accounts/alice/deactivate-account".into()),
    opened("deactivating one's own \
            account", "stan", ACCOUNT_CHANGE, 200, |_| "/admin/accounts/stan/deactivate-account".into()),
    done("a change without a reason", "stan", ACCOUNT_CHANGE, 409, |_, browser| {
        browser.submit("/admin/accounts/mallory/reset-password", &[("reason", " ")])
    }),
    done("a change that came too late", "stan", ACCOUNT_CHANGE, 409, |_, browser| {
        browser.send_unasked("/admin/accounts/alice/reactivate-account", &[("reason", "She is back.")])
    }),
    done("a link to set a password", "stan", ACCOUNT_CHANGE, 200, |_, browser| {
        browser.submit("/admin/accounts/mallory/reset-password", &[("reason", "Forgotten.")])
    }),
    opened("a new account", "stan", NEW_ACCOUNT, 200, |_| NEW_ACCOUNT.into()),
    done("a new account that cannot be", "stan", NEW_ACCOUNT, 422, |_, browser| {
        browser.submit(NEW_ACCOUNT, &[("username", "?"), ("display_name", ""), ("author", "yes"), ("reason", "")])
    }),
    done("a new account and its link", "stan", NEW_ACCOUNT, 200, |_, browser| {
        browser.submit(NEW_ACCOUNT, &[("username", "cleo"), ("display_name", "Cleo"), ("reason", "")])
    }),

    opened("my account", "edith", OWN_ACCOUNT, 200, |_| OWN_ACCOUNT.into()),
    opened("my account of nobody", "", OWN_ACCOUNT, 401, |_| OWN_ACCOUNT.into()),
    done("my account with another session and a token", "rosa", OWN_ACCOUNT, 200, |house, browser| {
        house.server.signed_in("rosa");
        browser.send_unasked("/account/tokens", &[("name", "Nightly \
                                                            import"), ("days", "30"), ("posts.submit_post", "yes"), ("password", PASSWORD)])
    }),
    done("a token that cannot be", "rosa", OWN_ACCOUNT, 422, |_, browser| {
        browser.send_unasked("/account/tokens", &[("name", " \
                                                            "), ("days", "soon"), ("password", PASSWORD)])
    }),
    done("a password too short", "rosa", OWN_ACCOUNT, 422, |_, browser| {
        browser.send_unasked("/account/password", &[("password", PASSWORD), ("new_password", "short")])
    }),
    done("a wrong current password", "rosa", OWN_ACCOUNT, 409, |_, browser| {
        browser.send_unasked("/account/password", &[("password", "wrong"), ("new_password", PASSWORD)])
    }),

    done("setting a password", "", SET_PASSWORD, 200, |house, browser| browser.get(&house.link())),
    done("setting a password too short", "", SET_PASSWORD, 422, |house, browser| {
        let link = house.link();
        let (_, secret) = link.split_once('=').unwrap();
        browser.post(SET_PASSWORD, &[("link", secret), ("new_password", "short")])
    }),
    opened("a link that does not \
            work", "", SET_PASSWORD, 404, |_| "/set-password?link=never".into()),

    opened("nothing", "", ELSEWHERE, 404, |_| "/nothing/here".into()),
    opened("nothing", "alice", ELSEWHERE, 404, |_| "/nothing/here".into()),
    done("a method that there is not", "", ELSEWHERE, 405, |_, browser| {
        browser.post("/feed.atom", &[])
    }),
    done("the page of last resort", "", ELSEWHERE, 500, |_, _| House::last_resort()),
];

fn borrowed<'a, const N: usize>(typed: &'a [(&'a str, String); N]) -> [(&'a str, &'a str); N] {
    typed.each_ref().map(|(name, text)| (*name, text.as_str()))
}
