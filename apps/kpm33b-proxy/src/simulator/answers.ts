import { addressOf, COMMAND_CODES, COMMAND_TOPICS, type Level } from '@meterbridge/kpm33b';
import { readText } from '../text.ts';
import type { SimulatedMessage } from './fleet.ts';

/** Meters beyond these do not listen: each one has subscriptions of its own. */
const MAX_LISTENING = 1_000;
const DEFAULT_SECONDS = 60;

interface Intervals {
  seconds: number;
  minutes: number;
}

/** The ears of a fleet: intervals, and what meters answer to commands (MQTT protocol V1.9, chapter 4). */
export class AnsweringMeters {
  readonly #ids: readonly string[];
  readonly #intervals: readonly Intervals[];
  readonly #byAddress: ReadonlyMap<string, number>;
  readonly #send: (message: SimulatedMessage) => void;

  constructor(ids: readonly string[], send: (message: SimulatedMessage) => void) {
    this.#ids = ids;
    this.#intervals = ids.map(() => ({ seconds: DEFAULT_SECONDS, minutes: 1 }));
    this.#byAddress = new Map(ids.map((id, number) => [addressOf(id), number]));
    this.#send = send;
  }

  get filters(): readonly string[] {
    const prefixes = Object.values(COMMAND_TOPICS).map(({ command }) => command);
    return this.#ids
      .slice(0, MAX_LISTENING)
      .flatMap((id) => prefixes.map((prefix) => prefix + addressOf(id)));
  }

  /** What a meter uploads at this second of its clock. */
  due(number: number, second: number): readonly Level[] {
    const { seconds, minutes } = this.#intervals[number]!;
    const levels: Level[] = [];
    if (second % seconds === 0) levels.push('seconds');
    if (second % (60 * minutes) === 0) levels.push('minutes');
    return levels;
  }

  command(topic: string, payload: Uint8Array): void {
    const kinds = Object.values(COMMAND_TOPICS);
    const kind = kinds.find(({ command }) => topic.startsWith(command));
    const number = kind && this.#byAddress.get(topic.slice(kind.command.length));
    const request = parse(readText(payload));
    // A meter does not answer at all to an operation id of another length.
    if (number === undefined || !kind || request?.oprid?.length !== 32) return;
    const answer = {
      id: this.#ids[number]!,
      oprid: request.oprid,
      ...this.#obey(number, kind.command, request),
    };
    this.#send({ topic: kind.answer, payload: JSON.stringify(answer) });
  }

  #obey(number: number, command: string, { Cmd, value, do1 }: Request): object {
    const intervals = this.#intervals[number]!;
    const level: Level = Cmd === COMMAND_CODES.minutes ? 'minutes' : 'seconds';
    if (command === COMMAND_TOPICS.readInterval.command)
      return { Cmd, value: String(intervals[level]), code: '01' };
    if (command === COMMAND_TOPICS.relay.command) return { do1, code: '01', msg: '' };
    if (command === COMMAND_TOPICS.setTime.command) return { code: '01', msg: '' };
    const interval = Number(value);
    if (!(interval > 0)) return { code: '02' };
    intervals[level] = interval;
    return { code: '01' };
  }
}

interface Request {
  readonly oprid?: string;
  readonly Cmd?: string;
  readonly value?: string;
  readonly do1?: string;
}

function parse(text: string | null): Request | null {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}
