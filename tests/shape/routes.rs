//! The routes of the program, as its sources register them.

use super::sources::sources;

/// An address, and whether requests to it can read and change something.
pub struct Route {
    pub path: String,
    pub reads: bool,
    pub changes: bool,
}

/// What adds a handler to a route.
const READING: [&str; 4] = ["get()", "page(", "csv::file", "read("];
const CHANGING: [&str; 6] = ["post()", "put()", "patch()", "delete()", "form(", "change("];

pub fn routes() -> Vec<Route> {
    let mut found = Vec::new();
    for source in sources() {
        // A long route is on several lines.
        let code: String = source.code.split_whitespace().collect();
        let parts: Vec<&str> = code.split("(\"/").collect();
        for pair in parts.windows(2) {
            if !pair[0].ends_with("route") && !pair[0].ends_with("resource") {
                continue;
            }
            let (path, handlers) = pair[1].split_once('"').unwrap();
            let handlers = handlers.split(';').next().unwrap();
            let path = format!("/{path}");
            let reads = READING.iter().any(|word| handlers.contains(word));
            let changes = CHANGING.iter().any(|word| handlers.contains(word));
            assert!(reads || changes, "no handler of {path} is known: {handlers}");
            found.push(Route { path, reads, changes });
        }
    }
    found
}
