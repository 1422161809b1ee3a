//! UUIDs of version 5, made from names: the same name gives the same id on every machine.
//!
//! Pure. Start at [`name_uuid`]. Follows `docs/spec/interop.md`, X7, and RFC 9562, 5.5. The standard requires SHA-1;
//! nothing relies on it for security.

use uuid::Uuid;

/// The namespace of all ids written for other tools.
const NAMESPACE: Uuid = Uuid::from_u128(0xa020_d0b8_9412_5a67_8df5_a727_4f79_e99c);

/// Returns the UUID of a name such as `ics/EXC-2026-7F3KQ/expires`.
pub fn name_uuid(name: &str) -> String {
    Uuid::new_v5(&NAMESPACE, name.as_bytes()).to_string()
}
