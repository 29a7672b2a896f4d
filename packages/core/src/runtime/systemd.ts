import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BridgeError, messageOf } from '../errors/index.ts';

/** A fixed path: no folder in PATH decides what is run. */
const PROGRAM = '/usr/bin/systemd-notify';
const TIMEOUT_MS = 10_000;

/** The service manager that started this process. */
export interface Systemd {
  /** It wants a sign of life within so many milliseconds; null: none. */
  readonly watchdogMs: number | null;
  /**
   * @param assignments such as `READY=1`
   * @throws BridgeError systemd/unreachable
   */
  tell(assignments: readonly string[]): Promise<void>;
}

/**
 * systemd as it presents itself in the environment; null if it does not ask to be told anything (sd_notify(3)).
 *
 * Node has no datagram sockets in the Unix domain, and the packages that add them compile C++ at installation. What
 * comes with systemd does without: a child of some 5 ms at each sign of life, beside the event loop. It needs
 * NotifyAccess=all, and waits until systemd has read the message: without that, the message of a process that is
 * gone already could not be attributed to the unit.
 */
export function systemdOf(env: NodeJS.ProcessEnv = process.env): Systemd | null {
  const { NOTIFY_SOCKET } = env;
  if (!NOTIFY_SOCKET) return null;
  return {
    watchdogMs: watchdogMsOf(env),
    async tell(assignments) {
      try {
        await promisify(execFile)(PROGRAM, assignments, { env: { NOTIFY_SOCKET }, timeout: TIMEOUT_MS });
      } catch (thrown) {
        throw new BridgeError('systemd/unreachable', `systemd cannot be told anything: ${messageOf(thrown)}`);
      }
    },
  };
}

/** sd_watchdog_enabled(3): not for us if it names another process. */
function watchdogMsOf({ WATCHDOG_USEC, WATCHDOG_PID }: NodeJS.ProcessEnv): number | null {
  if (WATCHDOG_PID && Number(WATCHDOG_PID) !== process.pid) return null;
  const microseconds = Number(WATCHDOG_USEC);
  return microseconds > 0 ? microseconds / 1000 : null;
}
