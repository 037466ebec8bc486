//! The command: hands the arguments to `cli` and its verdict to the system.

fn main() {}
