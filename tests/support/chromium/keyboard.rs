//! The same browser without a mouse: Tab and Shift+Tab until the focus is where
//! it should be, Enter for links, Space for buttons.

use serde_json::{Value, json};

use super::{Chromium, Hands};

pub(super) const ENTER: char = '\u{E007}';
pub(super) const SPACE: char = ' ';
const BACKSPACE: char = '\u{E003}';
const TAB: char = '\u{E004}';
const SHIFT: char = '\u{E008}';
const CONTROL: char = '\u{E009}';

/// How often a person would press Tab before giving up.
const MOST_STOPS: usize = 150;

/// Where the focus is, in relation to what it should reach.
const FOCUS: &str = "
    const found = document.evaluate(
        arguments[0], document, null, XPathResult.FIRST_ORDERED_NODE_TYPE, null);
    const target = found.singleNodeValue;
    const focused = document.activeElement ?? document.body;
    const style = getComputedStyle(focused);
    const order = target ? focused.compareDocumentPosition(target) : 0;
    const isPage = focused === document.body || focused.matches('main');
    return {
        name: `${focused.localName} ${(focused.innerText || focused.id || focused.name || '').trim()}`,
        isThere: focused === target,
        isPast: !isPage && (order & Node.DOCUMENT_POSITION_PRECEDING) !== 0,
        isShown: isPage || (focused.matches(':focus-visible')
            && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2),
    };";

impl Chromium {
    /// Puts the mouse away.
    pub fn by_keyboard_alone(self) -> Self {
        Self { hands: Hands::Keyboard, ..self }
    }

    /// Moves the focus from where it is to an element, and sees it all the way.
    #[track_caller]
    fn reach(&self, path: &str) {
        self.find(path);
        let mut stops = Vec::new();
        while stops.len() < MOST_STOPS {
            let focus = self.run(FOCUS, &[json!(path)]);
            let name = focus["name"].as_str().unwrap_or_default().to_owned();
            assert!(
                focus["isShown"] == true,
                "nobody sees that the focus is on {name:?} of {}",
                self.path()
            );
            if focus["isThere"] == true {
                return;
            }
            stops.push(name);
            if focus["isPast"] == true { self.keys(&[SHIFT, TAB]) } else { self.keys(&[TAB]) }
        }
        stops.dedup();
        panic!("Tab does not reach {path} on {}; it stops at {stops:?}", self.path());
    }

    #[track_caller]
    pub(super) fn activate(&self, path: &str, key: char) {
        self.reach(path);
        self.keys(&[key]);
    }

    #[track_caller]
    pub(super) fn type_over(&self, field: &str, text: &str) {
        self.reach(field);
        self.keys(&[CONTROL, 'a']);
        self.keys(&[BACKSPACE]);
        let typed = text.chars().map(|sign| if sign == '\n' { ENTER } else { sign });
        self.strokes(typed.flat_map(|key| [stroke("keyDown", key), stroke("keyUp", key)]));
    }

    /// Goes to the page's content with the first two keys that anybody presses.
    #[track_caller]
    pub fn skip_to_the_content(&self) {
        let skip_link = "//a[@href='#content']";
        // Where a mistake has the focus, the way begins behind the first stop.
        let has_begun = self.run(
            "if (!document.querySelector('[autofocus]')) return false;
             document.querySelector('a, button, input, select, textarea, [tabindex]').focus();
             return true;",
            &[],
        );
        if has_begun != true {
            self.keys(&[TAB]);
        }
        let (page, focus) = (self.title(), self.run(FOCUS, &[json!(skip_link)]));
        let first = &focus["name"];
        assert!(focus["isThere"] == true, "{page:?} has no skip link, and first {first}");
        assert!(focus["isShown"] == true, "nobody sees the skip link of {page:?}");
        self.keys(&[ENTER]);
        let focus = self.run(FOCUS, &[json!("//main")]);
        let there = &focus["name"];
        assert!(focus["isThere"] == true, "the skip link of {page:?} leads to {there}");
    }

    /// Presses keys together, as a chord, and lets them go.
    fn keys(&self, chord: &[char]) {
        let down = chord.iter().map(|key| stroke("keyDown", *key));
        let up = chord.iter().rev().map(|key| stroke("keyUp", *key));
        self.strokes(down.chain(up));
    }

    fn strokes(&self, strokes: impl Iterator<Item = Value>) {
        let strokes: Vec<Value> = strokes.collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": strokes });
        self.post("/actions", json!({ "actions": [keyboard] }));
    }
}

fn stroke(kind: &str, key: char) -> Value {
    json!({ "type": kind, "value": key })
}
