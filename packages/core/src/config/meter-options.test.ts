import { expect, it } from 'vitest';
import * as z from 'zod';
import { configOfMeter } from './meter-options.ts';

const schema = z.strictObject({
  mqtt: z.looseObject({}),
  meters: z.array(
    z.strictObject({
      id: z.string(),
      model: z.enum(['auto', '403']).optional(),
      name: z.union([z.number(), z.string()]).optional(),
      unit: z.union([z.number(), z.literal('all')]).optional(),
      echo: z.boolean().optional(),
    }),
  ),
});

it.each([
  ['model', '403', '403'],
  ['name', '0403', '0403'],
  ['unit', '403', 403],
  ['unit', 'all', 'all'],
  ['echo', 'true', true],
])('takes --%s %s for %j', (key, text, value) => {
  expect(configOfMeter(schema, new Map([[key, text]])).meters).toEqual([{ id: 'meter', [key]: value }]);
});

it('says which option is wrong', () => {
  expect(() => configOfMeter(schema, new Map([['model', '404']]))).toThrow('--model: must be 403 or auto');
});
