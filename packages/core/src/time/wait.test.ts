import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { atMost, pause, settle, sleep } from './wait.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('settle', () => {
  it('fails as what was to begin, and leaves no timer and no listener behind', async () => {
    const abort = new AbortController();
    const failing = settle(
      { timeoutMs: 1_000, signal: abort.signal },
      () => 'late',
      () => {
        throw new Error('no memory');
      },
    );
    await expect(failing).rejects.toThrow('no memory');
    expect(vi.getTimerCount()).toBe(0);
    abort.abort();
    await expect(failing).rejects.toThrow('no memory');
  });
});

describe('sleep', () => {
  it('lasts as long as it was told to', async () => {
    const woken = vi.fn();
    const sleeping = sleep(1_000).then(woken);
    await vi.advanceTimersByTimeAsync(999);
    expect(woken).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await sleeping;
    expect(woken).toHaveBeenCalledOnce();
  });

  it('lasts months if need be, though no timer does', async () => {
    const woken = vi.fn();
    const ms = 60 * 24 * 3_600_000;
    const sleeping = sleep(ms).then(woken);
    await vi.advanceTimersByTimeAsync(ms - 1);
    expect(woken).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await sleeping;
    expect(woken).toHaveBeenCalledOnce();
  });

  it("throws the signal's reason at once, and leaves no timer and no listener behind", async () => {
    const abort = new AbortController();
    const removed = vi.spyOn(abort.signal, 'removeEventListener');
    const sleeping = sleep(1_000, abort.signal);
    abort.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
    await expect(sleep(1_000, abort.signal)).rejects.toThrow('enough');
    expect(vi.getTimerCount()).toBe(0);
    expect(removed).toHaveBeenCalledOnce();
  });

  it('lets go of the signal when it is over', async () => {
    const abort = new AbortController();
    const removed = vi.spyOn(abort.signal, 'removeEventListener');
    const sleeping = sleep(5, abort.signal);
    await vi.advanceTimersByTimeAsync(5);
    await sleeping;
    expect(removed).toHaveBeenCalledOnce();
  });
});

describe('pause', () => {
  it('ends when the time is over or the signal is aborted, and leaves no timer behind', async () => {
    const stop = new AbortController();
    const short = pause(1_000, stop.signal);
    const long = pause(60_000, stop.signal);
    await vi.advanceTimersByTimeAsync(1_000);
    await short;
    expect(vi.getTimerCount()).toBe(1);
    stop.abort();
    await long;
    await pause(60_000, stop.signal);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('atMost', () => {
  it('waits for the work, and leaves no timer behind', async () => {
    await atMost(Promise.resolve(), 60_000);
    await expect(atMost(Promise.reject(new Error('broken')), 60_000)).rejects.toThrow('broken');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits no more when the time was over before, and warns of nothing', async () => {
    vi.useRealTimers();
    const warned = vi.fn();
    process.on('warning', warned);
    await atMost(new Promise(() => undefined), -5);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', warned);
    expect(warned).not.toHaveBeenCalled();
  });

  it('waits no longer than it may', async () => {
    const waited = atMost(new Promise(() => {}), 1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    await waited;
    expect(vi.getTimerCount()).toBe(0);
  });
});
