//! The audit of landed versions: what is found, and with which level. Start at [`audited`].

mod approvals;
mod double_ids;
mod foxtrot;
mod lost_tips;
mod mainline;
mod receipts;
