import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { bytesOf, hexOf } from '@meterbridge/core/codec';
import { decodeKmp, encodeKmp } from '@meterbridge/core/frames';
import { startApp } from '@meterbridge/testing';
import { expect, it } from 'vitest';

/** KMP description 5512-447, 6.3.1: three records of energy and volume. */
const RECORDS = bytesOf(
  '407fa0010210f3003c080400ff1bf986620044270400e993dc0510f4b50a5c5e93e0504710f5cf1bf95396f2584c9610f5110200e2aa0d',
);

/** What `read --log 1` comes to with a logger module that gives this answer, and what it was asked. */
async function readLogOf(answer: Uint8Array) {
  const requests: string[] = [];
  const server = createServer((socket) => {
    socket.on('data', (bytes) => {
      requests.push(hexOf(bytes));
      const { address, command } = decodeKmp(bytes);
      socket.write(encodeKmp({ direction: 'response', address, command, data: answer }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const meters = [{ id: 'heat', address: `tcp://127.0.0.1:${port}`, parameters: ['energy', 'volume'] }];
  await using app = await startApp('kamstrup-bridge', ['read', '--log', '1'], {
    config: { mqtt: { url: 'mqtt://localhost' }, meters },
  });
  const exit = await app.exit;
  server.close();
  return { exit, requests, stdout: app.stdout, stderr: app.stderr.join('\n') };
}

it('read --log says that a log is empty', async () => {
  const { exit, stdout, stderr } = await readLogOf(bytesOf('01 02 01'));
  expect([exit, stdout]).toEqual([1, []]);
  expect(stderr).toContain('meter/no-record');
});

it('read --log prints the newest records of a logger module', async () => {
  const { exit, requests, stdout } = await readLogOf(decodeKmp(RECORDS).data);
  expect(exit).toBe(0);
  // As in 6.3.2, but for twenty records instead of three.
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatch(/^807fa10102003c004414/);
  expect(stdout.map((line) => JSON.parse(line))).toEqual(
    [
      [4339, 4_278_617_698, 3_918_781_445],
      [4340, 3_037_355_102, 2_480_951_367],
      [4341, 3_473_298_326, 4_065_873_046],
    ].map(([record, energy, volume]) => ({
      meter: 'heat',
      record,
      values: { energy: { value: energy, unit: 'GJ' }, volume: { value: volume, unit: 'L' } },
    })),
  );
});
