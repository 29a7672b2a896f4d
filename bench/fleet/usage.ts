import { readFileSync } from 'node:fs';

/** Of the kernel: clock ticks in a second. */
const TICKS_PER_S = 100;

/** Processor time of a process so far, in seconds, user and system together. */
export function cpuSeconds(pid: number): number {
  // Behind the name of the program, which may hold blanks: proc_pid_stat(5), fields 14 and 15.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}

/** The most memory that a process has had, MB. */
export function mostResidentMB(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
