import { bytesOf } from '@meterbridge/core/codec';
import { encodeMbus } from '@meterbridge/core/frames';
import { type Link, linkPair } from '@meterbridge/core/transport';
import { describe, expect, it } from 'vitest';
import { decryptWith } from './aes.ts';
import { masterOn } from './line.fixture.ts';
import { Master } from './master.ts';
import { probeOf } from './probe.ts';
import { readOut } from './readout.ts';
import { searchSecondary } from './search.ts';
import { answerOf } from './simulator/bus.ts';
import { slavesOfFrames } from './simulator/content.ts';
import { lineDescription, slavesOfDescription } from './simulator/description.ts';
import { standardAnswerMs } from './timing.ts';
import { setAddress } from './write.ts';

const SETTINGS = { maxTelegrams: 16 };

/** A water meter 12345678, PAD, version 1, medium 7, at address 1, with its volume. */
const WATER = bytesOf('68 15 15 68 08 01 72 78 56 34 12 24 40 01 07 55 00 00 00 0C 13 78 56 34 12 83 16');

const SERIES = lineDescription.parse({
  meters: [
    {
      id: '11112222',
      manufacturer: 'KAM',
      medium: 4,
      address: 5,
      telegrams: [
        [{ dif: '04', vif: '06', value: 1000, step: 1 }],
        [{ dif: '44', vif: '06', value: 900 }],
        [
          { dif: '02', vif: '5A', value: 612 },
          { dif: '0A', vif: '5E', value: 431 },
        ],
      ],
    },
    {
      id: '11112223',
      manufacturer: 'KAM',
      medium: 4,
      address: 5,
      telegrams: [[{ dif: '0C', vif: '13', value: 12345678 }]],
    },
  ],
});

/** Answers of a line that a test writes itself: one for each request, in order. */
async function scripted(link: Link, answers: readonly (string | null)[]): Promise<string[]> {
  const requests: string[] = [];
  for (const answer of answers) {
    const request = await link.read({ timeoutMs: 5_000 });
    requests.push(Buffer.from(request ?? []).toString('hex'));
    if (answer !== null) await link.write(bytesOf(answer), { timeoutMs: 5_000 });
  }
  return requests;
}

function scriptedMaster(answers: readonly (string | null)[]) {
  const [near, far] = linkPair();
  const requests = scripted(far, answers);
  return { master: new Master(near, { baudRate: 38_400, latencyMs: 0, answerMs: 40 }), requests };
}

const hexOfFrame = (a: number, ci: number, data: string): string =>
  Buffer.from(encodeMbus({ type: 'long', c: 8, a, ci, data: bytesOf(data) })).toString('hex');

