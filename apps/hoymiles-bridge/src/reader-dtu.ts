import { BridgeError, toBridgeError } from '@meterbridge/core/errors';
import type { LocalTime } from './clock.ts';
import { ACTION, DTU_KIND, sendCommand } from './command.ts';
import type { DtuSession } from './dtu-session.ts';
import { FrozenWatch } from './frozen.ts';
import { isEncrypted } from './protocol/appinfo.ts';
import { REQUEST } from './protocol/commands.ts';
import { decodeMessage, encodeMessage } from './protocol/message.ts';
import type { AppInfo, RealDataNew } from './protocol/messages.ts';
import { joinPages } from './protocol/pages.ts';
import { type RealData, realData } from './protocol/realdata.ts';
import { AlarmReader } from './reader-alarms.ts';
import type { SessionKey } from './session-key.ts';

const APP_INFO_EVERY_MS = 7_200_000;
const RESTART_EVERY_MS = 3_600_000;
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
  readonly #frozen: FrozenWatch;
  readonly #report: (error: BridgeError) => void;
  #info: { readonly info: AppInfo; readonly askedMs: number } | null = null;
  readonly #alarms = new AlarmReader();
  #restartedMs = Number.NEGATIVE_INFINITY;

  /**
   * @param isFast ask the DTU to poll its inverters all the time
   * @param report what goes wrong besides the measurements
   */
  constructor(key: SessionKey, isFast: boolean, report: (error: BridgeError) => void) {
    this.#report = report;
    this.#key = key;
    this.#isFast = isFast;
    this.#frozen = new FrozenWatch(isFast);
  }

  /** What the DTU tells of itself has changed: it is asked for again with the next reading. */
  refresh(): void {
    if (this.#info) this.#info = { ...this.#info, askedMs: Number.NEGATIVE_INFINITY };
  }

  /** What was read of the DTU itself is asked anew: it may have been restarted. */
  doubt(): void {
    this.#info = null;
  }

  /** @throws BridgeError meter/no-answer, frame/…, link/… */
  async read(session: DtuSession, nowMs: number, now: LocalTime): Promise<DtuPoll> {
    const info = await this.#appInfo(session, nowMs, now);
    const data = await this.#realData(session, now);
    this.#frozen.check(data, nowMs);
    await this.#spare(this.#alarms.read(session, data, nowMs, now));
    await this.#renewKey(session, data, nowMs, now);
    return { data, info, alarms: this.#alarms.active };
  }

  /** Only a DTU that starts makes a new key. */
  async #renewKey(session: DtuSession, data: RealData, nowMs: number, now: LocalTime): Promise<void> {
    const isIdle = !data.inverters.some(({ isOnline }) => isOnline);
    if (!this.#key.isWorn(isIdle) || nowMs - this.#restartedMs < RESTART_EVERY_MS) return;
    this.#restartedMs = nowMs;
    this.#report(new BridgeError('meter/key-spent', 'the DTU is restarted, so that it makes a new key'));
    try {
      await sendCommand(
        session,
        now.time,
        { action: ACTION.restartDtu, kind: DTU_KIND },
        REQUEST.cloudCommand,
      );
    } catch (thrown) {
      // It may be gone before it has answered.
      this.#report(toBridgeError(thrown));
    }
  }

  async #appInfo(session: DtuSession, nowMs: number, now: LocalTime): Promise<AppInfo> {
    if (this.#info && nowMs - this.#info.askedMs < APP_INFO_EVERY_MS) return this.#info.info;
    const isFirst = this.#info === null;
    const info = await this.#pages(async (page) => {
      const { text: timeText, offset, time } = now;
      const request = encodeMessage('AppInfoRequest', { timeText, offset, time, page });
      return decodeMessage('AppInfo', await session.ask(REQUEST.appInfo, request)).fields;
    });
    this.#info = { info, askedMs: nowMs };
    const encRand = isEncrypted(info) && info.dtu ? info.dtu.encRand : null;
    const isRestarted = this.#key.take(encRand) || encRand === null || isFirst;
    if (this.#isFast && isRestarted)
      await this.#spare(sendCommand(session, now.time, { action: ACTION.fastRefresh }));
    return info;
  }

  async #realData(session: DtuSession, now: LocalTime): Promise<RealData> {
    const { text: timeText, offset, time } = now;
    const data = await this.#pages(async (page) => {
      const request = encodeMessage('RealDataNewRequest', { timeText, page, offset, time });
      return decodeMessage('RealDataNew', await session.ask(REQUEST.realDataNew, request)).fields;
    });
    return realData(data);
  }

  /** All pages or none: what is missing of a plant would look like a loss of energy. */
  async #pages<One extends RealDataNew | AppInfo>(ask: (page: number) => Promise<One>): Promise<One> {
    const first = await ask(0);
    const others: One[] = [];
    if (first.pages > 1 && first.page !== 0) throw otherPage(first.page, 0);
    for (let page = 1; page < Math.min(first.pages, MAX_PAGES); page++) {
      const next = await ask(page);
      if (next.page !== page) throw otherPage(next.page, page);
      others.push(next);
    }
    return joinPages(first, others);
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
}

function otherPage(came: number, asked: number): BridgeError {
  return new BridgeError('frame/unexpected', `page ${came} came for page ${asked}`);
}
