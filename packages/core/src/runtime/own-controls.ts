import { type LogLevel, logLevel } from '../config/index.ts';
import { BridgeError } from '../errors/index.ts';
import type { Control, Meter } from '../model/index.ts';
import { BRIDGE } from '../mqtt/index.ts';

/** How much is written to the log, until the bridge starts anew or the configuration has another level. */
const LOG_LEVEL: Control = {
  key: 'log_level',
  name: 'Log level',
  kind: 'select',
  options: logLevel.options,
  inInfo: 'log_level',
};

/** What every bridge can be told to do. */
export const OWN_CONTROLS: readonly Control[] = [LOG_LEVEL];

/** The bridge itself, in the form in which commands know meters. */
export function bridgeAsMeter(app: string): Meter {
  return {
    id: app,
    type: BRIDGE,
    name: app,
    uniqueId: app,
    serialNumber: null,
    manufacturer: null,
    model: null,
    firmware: null,
    via: null,
    intervalMs: null,
    controls: OWN_CONTROLS,
  };
}

/** @throws BridgeError control/out-of-range */
export function logLevelOf(text: string): LogLevel {
  const { success, data } = logLevel.safeParse(text.toLowerCase());
  if (success) return data;
  throw new BridgeError(
    'control/out-of-range',
    `"${text}" is no log level; it must be one of ${logLevel.options.join(', ')}`,
  );
}
