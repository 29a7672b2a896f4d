import { startApp } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { cases, corpusReason, hasCorpus, inOrder, listed, stepsOf } from './corpus.fixture.ts';

describe.skipIf(!hasCorpus)(`decode of the corpus${corpusReason}`, () => {
  it.each(cases)('$name', async (one) => {
    const steps = stepsOf(one);
    const input = steps.map(({ expected: _, ...message }) => `${JSON.stringify(message)}\n`).join('');
    const config = { config: one.config ?? {} };
    await using app = await startApp('kpm33b-proxy', ['decode'], { input, ...config });
    expect(await app.exit).toBe(0);
    expect(app.stderr).toEqual([]);
    const lines = app.stdout.map((line) => JSON.parse(line));
    expect(lines.map(({ outputs, dropped }) => ({ outputs, dropped }))).toEqual(
      steps.map(({ expected }) => ({ outputs: expected.outputs, dropped: expected.dropped ?? null })),
    );
    for (const [at, { expected }] of steps.entries()) {
      if (expected.discovery === undefined) continue;
      expect(listed(lines[at].discovery, expected.discovery)).toEqual(inOrder(expected.discovery));
    }
  });
});

describe('decode', () => {
  const MESSAGE = { topic: 'MQTT_RT_DATA', payload: '{"id":"33B1225950027","zyggl":1.5,"isend":"1"}' };

  it('needs no configuration and reads files', async () => {
    await using app = await startApp('kpm33b-proxy', ['decode', '-'], { input: JSON.stringify(MESSAGE) });
    expect(await app.exit).toBe(0);
    expect(JSON.parse(app.stdout[0]!).outputs).toEqual([
      {
        topic: 'kpm33b/33B1225950027/seconds',
        payload: { id: '33B1225950027', time: null, active_power: 1.5 },
      },
    ]);
  });

  it('prints one line per message, whatever text is in it', async () => {
    const time = '1\u00852\u20283\u20294';
    const payload = JSON.stringify({ id: '33B1225950027', zyggl: 1.5, time, isend: '1' });
    const input = JSON.stringify({ topic: 'MQTT_RT_DATA', payload });
    await using app = await startApp('kpm33b-proxy', ['decode'], { input });
    expect(await app.exit).toBe(0);
    expect(app.stdout).toHaveLength(1);
    expect(app.stdout[0]).not.toMatch(/[\u0085\u2028\u2029]/);
    expect(JSON.parse(app.stdout[0]!).outputs[0].payload.time).toBe(time);
  });

  it('says which lines are no messages, and goes on', async () => {
    const input = `nonsense\n[]\n{"topic":1}\n{"topic":"a"}\n\n${JSON.stringify(MESSAGE)}\r\n`;
    await using app = await startApp('kpm33b-proxy', ['decode'], { input });
    expect(await app.exit).toBe(1);
    const lines = app.stdout.map((line) => JSON.parse(line));
    expect(lines.map(({ error }) => error)).toEqual([
      'not a JSON object',
      'topic is missing, or no text',
      'topic is missing, or no text',
      'neither payload nor payload_base64 is there as text',
      undefined,
    ]);
    expect(lines.at(-1).outputs).toHaveLength(1);
  });

  it('says what is wrong with the configuration', async () => {
    const config = { kpm33b_meters: { upload_frequency_seconds: 45 } };
    await using app = await startApp('kpm33b-proxy', ['decode'], { input: '', config });
    expect(await app.exit).toBe(78);
    expect(app.stderr.join('\n')).toContain('kpm33b_meters.upload_frequency_seconds');
  });
});
