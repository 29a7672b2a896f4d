import * as z from 'zod';
import { BridgeError } from '../errors/index.ts';
import { address, duration, secret } from './schema.ts';
import { bridgeConfig, meterBase } from './sections.ts';

/** The schema of a bridge with a bit of everything, for tests. */
export const schema = bridgeConfig({
  meter: z.strictObject({
    ...meterBase,
    address: address.meta({ description: 'Where the meter is.', examples: ['/dev/ttyUSB0'] }),
    interval: duration.prefault('30s').describe('How often it is read.'),
    key: secret()
      .regex(/^[0-9a-f]{8}$/, 'must be 8 hex digits')
      .exactOptional()
      .meta({ description: 'Key of the meter.', examples: ['0badcafe'] }),
    registers: z.array(z.int()).default([60, 68]).describe('What is read.'),
    scale: z.record(z.string(), z.number()).default({}).describe('Factors by name.'),
  }),
}).extend({
  timezone: z.string().default('UTC').describe('Where | when.'),
});

export const MINIMAL = `mqtt:
  url: mqtt://localhost
meters:
  - id: main
    address: /dev/ttyUSB0
`;

export function errorOf(run: () => unknown): BridgeError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof BridgeError) return thrown;
    throw thrown;
  }
  throw new Error('no error was thrown');
}
