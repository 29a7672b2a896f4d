import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { meterId, secret, tcpPort, timezone, topicTemplate } from './schema.ts';

function problemOf(schema: z.ZodType, value: unknown): string {
  return (
    schema
      .safeParse(value)
      .error?.issues.map(({ message }) => message)
      .join(' / ') ?? 'accepted'
  );
}

describe('tcpPort', () => {
  it.each([1, 1883, 65_535])('takes %i', (port) => {
    expect(tcpPort.parse(port)).toBe(port);
  });

  it.each([0, -1, 65_536, 1.5, '80', null])('refuses %j', (value) => {
    expect(problemOf(tcpPort, value)).toBe('must be a port number from 1 to 65535');
  });
});

describe('timezone', () => {
  it.each(['Europe/Amsterdam', 'UTC', 'America/Argentina/Buenos_Aires'])('takes %s', (name) => {
    expect(timezone.parse(name)).toBe(name);
  });

  it.each(['Europe/Amsterdm', '+01:00', '', 'CEST1', 5])('refuses %j', (value) => {
    expect(problemOf(timezone, value)).toBe('must be a time zone such as Europe/Amsterdam or UTC');
  });
});

describe('meterId', () => {
  it.each(['main', 'Wärme 1', '0012', 'a'.repeat(64), '$meter', 'a.b-c_d'])('takes %s', (id) => {
    expect(meterId.parse(id)).toBe(id);
  });

  it.each(['', 'a/b', 'a+', '#', 'a\u0000', 'a\n', '\u0085', '\ud800', 'a'.repeat(65), 12])(
    'refuses %j',
    (value) => {
      expect(problemOf(meterId, value)).toBe(
        'must be a name of 1 to 64 characters without + # / and control characters',
      );
    },
  );
});

describe('secret', () => {
  it('takes text, and nothing that YAML made something else of', () => {
    expect(secret().parse('12345')).toBe('12345');
    expect(problemOf(secret(), 12_345)).toBe('must be text, in quotes if it looks like a number');
    expect(problemOf(secret(), '')).toBe('must be text, in quotes if it looks like a number');
  });
});

describe('topicTemplate', () => {
  const template = topicTemplate(['base', 'meter'], ['meter']);

  it.each(['{base}/{meter}', '{meter}', 'home/{meter}/x', '/home/{meter}', '{base}-{meter}'])(
    'takes %s',
    (topic) => {
      expect(template.parse(topic)).toBe(topic);
    },
  );

  it.each([
    ['{base}', 'must contain {meter}'],
    ['', 'must contain {meter}'],
    ['{meter}/{parameter}', 'must use no other placeholders than {base} {meter}'],
    ['{meter}/{', 'must use no other placeholders than {base} {meter}'],
    ['{meter}/{}', 'must use no other placeholders than {base} {meter}'],
    ['{meter}/#', 'must be a topic without + # and control characters that does not begin with $'],
    ['$SYS/{meter}', 'must be a topic without + # and control characters that does not begin with $'],
    ['{meter}/\u0000', 'must be a topic without + # and control characters that does not begin with $'],
    ['{meter}/', 'must be a topic whose levels are not empty'],
    ['a//{meter}', 'must be a topic whose levels are not empty'],
    [5, 'must be a topic with placeholders'],
  ])('refuses %j: %s', (value, problem) => {
    expect(problemOf(template, value)).toBe(problem);
  });

  it('without placeholders is a plain topic', () => {
    expect(topicTemplate().parse('home/meters')).toBe('home/meters');
    expect(problemOf(topicTemplate(), 'home/{meter}')).toBe('must be a topic without braces');
    expect(problemOf(topicTemplate(), '')).toBe('must be a topic whose levels are not empty');
    expect(problemOf(topicTemplate(), 5)).toBe('must be a topic such as meters');
  });
});
