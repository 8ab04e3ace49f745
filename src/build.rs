//! Rebuilds the crate when a migration or a static file is added:
//! the macros that embed them notice changed files, but not new ones.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=static");
}
