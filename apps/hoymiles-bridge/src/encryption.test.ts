import { bytesOf } from '@meterbridge/core/codec';
import { describe, expect, it } from 'vitest';
import { openFrame, sealFrame } from './encryption.ts';

const encRand = bytesOf('f5480938516c557e347bc49c672b6af1');
const frame = { command: 0xa311, sequence: 1, extended: null, payload: bytesOf('0801'), tag: null };

describe('an encrypted frame', () => {
  it('comes back as it was', () => {
    const sealed = sealFrame(frame, encRand);
    expect(sealed.tag).toHaveLength(16);
    expect(sealed.payload).not.toEqual(frame.payload);
    expect(openFrame(sealed, encRand)).toEqual(frame);
  });

  it.each([
    ['another command', { command: 0xa211 }],
    ['another sequence number', { sequence: 2 }],
    ['another payload', { payload: bytesOf('0000') }],
    ['no tag', { tag: null }],
    ['a short tag', { tag: new Uint8Array(4) }],
  ])('is refused with %s', (_what, change) => {
    expect(() => openFrame({ ...sealFrame(frame, encRand), ...change }, encRand)).toThrow(
      expect.objectContaining({ code: 'frame/authentication' }),
    );
  });

  it('is refused under another key', () => {
    expect(() => openFrame(sealFrame(frame, encRand), new Uint8Array(16))).toThrow(
      expect.objectContaining({ code: 'frame/authentication' }),
    );
  });
});