describe('a readout', () => {
  it('by primary address tells the values of a meter', async () => {
    await using line = masterOn({ slaves: slavesOfFrames([WATER]) });
    const { address, records, problem } = await readOut(line.master, 1, SETTINGS);
    expect(address).toBe('1234567824400107');
    expect(records.map(({ head, value }) => [head.quantity, `${value}`, head.unit])).toEqual([
      ['volume', '12345.678', 'm³'],
    ]);
    expect(problem).toBeNull();
  });

  it('takes all telegrams of a series, each once', async () => {
    await using line = masterOn({ slaves: [slavesOfDescription(SERIES)[0]!] });
    const { records } = await readOut(line.master, 5, SETTINGS);
    expect(records.map(({ head, value }) => [head.quantity, head.storage, `${value}`])).toEqual([
      ['energy', 0, '1000000'],
      ['energy', 1, '900000'],
      ['flow_temperature', 0, '61.2'],
      ['return_temperature', 0, '43.1'],
    ]);
  });

  it('by secondary address tells apart meters with the same primary one', async () => {
    await using line = masterOn({ slaves: slavesOfDescription(SERIES) });
    const second = await readOut(line.master, '111122232D2C0104', SETTINGS);
    expect(second.records.map(({ value }) => `${value}`)).toEqual(['12345.678']);
    const first = await readOut(line.master, '111122222D2C0104', SETTINGS);
    expect(first.records).toHaveLength(4);
  });

  it('says so when several meters answer at once', async () => {
    await using line = masterOn({ slaves: slavesOfDescription(SERIES) });
    await expect(readOut(line.master, 5, SETTINGS)).rejects.toMatchObject({ code: 'meter/collision' });
  });

  it('is not confused by the echo of a level converter', async () => {
    await using line = masterOn({ slaves: slavesOfDescription(SERIES), echo: true });
    const { records } = await readOut(line.master, '111122222D2C0104', SETTINGS);
    expect(records).toHaveLength(4);
  });

  it('has patience with requests that are long on a slow line', async () => {
    const line = { slaves: slavesOfFrames([WATER]), realTimeBaud: 300 };
    await using slow = masterOn(line, { baudRate: 300, answerMs: standardAnswerMs(300), latencyMs: 50 });
    const { records } = await readOut(slow.master, '1234567824400107', SETTINGS);
    expect(records).toHaveLength(1);
  });

  it('says when nobody is there', async () => {
    await using line = masterOn({ slaves: [], echo: true });
    await expect(readOut(line.master, 9, SETTINGS)).rejects.toMatchObject({ code: 'meter/no-answer' });
    await expect(readOut(line.master, '111122222D2C0104', SETTINGS)).rejects.toMatchObject({
      code: 'meter/no-answer',
    });
  });

  it('asks with the same frame count bit until an answer is good, then with the other', async () => {
    const first = hexOfFrame(1, 0x72, '78563412 24400107 01000000 04 13 01000000 1F');
    const last = hexOfFrame(1, 0x72, '78563412 24400107 02000000 04 93 3C 02000000');
    const { master, requests } = scriptedMaster(['E5', null, `${first.slice(0, -4)}0016`, first, last]);
    const { records } = await readOut(master, 1, SETTINGS);
    expect(records.map(({ raw }) => raw)).toEqual([1, 2]);
    expect(await requests).toEqual(['1040014116', '107b017c16', '107b017c16', '107b017c16', '105b015c16']);
  });

  it('ends when a meter that does not know the bit repeats itself', async () => {
    const one = (access: string) =>
      hexOfFrame(1, 0x72, `78563412 24400107 ${access}000000 04 13 01000000 1F`);
    const { master } = scriptedMaster(['E5', one('01'), one('02')]);
    const { records } = await readOut(master, 1, SETTINGS);
    expect(records).toHaveLength(1);
  });

  it('tells what came when the rest of a series does not, or is more than wanted', async () => {
    const one = (access: string, value: string) =>
      hexOfFrame(1, 0x72, `78563412 24400107 ${access}000000 04 13 ${value}000000 1F`);
    const broken = scriptedMaster(['E5', one('01', '01'), null, null, null]);
    const first = await readOut(broken.master, 1, SETTINGS);
    expect([first.records.length, first.problem?.code]).toEqual([1, 'meter/no-answer']);
    const long = scriptedMaster(['E5', one('01', '01'), one('02', '02')]);
    const cut = await readOut(long.master, 1, { maxTelegrams: 2 });
    expect([cut.records.length, cut.problem?.hint]).toEqual([2, expect.stringContaining('max_telegrams')]);
  });

  it('waits behind an acknowledgement for the data, and passes over noise', async () => {
    const { master } = scriptedMaster(['E5', `E5 FD ${Buffer.from(WATER).toString('hex')}`]);
    const { records } = await readOut(master, 1, SETTINGS);
    expect(records).toHaveLength(1);
  });

  it('reaches the only meter of a line at 254, and sees if it is not the only one', async () => {
    await using alone = masterOn({ slaves: slavesOfFrames([WATER]) });
    expect((await readOut(alone.master, 254, SETTINGS)).address).toBe('1234567824400107');
    await using several = masterOn({ slaves: slavesOfDescription(SERIES) });
    await expect(readOut(several.master, 254, SETTINGS)).rejects.toMatchObject({ code: 'meter/collision' });
  });

  it('never takes the answer of another address', async () => {
    const other = Buffer.from(WATER).toString('hex');
    const { master } = scriptedMaster(['E5', other, other, other]);
    await expect(readOut(master, 2, SETTINGS)).rejects.toMatchObject({ code: 'meter/other-answer' });
  });

  it('passes over an answer that came late from another meter, or once more', async () => {
    const one = (id: string, access: string, rest: string) =>
      hexOfFrame(1, 0x72, `${id} 24400107 ${access}000000 04 13 ${rest}`);
    const stranger = one('22222222', '09', '99000000');
    const first = one('78563412', '01', '01000000 1F');
    const last = one('78563412', '02', '02000000');
    const { master, requests } = scriptedMaster(['E5', stranger, first, first, last]);
    const { records, problem } = await readOut(master, '1234567824400107', SETTINGS);
    expect(records.map(({ raw }) => raw)).toEqual([1, 2]);
    expect(problem).toMatchObject({ code: 'meter/other-answer' });
    // What was no answer does not move the frame count bit on.
    expect((await requests).slice(1)).toEqual(['107bfd7816', '107bfd7816', '105bfd5816', '105bfd5816']);
  });

  it('never takes the answer of another meter than the selected one', async () => {
    const { master } = scriptedMaster(['E5', Buffer.from(WATER).toString('hex')]);
    await expect(readOut(master, '8765432124400107', SETTINGS)).rejects.toMatchObject({
      code: 'meter/other-answer',
    });
  });

  it('asks a busy meter again, and tells other refusals', async () => {
    const { master } = scriptedMaster(['E5', hexOfFrame(1, 0x70, '08'), Buffer.from(WATER).toString('hex')]);
    expect((await readOut(master, 1, SETTINGS)).records).toHaveLength(1);
    const refused = scriptedMaster(['E5', hexOfFrame(1, 0x70, '01')]);
    await expect(readOut(refused.master, 1, SETTINGS)).rejects.toMatchObject({ code: 'meter/refused' });
  });

  it('keeps the values in front of what cannot be decoded', async () => {
    const { master } = scriptedMaster([
      'E5',
      hexOfFrame(1, 0x72, '78563412 24400107 01000000 04 13 01000000 3F 00'),
    ]);
    const { records, problem } = await readOut(master, 1, SETTINGS);
    expect(records).toHaveLength(1);
    expect(problem).toMatchObject({ code: 'meter/undecodable', facts: { fault: 'reserved_dif' } });
  });

  it.each([
    ['a compact frame', 0x79, '00 0000 1234', 'meter/undecodable', 'compact frame (CI 79)'],
    ['a compact frame with a long header', 0x7b, '00', 'meter/undecodable', 'compact frame (CI 7B)'],
    [
      'a compact frame in place of fixed data',
      0x73,
      '00'.repeat(20),
      'meter/undecodable',
      '20 bytes of fixed data',
    ],
    ['a format frame', 0x69, '00', 'meter/undecodable', 'format frame (CI 69)'],
    ['COSEM', 0x7c, '00', 'meter/undecodable', 'COSEM data (CI 7C)'],
    ['what only wireless meters send', 0x8c, '00', 'meter/undecodable', 'data of wireless meters (CI 8C)'],
    ['mode 7', 0x72, `78563412 24400107 01 00 0007 ${'00'.repeat(17)}`, 'meter/encrypted', 'mode 7'],
    [
      'encryption without a key',
      0x72,
      `78563412 24400107 01 00 1005 ${'00'.repeat(16)}`,
      'meter/encrypted',
      'no key',
    ],
  ])('says that it cannot read %s', async (_what, ci, data, code, message) => {
    const { master } = scriptedMaster(['E5', hexOfFrame(1, ci, data)]);
    await expect(readOut(master, 1, SETTINGS)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it('says that a key needs the secondary address where the answer does not tell it', async () => {
    const short = hexOfFrame(1, 0x7a, `01 00 1005 ${'00'.repeat(16)}`);
    const decrypt = decryptWith(new Uint8Array(16));
    const { master } = scriptedMaster(['E5', short]);
    await expect(readOut(master, 1, { ...SETTINGS, decrypt })).rejects.toMatchObject({
      code: 'meter/encrypted',
      hint: expect.stringContaining('secondary address'),
    });
  });

  it('ends on a line that babbles', async () => {
    const [near, far] = linkPair();
    const babbling = new AbortController();
    void (async () => {
      while (!babbling.signal.aborted) await far.write(new Uint8Array(200).fill(0x68), { timeoutMs: 1_000 });
    })().catch(() => undefined);
    const master = new Master(near, { baudRate: 38_400, latencyMs: 0, answerMs: 20 });
    await expect(readOut(master, 1, SETTINGS)).rejects.toMatchObject({ code: 'meter/collision' });
    babbling.abort();
    await near.close();
  });
});

describe('a search of a simulated line', () => {
  it('finds every meter through its collisions', async () => {
    await using line = masterOn(
      { slaves: [...slavesOfDescription(SERIES), ...slavesOfFrames([WATER])] },
      { answerMs: 5 },
    );
    const found: string[] = [];
    const probe = probeOf(line.master, (_telegram, address) => found.push(address));
    for await (const step of searchSecondary(probe)) expect(step.progress).toBeLessThanOrEqual(1 + 1e-9);
    expect(found.toSorted()).toEqual(['111122222D2C0104', '111122232D2C0104', '1234567824400107']);
  });
});

describe('a sound answer to a mask', () => {
  const told = Buffer.from(WATER).toString('hex');
  const other = hexOfFrame(1, 0x72, '78563422 24400107 02000000 04 13 01000000');

  it.each([
    ['of one meter', '1FFFFFFFFFFFFFFF', [told, told], '1234567824400107'],
    ['of a meter that is silent then', '1FFFFFFFFFFFFFFF', [told, null, null], '1234567824400107'],
    ['of the meter that was meant, which is asked once', '1234567824400107', [told], '1234567824400107'],
    ['that is of several, as it does not fit the mask', '2FFFFFFFFFFFFFFF', [told], 'collision'],
    ['that is of several, as the next is no frame', '1FFFFFFFFFFFFFFF', [told, 'FD', 'FD'], 'collision'],
    ['that is of several, as another follows it', '1FFFFFFFFFFFFFFF', [told + other], 'collision'],
    ['that is of several, as something follows it', '1FFFFFFFFFFFFFFF', [`${told}6815`], 'collision'],
    ['that is of several, as the next is of another', '1FFFFFFFFFFFFFFF', [told, other], 'collision'],
  ])('%s', async (_of, mask, answers, result) => {
    const { master, requests } = scriptedMaster(['E5', ...answers]);
    expect(await probeOf(master, () => undefined)(mask)).toMatchObject({ result });
    expect(await requests).toHaveLength(1 + answers.length);
  });
});

describe('a new primary address', () => {
  const told = Buffer.from(WATER).toString('hex');
  const other = hexOfFrame(1, 0x72, '78563422 24400107 02000000 04 13 01000000');

  it.each([
    ['one after the other', [told + other]],
    ['in turns', [told, other]],
  ])('is not written to meters that answer %s', async (_how, answers) => {
    const { master, requests } = scriptedMaster([null, 'E5', ...answers]);
    await expect(setAddress(master, 1, 7)).rejects.toMatchObject({ code: 'meter/collision' });
    // Nothing was sent after their answers.
    expect((await requests).at(-1)).toMatch(/^10[57]b01/);
  });
});

describe('simulated meters', () => {
  it('with the same answer sound like one', () => {
    const slaves = [...slavesOfFrames([WATER]), ...slavesOfFrames([WATER])];
    expect(answerOf(slaves, bytesOf('10 40 01 41 16'))).toEqual(bytesOf('E5'));
  });
});
