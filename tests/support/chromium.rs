//! A real Chromium without a window, driven as a person would: by the words on
//! labels, buttons and links.

mod keyboard;
mod screen;

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Request;

use super::tools::skip_or_fail;
use super::world::PASSWORD;

pub use screen::{PHONE, SCHEMES, Scheme, WIDE};

/// Whether pages may run scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JavaScript {
    On,
    Off,
}

/// What a person reaches things with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hands {
    Mouse,
    Keyboard,
}

/// How long a page may take to show what a test waits for.
const PATIENCE: Duration = Duration::from_secs(15);

/// A browser; it closes when this is dropped, also while a test fails.
///
/// It speaks WebDriver (W3C), of which a test needs a dozen commands.
pub struct Chromium {
    agent: Agent,
    session: String,
    address: SocketAddr,
    hands: Hands,
    // Last: the driver closes what is still open.
    _driver: Driver,
}

impl Chromium {
    /// A browser that has never been anywhere, or `None`, said aloud, where
    /// there is no chromedriver to drive one.
    pub fn open(address: SocketAddr, javascript: JavaScript) -> Option<Self> {
        let Some(program) = on_path(&["chromedriver"]) else {
            skip_or_fail("there is no chromedriver on the PATH");
            return None;
        };
        let driver = Driver::start(program);
        let agent = Agent::config_builder().http_status_as_error(false).build().new_agent();
        let session = format!("{}/session", driver.url);
        let hands = Hands::Mouse;
        let mut chromium = Self { agent, session, address, hands, _driver: driver };
        let wanted = capabilities(&chromium._driver.profile, javascript);
        let wanted = json!({ "capabilities": { "alwaysMatch": wanted } });
        let opened = chromium.ask("POST", "", Some(wanted)).unwrap();
        chromium.session += &format!("/{}", opened["sessionId"].as_str().unwrap());
        // Whoever looks for something waits for it.
        let patience = u64::try_from(PATIENCE.as_millis()).unwrap();
        chromium.ask("POST", "/timeouts", Some(json!({ "implicit": patience }))).unwrap();
        Some(chromium)
    }

