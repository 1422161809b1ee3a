//! The exports for policy engines, VEX, Prometheus and OSCAL: one record against the files that are expected of it,

mod wiring;
