//! The program.
use std::time::Duration;
fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).map(String::as_str) == Some("keep-cluster") {
        let _ = imprimatur::store::cluster::keep(
            std::path::Path::new(&arguments[3]),
            Duration::from_millis(arguments[5].parse().unwrap_or(0)),
        );
    }
}
