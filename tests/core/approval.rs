//! Who approved each version, on real repositories and with messages that forges really wrote.

mod accounts;
mod attested;
mod brought_back;
mod demand;
pub(crate) mod detached;
mod evidence;
mod files;
mod fold;
mod forge;
mod forge_signed;
mod governance;
mod inside;
mod landing;
mod later_folder;
mod listed_keys;
mod namesakes;
mod notes;
mod one_person;
mod pictures;
mod reviews;
mod rows;
mod same_person;
mod signed;
mod taken_away;
mod vetoes;
