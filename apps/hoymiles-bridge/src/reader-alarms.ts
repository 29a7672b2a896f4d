import type { LocalTime } from './clock.ts';
import { ACTION, sendCommand } from './command.ts';
import type { DtuSession } from './dtu-session.ts';
import { alarmCodeOf } from './protocol/alarms.ts';
import { REQUEST } from './protocol/commands.ts';
import { decodeAs, encodeMessage } from './protocol/message.ts';
import type { Warning } from './protocol/messages.ts';
import type { RealData } from './protocol/realdata.ts';
import { serialText } from './protocol/serial.ts';

const EVERY_MS = 300_000;
/** Old alarms are of no interest. */
const MAX_PAGES = 8;

/** Reads the list of alarms when one of their counters has moved: they do not come every day, and lists take long. */
export class AlarmReader {
  /** Code of the alarm that is active, by serial number of its inverter; null while nothing was told. */
  active: ReadonlyMap<string, number> | null = null;
  #counters = '';
  #askedMs = Number.NEGATIVE_INFINITY;

  /** @throws BridgeError meter/…, frame/…, link/… */
  async read(session: DtuSession, data: RealData, nowMs: number, now: LocalTime): Promise<void> {
    const counters = data.inverters.map(({ serial, alarmCounter }) => `${serial} ${alarmCounter}`).join();
    if (counters === this.#counters || nowMs - this.#askedMs < EVERY_MS) return;
    this.#askedMs = nowMs;
    const { text: timeText, offset, time } = now;
    await sendCommand(session, time, { action: ACTION.readAlarms });
    const ask = async (page: number) => {
      const request = encodeMessage('WarnListRequest', { timeText, offset, time, page });
      return decodeAs(['WarnList', 'WarnListOld'], await session.ask(REQUEST.warnings, request)).fields;
    };
    const first = await ask(0);
    const warnings = [...first.warnings];
    const pages = 'pages' in first ? Math.min(first.pages, MAX_PAGES) : 1;
    for (let page = 1; page < pages; page++) warnings.push(...(await ask(page)).warnings);
    this.active = activeAlarms(warnings);
    this.#counters = counters;
  }
}

/** The latest of each inverter that is not over. */
function activeAlarms(warnings: readonly Warning[]): ReadonlyMap<string, number> {
  const active = new Map<string, number>();
  for (const { serial, code: raw, end } of [...warnings].sort((one, other) => one.start - other.start)) {
    const text = serialText(serial);
    const { code, status } = alarmCodeOf(raw, text);
    if (status === 0 && end === 0) active.set(text, code);
  }
  return active;
}
