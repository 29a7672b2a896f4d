import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Address, address } from '@meterbridge/core/config';
import { BridgeError, errorCodes, toBridgeError } from '@meterbridge/core/errors';
import { formatLine } from '@meterbridge/core/model';
import { untilInterrupted } from '@meterbridge/core/runtime';
import { openLink } from '@meterbridge/core/transport';
import { type KeyArguments, keySettings, keysOfArguments } from './key-arguments.ts';
import { mbusDevices } from './protocol/mbus-device.ts';
import { decodeTelegram, equipmentObject, telegramVersion } from './protocol/telegram.ts';
import { meterClock } from './protocol/timestamp.ts';
import { type Scanned, scanPort } from './scan.ts';

const OPEN_TIMEOUT_MS = 2_000;
const WRONG_TAG = 'its authentication tags do not fit: it has an auth_key of its own';
const SERIAL_DEVICE = /^tty(?:USB|ACM|AMA)\d+$/;

/** One meter of the configuration. */
interface Block {
  readonly id: string;
  readonly comments: readonly string[];
  readonly settings: readonly string[];
}

/**
 * Scans all ports at once; what is found goes to standard output as a configuration, and the rest is told on standard
 * error. False if nothing was found.
 * @param addresses as given; none: every serial adapter of this machine
 */
export async function scanAll(addresses: readonly string[], given: KeyArguments): Promise<boolean> {
  const signal = untilInterrupted();
  const keys = keysOfArguments(given);
  const ports = (addresses.length > 0 ? addresses : serialDevices()).map(
    (text) => [text, addressOf(text)] as const,
  );
  if (ports.length === 0) process.stderr.write('there is no serial adapter; name an address to scan\n');
  const blocks = await Promise.all(
    ports.map(async ([text, port]) => {
      process.stderr.write(`${text}: listening, 25 s at most\n`);
      try {
        const scanned = await scanPort(port, { open: opener(signal), keys, signal });
        return blockOf(text, port, scanned, keySettings(given));
      } catch (thrown) {
        const { message, code, hint } = toBridgeError(thrown);
        process.stderr.write(`${text}: ${message} (${code})\n  → ${hint}\n`);
        return null;
      }
    }),
  );
  const found = blocks.filter((block) => block !== null);
  if (found.length > 0) process.stdout.write(written(found));
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

/** @param keys settings that say which keys were used */
function blockOf(text: string, port: Address, scanned: Scanned, keys: readonly string[]): Block {
  const { line, frame, problem, seal } = scanned;
  const { comments, id } = frame ? describe(frame) : { comments: ['a meter that encrypts'], id: 'dsmr_main' };
  const settings = [`address: ${JSON.stringify(text)}`];
  if (port.kind === 'serial' || line.dataBits === 7) settings.push(`line: ${formatLine(line)}`);
  if (problem) settings.push(`key: "" # ${errorCodes[problem].hint}`);
  if (seal) settings.push(...keys);
  return { id, comments: seal?.tagValid === false ? [...comments, WRONG_TAG] : comments, settings };
}

/** Ids must be unique: meters that are not known by a serial number get a number. */
function written(blocks: readonly Block[]): string {
  const ids = blocks.map(({ id }, at) => {
    const before = blocks.slice(0, at).filter((other) => other.id === id).length;
    return before === 0 ? id : `${id}_${before + 1}`;
  });
  const lines = blocks.flatMap(({ comments, settings }, at) => [
    ...comments.map((comment) => `  # ${comment}`),
    `  - id: ${ids[at]}`,
    ...settings.map((setting) => `    ${setting}`),
  ]);
  return ['meters:', ...lines, ''].join('\n');
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
