use super::named;

named! {
    /// A step of a transaction of the workflow, in the order in which it takes them.
    ///
    /// Each layer reports its own as a trace event with the target `imprimatur::steps`.
    /// `RUST_LOG=imprimatur::steps=trace` prints them; tests hold a transaction there.
    pub enum Step is "a step of the workflow" {
        /// The transaction is open, and has read nothing.
        Begin = "begin",
        /// The actor is read, and locked against a revocation.
        Actor = "actor",
        /// The actor may attempt this.
        Permission = "permission",
        /// The row of the post is locked.
        Lock = "lock",
        /// The post is read under its lock.
        Post = "post",
        /// The attempt is valid now.
        Policy = "policy",
        /// The change and its record are written, and the commit is next.
        Commit = "commit",
    }
}

impl Step {
    /// Reports that the transaction has come to the end of this step.
    pub fn reached(self) {
        tracing::trace!(target: "imprimatur::steps", step = self.as_str());
    }
}
