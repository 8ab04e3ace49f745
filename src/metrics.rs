//! The metrics of the program, for Prometheus.
//!
//! Every metric is in one table, and every count is one call of a function here.
//! Without [`record`], which only a program with a metrics listener calls, a
//! count costs almost nothing.
//!
//! A label is one of a few fixed values, such as the pattern of a route, a known method or
//! a constraint. It is never a path or a row. So clients cannot create new time series.

use std::sync::OnceLock;
use std::time::Duration;

use metrics::{Recorder, Unit, counter, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_appender::non_blocking::ErrorCounter;

const REQUESTS: &str = "imprimatur_http_requests_total";
const DURATION: &str = "imprimatur_http_request_duration_seconds";
const IN_HAND: &str = "imprimatur_http_requests_in_hand";
const TURNED_AWAY: &str = "imprimatur_http_requests_turned_away_total";
const DECISIONS: &str = "imprimatur_decisions_total";
const REFUSALS: &str = "imprimatur_refusals_total";
const VIOLATIONS: &str = "imprimatur_invariant_violations_total";
const RECORDS_LOST: &str = "imprimatur_records_lost_total";
const SIGN_INS: &str = "imprimatur_sign_ins_total";
const LOG_LINES_LOST: &str = "imprimatur_log_lines_lost_total";
const OPEN_INCIDENTS: &str = "imprimatur_incidents_open";
const DATABASE_UP: &str = "imprimatur_database_up";
const CONNECTIONS: &str = "imprimatur_database_connections";
const MOST_CONNECTIONS: &str = "imprimatur_database_connections_max";

enum MetricKind {
    Counter,
    Gauge,
    Histogram,
}

use MetricKind::{Counter, Gauge, Histogram};

/// Everything that is measured.
#[rustfmt::skip]
const TABLE: [(&str, MetricKind, Unit, &str); 14] = [
    (REQUESTS, Counter, Unit::Count, "Requests answered, by method, route pattern (none if no \
                                      route matches) and status."),
    (DURATION, Histogram, Unit::Seconds, "Seconds until the response head was ready, by method \
                                          and route pattern."),
    (IN_HAND, Gauge, Unit::Count, "Requests in progress."),
    (TURNED_AWAY, Counter, Unit::Count, "Requests rejected because the server was full."),
    (DECISIONS, Counter, Unit::Count, "Outcomes of actions, by action, interface and outcome: \
                                       done, repeated (a retry with the same key), or the layer \
                                       that refused."),
    (REFUSALS, Counter, Unit::Count, "Refused requests to pages and the API, signed in or not, by \
                                      the layer that refused."),
    (VIOLATIONS, Counter, Unit::Count, "Stopped invariant violations, by invariant. Each is a \
                                        defect, and an incident."),
    (RECORDS_LOST, Counter, Unit::Count, "Refusals and incidents that could not be stored, by \
                                          record. Each is in the log."),
    (SIGN_INS, Counter, Unit::Count, "Password sign-ins, by result: succeeded, wrong, throttled, \
                                      failed."),
    (LOG_LINES_LOST, Counter, Unit::Count, "Log lines that were dropped because standard error \
                                            was not read."),
    (OPEN_INCIDENTS, Gauge, Unit::Count, "Open incidents, at most 100. Absent while the database \
                                          does not answer."),
    (DATABASE_UP, Gauge, Unit::Count, "Whether the database answers: 1 or 0."),
    (CONNECTIONS, Gauge, Unit::Count, "Database connections of the pool, by state: in_use or \
                                       idle."),
    (MOST_CONNECTIONS, Gauge, Unit::Count, "Maximum number of database connections in the pool."),
];

/// The buckets of request durations, in seconds.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

/// The media type of [`Recorded::text`].
pub const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What counts the lines that were not logged.
static LOG: OnceLock<ErrorCounter> = OnceLock::new();

/// Has the lines that were not logged shown with the other metrics.
pub fn watch_log(lost: ErrorCounter) {
    // A process starts one log.
    let _ = LOG.set(lost);
}

/// What has been counted since [`record`].
#[derive(Debug, Clone)]
pub struct Recorded(PrometheusHandle);

/// Installs the recorder, for the rest of the process. It can be done once.
pub fn record() -> Result<Recorded, Box<dyn std::error::Error + Send + Sync>> {
    let builder = PrometheusBuilder::new();
    let builder = builder.set_buckets_for_metric(Matcher::Full(DURATION.to_owned()), &BUCKETS)?;
    let recorder = builder.build_recorder();
    let recorded = Recorded(recorder.handle());
    metrics::with_local_recorder(&recorder, || {
        describe();
        // Prometheus sees no rise of a counter that begins at one.
        counter!(TURNED_AWAY).increment(0);
        for kind in ["refusal", "incident"] {
            counter!(RECORDS_LOST, "record" => kind).increment(0);
        }
        for result in [SignIn::Succeeded, SignIn::Wrong, SignIn::Throttled, SignIn::Failed] {
            counter!(SIGN_INS, "result" => result.as_str()).increment(0);
        }
    });
    metrics::set_global_recorder(recorder)?;
    Ok(recorded)
}

fn describe() {
    metrics::with_recorder(|recorder: &dyn Recorder| {
        for (name, kind, unit, meaning) in TABLE {
            let (name, unit, meaning) = (name.into(), Some(unit), meaning.into());
            match kind {
                Counter => recorder.describe_counter(name, unit, meaning),
                Gauge => recorder.describe_gauge(name, unit, meaning),
                Histogram => recorder.describe_histogram(name, unit, meaning),
            }
        }
    });
}

/// The gauges, as read at scrape time.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// Requests that have a place.
    pub in_hand: usize,
    /// Connections in use.
    pub in_use: u32,
    /// Idle connections.
    pub idle: u32,
    /// The most connections that there may be.
    pub most: u32,
    /// Open incidents, if the database answered.
    pub open_incidents: Option<i64>,
}

