//! What a browser does with forms and cookies, without a window.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use ureq::Agent;
use ureq::http::Request;

use super::world::PASSWORD;

#[derive(Clone)]
pub struct Browser {
    agent: Agent,
    address: SocketAddr,
    pub cookies: BTreeMap<String, String>,
    /// Headers that it sends with every request.
    pub always: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
pub struct Page {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Page {
    pub fn location(&self) -> &str {
        self.headers.get("location").map_or("", String::as_str)
    }

    /// The value of the first hidden field of that name.
    pub fn hidden(&self, name: &str) -> String {
        let start = format!("<input type=\"hidden\" name=\"{name}\" value=\"");
        let (_, rest) = self
            .body
            .split_once(&start)
            .unwrap_or_else(|| panic!("no hidden field {name} in {}", self.body));
        unescape(rest.split('"').next().unwrap())
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }
}

fn unescape(text: &str) -> String {
    text.replace("&#34;", "\"")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

impl Browser {
    pub fn new(address: SocketAddr) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            // A test of a server that does not answer fails, and does not wait for ever.
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .new_agent();
        Self { agent, address, cookies: BTreeMap::new(), always: Vec::new() }
    }

    /// Returns another browser with the same cookies.
    pub fn beside(&self) -> Self {
        Self { cookies: self.cookies.clone(), ..Self::new(self.address) }
    }

    pub fn get(&mut self, path: &str) -> Page {
        self.send("GET", path, None, &[])
    }

    /// Sends a form as a browser does, from a page of ours.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.post_raw(path, encode(fields).as_bytes(), &[("sec-fetch-site", "same-origin")])
    }

    pub fn post_raw(&mut self, path: &str, body: &[u8], headers: &[(&str, &str)]) -> Page {
        self.send("POST", path, Some(body), headers)
    }

    pub fn send(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
        headers: &[(&str, &str)],
    ) -> Page {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request =
            Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        // A reader without one is sent the pages that are kept.
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        for (name, value) in &self.always {
            request = request.header(name, value);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = match body {
            Some(body) => {
                let request = request
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(body.to_vec())
                    .unwrap();
                self.agent.run(request).unwrap()
            }
            None => self.agent.run(request.body(()).unwrap()).unwrap(),
        };
        for cookie in response.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if cookie.contains("Max-Age=0") || value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Page {
            status: response.status().as_u16(),
            headers: response
                .headers()
                .iter()
                .map(|(name, value)| {
                    (name.to_string(), value.to_str().unwrap_or_default().to_owned())
                })
                .collect(),
            body: response.body_mut().read_to_string().unwrap(),
        }
    }

    /// The cookie of the session; its name carries the port.
    pub fn session(&mut self) -> &mut String {
        let mut cookies = self.cookies.iter_mut();
        cookies.find(|(name, _)| name.contains("imprimatur")).expect("a session").1
    }

    pub fn sign_in(&mut self, username: &str) {
        let token = self.get("/sign-in").expect(200).hidden("token");
        self.post("/sign-in", &[("token", &token), ("username", username), ("password", PASSWORD)])
            .expect(303);
    }

    /// Opens the page of an action and sends its form.
    pub fn act(&mut self, path: &str, words: &[(&str, &str)]) -> Page {
        let page = self.get(path).expect(200);
        let mut fields = vec![
            ("token", page.hidden("token")),
            ("key", page.hidden("key")),
            ("seen", page.hidden("seen")),
        ];
        if page.body.contains("type=\"hidden\" name=\"slug\"") {
            fields.push(("slug", page.hidden("slug")));
        }
        fields.extend(words.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.post(path, &fields)
    }

    /// Opens a page and sends its form, with these words typed into it; a name
    /// that the form has already is written over.
    pub fn submit(&mut self, path: &str, typed: &[(&str, &str)]) -> Page {
        let page = self.get(path).expect(200);
        let own =
            ["token", "key", "seen", "held", "slug", "seen_name"].into_iter().filter(|name| {
                let is_there = page.body.contains(&format!("type=\"hidden\" name=\"{name}\""));
                is_there && typed.iter().all(|(typed, _)| typed != name)
            });
        let own: Vec<(&str, String)> = own.map(|name| (name, page.hidden(name))).collect();
        let own = own.iter().map(|(name, value)| (*name, value.as_str()));
        let fields: Vec<(&str, &str)> = own.chain(typed.iter().copied()).collect();
        self.post(path, &fields)
    }

    /// Sends a form that no page has offered, with this session's token.
    pub fn send_unasked(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.get("/account").expect(200).hidden("token");
        let mut all = vec![("token", token.as_str())];
        all.extend(fields);
        self.post(path, &all)
    }
}

pub fn encode(fields: &[(&str, &str)]) -> String {
    let encoded = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    pairs.join("&")
}
