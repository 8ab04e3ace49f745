//! A program that speaks to the API with a token.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use imprimatur::accounts::{Credential, tokens};
use imprimatur::domain::{NewToken, OwnChange, Permission, TokenLifetime, TokenName, UserId};
use imprimatur::store::Store;
use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;

use super::World;
use super::world::account_call;

#[derive(Clone)]
pub struct Program {
    agent: Agent,
    address: SocketAddr,
    pub token: String,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub text: String,
}

impl Reply {
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The problem's last part of its type.
    pub fn kind(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let problem = self.json();
        assert_eq!(problem["status"], self.status);
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        problem["type"].as_str().unwrap().trim_start_matches("/api#problem-").to_owned()
    }

    /// The codes of its reasons.
    pub fn codes(&self) -> String {
        let problem = self.json();
        let reasons = problem["reasons"].as_array().unwrap();
        let codes: Vec<&str> =
            reasons.iter().map(|reason| reason["code"].as_str().unwrap()).collect();
        codes.join(" ")
    }

    /// The same without what names the request.
    pub fn anonymous(&self) -> (u16, String) {
        (self.status, self.text.replace(self.header("x-request-id"), ""))
    }
}

/// Makes a token through the front door.
pub fn token(store: &Store, who: UserId, permissions: Option<Vec<Permission>>) -> String {
    let made = tokens::generate();
    let change = OwnChange::MakeToken(NewToken {
        name: TokenName::parse(&format!("Test {}", &made.as_str()[11..40])).unwrap(),
        lifetime: TokenLifetime::parse("30").unwrap(),
        permissions,
        beginning: made.beginning(),
        secret: made.hash(),
    });
    let conn = &mut store.checkout().unwrap();
    let username = imprimatur::accounts::byline_of(conn, who).unwrap().username;
    let password = imprimatur::accounts::stored_password(conn, &username).unwrap().unwrap();
    imprimatur::workflow::own_account::change(
        store,
        &account_call(&Credential::Account(who)),
        &change,
        Some(&password.hash),
    )
    .unwrap();
    made.as_str().to_owned()
}

impl Program {
    /// A program that shows whatever this is.
    pub fn with(address: SocketAddr, token: &str) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .new_agent();
        Self { agent, address, token: token.to_owned() }
    }

    /// A program of somebody's.
    pub fn of(world: &World, address: SocketAddr, who: UserId) -> Self {
        Self::with(address, &token(&world.store, who, None))
    }

    /// A program of somebody's that may do no more than this.
    pub fn narrowed(world: &World, at: SocketAddr, who: UserId, to: &[Permission]) -> Self {
        Self::with(at, &token(&world.store, who, Some(to.to_vec())))
    }

    /// The same program at another server.
    pub fn at(&self, address: SocketAddr) -> Self {
        Self::with(address, &self.token)
    }

    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], None)
    }

    /// Acts on a post at a revision.
    pub fn act(&self, post: impl ToString, below: &str, seen: i32, body: &str) -> Reply {
        let path = format!("/api/v1/posts/{}/{below}", post.to_string());
        self.post(&path, &[("if-match", &format!("\"{seen}\""))], body)
    }

    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut all = headers.to_vec();
        if !body.is_empty() {
            all.push(("content-type", "application/json"));
        }
        self.send("POST", path, &all, Some(body.as_bytes()))
    }

    /// Sends exactly this, with the token in front.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Reply {
        let mut request =
            Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = match body {
            Some(body) => self.agent.run(request.body(body.to_vec()).unwrap()).unwrap(),
            None => self.agent.run(request.body(()).unwrap()).unwrap(),
        };
        assert!(response.headers().get("set-cookie").is_none(), "{path} sets a cookie");
        Reply {
            status: response.status().as_u16(),
            headers: response
                .headers()
                .iter()
                .map(|(name, value)| {
                    (name.to_string(), value.to_str().unwrap_or_default().to_owned())
                })
                .collect(),
            text: response.body_mut().read_to_string().unwrap(),
        }
    }
}
