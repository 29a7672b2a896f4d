import { BridgeError } from '@meterbridge/core/errors';
import { valueToJson } from '@meterbridge/core/model';
import type { ReadOption } from '@meterbridge/core/runtime';
import { openLink } from '@meterbridge/core/transport';
import type { KmpMeter } from './config.ts';
import { Exchange } from './exchange.ts';
import { measuredValue } from './meters/measurement.ts';
import { type LogRecord, type LogRequest, lastRecordsRequest } from './protocol/log.ts';
import { LOGGERS, MOST_REGISTERS } from './protocol/request.ts';
import { registersToRead } from './source.ts';
import { timingOf } from './timing.ts';

const OPEN_MS = 10_000;
/** The most that is asked for, all of it stuffed. */
const LONGEST = 280;
/** Of eight registers an answer holds fewer; the meter sends as many as fit. */
const RECORDS = 20;

/** Prints what a logger module has recorded last; daily, monthly or yearly values are in one log each. */
export const readLog: ReadOption<KmpMeter> = {
  flags: '--log <number>',
  description:
    'experimental: print the newest records of this log of a logger module (601, 801) instead; base:1 for one in the base of a 601',
  async *lines(meters, argument) {
    const which = parseLog(argument);
    for (const meter of meters) {
      const registers = registersToRead(meter).slice(0, MOST_REGISTERS);
      for (const record of await recordsOf(meter, { ...which, registers, records: RECORDS }))
        yield recordJson(meter, record);
    }
  },
};

function parseLog(text: string): Pick<LogRequest, 'address' | 'log'> {
  const [, place, number] = /^(?:(top|base):)?(\d{1,3})$/.exec(text) ?? [];
  const log = Number(number);
  if (number === undefined || log > 255)
    throw new BridgeError('usage/invalid', '--log must be the number of a log such as 1, top:1 or base:1');
  return { address: LOGGERS[place === 'base' ? 'base' : 'top'], log };
}

/** @throws BridgeError as Exchange.ask; meter/no-record; link/… */
async function recordsOf(meter: KmpMeter, request: LogRequest): Promise<readonly LogRecord[]> {
  const { address, line, dtr, rts } = meter;
  await using link = await openLink(address, { line: { ...line, dtr, rts }, timeoutMs: OPEN_MS });
  const exchange = new Exchange(link, timingOf(address.kind, line));
  const answer = await exchange.ask(lastRecordsRequest(request), LONGEST);
  if (answer.kind !== 'log') throw new BridgeError('meter/other-answer', 'the answer is not from a log');
  const { records } = answer.log;
  if (records.length > 0) return records;
  throw new BridgeError('meter/no-record', `${meter.id}: log ${request.log} holds no record`);
}

function recordJson(meter: KmpMeter, { id, values }: LogRecord): string {
  const fields = values.map((record) => {
    const { measurement, value } = measuredValue(record, false);
    const { key, unit } = measurement;
    return `${JSON.stringify(key)}:{"value":${valueToJson(value)},"unit":${JSON.stringify(unit)}}`;
  });
  return `{"meter":${JSON.stringify(meter.id)},"record":${id},"values":{${fields.join(',')}}}`;
}
