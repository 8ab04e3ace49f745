//! What processes used, read from `/proc`.

use std::fs;
use std::time::Duration;

use crate::support::processes::processes;

/// Clock ticks of `/proc` in a second: the kernel's for user space, on every machine.
const TICKS: u64 = 100;

/// Returns the processor time of a process, of the children that it waited for, and
/// of its living children.
pub fn cpu_of(pid: u32) -> Duration {
    let children = processes().into_iter().filter(|process| process.parent == pid);
    let ticks: u64 =
        ticks(pid, 13..17) + children.map(|child| ticks(child.pid, 13..15)).sum::<u64>();
    Duration::from_millis(ticks * 1000 / TICKS)
}

/// Returns the processor time of the children that this process has waited for.
pub fn cpu_of_ended_children() -> Duration {
    Duration::from_millis(ticks(std::process::id(), 15..17) * 1000 / TICKS)
}

/// Sums fields of `/proc/PID/stat`, numbered from 0 (proc(5)).
fn ticks(pid: u32, fields: std::ops::Range<usize>) -> u64 {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return 0 };
    let (_, rest) = stat.rsplit_once(')').unwrap();
    // The state is field 2, and the first behind the name.
    rest.split_whitespace()
        .skip(fields.start - 2)
        .take(fields.len())
        .filter_map(|f| f.parse::<u64>().ok())
        .sum()
}

/// Returns the memory of a process now and at its highest, in MiB.
pub fn memory_of(pid: u32) -> [f64; 2] {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    ["VmRSS:", "VmHWM:"].map(|name| {
        let (_, rest) = status.split_once(name).unwrap();
        let kib: f64 = rest.split_whitespace().next().unwrap().parse().unwrap();
        kib / 1024.0
    })
}
