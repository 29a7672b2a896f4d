/** How bytes are put on a serial line. */
export interface LineSettings {
  readonly baudRate: number;
  readonly dataBits: 7 | 8;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
  /** Request lines, on unless said otherwise: optical heads and P1 cables draw their power from them. */
  readonly dtr?: boolean;
  readonly rts?: boolean;
}

const PARITY_LETTERS = { none: 'N', even: 'E', odd: 'O' } as const;

/** `115200 8N1` */
export function formatLine({ baudRate, dataBits, parity, stopBits }: LineSettings): string {
  return `${baudRate} ${dataBits}${PARITY_LETTERS[parity]}${stopBits}`;
}

/** Reads what {@link formatLine} writes; null for any other text. */
export function parseLine(text: string): LineSettings | null {
  const found = /^([1-9][0-9]{1,6}) ([78])([NEO])([12])$/i.exec(text);
  if (!found) return null;
  const [, baudRate, dataBits, parity, stopBits] = found;
  return {
    baudRate: Number(baudRate),
    dataBits: dataBits === '7' ? 7 : 8,
    parity: /n/i.test(parity!) ? 'none' : /e/i.test(parity!) ? 'even' : 'odd',
    stopBits: stopBits === '2' ? 2 : 1,
  };
}
