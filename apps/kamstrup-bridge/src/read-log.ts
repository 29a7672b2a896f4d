import type { Address } from '@meterbridge/core/config';
import { BridgeError } from '@meterbridge/core/errors';
import { valueToJson } from '@meterbridge/core/model';
import { openLink, parseLine } from '@meterbridge/core/transport';
import { Exchange } from './exchange.ts';
import { measuredValue } from './meters/measurement.ts';
import { decodeLog, type LogRecord, type LogRequest, lastRecordsRequest } from './protocol/log.ts';
import { timingOf } from './timing.ts';

const OPEN_MS = 10_000;
/** The most that is asked for, all of it stuffed. */
const LONGEST = 280;

/**
 * The newest records of a logger module, one line of JSON each.
 * @throws BridgeError as Exchange.ask; frame/malformed; link/…
 */
export async function readLog(address: Address, request: LogRequest): Promise<readonly string[]> {
  const line = parseLine('1200 8N2')!;
  await using link = await openLink(address, { line, timeoutMs: OPEN_MS });
  const exchange = new Exchange(link, timingOf(address.kind, line));
  const answer = await exchange.ask(lastRecordsRequest(request), LONGEST);
  if (answer.kind !== 'other') throw new BridgeError('meter/other-answer', 'the answer is not from a log');
  return decodeLog(answer.data).records.map(recordJson);
}

function recordJson({ id, values }: LogRecord): string {
  const fields = values.map((record) => {
    const { measurement, value } = measuredValue(record, false);
    const { key, unit } = measurement;
    return `${JSON.stringify(key)}:{"value":${valueToJson(value)},"unit":${JSON.stringify(unit)}}`;
  });
  return `{"record":${id},"values":{${fields.join(',')}}}`;
}
