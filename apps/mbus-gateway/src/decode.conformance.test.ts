import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf } from '@meterbridge/core/codec';
import { conformancePath, conformanceReason } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { decryptWith } from './aes.ts';
import { alike, promised } from './conformance.fixture.ts';
import { frameJson } from './decode.ts';

const folder = conformancePath('mbus');
const names =
  folder === null
    ? []
    : readdirSync(join(folder, 'frames'))
        .filter((file) => file.endsWith('.json'))
        .map((file) => file.slice(0, -'.json'.length));

describe.skipIf(folder === null)(
  `frames of the corpus${folder ? '' : ` (${conformanceReason('mbus')})`}`,
  () => {
    it.each(names)('%s is decoded', (name) => {
      const wanted = JSON.parse(readFileSync(join(folder ?? '', 'frames', `${name}.json`), 'utf8'));
      // A Buffer, as what comes from sockets and files is: its slices share its memory.
      const bytes = Buffer.from(bytesOf(readFileSync(join(folder ?? '', 'frames', `${name}.hex`), 'utf8')));
      const decrypt = wanted.key ? decryptWith(bytesOf(wanted.key)) : undefined;
      const found = JSON.parse(JSON.stringify(frameJson(bytes, { decrypt })));
      expect(alike(found, promised(wanted))).toEqual(promised(wanted));
    });
  },
);
