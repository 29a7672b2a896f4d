import { bytesOf, hexOf } from '@meterbridge/core/codec';
import { encodeMbap, encodeRtu } from '@meterbridge/core/frames';
import { linkPair } from '@meterbridge/core/transport';
import { describe, expect, it } from 'vitest';
import { ModbusClient } from './modbus-client.ts';

const UNIT = 101;
const LIMITS = { timeoutMs: 5_000 } as const;
const SERIAL = '10f871600831';
/** The serial number of a DTU, and that of another device. */
const ANSWER = bytesOf(`0306${SERIAL}`);
const OTHER = bytesOf('0306ffffffffffff');

const tcp = (transaction: number, pdu: Uint8Array) => encodeMbap({ transaction, unit: UNIT, pdu });
const rtu = (address: number, pdu: Uint8Array) => encodeRtu({ address, pdu });

type Framing = 'tcp' | 'rtu-over-tcp';

/** Who asks for the serial number of a DTU, and the other end. */
function asking(framing: Framing, timeoutMs: number) {
  const [link, dtu] = linkPair();
  const settings = { framing, unit: UNIT, timeoutMs, pauseMs: 0 };
  const client = new ModbusClient(link, settings, new AbortController().signal, () => undefined);
  return { dtu, serial: client.read(0x2000, 3).then(hexOf) };
}

/** What is made of these bytes. @param timeoutMs for an answer that comes at once, or never */
async function asked(framing: Framing, answers: readonly Uint8Array[], timeoutMs = 5_000): Promise<string> {
  const { dtu, serial } = asking(framing, timeoutMs);
  const sent = async (): Promise<void> => {
    for (const bytes of answers) await dtu.write(bytes, LIMITS);
  };
  const [text] = await Promise.all([serial, sent()]);
  return text;
}

it('an answer that was cut is asked for again, before it is taken for what the DTU is able to', async () => {
  const { dtu, serial } = asking('tcp', 1_000);
  await dtu.read(LIMITS);
  await dtu.write(tcp(1, ANSWER).subarray(0, -1), LIMITS);
  await dtu.read(LIMITS);
  await dtu.write(tcp(2, ANSWER), LIMITS);
  expect(await serial).toBe(SERIAL);
});

describe('an answer over Modbus', () => {
  it.each([
    ['on TCP', 'tcp', [tcp(1, ANSWER)]],
    ['on TCP behind one to an older request', 'tcp', [tcp(0, OTHER), tcp(1, ANSWER)]],
    ['on TCP in the same segment as that', 'tcp', [Uint8Array.from([...tcp(0, OTHER), ...tcp(1, ANSWER)])]],
    ['on TCP with a byte count that is wrong', 'tcp', [tcp(1, ANSWER.with(1, 255))]],
    ['on RS485', 'rtu-over-tcp', [rtu(UNIT, ANSWER)]],
    ['on RS485 behind one of another device', 'rtu-over-tcp', [rtu(102, OTHER), rtu(UNIT, ANSWER)]],
    ['on RS485 byte by byte', 'rtu-over-tcp', Array.from(rtu(UNIT, ANSWER), (byte) => Uint8Array.of(byte))],
  ] as const)('is found %s', async (_where, framing, answers) => {
    expect(await asked(framing, answers)).toBe(SERIAL);
  });

  it.each([
    ['the protocol is another', 'tcp', [tcp(1, ANSWER).with(3, 1)], 'frame/malformed'],
    ['the length is impossible', 'tcp', [tcp(1, ANSWER).with(4, 1)], 'frame/malformed'],
    ['it is refused', 'tcp', [tcp(1, bytesOf('8302'))], 'meter/refused'],
  ] as const)('is none where %s', async (_why, framing, answers, code) => {
    await expect(asked(framing, answers)).rejects.toMatchObject({ code });
  });

  it.each([
    ['only other devices talk on RS485', 'rtu-over-tcp', [rtu(102, OTHER)]],
    ['it is cut, and does not come again', 'tcp', [tcp(1, ANSWER).subarray(0, -1)]],
  ] as const)('did not come where %s', async (_why, framing, answers) => {
    await expect(asked(framing, answers, 30)).rejects.toMatchObject({ code: 'meter/no-answer' });
  });
});
