//! What a page looks like, and on what: sizes, color schemes, pictures.

use std::path::Path;

use serde_json::{Value, json};

use super::Chromium;

/// The width of a small phone, and that of a window on a desk.
pub const PHONE: u32 = 360;
pub const WIDE: u32 = 1280;

/// What the reader's system prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    Light,
    Dark,
}

pub const SCHEMES: [Scheme; 2] = [Scheme::Light, Scheme::Dark];

impl Chromium {
    /// Shows pages in this color scheme and a window of this size from now on.
    /// Nothing moves, because a color that is half way to another is neither,
    /// and no scrollbar takes room, as on a phone.
    pub fn looks(&self, scheme: Scheme, (width, height): (u32, u32)) {
        let scheme = if scheme == Scheme::Dark { "dark" } else { "light" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.command("Emulation.setEmulatedMedia", json!({ "features": features }));
        self.command(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false }),
        );
        self.command("Emulation.setScrollbarsHidden", json!({ "hidden": true }));
    }

    /// Runs a script on every page before its own, from now on.
    pub fn bring_along(&self, script: &str) {
        self.command("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script }));
    }

    /// Runs a script as the body of a function, and returns what it returns; a
    /// promise is waited for.
    #[track_caller]
    pub fn run(&self, script: &str, arguments: &[Value]) -> Value {
        self.post("/execute/sync", json!({ "script": script, "args": arguments }))
    }

    /// Keeps a picture of the top of the page, as large as the window.
    pub fn picture(&self, path: &Path) {
        let encoded = self.get("/screenshot");
        std::fs::write(path, from_base64(encoded.as_str().unwrap())).unwrap();
    }

    /// Moves the browser to another part of the world.
    pub fn travel_to(&self, zone: &str) {
        self.command("Emulation.setTimezoneOverride", json!({ "timezoneId": zone }));
    }

    /// Sends a command of Chromium's own protocol.
    fn command(&self, name: &str, parameters: Value) -> Value {
        self.post("/goog/cdp/execute", json!({ "cmd": name, "params": parameters }))
    }
}

/// Decodes base64 (RFC 4648, section 4).
fn from_base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let value = |digit: u8| DIGITS.iter().position(|known| *known == digit);
    let digits: Vec<usize> = text.bytes().map_while(value).collect();
    let bytes_of = |group: &[usize]| {
        let bits = group.iter().enumerate().fold(0, |bits, (at, six)| bits | six << (18 - 6 * at));
        let bytes = [bits >> 16, bits >> 8, bits].map(|byte| (byte & 0xff) as u8);
        bytes.into_iter().take(group.len() - 1).collect::<Vec<u8>>()
    };
    digits.chunks(4).flat_map(bytes_of).collect()
}
