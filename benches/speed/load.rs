//! Clients that only send and count, so that they cost little.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Barrier, Mutex};
use std::time::{Duration, Instant};

use crate::support::Browser;
use crate::support::browser::encode;

/// What the web address of a post begins with, before its number.
const SLUG: &str = "a-post-to-publish-number-";

/// A connection that is kept.
pub struct Client {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, received: vec![0; 1 << 16] }
    }

    /// Sends a request and returns the status of its response.
    pub fn send(&mut self, request: &[u8]) -> u16 {
        self.stream.write_all(request).unwrap();
        let mut length = 0;
        loop {
            let count = self.stream.read(&mut self.received[length..]).unwrap();
            assert!(count > 0, "the connection was closed");
            length += count;
            let received = &self.received[..length];
            let Some(head) = received.windows(4).position(|end| end == b"\r\n\r\n") else {
                continue;
            };
            let text = std::str::from_utf8(&received[..head]).unwrap().to_ascii_lowercase();
            let body = text
                .split_once("content-length: ")
                .map_or(0, |(_, rest)| rest.lines().next().unwrap().parse::<usize>().unwrap());
            if length >= head + 4 + body {
                return text[9..12].parse().unwrap();
            }
            if self.received.len() < head + 4 + body {
                self.received.resize(head + 4 + body, 0);
            }
        }
    }
}

/// The form by which a reviewer publishes a post, as bytes on the wire.
pub struct PublishForm {
    address: SocketAddr,
    cookies: String,
    token: String,
}

impl PublishForm {
    pub fn of(browser: &mut Browser, address: SocketAddr, post: i64) -> Self {
        let page = browser.get(&format!("/desk/posts/{post}/publish")).expect(200);
        assert_eq!(page.hidden("slug"), format!("{SLUG}{post}"));
        let cookies = browser.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        Self {
            address,
            cookies: cookies.collect::<Vec<_>>().join("; "),
            token: page.hidden("token"),
        }
    }

    pub fn request(&self, post: i64, key: &str) -> Vec<u8> {
        let slug = format!("{SLUG}{post}");
        let fields = [("token", &*self.token), ("key", key), ("seen", "1"), ("slug", &slug)];
        let body = encode(&fields);
        format!(
            "POST /desk/posts/{post}/publish HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n\
             Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.address,
            self.cookies,
            body.len(),
        )
        .into_bytes()
    }
}

/// Publishes these posts over so many connections, and returns how long it took.
pub fn publish(form: &PublishForm, posts: &[i64], connections: usize) -> Duration {
    let shares: Vec<&[i64]> = posts.chunks(posts.len().div_ceil(connections)).collect();
    let start = Barrier::new(shares.len() + 1);
    std::thread::scope(|scope| {
        let clients: Vec<_> = shares
            .into_iter()
            .map(|share| {
                let start = &start;
                scope.spawn(move || {
                    let mut client = Client::new(form.address);
                    start.wait();
                    for post in share {
                        let status = client.send(&form.request(*post, &format!("speed-{post}")));
                        assert_eq!(status, 303, "publishing {post}");
                    }
                })
            })
            .collect();
        start.wait();
        let began = Instant::now();
        clients.into_iter().for_each(|client| client.join().unwrap());
        began.elapsed()
    })
}

/// Has so many clients publish each of these posts at once, and returns for each post
/// the time from the first request to the last response.
pub fn race(form: &PublishForm, posts: &[i64], clients: usize) -> Vec<Duration> {
    let start = Barrier::new(clients);
    let answers = Mutex::new(vec![Vec::new(); posts.len()]);
    std::thread::scope(|scope| {
        for number in 0..clients {
            let (start, answers) = (&start, &answers);
            scope.spawn(move || {
                let mut client = Client::new(form.address);
                for (round, post) in posts.iter().enumerate() {
                    let request = form.request(*post, &format!("race-{post}-{number}"));
                    start.wait();
                    let began = Instant::now();
                    let status = client.send(&request);
                    answers.lock().unwrap()[round].push((status, began, Instant::now()));
                }
            });
        }
    });
    let answers = answers.into_inner().unwrap();
    answers
        .into_iter()
        .map(|answers| {
            let winners = answers.iter().filter(|(status, ..)| *status == 303).count();
            let refused = answers.iter().filter(|(status, ..)| *status == 409).count();
            assert_eq!((winners, refused), (1, clients - 1), "one winner: {answers:?}");
            let first = answers.iter().map(|(_, began, _)| *began).min().unwrap();
            let last = answers.iter().map(|(.., ended)| *ended).max().unwrap();
            last - first
        })
        .collect()
}