    /// Sends a command, and returns its value or what went wrong.
    fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Result<Value, String> {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.session));
        let response = match body {
            Some(body) => self.agent.run(request.body(body.to_string()).unwrap()),
            None => self.agent.run(request.body(()).unwrap()),
        };
        let mut response = response.map_err(|error| error.to_string())?;
        let text = response.body_mut().read_to_string().map_err(|error| error.to_string())?;
        let answer: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let value = answer["value"].clone();
        match value["error"].as_str() {
            Some(error) => Err(format!("{error}: {}", value["message"])),
            None => Ok(value),
        }
    }

    fn get(&self, path: &str) -> Value {
        self.ask("GET", path, None).unwrap()
    }

    fn post(&self, path: &str, body: Value) -> Value {
        self.ask("POST", path, Some(body)).unwrap()
    }

    /// Opens a page of ours.
    pub fn visit(&self, path: &str) {
        self.visit_elsewhere(&format!("http://{}{path}", self.address));
    }

    pub fn visit_elsewhere(&self, url: &str) {
        self.post("/url", json!({ "url": url }));
    }

    /// Goes back to the page before, as the button does.
    pub fn go_back(&self) {
        self.post("/back", json!({}));
    }

    /// The path of the page that is open.
    pub fn path(&self) -> String {
        let url = self.get("/url").as_str().unwrap().to_owned();
        let (_, path) = url.split_once(&self.address.to_string()).unwrap();
        path.split(['?', '#']).next().unwrap().to_owned()
    }

    pub fn title(&self) -> String {
        self.get("/title").as_str().unwrap().to_owned()
    }

    /// Waits until the page says this.
    #[track_caller]
    pub fn sees(&self, words: &str) {
        self.find(&format!(
            "//main[contains(normalize-space(.), \"{words}\")] | \
             //*[@role='status'][contains(normalize-space(.), \"{words}\")]"
        ));
    }

    /// Waits until the page has this heading.
    #[track_caller]
    pub fn sees_heading(&self, words: &str) {
        self.find(&format!("//h1[normalize-space(.)=\"{words}\"]"));
    }

    /// Waits for a button with these words that cannot be pressed.
    #[track_caller]
    pub fn sees_disabled(&self, words: &str) {
        self.find(&format!("//button[normalize-space(.)='{words}'][@aria-disabled='true']"));
    }

    /// Waits for a line of a comparison.
    #[track_caller]
    pub fn sees_line(&self, kind: &str, words: &str) {
        self.find(&format!(
            "//*[starts-with(normalize-space(.), \"{kind}: {words}\")][contains(@class, 'line')]"
        ));
    }

    /// Waits for the link by which feed readers find a site's feed.
    #[track_caller]
    pub fn links_to_a_feed(&self, address: &str) {
        self.find(&format!("//link[@type='application/atom+xml'][@href='{address}']"));
    }

    #[track_caller]
    pub fn follow(&self, words: &str) {
        let link = format!("//a[normalize-space(.)=\"{words}\"]");
        match self.hands {
            Hands::Mouse => self.click(&link),
            Hands::Keyboard => self.activate(&link, keyboard::ENTER),
        }
    }

    #[track_caller]
    pub fn press(&self, words: &str) {
        let button = format!("//button[normalize-space(.)='{words}'][not(@aria-disabled)]");
        match self.hands {
            Hands::Mouse => self.click(&button),
            Hands::Keyboard => self.activate(&button, keyboard::SPACE),
        }
    }

    /// Ticks the box whose label begins with these words, or clears it. A box in a table
    /// has no text beside it.
    #[track_caller]
    pub fn tick(&self, words: &str) {
        let input = format!(
            "//label[starts-with(normalize-space(.), '{words}')]//input \
             | //input[starts-with(@aria-label, '{words}')]"
        );
        match self.hands {
            Hands::Mouse => self.click(&input),
            Hands::Keyboard => self.activate(&input, keyboard::SPACE),
        }
    }

    /// Types into the field with this label, over what is there.
    #[track_caller]
    pub fn fill(&self, label: &str, text: &str) {
        let field = labelled(label);
        if self.hands == Hands::Keyboard {
            return self.type_over(&field, text);
        }
        self.act(&field, "clear", json!({}));
        self.act(&field, "value", json!({ "text": text }));
    }

    /// What stands in the field with this label.
    #[track_caller]
    pub fn value(&self, label: &str) -> String {
        self.property(&labelled(label))
    }

    /// What a hidden field of this name holds.
    #[track_caller]
    pub fn hidden(&self, name: &str) -> String {
        self.property(&format!("//input[@type='hidden'][@name='{name}']"))
    }

    #[track_caller]
    pub fn sign_in(&self, username: &str) {
        self.visit("/sign-in");
        self.sign_in_here(username);
        self.find("//form[@action='/sign-out']");
    }

    /// Signs in on the page that is open.
    #[track_caller]
    pub fn sign_in_here(&self, username: &str) {
        self.fill("Username", username);
        self.fill("Password", PASSWORD);
        self.press("Sign in");
    }

    #[track_caller]
    pub fn sign_out(&self) {
        self.press("Sign out");
        self.sees("You are signed out.");
    }

    /// Says yes to the question that the page asks in a window of its own.
    pub fn answers_yes(&self) {
        self.post("/alert/accept", json!({}));
    }

    /// Says no to it.
    pub fn answers_no(&self) {
        self.post("/alert/dismiss", json!({}));
    }

    pub fn cookies(&self) -> Vec<Value> {
        self.get("/cookie").as_array().unwrap().clone()
    }

    pub fn put_back(&self, cookie: Value) {
        self.post("/cookie", json!({ "cookie": cookie }));
    }

    /// Does this in another tab, and comes back to the one that was open.
    pub fn in_another_tab(&self, work: impl FnOnce(&Self)) {
        let before = self.get("/window");
        let tab = self.post("/window/new", json!({ "type": "tab" }));
        self.post("/window", json!({ "handle": tab["handle"] }));
        work(self);
        self.ask("DELETE", "/window", None).unwrap();
        self.post("/window", json!({ "handle": before }));
    }

    #[track_caller]
    fn click(&self, path: &str) {
        self.act(path, "click", json!({}));
    }

    /// Does this to an element.
    #[track_caller]
    fn act(&self, path: &str, command: &str, body: Value) {
        self.on(path, "POST", command, Some(body));
    }

    /// The value of a field.
    #[track_caller]
    fn property(&self, path: &str) -> String {
        self.on(path, "GET", "property/value", None).as_str().unwrap().to_owned()
    }

    /// Sends a command about an element. Between finding the element and the command, the
    /// page may be replaced by the next one: then it is looked for again.
    #[track_caller]
    fn on(&self, path: &str, method: &str, command: &str, body: Option<Value>) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let element = self.find(path);
            match self.ask(method, &format!("{element}/{command}"), body.clone()) {
                Ok(value) => return value,
                Err(error) if is_of_a_replaced_page(&error) && Instant::now() < deadline => {}
                Err(error) => panic!("{command} of {path}: {error}"),
            }
        }
    }

    /// Waits for an element, and returns the path of its commands.
    #[track_caller]
    fn find(&self, path: &str) -> String {
        let looked_for = json!({ "using": "xpath", "value": path });
        match self.ask("POST", "/element", Some(looked_for)) {
            Ok(found) => {
                // The reference is the only value, under a name that the standard fixes.
                let reference = found.as_object().and_then(|found| found.values().next());
                format!("/element/{}", reference.and_then(Value::as_str).unwrap())
            }
            Err(error) => panic!("no {path} ({error}) in {}", self.get("/source")),
        }
    }

    /// Types what is no text into the field with this label.
    #[track_caller]
    pub fn press_enter_in(&self, label: &str) {
        self.act(&labelled(label), "value", json!({ "text": "\u{e007}" }));
    }

    /// Waits until the page has this element.
    #[track_caller]
    pub fn sees_element(&self, path: &str) {
        self.find(path);
    }

    /// The value of an expression in the page that is open.
    #[track_caller]
    pub fn value_of(&self, expression: &str) -> Value {
        self.run(&format!("return {expression}"), &[])
    }

    /// The id of the element that has the focus, or else its role.
    pub fn focused(&self) -> String {
        let active = self.get("/element/active");
        let reference = active.as_object().and_then(|found| found.values().next());
        let element = format!("/element/{}", reference.and_then(Value::as_str).unwrap());
        let of = |name| self.get(&format!("{element}/attribute/{name}"));
        of("id").as_str().or(of("role").as_str()).unwrap_or_default().to_owned()
    }
}

