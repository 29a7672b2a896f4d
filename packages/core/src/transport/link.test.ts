import { expect, it } from 'vitest';
import { describeLink, lost, pattern, readBytes, SOON } from './link.fixture.ts';
import { linkPair } from './pair.ts';

describeLink('pair', {
  open: async () => {
    const [meter, reader] = linkPair();
    return { meter, reader };
  },
  isCut: false,
  mostUnread: 1024 * 1024,
  runs: 100,
});

it('forgets what was not read when told to discard it', async () => {
  const [meter, reader] = linkPair();
  await meter.write(Buffer.from('stale'), SOON);
  reader.discard();
  await meter.write(Buffer.from('fresh'), SOON);
  expect(Buffer.from(await readBytes(reader, 5)).toString()).toBe('fresh');
});

it('goes on after a full queue was discarded', async () => {
  const [meter, reader] = linkPair();
  await meter.write(pattern(0, 300 * 1024), SOON);
  await meter.write(Buffer.from('fresh'), SOON);
  reader.discard();
  expect(Buffer.from(await readBytes(reader, 5)).toString()).toBe('fresh');
});

it('throws link/lost from a write that waits while the link is closed', async () => {
  const [meter] = linkPair();
  const writes = Array.from({ length: 20 }, () => meter.write(Buffer.alloc(64 * 1024), SOON));
  const results = Promise.allSettled(writes);
  await meter.close();
  expect((await results).at(-1)).toEqual({ status: 'rejected', reason: lost() });
});
