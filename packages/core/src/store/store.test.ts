import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { BridgeError } from '../errors/index.ts';
import { afterKill, deliver, openStore, reading, tempFolder } from './store.fixture.ts';

const fresh = (): string => join(tempFolder(), 'meters.db');
const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('outbox in a file', () => {
  it('gives after a kill what was put before, the newest as itself', () => {
    const path = fresh();
    const store = openStore(path);
    for (const n of numbers(1, 5)) store.outbox.put(reading(n));
    store.stats();
    const after = openStore(afterKill(path));
    after.outbox.reconnected();
    expect(deliver(after.outbox)).toEqual(['a 5', ...numbers(1, 4).map((n) => `a/backlog ${n}`)]);
    expect([store.told, after.told, after.outbox.size]).toEqual([[], [], 0]);
  });

  it('never takes for live after a kill what was late before it', () => {
    const path = fresh();
    const store = openStore(path);
    for (const n of numbers(1, 5)) store.outbox.put(reading(n));
    store.outbox.reconnected();
    for (const expected of ['a 5', 'a/backlog 1']) {
      const message = store.outbox.take()!;
      expect(`${message.topic} ${message.payload}`).toBe(expected);
      store.outbox.done(message);
    }
    store.stats();
    const after = openStore(afterKill(path));
    after.outbox.put(reading(6));
    after.outbox.reconnected();
    expect(deliver(after.outbox)).toEqual(['a 6', 'a/backlog 2', 'a/backlog 3', 'a/backlog 4']);
  });

  it('has what is late in the file before anything newer goes out', () => {
    const path = fresh();
    const store = openStore(path);
    for (const n of numbers(1, 5)) store.outbox.put(reading(n));
    store.outbox.reconnected();
    store.outbox.done(store.outbox.take()!);
    const after = openStore(afterKill(path));
    after.outbox.reconnected();
    expect(deliver(after.outbox)).toEqual(['a 5', ...numbers(1, 4).map((n) => `a/backlog ${n}`)]);
  });

  it('keeps the order of messages without another topic for late ones over a kill', () => {
    const path = fresh();
    const store = openStore(path);
    for (const n of numbers(1, 600)) store.outbox.put({ ...reading(n), backlogTopic: 'a' });
    store.stats();
    const after = openStore(afterKill(path));
    after.outbox.put({ ...reading(601), backlogTopic: 'a' });
    after.outbox.reconnected();
    expect(deliver(after.outbox)).toEqual(numbers(1, 601).map((n) => `a ${n}`));
  });

  it('tells that a message is kept when it is in the file, soon if many wait to hear it', async () => {
    const path = fresh();
    const store = openStore(path);
    const kept: number[] = [];
    const put = (n: number): void => store.outbox.put({ ...reading(n), onKept: () => kept.push(n) });
    for (const n of numbers(1, 20)) put(n);
    for (const _ of numbers(1, 20)) store.outbox.take();
    expect(kept).toEqual([]);
    await expect.poll(() => kept).toEqual(numbers(1, 20));
    expect(openStore(afterKill(path)).outbox.size).toBe(20);
  });

  it('goes on counting where it was, also when it is empty', async () => {
    const path = fresh();
    const store = openStore(path);
    store.outbox.put(reading(1));
    store.outbox.reconnected();
    deliver(store.outbox);
    await store.close(100);
    const after = openStore(path);
    after.outbox.put(reading(2));
    expect(deliver(after.outbox)).toEqual(['a 2']);
  });

  it('keeps many more than it holds in memory, in order', () => {
    const { outbox } = openStore(fresh());
    for (const n of numbers(1, 5_000)) outbox.put(reading(n, `t${n % 3}`));
    outbox.reconnected();
    const all = deliver(outbox);
    expect(all.slice(0, 3)).toEqual(
      ['t2 4998', 't0 4999', 't1 5000'].map((_, at) => `t${(4998 + at) % 3} ${4998 + at}`),
    );
    const late = all.slice(3).map((text) => Number(text.split(' ')[1]));
    expect(late).toEqual(numbers(1, 4_997));
  });

  it('drops the oldest beyond its bound, exactly, and counts them', () => {
    const store = openStore(fresh(), {
      outbox: { maxMessages: 100, maxBytes: 1e6, maxAgeMs: 1e9, isKept: true },
    });
    for (const n of numbers(1, 1_000)) {
      store.outbox.put(reading(n));
      if (n % 50 === 0) store.stats();
    }
    expect(store.stats().outbox).toMatchObject({ messages: 100, dropped: 900 });
    store.outbox.reconnected();
    expect(deliver(store.outbox)).toEqual(['a 1000', ...numbers(901, 999).map((n) => `a/backlog ${n}`)]);
    expect(store.stats().outbox).toMatchObject({ messages: 0, bytes: 0, dropped: 900 });
  });

  it('drops the oldest beyond its size in bytes', () => {
    const store = openStore(fresh(), {
      outbox: { maxMessages: 1e6, maxBytes: 100_000, maxAgeMs: 1e9, isKept: true },
    });
    for (const n of numbers(1, 1_000)) {
      store.outbox.put(reading(`${n} ${'x'.repeat(1_000)}`));
      if (n % 50 === 0) store.stats();
    }
    const { messages, bytes, dropped } = store.stats().outbox;
    expect(bytes).toBeLessThanOrEqual(100_000);
    expect(messages).toBeGreaterThan(80);
    expect(messages + dropped).toBe(1_000);
  });

  it('drops what is too old', async () => {
    const path = fresh();
    const limits = { maxMessages: 1e6, maxBytes: 1e6, maxAgeMs: 60_000, isKept: true };
    const store = openStore(path, { outbox: limits });
    for (const n of numbers(1, 3)) store.outbox.put(reading(n));
    await store.close(100);
    const db = new DatabaseSync(path);
    // The first was put by a machine whose clock was not set: how old it is, nobody knows.
    db.exec('UPDATE outbox SET at = 1000 WHERE id = 1; UPDATE outbox SET at = at - 61000 WHERE id = 2');
    db.close();
    const after = openStore(path, { outbox: limits });
    expect(after.stats().outbox).toMatchObject({ messages: 2, dropped: 1 });
    expect(deliver(after.outbox)).toEqual(['a 1', 'a 3']);
  });

  it('takes nothing for too old because the clock was set while it waited', () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const limits = { maxMessages: 1e6, maxBytes: 1e6, maxAgeMs: 600_000, isKept: true };
    const store = openStore(fresh(), { outbox: limits });
    store.outbox.put(reading(1));
    store.stats();
    vi.setSystemTime(Date.now() + 30 * 86_400_000);
    vi.advanceTimersByTime(90_000);
    expect(store.stats().outbox).toMatchObject({ messages: 1, dropped: 0 });
    vi.advanceTimersByTime(600_000);
    expect(store.stats().outbox).toMatchObject({ messages: 0, dropped: 1 });
  });

  it('writes nothing for a message that the broker confirms at once', async () => {
    const path = fresh();
    const { outbox } = openStore(path);
    outbox.put(reading(1));
    outbox.done(outbox.take()!);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const db = new DatabaseSync(afterKill(path));
    expect(db.prepare('SELECT * FROM outbox').all()).toEqual([]);
    db.close();
  });

  it('writes a message that the broker does not confirm soon', async () => {
    const path = fresh();
    const { outbox } = openStore(path);
    outbox.put(reading(1));
    outbox.take();
    await expect.poll(() => openStore(afterKill(path)).outbox.size).toBe(1);
  });

  it('puts what the broker refused to the dead letters, and no more than a thousand of them', () => {
    const path = fresh();
    const store = openStore(path);
    for (const n of numbers(1, 1_500)) {
      store.outbox.put(reading(n));
      store.outbox.refused(store.outbox.take()!, new BridgeError('mqtt/not-authorized', 'no'));
      if (n % 100 === 0) store.stats();
    }
    expect(store.stats().outbox).toMatchObject({ messages: 0, dead_letters: 1_000 });
    const db = new DatabaseSync(afterKill(path));
    expect(db.prepare('SELECT topic, payload, code FROM dead_letter ORDER BY id DESC LIMIT 1').get()).toEqual(
      {
        topic: 'a',
        payload: '1500',
        code: 'mqtt/not-authorized',
      },
    );
    db.close();
  });

  it('works without a file, too', () => {
    const store = openStore(null);
    for (const n of numbers(1, 2_000)) store.outbox.put(reading(n));
    expect([store.problem, store.stats().file]).toEqual([null, null]);
    expect(deliver(store.outbox)).toHaveLength(2_000);
  });
});

