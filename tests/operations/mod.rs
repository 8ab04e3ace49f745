//! Running it: the private cluster, failures, metrics, costs, verification.

mod ablation;
mod cluster;
mod cost;
mod demo;
mod failures;
mod faults;
mod freshness;
mod histories;
mod metrics;
mod migrations;
mod pooler;
mod serving;
mod silence;
mod smoke;
mod verify;
