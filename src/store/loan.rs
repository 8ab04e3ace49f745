//! Marks that a thread holds a connection or a turn for short work. Long work on a text
//! asserts that its thread holds none, so that no request waits for it.

use std::cell::Cell;
use std::marker::PhantomData;

thread_local! {
    /// How many loans this thread has.
    static LOANS: Cell<usize> = const { Cell::new(0) };
}

/// A connection, or a turn for short work, as long as a thread has it.
pub(crate) struct Loan(PhantomData<*const ()>);

impl Loan {
    /// Counts a loan of this thread.
    pub(crate) fn begin() -> Self {
        LOANS.set(LOANS.get() + 1);
        Self(PhantomData)
    }

    /// Asserts, where the program is tested, that others wait for nothing of this thread
    /// while it reads a text. Only a policy reads one under the lock of its post.
    #[track_caller]
    pub(crate) fn assert_none() {
        debug_assert_eq!(LOANS.get(), 0, "a text is read with a connection or in a short turn");
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        LOANS.set(LOANS.get().saturating_sub(1));
    }
}
