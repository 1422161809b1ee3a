//! Who approved each version, on real repositories and on messages that forges really wrote.

mod forge;
