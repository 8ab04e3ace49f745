//! The read queries of posts. Each list uses an index and ends at a limit.

mod change_filter;
mod change_list;
mod change_query;
mod desk_line;
mod history;
mod lock;
mod names;
mod one;
mod overview;
mod own;
mod own_page;
mod post_row;
mod public;
mod queue;
mod words;

pub use change_filter::{COUNTED, Filter, Sort};
pub use change_list::{ChangeLine, ChangeList, change_list, counted_change_list};
pub use desk_line::{Name, Requests};
pub use history::{PostHistory, history, revision};
pub use lock::lock;
pub use names::{Names, names};
pub use one::{BeforePublishing, available_slug, before_publishing, find, outlines};
pub use overview::{
    LastRequest, MOST_PUBLISHED, Waiting, Week, longest_waiting, published_by_week,
};
pub use own::{COUNTED_OWN, OwnLine, newest_of_each_state, own_with_words};
pub use own_page::{OwnPosts, OwnStart, written_by};
pub use public::{
    Address, PublicPost, PublishedAddress, addresses, at_address, bodies, highest_id, newest,
    published, site_id,
};
pub use queue::{QueueLine, awaiting_author, awaiting_review};
pub use words::Words;
