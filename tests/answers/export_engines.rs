//! The exports for policy engines, VEX, Prometheus and OSCAL: one record against the files that are expected of it,

mod enforcement;
mod limits;
mod merges;
mod official;
mod property;
mod samples;