impl Recorded {
    /// Returns everything that was counted and how things are now, as
    /// Prometheus reads it.
    pub fn text(&self, now: Now) -> String {
        let lost = LOG.get().map_or(0, ErrorCounter::dropped_lines);
        counter!(LOG_LINES_LOST).absolute(lost as u64);
        self.0.render() + &now.text()
    }

    /// Puts durations into their buckets. Between two scrapes they are kept one
    /// by one, so the caller does this every few seconds.
    pub fn tidy(&self) {
        self.0.run_upkeep();
    }
}

impl Now {
    /// A gauge that was set once is shown for ever. These have a recorder of their own
    /// each time, so that a value that is unknown now is left out.
    fn text(self) -> String {
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || {
            describe();
            gauge!(IN_HAND).set(self.in_hand as f64);
            gauge!(CONNECTIONS, "state" => "in_use").set(self.in_use);
            gauge!(CONNECTIONS, "state" => "idle").set(self.idle);
            gauge!(MOST_CONNECTIONS).set(self.most);
            gauge!(DATABASE_UP).set(if self.open_incidents.is_some() { 1 } else { 0 });
            if let Some(open) = self.open_incidents {
                gauge!(OPEN_INCIDENTS).set(open as f64);
            }
        });
        recorder.handle().render()
    }
}

/// Counts an answer.
pub fn answered(method: &str, route: Option<String>, status: u16, took: Duration) {
    // A stranger may call a method as they like.
    let method = match method {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        _ => "other",
    };
    let route = route.unwrap_or_else(|| "none".to_owned());
    histogram!(DURATION, "method" => method, "route" => route.clone()).record(took);
    counter!(REQUESTS, "method" => method, "route" => route, "status" => status.to_string())
        .increment(1);
}

/// Counts a request that found no place.
pub fn turned_away() {
    counter!(TURNED_AWAY).increment(1);
}

/// Counts an answer of the workflow.
pub fn count_outcome(action: &str, interface: &'static str, outcome: &'static str) {
    let action = action.to_owned();
    counter!(DECISIONS, "action" => action, "interface" => interface, "outcome" => outcome)
        .increment(1);
}

/// Counts a refusal that was answered.
pub fn refused(layer: &'static str) {
    counter!(REFUSALS, "layer" => layer).increment(1);
}

/// Counts a record that could not be written.
pub fn record_lost(kind: &'static str) {
    counter!(RECORDS_LOST, "record" => kind).increment(1);
}

/// Counts a defect.
pub fn count_violation(invariant: &str) {
    counter!(VIOLATIONS, "invariant" => invariant.to_owned()).increment(1);
}

/// The result of an attempt to sign in.
#[derive(Debug, Clone, Copy)]
pub enum SignIn {
    /// It began a session.
    Succeeded,
    /// The name and the password do not belong together.
    Wrong,
    /// There were too many.
    Throttled,
    /// It could not be decided.
    Failed,
}

impl SignIn {
    fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Wrong => "wrong",
            Self::Throttled => "throttled",
            Self::Failed => "failed",
        }
    }
}

/// Counts an attempt to sign in.
pub fn signed_in(result: SignIn) {
    counter!(SIGN_INS, "result" => result.as_str()).increment(1);
}
