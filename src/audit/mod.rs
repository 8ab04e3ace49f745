//! Records refusals, incidents, readings and unsaved edits. No decision about a post or
//! an account reads them.

pub mod catalogue;
mod entry;
mod incident_log;
mod readings;
mod record;
mod refusal_counts;
mod refusal_log;
mod unsaved_edits;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::store::statement::statement;

pub use entry::AuditEntry;
pub use incident_log::{IncidentState, incident, incidents, lock_incident};
pub use readings::record_reading;
pub use record::Record;
pub use refusal_counts::{MAX_RECORDED, left_out as refusals_left_out};
pub use refusal_log::{
    LayerCount, MOST_COUNTED, RefusalFilter, RefusalLine, refusals as list_refusals, refusals_since,
};
pub use unsaved_edits::record_unsaved_edit;

/// Returns the number of open incidents, at most 100.
pub fn open_incidents(conn: &mut PgConnection) -> QueryResult<i64> {
    statement::<BigInt>(
        "SELECT count(*) FROM (
             SELECT FROM incidents WHERE acknowledged_at IS NULL LIMIT 100
         ) AS open",
    )
    .get_result(conn)
}
