//! What there is in the model: one post of Alice's in review, the people, and what
//! each client is doing.

/// Who can act. Alice wrote the post, and all but Stan are reviewers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Person {
    Alice,
    Edith,
    Rosa,
    Stan,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    InReview,
    Published,
    Archived,
}

/// What a client wants. Two clients that want the same share one key: it is one
/// click that arrives twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    Publish(Person),
    /// Alice saves a revision without a body.
    Revise,
    RequestChanges,
    Archive,
    RevokeEdith,
    DeactivateEdith,
    ChangeEdithsPassword,
    /// Edith's old password is used.
    SignIn,
    /// A hand-typed UPDATE: the post is published, without a record.
    TypeState,
    /// A hand-typed INSERT: a record that the post was published.
    TypeRecord,
}

/// A row of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Record {
    pub actor: Person,
    pub operation: Operation,
    pub entered: Option<State>,
}

/// What is committed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Database {
    pub state: State,
    pub revision: u8,
    pub is_complete: bool,
    pub has_request: bool,
    pub history: Vec<Record>,
    pub edith_is_reviewer: bool,
    pub edith_is_active: bool,
    pub password_is_old: bool,
    pub sessions: u8,
}

/// One step of a transaction, or around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    Begin,
    /// Reads who acts; in the full system under a lock that a revocation needs.
    Actor,
    Permission,
    Lock,
    Read,
    Policy,
    LockAccount,
    Compare,
    Write,
    Commit,
    Answer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    Done,
    Refused(&'static str),
    /// An invariant stopped it: a 500.
    Incident(&'static str),
}

/// What a request has read of the post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct View {
    pub state: State,
    pub revision: u8,
    pub is_complete: bool,
    pub has_request: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Client {
    pub operation: Operation,
    /// The position in the plan.
    pub at: usize,
    pub is_retry: bool,
    pub may_act: bool,
    pub password_fits: bool,
    pub view: Option<View>,
    pub holds_post: bool,
    pub shares_account: bool,
    pub holds_account: bool,
    pub has_written: bool,
    /// What will be answered, or was.
    pub answer: Option<Answer>,
}

/// A promise that was broken, in words.
pub type Broken = &'static str;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    pub database: Database,
    pub clients: Vec<Client>,
    pub may_crash: bool,
    pub may_lose: bool,
    /// Staff were told that Edith's authority is gone.
    pub revocation_is_acknowledged: bool,
    /// Edith was told that her password is changed.
    pub change_is_acknowledged: bool,
    pub broken: Option<Broken>,
}

impl World {
    pub fn new(operations: &[Operation]) -> Self {
        let database = Database {
            state: State::InReview,
            revision: 1,
            is_complete: true,
            has_request: false,
            history: Vec::new(),
            edith_is_reviewer: true,
            edith_is_active: true,
            password_is_old: true,
            sessions: 0,
        };
        Self {
            database,
            clients: operations.iter().map(|operation| Client::new(*operation)).collect(),
            may_crash: true,
            may_lose: true,
            revocation_is_acknowledged: false,
            change_is_acknowledged: false,
            broken: None,
        }
    }

    /// Returns whether another client satisfies the condition.
    pub fn another(&self, client: usize, is_so: impl Fn(&Client) -> bool) -> bool {
        self.clients.iter().enumerate().any(|(index, other)| index != client && is_so(other))
    }
}

impl Client {
    fn new(operation: Operation) -> Self {
        Self {
            operation,
            at: 0,
            is_retry: false,
            may_act: false,
            password_fits: false,
            view: None,
            holds_post: false,
            shares_account: false,
            holds_account: false,
            has_written: false,
            answer: None,
        }
    }

    /// Ends the transaction: its locks and what it has written are gone.
    pub fn release(&mut self) {
        *self = Self {
            at: self.at,
            is_retry: self.is_retry,
            answer: self.answer,
            ..Self::new(self.operation)
        };
    }

    /// Begins again, with the same key.
    pub fn retry(&mut self) {
        *self = Self { is_retry: true, ..Self::new(self.operation) };
    }
}

impl Operation {
    pub fn actor(self) -> Person {
        match self {
            Self::Publish(person) => person,
            Self::Revise => Person::Alice,
            Self::RequestChanges => Person::Rosa,
            Self::Archive | Self::RevokeEdith | Self::DeactivateEdith => Person::Stan,
            Self::ChangeEdithsPassword | Self::SignIn => Person::Edith,
            Self::TypeState | Self::TypeRecord => Person::Edith,
        }
    }

    pub fn is_on_post(self) -> bool {
        matches!(self, Self::Publish(_) | Self::Revise | Self::RequestChanges | Self::Archive)
    }

    /// Returns whether it is an UPDATE of the post's row.
    pub fn updates_post(self) -> bool {
        matches!(self, Self::Publish(_) | Self::Revise | Self::Archive | Self::TypeState)
    }

    pub fn is_typed(self) -> bool {
        matches!(self, Self::TypeState | Self::TypeRecord)
    }

    /// Returns the state that it leaves and the one that it enters.
    pub fn arrow(self) -> Option<(State, State)> {
        match self {
            Self::Publish(_) | Self::TypeState | Self::TypeRecord => {
                Some((State::InReview, State::Published))
            }
            Self::Archive => Some((State::Published, State::Archived)),
            Self::Revise
            | Self::RequestChanges
            | Self::RevokeEdith
            | Self::DeactivateEdith
            | Self::ChangeEdithsPassword
            | Self::SignIn => None,
        }
    }
}
