//! Rebuilds the crate when a migration or a static file is added: the macros
//! that embed them notice changed files, but not new ones. And has the linker
//! replace the function of libpq with which diesel connects, see
//! `src/store/connect.rs`.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=static");
    // Apple's linker has no such option.
    if std::env::var("CARGO_CFG_TARGET_VENDOR").as_deref() != Ok("apple") {
        println!("cargo:rustc-link-arg=-Wl,--wrap=PQconnectdb");
    }
}
