import { describe, expect, it } from 'vitest';
import answers from '../vectors/answers.json' with { type: 'json' };
import commands from '../vectors/commands.json' with { type: 'json' };
import * as build from './command.ts';
import { decodeAnswer } from './command.ts';

describe('a command', () => {
  it.each(commands)('is as the protocol has it: $name', ({ command: [kind, ...values], topic, payload }) => {
    const made: build.Command = Reflect.apply(Reflect.get(build, String(kind)), null, values);
    expect(made.topic).toBe(topic);
    expect(JSON.parse(made.payload)).toEqual(payload);
  });
});

describe('an answer', () => {
  it.each(answers)('is understood: $name', ({ text, want }) => {
    const answer = decodeAnswer(text);
    if (want === null) expect(answer).toBeNull();
    else expect(answer).toMatchObject(want);
  });

  it('is not read if it is larger than any message of a meter', () => {
    expect(decodeAnswer(`{"oprid":"a1"${' '.repeat(65_536)}}`)).toBeNull();
  });
});
