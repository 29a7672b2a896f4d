import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf } from '@meterbridge/core/codec';
import { conformancePath, conformanceReason } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { manufacturerCode } from './protocol/header.ts';
import { hexByte } from './protocol/hex.ts';
import { selectRequest } from './protocol/request.ts';
import { isSelected } from './protocol/secondary-address.ts';
import { type Probed, searchSecondary } from './search.ts';

interface Corpus {
  readonly selectFrames: readonly {
    readonly idMask: string;
    readonly manufacturer: string;
    readonly version: number;
    readonly medium: number;
    readonly frame: string;
  }[];
  readonly scans: readonly {
    readonly name: string;
    readonly devices: readonly {
      readonly id: string;
      readonly manufacturer: string;
      readonly version: number;
      readonly medium: number;
    }[];
    readonly unresolved: readonly string[];
    readonly probeCount: number;
  }[];
}

const folder = conformancePath('mbus');
const corpus: Corpus = folder
  ? JSON.parse(readFileSync(join(folder, 'scan.json'), 'utf8'))
  : { selectFrames: [], scans: [] };

const wireOrder = (code: number): string => hexByte(code & 0xff) + hexByte(code >> 8);

describe.skipIf(folder === null)(
  `searches of the corpus${folder ? '' : ` (${conformanceReason('mbus')})`}`,
  () => {
    it.each(corpus.selectFrames)('$idMask $manufacturer $version $medium is selected', (wanted) => {
      const manufacturer = wireOrder(Number.parseInt(wanted.manufacturer, 16));
      const mask = wanted.idMask + manufacturer + hexByte(wanted.version) + hexByte(wanted.medium);
      expect(selectRequest(mask)).toEqual(bytesOf(wanted.frame));
    });

    it.each(corpus.scans)('$name finds every meter and asks no more than it must', async (scan) => {
      const addresses = scan.devices.map(
        ({ id, manufacturer, version, medium }) =>
          id.toUpperCase() + wireOrder(manufacturerCode(manufacturer)) + hexByte(version) + hexByte(medium),
      );
      let probes = 0;
      const probe = async (mask: string): Promise<Probed> => {
        probes++;
        const meant = addresses.filter((address) => isSelected(address, mask));
        const result = meant.length === 0 ? 'none' : meant.length === 1 ? meant[0]! : 'collision';
        return { result, wasLate: false };
      };
      const found: string[] = [];
      for await (const { result } of searchSecondary(probe)) {
        if (result !== 'none' && result !== 'collision') found.push(result);
      }
      expect(found.toSorted()).toEqual(addresses.toSorted());
      // One probe asks everybody at once; meters with the same number are told apart by their medium, after a second question.
      expect(probes).toBeLessThanOrEqual(scan.probeCount + 1 + 256 * scan.unresolved.length);
    });
  },
);
