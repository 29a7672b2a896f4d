import * as z from 'zod';
import { definePiece } from './pieces.ts';

const MS_PER_UNIT = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const BYTES_PER_UNIT = {
  B: 1,
  kB: 1000,
  KB: 1000,
  KiB: 1024,
  MB: 1000 ** 2,
  MiB: 1024 ** 2,
  GB: 1000 ** 3,
  GiB: 1024 ** 3,
} as const;

const DURATION = 'must be a duration such as 30s, 5m or 1h';
const SIZE = 'must be a size such as 10MB or 64KiB, or a number of bytes';

/** `500ms`, `30s`, `5m`, `1h`, `7d` → milliseconds. Never zero: no key means "at once" or "never" by it. */
export const duration = definePiece(
  z.codec(
    z.string({ error: DURATION }).regex(/^[1-9][0-9]{0,7}(ms|s|m|h|d)$/, DURATION),
    z.int({ error: DURATION }).positive({ error: DURATION }),
    { decode: (text) => parseWithUnit(text, MS_PER_UNIT), encode: formatDuration },
  ),
  { label: 'duration' },
);

/** `50MB` (10⁶), `16KiB` (2¹⁰) or a plain number → bytes. */
export const size = definePiece(
  z.codec(
    // The words stand at each option as well: zod keeps those of the only option whose type fits.
    z.union(
      [
        z.string().regex(/^[1-9][0-9]{0,15}(B|[kK]B|KiB|MB|MiB|GB|GiB)?$/, SIZE),
        z.int({ error: SIZE }).positive({ error: SIZE }),
      ],
      { error: SIZE },
    ),
    z.int({ error: SIZE }).positive({ error: SIZE }),
    {
      decode: (value) => (typeof value === 'number' ? value : parseWithUnit(value, BYTES_PER_UNIT)),
      encode: formatSize,
    },
  ),
  { label: 'size' },
);

/** Milliseconds as the configuration would say them, in the largest unit that divides them. */
export function formatDuration(milliseconds: number): string {
  return formatWithUnit(milliseconds, MS_PER_UNIT);
}

/** Bytes as the configuration would say them, in the largest unit that divides them. */
export function formatSize(bytes: number): string {
  return formatWithUnit(bytes, BYTES_PER_UNIT);
}

function parseWithUnit(text: string, units: Readonly<Record<string, number>>): number {
  const digits = Number.parseInt(text, 10);
  return digits * (units[text.slice(String(digits).length)] ?? 1);
}

function formatWithUnit(amount: number, units: Readonly<Record<string, number>>): string {
  const fitting = Object.entries(units).filter(([, factor]) => amount % factor === 0);
  const [unit, factor] = fitting.reduce((best, next) => (next[1] > best[1] ? next : best));
  return `${amount / factor}${unit}`;
}
