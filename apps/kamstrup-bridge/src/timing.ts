import type { LineSettings } from '@meterbridge/core/model';
import type { ExchangeTiming } from './exchange.ts';

/** KMP description 5512-447, 2.1: the answer begins within 1.6 s; the next request a byte time after it at the earliest. */
const ANSWER_MS = 1_600;
const REST_MS = 10;
/** What adapters, drivers and a busy machine may add; a network may add more. */
const SERIAL_MARGIN_MS = 200;
const NETWORK_MARGIN_MS = 500;
const GAP_MS = 500;

/** How long to wait for what on the line of a meter. */
export function timingOf(kind: 'serial' | 'tcp', line: LineSettings): ExchangeTiming {
  const { baudRate, dataBits, parity, stopBits } = line;
  const bits = 1 + dataBits + (parity === 'none' ? 0 : 1) + stopBits;
  const marginMs = kind === 'tcp' ? NETWORK_MARGIN_MS : SERIAL_MARGIN_MS;
  return {
    answerMs: ANSWER_MS,
    gapMs: kind === 'tcp' ? GAP_MS + NETWORK_MARGIN_MS : GAP_MS,
    restMs: REST_MS,
    byteMs: (1000 * bits) / baudRate,
    marginMs,
  };
}
