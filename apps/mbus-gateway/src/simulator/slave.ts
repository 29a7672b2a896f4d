import { decodeMbus, encodeMbus, type MbusFrame } from '@meterbridge/core/frames';
import {
  APPLICATION_RESET,
  BAUD_RATES,
  BUS_ADDRESS_RECORD,
  FCB,
  MOST_PRIMARY,
  REQ_UD2,
  SELECT,
  SELECTED,
  SND_NKE,
  SND_UD,
  SWITCH_BAUD,
  WRITE,
} from '../protocol/request.ts';
import { addressOfBytes, isSelected, type SecondaryAddress } from '../protocol/secondary-address.ts';

/** What a simulated meter tells: CI and data of each of its telegrams, made anew for every answer. */
export interface SlaveContent {
  readonly address: SecondaryAddress;
  telegrams(accessNumber: number): readonly { readonly ci: number; readonly data: Uint8Array }[];
}

const RSP_UD = 0x08;
const ACK = encodeMbus({ type: 'ack' });
/** EN 13757-2, 5.7.3. */
const SHORTEST_DELAY = 11;
const LONGEST_DELAY = 330;
const ALL_ANSWER = 254;
const ALL_SILENT = 255;

/** A meter on the line: addresses, selection, frame count bit, and the telegrams that it sends one after the other. */
export class Slave {
  primary: number;
  baudRate: number;
  /** What it takes to make its answer, in bit times, within what EN 13757-2 allows: no two meters are alike. */
  readonly delayBits: number;
  readonly #content: SlaveContent;
  #isSelected = false;
  #lastBit: boolean | null = null;
  #position = 0;
  #accessNumber = 0;
  #last: Uint8Array | null = null;

  constructor(primary: number, content: SlaveContent, baudRate = 2400) {
    this.primary = primary;
    this.baudRate = baudRate;
    this.delayBits = SHORTEST_DELAY + (hashOf(content.address) % (LONGEST_DELAY - SHORTEST_DELAY));
    this.#content = content;
  }

  /** What it answers to a request, or null if it keeps silent. */
  answer(request: Uint8Array): Uint8Array | null {
    const frame = decodeMbus(request);
    if (frame.type === 'ack') return null;
    if (frame.type !== 'short' && frame.a === SELECTED && (frame.ci & ~4) === (SELECT & ~4)) {
      return this.#beSelected(frame.data);
    }
    const isMine =
      frame.a === this.primary || frame.a >= ALL_ANSWER || (frame.a === SELECTED && this.#isSelected);
    if (!isMine) return null;
    const answer = this.#obey(frame);
    return frame.a === ALL_SILENT ? null : answer;
  }

  /** What it told last, or would tell now. */
  currentTelegram(): Uint8Array {
    return this.#last ?? this.#telegram(true);
  }

  #beSelected(mask: Uint8Array): Uint8Array | null {
    this.#isSelected = isSelected(this.#content.address, addressOfBytes(mask));
    if (!this.#isSelected) return null;
    this.#lastBit = null;
    this.#position = 0;
    return ACK;
  }

  #obey(frame: Exclude<MbusFrame, { type: 'ack' }>): Uint8Array | null {
    const functionCode = frame.c & ~FCB;
    if (functionCode === SND_NKE) {
      if (frame.a === SELECTED) this.#isSelected = false;
      this.#lastBit = null;
      this.#position = 0;
      return ACK;
    }
    if (functionCode === REQ_UD2) return this.#telegram((frame.c & FCB) !== 0);
    if (functionCode === SND_UD && frame.type !== 'short') this.#write(frame.ci, frame.data);
    return ACK;
  }

  #write(ci: number, data: Uint8Array): void {
    if (ci === APPLICATION_RESET) this.#position = 0;
    const baudRate = BAUD_RATES[ci - SWITCH_BAUD];
    if (baudRate !== undefined) this.baudRate = baudRate;
    const [dif, vif, address = 0] = data;
    const isAddress = ci === WRITE && dif === BUS_ADDRESS_RECORD[0] && vif === BUS_ADDRESS_RECORD[1];
    if (isAddress && address <= MOST_PRIMARY) this.primary = address;
  }

  /** The same telegram again while the bit stays as it is; the next one when it has changed. */
  #telegram(bit: boolean): Uint8Array {
    if (this.#last && bit === this.#lastBit) return this.#last;
    this.#accessNumber = (this.#accessNumber + 1) & 0xff;
    const telegrams = this.#content.telegrams(this.#accessNumber);
    const { ci, data } = telegrams[this.#position % telegrams.length]!;
    this.#position++;
    this.#lastBit = bit;
    this.#last = encodeMbus({ type: 'long', c: RSP_UD, a: this.primary, ci, data });
    return this.#last;
  }
}

/** The same for the same text (FNV-1a). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}
