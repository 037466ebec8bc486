//! A process from its start to its end: owns the clock and the peak of memory. Knows no program; the benchmark and
//! the race against a peer include this file, so it uses the standard library only.

use std::error::Error;
use std::fs;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Medians of commands that run in turn, so that whatever else the machine does falls on all of them.
pub(crate) fn in_turn(commands: &mut [Command], rounds: usize) -> Result<Vec<Duration>, Box<dyn Error>> {
    let mut times = vec![Vec::new(); commands.len()];
    for _ in 0..rounds {
        for (command, times) in commands.iter_mut().zip(&mut times) {
            let start = Instant::now();
            let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
            times.push(start.elapsed());
            ended_well(command, status)?;
        }
    }
    Ok(times.into_iter().map(median).collect())
}

/// The most memory that a process held at once, in bytes; known on Linux only.
pub(crate) fn peak(command: &mut Command) -> Result<Option<u64>, Box<dyn Error>> {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let page = format!("/proc/{}/status", child.id());
    let mut peak = None;
    // The mark only rises, but a process that has ended shows it no longer.
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        peak = peak.max(fs::read_to_string(&page).ok().and_then(|page| high_water(&page)));
    };
    ended_well(command, status)?;
    Ok(peak)
}

fn high_water(page: &str) -> Option<u64> {
    let mark = page.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = mark.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// 1 means that something was found.
fn ended_well(command: &Command, status: ExitStatus) -> Result<(), Box<dyn Error>> {
    match status.code() {
        Some(0 | 1) => Ok(()),
        _ => Err(format!("{command:?}: {status}").into()),
    }
}

/// The one in the middle; zero if there is none.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
