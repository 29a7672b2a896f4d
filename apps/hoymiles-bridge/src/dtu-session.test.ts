import { bytesOf, hexOf } from '@meterbridge/core/codec';
import { encodeHm } from '@meterbridge/core/frames';
import type { SeenFrame } from '@meterbridge/core/observe';
import { State } from '@meterbridge/core/store';
import { linkPair } from '@meterbridge/core/transport';
import { expect, it } from 'vitest';
import { DtuSession } from './dtu-session.ts';
import { REQUEST } from './protocol/commands.ts';
import { encodeMessage } from './protocol/message.ts';
import { SessionKey } from './session-key.ts';

const PASSWORD = hexOf(new TextEncoder().encode('hunter22'));
/** What a DTU tells of its configuration. */
const secret = encodeHm({
  command: 0xa209,
  sequence: 7,
  extended: null,
  payload: encodeMessage('GetConfig', {
    wifiSsid: 'home',
    wifiPassword: 'hunter22',
    dtuSerial: '4110a0123456',
  }),
  tag: null,
});

it.each([
  ['whole', hexOf(secret)],
  ['without its first byte', hexOf(secret.subarray(1))],
  ['with another length', `484da209000700000004${hexOf(secret.subarray(10))}`],
  ['cut', hexOf(secret.subarray(0, -1))],
  ['with a bit that changed', `${hexOf(secret).slice(0, -1)}0`],
])('a configuration with passwords, %s, is shown to nobody', async (_how, hex) => {
  const [link, dtu] = linkPair();
  const seen: SeenFrame[] = [];
  const key = new SessionKey(0, new State().space('dtu'));
  const settings = { timeoutMs: 100, pauseMs: 0 };
  const { signal } = new AbortController();
  const session = new DtuSession(link, settings, key, { signal, seen: (frame) => seen.push(frame) });
  await dtu.write(bytesOf(hex), { timeoutMs: 100 });
  await expect(session.ask(REQUEST.realDataNew, new Uint8Array(0))).rejects.toMatchObject({
    code: 'meter/no-answer',
  });
  expect(hex).toContain(PASSWORD);
  const shown = seen
    .map(({ bytes, decoded, error }) => `${hexOf(bytes)} ${decoded} ${error?.message}`)
    .join();
  expect(shown).not.toContain(PASSWORD);
  expect(shown).not.toContain('hunter22');
});
