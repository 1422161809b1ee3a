//! YAML to a tree in which every node knows its place, and edits that change only their own bytes.
//!
//! Uses diag. Pure. Start at `parse`. Nobody else parses YAML. It does not know which keys there are.
