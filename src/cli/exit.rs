//! Gives each outcome of a command an exit code, so that scripts can tell them apart.

use std::process::ExitCode;

use crate::domain::Layer;

/// The exit codes of commands. A higher code is more serious; `import` ends with the
/// highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    Done,
    Failed,
    Input,
    NotSignedIn,
    Permission,
    Policy,
    NotFound,
    Invariant,
    Unavailable,
}

impl Exit {
    /// What each code means.
    const MEANINGS: [(Self, &str); 9] = [
        (Self::Done, "done"),
        (Self::Failed, "other error; verify: a check failed"),
        (Self::Input, "wrong usage or invalid input"),
        (Self::NotSignedIn, "unknown or deactivated account in --as"),
        (Self::Permission, "no permission"),
        (Self::Policy, "not possible now (all reasons are printed)"),
        (Self::NotFound, "not found, or not visible to this person"),
        (Self::Invariant, "internal error, rolled back and recorded as an incident"),
        (Self::Unavailable, "database not available"),
    ];

    /// Returns the code of the layer that refused.
    pub(super) fn of(layer: Layer) -> Self {
        match layer {
            Layer::Input => Self::Input,
            Layer::Authentication => Self::NotSignedIn,
            Layer::Permission => Self::Permission,
            Layer::Policy => Self::Policy,
            Layer::Visibility => Self::NotFound,
            Layer::Invariant => Self::Invariant,
            Layer::Availability => Self::Unavailable,
        }
    }

    pub(super) fn code(self) -> u8 {
        self as u8
    }

    /// Returns whether an import ends with a file that is refused like this: the next
    /// file would be, too.
    pub(super) fn stops_an_import(self) -> bool {
        match self {
            Self::NotSignedIn | Self::Permission | Self::Invariant | Self::Unavailable => true,
            Self::Done | Self::Failed | Self::Input | Self::Policy | Self::NotFound => false,
        }
    }

    /// Returns a line of `--help` for each code.
    pub(super) fn help() -> String {
        Self::lines(|_| true)
    }

    /// Returns a line of `--help` for each of these codes.
    pub(super) fn lines(is_listed: impl Fn(Self) -> bool) -> String {
        let listed = Self::MEANINGS.into_iter().filter(|(exit, _)| is_listed(*exit));
        let lines = listed.map(|(exit, meaning)| format!("  {}  {meaning}", exit.code()));
        lines.collect::<Vec<_>>().join("\n")
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
