import { latin1Bytes } from '@meterbridge/core/codec';
import { MessageConverter } from '@meterbridge/kpm33b';
import { proxySettings } from '@meterbridge/kpm33b/config';
import { config } from '../../apps/kpm33b-proxy/src/config.ts';
import { readText } from '../../apps/kpm33b-proxy/src/text.ts';
import { uploadsOf } from '../kpm33b-scenes.ts';
import { wronglyTaken } from './checks.ts';
import type { Target } from './target.ts';

const SOUND = 40;
const METERS = 4;

/** Messages of a fleet: MQTT frames them, so that each input is one message. */
export function kpm33bTarget(): Target {
  // The same few messages come again and again.
  const kpm33b_meters = { duplicate_dict_max_length: 1 };
  const parsed = config.parse({ mqtt: { url: 'mqtt://localhost' }, kpm33b_meters });
  const settings = proxySettings(parsed, 'homeassistant');
  const converter = new MessageConverter(settings, readText);
  const uploads = uploadsOf(METERS);
  return {
    name: 'KPM33B',
    isStream: false,
    pool: Array.from({ length: SOUND }, () => Buffer.from(uploads.next().value.payload)),
    signs: latin1Bytes('{}[]":,.-+eE019\\u\0 \xff\xc3tfn'),
    repaired: (bytes) => bytes,
    *push(payload) {
      const converted = converter.convert(settings.secondsTopic, payload);
      if (converted?.dropped !== null) yield converted?.dropped ?? 'none';
      else {
        expectHonest(payload, converted);
        yield null;
      }
    },
    end: () => [],
  };
}

/** Every meter that is told of stands in the message, and what is published is JSON of numbers and texts. */
function expectHonest(
  payload: Uint8Array,
  { id, payload: json }: { readonly id: string; readonly payload: string },
): void {
  if (!Buffer.from(payload).includes(id))
    throw wronglyTaken('a message of a meter that it does not name', payload);
  for (const value of Object.values(JSON.parse(json)))
    if (typeof value === 'number' && !Number.isFinite(value))
      throw wronglyTaken('a value that is none', payload);
}
