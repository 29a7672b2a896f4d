import { Buffer } from 'node:buffer';
import { BridgeError, toBridgeError } from '@meterbridge/core/errors';
import type { LocalTime } from './clock.ts';
import type { DtuSession, SessionKey } from './dtu-session.ts';
import { alarmCodeOf } from './protocol/alarms.ts';
import { isEncrypted } from './protocol/appinfo.ts';
import { REQUEST } from './protocol/commands.ts';
import { decodeAs, decodeMessage, encodeMessage } from './protocol/message.ts';
import type { AppInfo, RealDataNew, Warning } from './protocol/messages.ts';
import { joinPages, type RealData, realData } from './protocol/realdata.ts';
import { serialText } from './protocol/serial.ts';

/** Actions of a command. */
export const ACTION = {
  restartDtu: 1,
  restartInverter: 3,
  inverterOn: 6,
  inverterOff: 7,
  limit: 8,
  fastRefresh: 33,
  readAlarms: 50,
} as const;

const APP_INFO_EVERY_MS = 7_200_000;
const WARNINGS_EVERY_MS = 300_000;
/** A plant of 99 ports needs a few; more are not believed. */
const MAX_PAGES = 64;

export interface DtuPoll {
  readonly data: RealData;
  readonly info: AppInfo;
  /** Alarm that is active, by serial number of its inverter; null while nothing was told. */
  readonly alarms: ReadonlyMap<string, number> | null;
}

/** Reads a DTU over whatever connection there is, and remembers what need not be asked each time. */
export class DtuReader {
  readonly #key: SessionKey;
  readonly #isFast: boolean;
  readonly #report: (error: BridgeError) => void;
  #info: { readonly info: AppInfo; readonly askedMs: number } | null = null;
  #counters = '';
  #warnedMs = Number.NEGATIVE_INFINITY;
  #alarms: ReadonlyMap<string, number> | null = null;

  /**
   * @param isFast ask the DTU to poll its inverters all the time
   * @param report what goes wrong besides the measurements
   */
  constructor(key: SessionKey, isFast: boolean, report: (error: BridgeError) => void) {
    this.#report = report;
    this.#key = key;
    this.#isFast = isFast;
  }

  /** What was read of the DTU itself is asked anew: it may have been restarted. */
  doubt(): void {
    this.#info = null;
  }

  /** @throws BridgeError meter/no-answer, frame/…, link/… */
  async read(session: DtuSession, nowMs: number, now: LocalTime): Promise<DtuPoll> {
    const info = await this.#appInfo(session, nowMs, now);
    const data = await this.#realData(session, now);
    await this.#spare(this.#readAlarms(session, data, nowMs, now));
    return { data, info, alarms: this.#alarms };
  }

  async #appInfo(session: DtuSession, nowMs: number, now: LocalTime): Promise<AppInfo> {
    if (this.#info && nowMs - this.#info.askedMs < APP_INFO_EVERY_MS) return this.#info.info;
    const isFirst = this.#info === null;
    const pages = await this.#pages(async (page) => {
      const { text: timeText, offset, time } = now;
      const request = encodeMessage('AppInfoRequest', { timeText, offset, time, page });
      return decodeMessage('AppInfo', await session.ask(REQUEST.appInfo, request)).fields;
    });
    const info = { ...pages[0]!, inverters: pages.flatMap(({ inverters }) => inverters) };
    this.#info = { info, askedMs: nowMs };
    const encRand = isEncrypted(info) && info.dtu ? info.dtu.encRand : null;
    const before = this.#key.encRand;
    const isRestarted = isFirst || !before || !encRand || Buffer.compare(before, encRand) !== 0;
    this.#key.encRand = encRand;
    if (this.#isFast && isRestarted) await this.#spare(this.#command(session, now, ACTION.fastRefresh));
    return info;
  }

  async #realData(session: DtuSession, now: LocalTime): Promise<RealData> {
    const { text: timeText, offset, time } = now;
    const pages = await this.#pages(async (page) => {
      const request = encodeMessage('RealDataNewRequest', { timeText, page, offset, time });
      return decodeMessage('RealDataNew', await session.ask(REQUEST.realDataNew, request)).fields;
    });
    return realData(joinPages(pages));
  }

  /** All pages or none: what is missing of a plant would look like a loss of energy. */
  async #pages<Page extends RealDataNew | AppInfo>(ask: (page: number) => Promise<Page>): Promise<Page[]> {
    const first = await ask(0);
    const pages = [first];
    for (let page = 1; page < Math.min(first.pages, MAX_PAGES); page++) {
      const next = await ask(page);
      if (next.page !== page)
        throw new BridgeError('frame/unexpected', `page ${next.page} came for page ${page}`);
      pages.push(next);
    }
    return pages;
  }

  /** Only when an alarm counter has moved: alarms do not come every day, and lists take long. */
  async #readAlarms(session: DtuSession, data: RealData, nowMs: number, now: LocalTime): Promise<void> {
    const counters = data.inverters.map(({ serial, alarmCounter }) => `${serial} ${alarmCounter}`).join();
    if (counters === this.#counters || nowMs - this.#warnedMs < WARNINGS_EVERY_MS) return;
    this.#warnedMs = nowMs;
    await this.#command(session, now, ACTION.readAlarms);
    const { text: timeText, offset, time } = now;
    const request = encodeMessage('WarnListRequest', { timeText, offset, time });
    const { fields } = decodeAs(['WarnList', 'WarnListOld'], await session.ask(REQUEST.warnings, request));
    this.#alarms = activeAlarms(fields.warnings);
    this.#counters = counters;
  }

  /** Some firmware leaves questions without an answer: its measurements are worth more than that. */
  async #spare(asked: Promise<void>): Promise<void> {
    try {
      await asked;
    } catch (thrown) {
      const error = toBridgeError(thrown);
      if (!error.code.startsWith('meter/') && error.code !== 'frame/malformed') throw thrown;
      this.#report(error);
    }
  }

  async #command(session: DtuSession, { time }: LocalTime, action: number): Promise<void> {
    await session.ask(
      REQUEST.command,
      encodeMessage('Command', { time, action, packages: 1, transaction: time }),
    );
  }
}

/** The latest of each inverter that is not over. */
function activeAlarms(warnings: readonly Warning[]): ReadonlyMap<string, number> {
  const active = new Map<string, number>();
  for (const { serial, code: raw, end } of [...warnings].sort((one, other) => one.start - other.start)) {
    const { code, status } = alarmCodeOf(raw);
    if (status === 0 && end === 0) active.set(serialText(serial), code);
  }
  return active;
}
