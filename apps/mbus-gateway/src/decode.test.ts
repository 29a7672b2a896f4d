import { bytesOf } from '@meterbridge/core/codec';
import { encodeMbus } from '@meterbridge/core/frames';
import { describe, expect, it } from 'vitest';
import vectors from '../vectors/frames.json' with { type: 'json' };
import { decryptWith } from './aes.ts';
import { frameJson } from './decode.ts';

interface Vector {
  readonly name: string;
  /** A frame; without it, an answer of address 1 is made of `ci` and `data`. */
  readonly bytes?: string;
  readonly ci?: string;
  readonly data?: string;
  readonly key?: string;
  readonly want: object;
}

function frameOf({ bytes, ci = '', data = '' }: Vector): Uint8Array {
  if (bytes !== undefined) return bytesOf(bytes);
  return encodeMbus({ type: 'long', c: 0x08, a: 1, ci: Number.parseInt(ci, 16), data: bytesOf(data) });
}

describe('a frame as JSON', () => {
  it.each<Vector>(vectors)('tells $name', (vector) => {
    const decrypt = vector.key === undefined ? undefined : decryptWith(bytesOf(vector.key));
    const found = JSON.parse(JSON.stringify(frameJson(frameOf(vector), { decrypt })));
    expect(found).toMatchObject(vector.want);
  });
});
