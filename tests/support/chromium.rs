//! A real Chromium without a window, driven as a person would: by the words on
//! labels, buttons and links.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use fantoccini::cookies::Cookie;
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use super::world::PASSWORD;

/// Whether pages may run scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JavaScript {
    On,
    Off,
}

/// A browser; it closes when this is dropped, also while a test fails.
pub struct Chromium {
    client: Client,
    runtime: Runtime,
    address: SocketAddr,
    // Last: the driver closes what is still open.
    _driver: Driver,
}

impl Chromium {
    /// A browser that has never been anywhere, or `None`, said aloud, where
    /// there is no chromedriver to drive one.
    pub fn open(address: SocketAddr, javascript: JavaScript) -> Option<Self> {
        let Some(program) = on_path(&["chromedriver"]) else {
            let missing = "there is no chromedriver on the PATH";
            assert!(
                std::env::var_os("IMPRIMATUR_REQUIRE_BROWSER").is_none(),
                "IMPRIMATUR_REQUIRE_BROWSER is set, and {missing}"
            );
            // Not eprintln!, which the test harness hides when a test passes.
            let _ = writeln!(std::io::stderr(), "skipped a browser test: {missing}");
            return None;
        };
        let driver = Driver::start(program);
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let Value::Object(capabilities) = capabilities(&driver.profile, javascript) else {
            unreachable!("capabilities are an object")
        };
        let client = runtime
            .block_on(
                ClientBuilder::new(HttpConnector::new())
                    .capabilities(capabilities)
                    .connect(&driver.url),
            )
            .unwrap();
        Some(Self { client, runtime, address, _driver: driver })
    }

    /// Opens a page of ours.
    pub fn visit(&self, path: &str) {
        self.visit_elsewhere(&format!("http://{}{path}", self.address));
    }

    pub fn visit_elsewhere(&self, url: &str) {
        self.runtime.block_on(self.client.goto(url)).unwrap();
    }

    /// The path of the page that is open.
    pub fn path(&self) -> String {
        let url = self.runtime.block_on(self.client.current_url()).unwrap();
        url.path().to_owned()
    }

    pub fn title(&self) -> String {
        self.runtime.block_on(self.client.title()).unwrap()
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
        self.find(&format!("//button[normalize-space(.)='{words}'][@disabled]"));
    }

    /// Waits for a line of a comparison.
    #[track_caller]
    pub fn sees_line(&self, kind: &str, words: &str) {
        self.find(&format!(
            "//*[starts-with(normalize-space(.), \"{kind}: {words}\")][contains(@class, 'line')]"
        ));
    }

    #[track_caller]
    pub fn follow(&self, words: &str) {
        self.click(&format!("//a[normalize-space(.)=\"{words}\"]"));
    }

    #[track_caller]
    pub fn press(&self, words: &str) {
        self.click(&format!("//button[normalize-space(.)='{words}'][not(@disabled)]"));
    }

    /// Types into the field with this label, over what is there.
    #[track_caller]
    pub fn fill(&self, label: &str, text: &str) {
        let field = self.field(label);
        self.runtime.block_on(field.clear()).unwrap();
        self.runtime.block_on(field.send_keys(text)).unwrap();
    }

    /// What stands in the field with this label.
    #[track_caller]
    pub fn value(&self, label: &str) -> String {
        let field = self.field(label);
        let value = self.runtime.block_on(field.prop("value")).unwrap();
        value.unwrap_or_default()
    }

    #[track_caller]
    pub fn sign_in(&self, username: &str) {
        self.visit("/sign-in");
        self.sign_in_here(username);
        self.sees_heading("Your desk");
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

    pub fn cookies(&self) -> Vec<Cookie<'static>> {
        let cookies = self.runtime.block_on(self.client.get_all_cookies());
        cookies.unwrap()
    }

    pub fn put_back(&self, cookie: Cookie<'static>) {
        self.runtime.block_on(self.client.add_cookie(cookie)).unwrap();
    }

    /// Does this in another tab, and comes back to the one that was open.
    pub fn in_another_tab(&self, work: impl FnOnce(&Self)) {
        self.runtime.block_on(async {
            let tab = self.client.new_window(true).await.unwrap();
            self.client.switch_to_window(tab.handle).await.unwrap();
        });
        work(self);
        self.runtime.block_on(async {
            self.client.close_window().await.unwrap();
            let tab = self.client.windows().await.unwrap().remove(0);
            self.client.switch_to_window(tab).await.unwrap();
        });
    }

    #[track_caller]
    fn field(&self, label: &str) -> Element {
        self.find(&format!("//*[@id = //label[normalize-space(.)='{label}']/@for]"))
    }

    #[track_caller]
    fn click(&self, path: &str) {
        let element = self.find(path);
        self.runtime.block_on(element.click()).unwrap();
    }

    #[track_caller]
    fn find(&self, path: &str) -> Element {
        let found = self.runtime.block_on(
            self.client
                .wait()
                .at_most(Duration::from_secs(15))
                .every(Duration::from_millis(20))
                .for_element(Locator::XPath(path)),
        );
        match found {
            Ok(element) => element,
            Err(error) => {
                let page = self.runtime.block_on(self.client.source());
                panic!("no {path} ({error}) in {}", page.unwrap_or_default())
            }
        }
    }
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
        // Port 0: the system picks a free one, and the driver says which.
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
        let driver = Self {
            process,
            url: format!("http://127.0.0.1:{}", port.unwrap_or_default()),
            profile,
        };
        assert!(port.is_some(), "chromedriver did not start");
        driver
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
