import { bytesOf, hexOf } from '@meterbridge/core/codec';
import { encodeKmp } from '@meterbridge/core/frames';
import type { SeenFrame } from '@meterbridge/core/observe';
import { type Link, linkPair } from '@meterbridge/core/transport';
import { describe, expect, it } from 'vitest';
import { Exchange, type ExchangeTiming } from './exchange.ts';
import { registerRequest } from './protocol/request.ts';

/** As on a line that is much faster than a real one. */
const timing: ExchangeTiming = { answerMs: 60, gapMs: 60, restMs: 1, byteMs: 0.05, marginMs: 5 };
const request = registerRequest([60]);
const asked = hexOf(encodeKmp(request));
/** Register 60 is 84.817 GJ; CRC by a second implementation. */
const energy = '40 3F10 003C 08 04 43 00014B51 71ED 0D';
/** Register 68 is 520.41 m³. */
const volume = '40 3F10 0044 28 04 42 0000CB49 A41BF2 0D';

/** Answers each request with the next of these; null is silence. Several parts come with a pause between them. */
async function meter(
  link: Link,
  answers: readonly (string | null | readonly string[])[],
): Promise<readonly string[]> {
  const requests: string[] = [];
  try {
    for (const answer of answers) {
      const bytes = await link.read({ timeoutMs: 5_000 });
      requests.push(hexOf(bytes!));
      for (const part of answer === null ? [] : [answer].flat()) {
        await link.write(bytesOf(part), { timeoutMs: 1_000 });
        await new Promise(setImmediate);
      }
    }
  } catch {
    // The other end was closed.
  }
  return requests;
}

async function exchange(...answers: readonly (string | null | readonly string[])[]) {
  const [near, far] = linkPair();
  await using link = near;
  const frames: SeenFrame[] = [];
  const requests = meter(far, answers);
  const outcome = await new Exchange(link, timing, (frame) => frames.push(frame))
    .ask(request, 40)
    .catch((error) => error);
  await link.close();
  return { outcome, requests: await requests, frames };
}

const isAnswered = {
  kind: 'registers',
  missing: [],
  records: [expect.objectContaining({ id: 60, unitCode: 8 })],
};

describe('an exchange with a meter', () => {
  it.each<[string, string | readonly string[]]>([
    ['comes alone', energy],
    ['comes behind its echo', `${asked} ${energy}`],
    ['comes behind a damaged echo', `803f1001003db25f0d ${energy}`],
    ['comes behind an echo without end', `803f1001 ${energy}`],
    ['comes behind noise', `00 FF 12 06 0D ${energy}`],
    ['comes behind a late answer to something else', `${volume} ${energy}`],
    [
      'comes in pieces',
      [asked.slice(0, 6), asked.slice(6), '40 3F10', '003C 0804', '43 00014B51 71ED', '0D'],
    ],
    ['comes a second time after it broke off', `40 3F10 003C ${energy}`],
  ])('has its answer that %s, at the first try', async (_how, arriving) => {
    const { outcome, requests } = await exchange(arriving);
    expect(outcome).toMatchObject(isAnswered);
    expect(requests).toEqual([asked]);
  });

  it.each<[string, string | null, string]>([
    ['nothing comes back', null, 'meter/no-answer'],
    ['single zeros come', '00', 'meter/no-answer'],
    ['only the echo comes', asked, 'meter/echo-only'],
    ['only a damaged echo comes', '803f1001003db25f0d', 'meter/echo-only'],
    ['only noise comes', '12 34 56', 'meter/unintelligible'],
    ['the CRC is wrong', '40 3F10 003C 08 04 43 01014B51 71ED 0D', 'frame/checksum'],
    ['the answer breaks off', '40 3F10 003C 08 04 43 00', 'frame/truncated'],
    ['a record is cut short', '40 3F10 003C 08 04 43 00014B51 0044 1FAB 0D', 'frame/malformed'],
    ['the answer is to something else', volume, 'meter/other-answer'],
    ['another device answers', '40 7F10 003C 08 04 43 00014B51 3538 0D', 'meter/other-answer'],
  ])('is tried three times when %s', async (_what, arriving, code) => {
    const { outcome, requests } = await exchange(arriving, arriving, arriving, energy);
    expect(outcome).toMatchObject({ name: 'BridgeError', code });
    expect(requests).toEqual([asked, asked, asked]);
  });

  it('goes on when the second try, or the third, is answered', async () => {
    const second = await exchange(null, energy);
    expect(second.outcome).toMatchObject(isAnswered);
    expect(second.requests).toHaveLength(2);
    const third = await exchange('40 3F10 003C 08 04 43 01014B51 71ED 0D', asked, energy);
    expect(third.outcome).toMatchObject(isAnswered);
    expect(third.requests).toHaveLength(3);
  });

  it('forgets what came before the question', async () => {
    const [near, far] = linkPair();
    await using link = near;
    await far.write(bytesOf(energy), { timeoutMs: 1_000 });
    await new Promise(setImmediate);
    const answered = meter(far, [volume.replace(/\s/g, ''), null, null]);
    await expect(new Exchange(link, timing).ask(request, 40)).rejects.toMatchObject({
      code: 'meter/no-answer',
    });
    await link.close();
    expect(await answered).toHaveLength(3);
  });

  it('shows what came in', async () => {
    const { frames } = await exchange(`${asked} ${volume} ${energy}`);
    expect(frames.map(({ decoded, error }) => decoded ?? error?.code)).toEqual([
      'echo',
      'meter/other-answer',
      'answer: 1 of 1 registers',
    ]);
  });

  it('ends when the link is lost, or the program', async () => {
    const [near, far] = linkPair();
    await using link = near;
    const asking = new Exchange(link, timing).ask(request, 40);
    await far.close();
    await expect(asking).rejects.toMatchObject({ code: 'link/lost' });
    const abort = new AbortController();
    const [other, silent] = linkPair();
    await using open = other;
    await using _kept = silent;
    const aborted = new Exchange(open, timing, undefined, abort.signal).ask(request, 40);
    abort.abort(new Error('the end'));
    await expect(aborted).rejects.toThrow('the end');
  });
});
