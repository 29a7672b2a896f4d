import { encodeKmp } from '@meterbridge/core/frames';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from './answer.ts';
import { registerRequest } from './request.ts';

const id = fc.integer({ min: 1, max: 5 });
const requests = fc.array(id, { minLength: 1, maxLength: 8 });
const answers = fc.array(id, { maxLength: 8 });

/** An answer with these registers; each has its own number as its value. */
function answerWith(registers: readonly number[]): Uint8Array {
  const data = Uint8Array.from(registers.flatMap((id) => [0, id, 2, 1, 0, id]));
  return encodeKmp({ ...registerRequest([1]), direction: 'response', data });
}

describe('an answer with registers', () => {
  it('tells what was asked for, what is missing and what nobody asked for, whatever is in it', () => {
    fc.assert(
      fc.property(requests, answers, (requested, told) => {
        const verdict = judge(registerRequest(requested), answerWith(told));
        const records = told.filter((id) => requested.includes(id));
        const answer = {
          records: records.map((id) => ({ id })),
          missing: requested.filter((id) => !told.includes(id)),
          unrequested: told.filter((id) => !requested.includes(id)),
        };
        const isAnother = records.length === 0 && told.length > 0;
        expect(verdict).toMatchObject(isAnother ? { objection: 'mismatch' } : { answer });
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('is what was asked for, in the same order', () => {
    const verdict = judge(registerRequest([3, 1, 2]), answerWith([3, 1, 2]));
    expect(verdict).toMatchObject({
      answer: { records: [{ id: 3 }, { id: 1 }, { id: 2 }], missing: [], unrequested: [] },
    });
  });
});
