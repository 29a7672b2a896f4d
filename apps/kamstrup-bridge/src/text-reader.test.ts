import { latin1, latin1Bytes } from '@meterbridge/core/codec';
import type { BridgeError } from '@meterbridge/core/errors';
import { formatLine, type LineSettings } from '@meterbridge/core/model';
import { type Link, linkPair } from '@meterbridge/core/transport';
import { describe, expect, it } from 'vitest';
import { profiles } from './meters/index.ts';
import { registersOf } from './protocol/registers.ts';
import { TextLine } from './text-line.ts';
import { TextReader } from './text-reader.ts';

/** Data of a MULTICAL 66: 12345 kWh, 1234.56 m³, 7126 h; its check character is worked out by hand (2Ch). */
const DATA = '\x020.0(00004615611)\r\n6.8(0012345*kWh)\r\n6.26(01234.56*m3)\r\n6.31(0007126*h)!\r\n\x03,';
const FIELDS = '0012345 0123456 0007126 0007299 0002800 0004499 0000134 0000255 0000242 0000008\r';
const PROGRAM = '00004615611 0000000 0000000 0000000 0000000 0000000 0000000 0034119 0000000 0240115\r';

type Answers = Readonly<Record<string, string | readonly (string | null)[] | null>>;

const usual: Answers = { '/?!\r\n': '/KAM0MC\r\n', '\x06000\r\n': DATA, '/#1\r': FIELDS, '/#2\r': PROGRAM };

/** A meter that answers texts; what it answers at another speed is there when the port is opened at that speed. */
function textMeter(answers: Answers, hasEcho = false) {
  const asked: string[] = [];
  const lines: string[] = [];
  let late = '';
  const open = async (settings: LineSettings): Promise<Link> => {
    const [near, far] = linkPair();
    lines.push(formatLine(settings));
    if (settings.baudRate === 1_200) void far.write(latin1Bytes(late), { timeoutMs: 1_000 }).catch(() => 0);
    void serve(far).catch(() => undefined);
    return near;
  };
  const serve = async (link: Link): Promise<void> => {
    for (;;) {
      const chunk = await link.read({ timeoutMs: 5_000 });
      if (!chunk) continue;
      const request = latin1(chunk);
      const answer = answers[request];
      const turn = asked.filter((one) => one === request).length;
      asked.push(request);
      const text = (typeof answer === 'object' && answer !== null ? answer[turn] : answer) ?? '';
      const isFast = request.startsWith('/#');
      if (isFast) late = text;
      const sent = `${hasEcho ? request : ''}${isFast ? '' : text}`;
      if (sent !== '') await link.write(latin1Bytes(sent), { timeoutMs: 1_000 });
    }
  };
  return { open, asked, lines };
}

const timing = { identMs: 60, readoutMs: 150, answerMs: 150, retryMs: 10 };

async function read(
  answers: Answers,
  options: { hasEcho?: boolean; hasFields?: boolean; times?: number } = {},
) {
  const { hasEcho = false, hasFields = true, times = 1 } = options;
  const meter = textMeter(answers, hasEcho);
  const reports: BridgeError[] = [];
  const profile = profiles['66'];
  const reader = new TextReader({ id: 'old', profile, registers: registersOf(profile.parameters) });
  const line = new TextLine({ open: meter.open, show: () => undefined, timing });
  const readings = [];
  for (let turn = 0; turn < times; turn++)
    readings.push(
      await reader.read(line, hasFields, { intervalMs: 300_000, report: (error) => reports.push(error) }),
    );
  const values = readings
    .at(-1)!
    .values.map(({ measurement: { key, unit }, value }) => [key, value === null ? null : `${value} ${unit}`]);
  return { ...meter, reports, meter: readings[0]!.meter, values: Object.fromEntries(values) };
}

const READOUT = { energy: '12345 kWh', volume: '1234.56 m³', hourcounter: '7126 h' };

describe('a meter that speaks the text protocol', () => {
  it.each([[false], [true]])('is read with the decimals of its program (echo: %s)', async (hasEcho) => {
    const { values, meter, lines, reports } = await read(usual, { hasEcho });
    expect(values).toEqual({
      ...READOUT,
      temp1: '72.99 °C',
      temp2: '28.00 °C',
      tempdiff: '44.99 K',
      power: '13.4 kW',
      flow: '255 L/h',
      info: '8 null',
    });
    expect(meter).toMatchObject({
      uniqueId: '00004615611',
      serialNumber: null,
      model: 'MULTICAL 66',
      type: 'multical',
    });
    expect(lines).toEqual(['300 7E2', '300 7E2', '1200 7E1', '300 7E2', '1200 7E1']);
    expect(reports).toEqual([]);
  });

  it('whose data follow its ident is not acknowledged', async () => {
    const { values, asked } = await read({ '/?!\r\n': `/KAM0MCC\r\n${DATA}` }, { hasFields: false });
    expect(values).toEqual(READOUT);
    expect(asked).toEqual(['/?!\r\n']);
  });

  it('is asked for its program once', async () => {
    const { asked } = await read(usual, { times: 2 });
    expect(asked.filter((request) => request === '/#2\r')).toHaveLength(1);
  });

  it('behind a network is asked at one speed only', async () => {
    const { values, lines } = await read(usual, { hasFields: false });
    expect(values).toEqual(READOUT);
    expect(lines).toEqual(['300 7E2']);
  });

  it('of an unknown program keeps flow and power to itself', async () => {
    const { values } = await read({ ...usual, '/#2\r': PROGRAM.replace('34119', '34999') });
    expect(values).toMatchObject({ ...READOUT, temp1: '72.99 °C' });
    expect(values).not.toHaveProperty('power');
    expect(values).not.toHaveProperty('flow');
  });

  it('is asked again when it did not hear', async () => {
    const { values, asked } = await read({ ...usual, '/#1\r': [null, null, FIELDS] });
    expect(values).toMatchObject({ temp1: '72.99 °C' });
    expect(asked.filter((request) => request === '/#1\r')).toHaveLength(3);
  });

  it('tells what it has when the rest is lost, and says so', async () => {
    const { values, reports } = await read({ ...usual, '/#1\r': FIELDS.replace(' ', 'x') });
    expect(values).toEqual(READOUT);
    expect(reports.map(({ code }) => code)).toEqual(['frame/truncated']);
  });

  it('whose temperatures contradict each other tells none of them', async () => {
    const { values, reports } = await read({ ...usual, '/#1\r': FIELDS.replace('0007299', '0007399') });
    expect(values).toEqual(READOUT);
    expect(reports.map(({ code }) => code)).toEqual(['frame/malformed']);
  });

  it.each([
    ['nothing comes back', { '/?!\r\n': null }, false, 'meter/no-answer'],
    ['only the echo comes back', { '/?!\r\n': null }, true, 'meter/echo-only'],
    ['it is damaged', { '/?!\r\n': DATA.replace('12345', '12346') }, false, 'frame/checksum'],
    ['it breaks off', { '/?!\r\n': DATA.slice(0, 40) }, false, 'frame/truncated'],
    ['it does not end', { '/?!\r\n': 'x'.repeat(2_000) }, false, 'frame/overlong'],
  ])('fails by name when %s', async (_what, answers, hasEcho, code) => {
    await expect(read(answers, { hasEcho })).rejects.toMatchObject({ code });
  });
});
