//! What a browser's parser says of a page (HTML, section 13.2): every place
//! where it has to guess what was meant is an error.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::{Attribute, ExpandedName, QualName};

/// Returns every parse error of a document.
pub fn parse_errors(html: &str) -> Vec<String> {
    html5ever::parse_document(Listener::default(), Default::default()).one(html)
}

/// Listens to the parser and builds no tree: an element is its number and name.
#[derive(Default)]
struct Listener {
    names: RefCell<Vec<&'static QualName>>,
    others: Cell<usize>,
    line: Cell<u64>,
    errors: RefCell<Vec<String>>,
}

/// Elements have numbers from 1 on, the document is 0, comments are negative.
type Node = isize;

impl TreeSink for Listener {
    type Handle = Node;
    type Output = Vec<String>;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Vec<String> {
        self.errors.into_inner()
    }

    fn parse_error(&self, message: Cow<'static, str>) {
        self.errors.borrow_mut().push(format!("line {}: {message}", self.line.get()));
    }

    fn set_current_line(&self, line: u64) {
        self.line.set(line);
    }

    fn create_element(&self, name: QualName, _: Vec<Attribute>, _: ElementFlags) -> Node {
        let mut names = self.names.borrow_mut();
        // The parser borrows a name for as long as it likes, and a test is short.
        names.push(Box::leak(Box::new(name)));
        names.len() as Node
    }

    fn elem_name<'a>(&'a self, element: &'a Node) -> ExpandedName<'a> {
        self.names.borrow()[*element as usize - 1].expanded()
    }

    fn create_comment(&self, _: StrTendril) -> Node {
        self.others.set(self.others.get() + 1);
        -(self.others.get() as Node)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Node {
        self.create_comment(StrTendril::new())
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        if mode != QuirksMode::NoQuirks {
            self.parse_error("the document is read in quirks mode".into());
        }
    }

    fn same_node(&self, one: &Node, other: &Node) -> bool {
        one == other
    }

    fn get_document(&self) -> Node {
        0
    }

    fn get_template_contents(&self, element: &Node) -> Node {
        *element
    }

    fn append(&self, _: &Node, _: NodeOrText<Node>) {}
    fn append_before_sibling(&self, _: &Node, _: NodeOrText<Node>) {}
    fn append_based_on_parent_node(&self, _: &Node, _: &Node, _: NodeOrText<Node>) {}
    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}
    fn add_attrs_if_missing(&self, _: &Node, _: Vec<Attribute>) {}
    fn remove_from_parent(&self, _: &Node) {}
    fn reparent_children(&self, _: &Node, _: &Node) {}
}
