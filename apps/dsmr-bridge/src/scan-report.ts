import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Address, address } from '@meterbridge/core/config';
import { BridgeError, errorCodes, toBridgeError } from '@meterbridge/core/errors';
import { untilInterrupted } from '@meterbridge/core/runtime';
import { formatLine, openLink } from '@meterbridge/core/transport';
import type { Keys } from './encryption.ts';
import { mbusDevices } from './protocol/mbus-device.ts';
import { decodeTelegram, equipmentObject, telegramVersion } from './protocol/telegram.ts';
import { meterClock } from './protocol/timestamp.ts';
import { type Scanned, scanPort } from './scan.ts';

const OPEN_TIMEOUT_MS = 2_000;
const SERIAL_DEVICE = /^tty(?:USB|ACM|AMA)\d+$/;

/**
 * Scans all ports at once; what is found goes to standard output as a configuration, and the rest is told on standard
 * error. False if nothing was found.
 * @param written addresses; none: every serial adapter of this machine
 */
export async function scanAll(written: readonly string[], keys: Keys | null): Promise<boolean> {
  const signal = untilInterrupted();
  const ports = (written.length > 0 ? written : serialDevices()).map(
    (text) => [text, addressOf(text)] as const,
  );
  if (ports.length === 0) process.stderr.write('there is no serial adapter; name an address to scan\n');
  const blocks = await Promise.all(
    ports.map(async ([text, port]) => {
      process.stderr.write(`${text}: listening, 25 s at most\n`);
      try {
        return blockOf(text, port, await scanPort(port, { open: opener(signal), keys, signal }));
      } catch (thrown) {
        const { message, code, hint } = toBridgeError(thrown);
        process.stderr.write(`${text}: ${message} (${code})\n  → ${hint}\n`);
        return null;
      }
    }),
  );
  const found = blocks.filter((block) => block !== null);
  if (found.length > 0) process.stdout.write(`meters:\n${found.join('')}`);
  return found.length > 0;
}

function addressOf(text: string): Address {
  const parsed = address.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new BridgeError('usage/invalid', `"${text}" ${parsed.error.issues[0]?.message}`);
}

function opener(signal: AbortSignal) {
  return (port: Address, line: Scanned['line']) =>
    openLink(port, { line, timeoutMs: OPEN_TIMEOUT_MS, signal });
}

/** Adapters under a name that stays, where there is one. */
function serialDevices(): readonly string[] {
  const byId = list('/dev/serial/by-id').map((name) => join('/dev/serial/by-id', name));
  if (byId.length > 0) return byId;
  return list('/dev')
    .filter((name) => SERIAL_DEVICE.test(name))
    .map((name) => join('/dev', name));
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function blockOf(text: string, port: Address, { line, frame, problem }: Scanned): string {
  const { comments, id } = frame ? describe(frame) : { comments: ['a meter that encrypts'], id: 'dsmr_main' };
  const keys = [`id: ${id}`, `address: ${JSON.stringify(text)}`];
  if (port.kind === 'serial') keys.push(`line: ${formatLine(line)}`);
  if (problem) keys.push(`key: "" # ${errorCodes[problem].hint}`);
  const [first, ...rest] = keys;
  return [
    ...comments.map((comment) => `  # ${comment}`),
    `  - ${first}`,
    ...rest.map((key) => `    ${key}`),
    '',
  ].join('\n');
}

/** What is known of a meter and of those behind it from one telegram. */
function describe(frame: NonNullable<Scanned['frame']>): {
  readonly comments: readonly string[];
  readonly id: string;
} {
  const telegram = decodeTelegram(frame, meterClock('UTC'));
  const serial = equipmentObject(telegram)?.value;
  const version = telegramVersion(telegram);
  const meter = [
    frame.header,
    version === null ? 'no version' : `P1 ${version}`,
    typeof serial === 'string' ? `serial number ${serial}` : 'no serial number',
    `${telegram.objects.length} objects`,
  ];
  const behind = mbusDevices(telegram).map(({ channel, medium, equipmentId }) => {
    return `  channel ${channel}: ${medium ?? 'unknown'} meter, serial number ${equipmentId ?? 'not told'}`;
  });
  const readable = [meter.join(', '), ...behind].map((comment) => comment.replace(/[^ -~]/g, '?'));
  const last = typeof serial === 'string' ? serial.replace(/[^0-9A-Za-z]/g, '').slice(-6) : '';
  return { comments: readable, id: last === '' ? 'dsmr_main' : `dsmr_${last.toLowerCase()}` };
}