type Step = 'put' | 'take' | 'done' | 'back' | 'reconnect' | 'kill';

describe('whatever happens in whatever order', () => {
  const steps = fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constant<Step>('put') },
      { weight: 6, arbitrary: fc.constant<Step>('take') },
      { weight: 5, arbitrary: fc.constant<Step>('done') },
      { weight: 2, arbitrary: fc.constant<Step>('back') },
      { weight: 1, arbitrary: fc.constant<Step>('reconnect') },
      { weight: 1, arbitrary: fc.constant<Step>('kill') },
    ),
    { minLength: 20, maxLength: 120 },
  );

  it('loses nothing, and keeps the order of late readings', () => {
    fc.assert(
      fc.property(steps, (script) => {
        let path = fresh();
        let store = openStore(path);
        let count = 0;
        let underWay: NonNullable<ReturnType<typeof store.outbox.take>>[] = [];
        const confirmed = new Set<number>();
        const act: Record<Step, () => void> = {
          put: () => store.outbox.put(reading(++count)),
          take: () => {
            const message = store.outbox.take();
            if (message) underWay.push(message);
          },
          done: () => {
            const message = underWay.shift();
            if (!message) return;
            store.outbox.done(message);
            confirmed.add(Number(message.payload));
          },
          back: () => {
            for (const message of underWay.splice(0)) store.outbox.back(message);
          },
          reconnect: () => {
            act.back();
            store.outbox.reconnected();
          },
          kill: () => {
            store.stats();
            // What was just given to the network arrives without the process.
            for (const { payload } of underWay) confirmed.add(Number(payload));
            path = afterKill(path);
            store.close(100);
            store = openStore(path);
            underWay = [];
            store.outbox.reconnected();
          },
        };
        for (const step of script) act[step]();
        act.kill();
        const late: number[] = [];
        for (const text of deliver(store.outbox)) {
          const [topic, payload] = text.split(' ');
          confirmed.add(Number(payload));
          if (topic === 'a/backlog') late.push(Number(payload));
        }
        store.close(100);
        expect(confirmed.size).toBe(count);
        expect(late).toEqual(late.toSorted((a, b) => a - b));
        expect(store.told).toEqual([]);
      }),
      { numRuns: 60, seed: 20260131 },
    );
  }, 60_000);

  it('opens what a loss of power left, wherever in a storm of writing it came', () => {
    const path = fresh();
    const store = openStore(path);
    let seed = 7;
    for (let copy = 0; copy < 100; copy++) {
      const first = copy * 20 + 1;
      for (const n of numbers(first, first + 19)) store.outbox.put(reading(n));
      store.stats();
      const left = afterKill(path);
      const after = openStore(left);
      expect(after.told).toEqual([]);
      expect(after.outbox.size).toBe(store.outbox.size);
      after.close(100);
      seed = (seed * 16_807) % 2_147_483_647;
      for (let turn = 0; turn < seed % 20; turn++) store.outbox.done(store.outbox.take()!);
    }
  }, 60_000);
});

