//! The one integration binary. Each file here is listed; a test fails when one is not.
