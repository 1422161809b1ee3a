//! One file per rule: what it finds, why it matters, with a bad and a good example.
//!
//! Pure. Start at [`ALL`] and [`lint::record`]. A rule's file is its documentation: `explain` and SARIF are generated from
//! it. To add one, write the file, its lines here and its code in `diag::code`; a test runs both examples. Follows
//! `docs/spec/rules.md`.

pub mod audit;
pub mod audit_cases;
pub mod case;
pub mod change_cases;
pub mod ends;
pub mod event_details;
pub mod evidence;
pub mod example;
mod expiry_cliff;
pub mod extra_schema;
pub mod lint;
pub mod meaning;
pub mod past;
pub mod proposed;
pub mod receipts_case;
pub mod renewals;
pub mod repeats;
pub mod rule;
mod sample;
pub mod scan;

mod approval_impossible;
mod approvals_removed;
mod bad_approval_file;
mod bad_id;
mod bad_reference;
mod bad_value;
mod bot_approval;
mod bulk_renewal;
mod changed_since_approval;
mod clock_skew;
mod closed_edited;
mod closure_incomplete;
mod committer_only;
mod control_dropped;
mod criteria_too_wide;
mod decision_by_other;
mod decision_rewritten;
mod direct_push;
mod duplicate_id;
mod duplicate_key;
mod emergency_unreviewed;
mod encoding;
mod evidence_changed;
mod finding_content;
mod fix_overdue;
mod frozen_pattern;
mod future_dated;
mod history_rewritten;
mod house_schema;
mod incomplete_identity;
mod invalid_signature;
mod key_by_claim;
mod key_of_two_offices;
mod landed_unapproved;
mod lapsed;
mod limits;
mod loose_control;
mod mainline_rerouted;
mod mainline_suspicious;
mod merge_would_take;
mod missing_approval;
mod missing_change;
mod missing_evidence;
mod missing_field;
mod missing_for_tier;
mod missing_group;
mod missing_trigger;
mod never_used;
mod no_compensating_control;
mod no_deviation;
mod no_subject;
mod not_a_file;
mod outlives_event;
mod owner_changed;
mod placeholder;
mod policy_changed;
mod policy_loosened;
mod policy_unapproved;
mod receipt_altered;
mod receipt_missing;
mod receipt_order;
mod receipt_signature;
mod receipt_unsigned;
mod record_deleted;
mod recurrence;
mod renewal_limit;
mod replaced_objects;
mod review_by_self;
mod risk_lowered;
mod scan_dead;
mod scan_new;
mod scan_not_in_force;
mod scan_not_named;
mod scan_past;
mod scan_scope_wider;
mod scan_stale_file;
mod scan_suppression;
mod scan_term_longer;
mod scan_uncovered;
mod scan_unknown_id;
mod scope_widened;
mod secret;
mod self_approval;
mod short_justification;
mod silent_extension;
mod stale_baseline;
mod stale_control;
mod standing_access;
mod stray_record;
mod syntax;
mod term_too_long;
mod too_broad;
mod too_large;
mod total_limit;
mod unclassified_cause;
mod unknown_account;
mod unknown_control;
mod unknown_key;
mod unknown_owner;
mod unportable_path;
mod unresolved_identity;
mod use_after_end;
mod vetoed;
mod wildcard_scope;
mod window_inverted;
mod withdrawn_control;
mod workflow_changed;
mod wrong_redesign;
mod wrong_type;
mod yaml_feature;

use crate::diag::code::Code;
use crate::rules::rule::Rule;

/// All rules, in the order of the documentation.
pub const ALL: &[Rule] = &[
    syntax::RULE,
    encoding::RULE,
    too_large::RULE,
    yaml_feature::RULE,
    duplicate_key::RULE,
    unknown_key::RULE,
    missing_field::RULE,
    wrong_type::RULE,
    bad_value::RULE,
    bad_id::RULE,
    duplicate_id::RULE,
    not_a_file::RULE,
    stray_record::RULE,
    no_deviation::RULE,
    no_subject::RULE,
    placeholder::RULE,
    short_justification::RULE,
    unknown_owner::RULE,
    window_inverted::RULE,
    term_too_long::RULE,
    missing_trigger::RULE,
    no_compensating_control::RULE,
    incomplete_identity::RULE,
    missing_for_tier::RULE,
    wildcard_scope::RULE,
    standing_access::RULE,
    outlives_event::RULE,
    fix_overdue::RULE,
    criteria_too_wide::RULE,
    finding_content::RULE,
    too_broad::RULE,
    house_schema::RULE,
    missing_change::RULE,
    bad_reference::RULE,
    unknown_control::RULE,
    withdrawn_control::RULE,
    loose_control::RULE,
    secret::RULE,
    unclassified_cause::RULE,
    stale_baseline::RULE,
    key_of_two_offices::RULE,
    approval_impossible::RULE,
    stale_control::RULE,
    missing_evidence::RULE,
    evidence_changed::RULE,
    unportable_path::RULE,
    closure_incomplete::RULE,
    review_by_self::RULE,
    frozen_pattern::RULE,
    wrong_redesign::RULE,
    recurrence::RULE,
    expiry_cliff::RULE,
    silent_extension::RULE,
    renewal_limit::RULE,
    total_limit::RULE,
    scope_widened::RULE,
    control_dropped::RULE,
    risk_lowered::RULE,
    owner_changed::RULE,
    record_deleted::RULE,
    closed_edited::RULE,
    decision_rewritten::RULE,
    landed_unapproved::RULE,
    policy_changed::RULE,
    merge_would_take::RULE,
    policy_loosened::RULE,
    workflow_changed::RULE,
    bulk_renewal::RULE,
    self_approval::RULE,
    missing_approval::RULE,
    missing_group::RULE,
    bot_approval::RULE,
    vetoed::RULE,
    changed_since_approval::RULE,
    invalid_signature::RULE,
    bad_approval_file::RULE,
    policy_unapproved::RULE,
    key_by_claim::RULE,
    direct_push::RULE,
    committer_only::RULE,
    unresolved_identity::RULE,
    unknown_account::RULE,
    use_after_end::RULE,
    never_used::RULE,
    receipt_altered::RULE,
    receipt_missing::RULE,
    receipt_order::RULE,
    receipt_signature::RULE,
    receipt_unsigned::RULE,
    decision_by_other::RULE,
    emergency_unreviewed::RULE,
    lapsed::RULE,
    future_dated::RULE,
    clock_skew::RULE,
    mainline_suspicious::RULE,
    history_rewritten::RULE,
    mainline_rerouted::RULE,
    approvals_removed::RULE,
    replaced_objects::RULE,
    scan_uncovered::RULE,
    scan_unknown_id::RULE,
    scan_not_in_force::RULE,
    scan_not_named::RULE,
    scan_scope_wider::RULE,
    scan_term_longer::RULE,
    scan_stale_file::RULE,
    scan_dead::RULE,
    scan_past::RULE,
    scan_new::RULE,
    scan_suppression::RULE,
];

/// Returns the rule of a code.
pub fn find(code: Code) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.code == code)
}
