import { expect, it } from 'vitest';
import * as z from 'zod';
import { explain } from './messages.ts';

it.each([
  [403, 'must be 403, auto or 5.0, in quotes as it looks like a number'],
  [5, 'must be 403, auto or 5.0, in quotes as it looks like a number'],
  [404, 'must be 403, auto or 5.0'],
  ['404', 'must be 403, auto or 5.0'],
])('says how a choice is written, for %j', (value, message) => {
  const { error } = z.enum(['auto', '403', '5.0']).safeParse(value, { error: explain });
  expect(error?.issues).toMatchObject([{ message }]);
});
