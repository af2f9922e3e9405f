//! Load runs and their twins.

fn main() {}
