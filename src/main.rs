//! Hands argv to `cli` and turns what comes back into an exit code.

fn main() -> std::process::ExitCode {
    unpoll::cli::main()
}
