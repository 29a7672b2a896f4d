import { seededRandom } from '@meterbridge/core/codec';
import { MessageConverter } from '@meterbridge/kpm33b';
import { proxySettings } from '@meterbridge/kpm33b/config';
import { config } from '../apps/kpm33b-proxy/src/config.ts';
import { Fleet } from '../apps/kpm33b-proxy/src/simulator/fleet.ts';
import { readText } from '../apps/kpm33b-proxy/src/text.ts';
import type { Contender, Contest } from './measure.ts';
import { bytesPerUnit, sumOfBytes } from './reference.ts';

const METERS = 500;
const UPLOADS = 20;
const START_MS = Date.UTC(2026, 0, 12, 16, 39);
const settings = proxySettings(config.parse({ mqtt: { url: 'mqtt://localhost' } }), 'homeassistant');

interface Uploaded {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** What meters send to what is published, against nothing but reading the JSON. */
export function kpm33b(): readonly Contest[] {
  return [
    contest('KPM33B messages of good meters', uploads(new Set())),
    contest('KPM33B messages as real meters send them', uploads(new Set(['phantom', 'double']))),
  ];
}

function contest(title: string, messages: readonly Uploaded[]): Contest {
  const work = messages.length;
  const payloads = messages.map(({ payload }) => payload);
  const contender = (name: string, run: () => void): Contender => ({ name, work, run });
  const convert = (count: number) => () => {
    const converter = new MessageConverter(settings, readText, { index: 0, count });
    for (const { topic, payload } of messages) converter.convert(topic, payload);
  };
  return {
    title,
    unit: 'messages',
    bytesPerUnit: bytesPerUnit(payloads),
    contenders: [
      contender('JSON.parse of the same bytes', () => {
        for (const payload of payloads)
          JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString());
      }),
      contender('checked and converted', convert(1)),
      contender('one of three workers', convert(3)),
      sumOfBytes(payloads),
    ],
  };
}

function uploads(faults: ReadonlySet<'phantom' | 'double'>): readonly Uploaded[] {
  const fleet = new Fleet({ meters: METERS, faults, random: seededRandom(1) });
  return Array.from({ length: UPLOADS }, (_, upload) =>
    [...fleet.ids.keys()].flatMap((number) => fleet.upload(number, 'seconds', START_MS + 60_000 * upload)),
  )
    .flat()
    .map(({ topic, payload }) => ({ topic, payload: Buffer.from(payload) }));
}