describe('state', () => {
  it('is there again after a restart', async () => {
    const path = fresh();
    const store = openStore(path);
    const counters = store.state.space('counters');
    counters.set('main', { energy: '123.456' });
    counters.set('old', 1);
    counters.delete('old');
    store.state.space('other').set('main', 'x');
    store.state.space('meters').set('main', 'before');
    store.state.space('meters').hold('main', { id: 'E1' });
    expect(store.state.space('meters').get('main')).toEqual({ id: 'E1' });
    await store.close(100);
    const after = openStore(path).state;
    expect(after.space('meters').get('main')).toEqual({ id: 'E1' });
    expect(after.space('counters').get('main')).toEqual({ energy: '123.456' });
    expect(after.space('counters').keys()).toEqual(['main']);
    expect(after.space('counters').get('old')).toBeUndefined();
  });

  it('is there again after a kill if it is not to be undone by one', async () => {
    const path = fresh();
    const space = openStore(path).state.space('meters');
    space.set('later', 1);
    space.set('now', 2, 0);
    const kept = (): unknown => openStore(afterKill(path)).state.space('meters').get('now');
    await vi.waitFor(() => expect(kept()).toBe(2), 10_000);
  });

  it('of a space that nobody needs any more is gone, after a restart, too', async () => {
    const path = fresh();
    const store = openStore(path);
    for (const name of ['source of a', 'source of b', 'counters']) store.state.space(name).set('x', 1);
    await store.close(100);
    const next = openStore(path);
    next.state.drop((name) => name.startsWith('source of ') && name !== 'source of b');
    expect(next.state.space('source of a').keys()).toEqual([]);
    await next.close(100);
    const after = openStore(path).state;
    expect(after.space('source of a').get('x')).toBeUndefined();
    expect([after.space('source of b').get('x'), after.space('counters').get('x')]).toEqual([1, 1]);
  });

  it('that makes no sense is as if it were not there', async () => {
    const path = fresh();
    await openStore(path).close(100);
    const db = new DatabaseSync(path);
    db.exec("INSERT INTO state VALUES ('counters', 'main', '{')");
    db.close();
    expect(openStore(path).state.space('counters').get('main')).toBeUndefined();
  });
});

describe('backup', () => {
  it('is a file of its own, the oldest make room, and none is left unfinished', async () => {
    const path = fresh();
    const folder = join(dirname(path), 'copies');
    const store = openStore(path, { backup: { folder, everyMs: 1e6, keep: 2 } });
    store.outbox.put(reading(1));
    for (let turn = 0; turn < 3; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      await store.backUp();
    }
    expect(store.told).toEqual([]);
    const copies = readdirSync(folder);
    expect(copies).toHaveLength(2);
    const copy = openStore(join(folder, copies[1]!));
    expect([deliver(copy.outbox), copy.told]).toEqual([['a 1'], []]);
  });

  it('that cannot be made is told, and stops nothing', async () => {
    const path = fresh();
    const store = openStore(path, { backup: { folder: join(path, 'no folder'), everyMs: 1e6, keep: 2 } });
    store.outbox.put(reading(1));
    await store.close(1_000);
    expect(store.told).toEqual(['store/backup']);
    expect(deliver(openStore(path).outbox)).toEqual(['a 1']);
  });

  it('is made at the end', async () => {
    const path = fresh();
    const folder = join(dirname(path), 'copies');
    await openStore(path, { backup: { folder, everyMs: 1e6, keep: 2 } }).close(1_000);
    expect(readdirSync(folder)).toHaveLength(1);
  });
});
