//! A form that cannot be taken is kept: the page that offers it again has its fields,
//! as they were and under their labels.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::super::publishing_house;
use super::table::PAGES;
use super::{SERVED, full_name};

/// Labels that say more beside the other fields of their form.
const IN_CONTEXT: [(&str, &str, &str); 3] = [
    ("name", "Name", "Token name"),
    ("password", "Current password", "Your password"),
    ("reason", "Reason (optional)", "Reason"),
];

#[test]
fn a_kept_form_has_the_fields_that_it_had() {
    let form =
        Regex::new(r#"(?s)<form[^>]* method="post"[^>]* action="([^"]*)"[^>]*>(.*?)</form>"#);
    let field = Regex::new(
        r#"<label for="([^"]*)">([^<]*)</label>[^<]*(?:<span class="hint"[^>]*>[^<]*</span>[^<]*)?(?:<[^it][^>]*>[^<]*)*<(input|textarea)[^>]* name="([^"]*)"([^>]*)>"#,
    );
    let unlabelled = Regex::new(r#"<input type="(?:hidden|checkbox)" name="([^"]*)" value="#);
    let [form, field, unlabelled] = [form, field, unlabelled].map(Result::unwrap);
    let (_world, server) = publishing_house();
    let (mut browsers, mut tried) = (BTreeMap::new(), BTreeSet::new());
    for (entry, (_, page)) in PAGES.iter().zip(SERVED.iter()) {
        for [address, inside] in form.captures_iter(&page.body).map(|form| form.extract().1) {
            let is_kept = ["/desk/", "/admin/", "/account/"];
            if entry.who.is_empty() || !is_kept.iter().any(|start| address.starts_with(start)) {
                continue;
            }
            let fields: Vec<[&str; 5]> =
                field.captures_iter(inside).map(|field| field.extract().1).collect();
            let others = unlabelled.captures_iter(inside).map(|other| other.extract().1);
            let others: Vec<&str> =
                others.map(|[name]| name).filter(|name| *name != "token").collect();
            let names = fields.iter().map(|[.., name, _]| *name).chain(others.iter().copied());
            let names: Vec<&str> = names.collect();
            if !tried.insert((entry.who, names.clone())) {
                continue;
            }
            let sent: Vec<(&str, &str)> =
                names.iter().map(|name| (*name, "1")).chain([("token", "old")]).collect();
            let browser = browsers.entry(entry.who).or_insert_with(|| server.signed_in(entry.who));
            let kept = browser.post(address, &sent).expect(403).body;
            let at = format!("{}, {address}", full_name(entry));
            for [_, label, element, name, attributes] in fields {
                let own = IN_CONTEXT.iter().find(|(other, own, _)| (*other, *own) == (name, label));
                let label = own.map_or(label, |(.., label)| label);
                let label = format!("<label for=\"kept-{name}\">{label}</label>");
                assert!(kept.contains(&label), "{at}: {label} is missing in {kept}");
                let again = format!("<{element} id=\"kept-{name}\" name=\"{name}\"");
                let (_, again) = kept.split_once(&again).unwrap_or_else(|| panic!("{at}: {again}"));
                let again = again.split('>').next().unwrap();
                let is_secret = |attributes: &str| attributes.contains("type=\"password\"");
                assert_eq!(is_secret(again), is_secret(attributes), "{at}: {name}");
            }
            for name in others {
                assert!(kept.contains(&format!(" name=\"{name}\" value=")), "{at}: {name}");
            }
        }
    }
    let names: BTreeSet<&str> = tried.into_iter().flat_map(|(_, names)| names).collect();
    for name in ["title", "body", "slug", "note", "reason", "finding", "display_name", "days"] {
        assert!(names.contains(name), "no form has {name}");
    }
    for name in ["name", "password", "new_password", "staff", "held", "keep_tokens"] {
        assert!(names.contains(name), "no form has {name}");
    }
}
