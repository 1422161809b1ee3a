//! Where tests put their folders.

use std::path::Path;

use crate::support::folder::is_roomy;

#[test]
fn a_folder_in_memory_is_used_if_it_is_large_enough_for_programs() {
    let at =
        |line: &str| is_roomy(&format!("/dev/vda / ext4 rw 0 0\n{line}\n"), Path::new("/dev/shm"));
    assert!(at("tmpfs /dev/shm tmpfs rw,nosuid,nodev 0 0"));
    assert!(at("tmpfs /dev/shm tmpfs rw,relatime,size=24684084k 0 0"));
    assert!(!at("shm /dev/shm tmpfs rw,nosuid,nodev,noexec,relatime,size=65536k 0 0"));
    assert!(!at("tmpfs /dev/shm tmpfs rw,size=65536k 0 0"));
    assert!(!at("/dev/vdb /dev/shm ext4 rw 0 0"));
    assert!(!at("tmpfs /run tmpfs rw 0 0"));
}
