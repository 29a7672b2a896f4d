import { encodeP1 } from '@meterbridge/core/frames';
import { openTcp } from '@meterbridge/core/transport';
import { expect, it } from 'vitest';
import { servePort } from './serve.ts';

const LOCAL = { host: '127.0.0.1', tcpPort: 0 };
const timeoutMs = 5_000;

it('begins a replay when somebody listens', async () => {
  const telegram = encodeP1('ABC5', ['1-0:1.7.0(00.321*kW)']);
  const settings = { version: '5.0', faults: [], seed: 1, intervalMs: 1_000, replay: [telegram] } as const;
  await using port = await servePort({ ...settings, tcp: LOCAL });
  await using reader = await openTcp({ ...LOCAL, tcpPort: port.tcpPort! }, { timeoutMs });
  expect(await reader.read({ timeoutMs })).toEqual(telegram);
});