/// Whether an element is gone because its page is. ChromeDriver has no code of its own for
/// the moment in which the new page is there and the element was found in the old one.
fn is_of_a_replaced_page(error: &str) -> bool {
    error.starts_with("stale element reference")
        || error.contains("does not belong to the document")
}

/// Where the field with this label is.
fn labelled(label: &str) -> String {
    format!("//*[@id = //label[normalize-space(.)='{label}']/@for]")
}

fn capabilities(profile: &std::path::Path, javascript: JavaScript) -> Value {
    let mut arguments = vec![
        "--headless".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-quic".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        format!("--user-data-dir={}", profile.display()),
    ];
    // Chromium's sandbox refuses to run as root.
    if unsafe_to_sandbox() {
        arguments.push("--no-sandbox".to_owned());
    }
    let mut options = json!({ "args": arguments });
    if javascript == JavaScript::Off {
        options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    if let Some(program) = on_path(&names) {
        options["binary"] = json!(program);
    }
    json!({ "goog:chromeOptions": options })
}

fn unsafe_to_sandbox() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    names
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|program| program.is_file())
}

static COUNTER: AtomicU32 = AtomicU32::new(0);

/// One chromedriver, and an empty folder for its browser to live in.
struct Driver {
    process: Child,
    url: String,
    profile: PathBuf,
}

impl Driver {
    fn start(program: PathBuf) -> Self {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let profile = std::env::temp_dir()
            .join(format!("imprimatur-chromium-{}-{number}", std::process::id()));
        fs::create_dir(&profile).unwrap();
        // The system picks a port of IPv4, and the driver wants the same one of
        // IPv6: somebody else may have that, and then it ends.
        let started = (0..5).find_map(|_| Self::started(&program));
        let (process, port) = started.expect("chromedriver starts");
        Self { process, url: format!("http://127.0.0.1:{port}"), profile }
    }

    /// Returns a driver and the port that it says it listens on, unless it ends
    /// without a word of one.
    fn started(program: &Path) -> Option<(Child, u16)> {
        let mut process = Command::new(program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = BufReader::new(process.stdout.take().unwrap());
        let port = said.lines().map_while(Result::ok).find_map(|line| {
            let (_, rest) = line.split_once("started successfully on port ")?;
            rest.trim_end_matches('.').parse::<u16>().ok()
        });
        if port.is_none() {
            process.wait().unwrap();
        }
        port.map(|port| (process, port))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It closes its browsers before it answers; a killed one would not.
        let _ = ureq::get(format!("{}/shutdown", self.url)).call();
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.profile);
    }
}
