import { describe, expect, it } from 'vitest';
import { matchesFilter, topicFault } from './filter.ts';

describe('topic filter', () => {
  it.each([
    ['a/b', 'a/b'],
    ['a/+', 'a/b'],
    ['+/b', 'a/b'],
    ['+/+', '/b'],
    ['/+', '/b'],
    ['a/+/c', 'a//c'],
    ['#', 'a/b/c'],
    ['a/#', 'a/b/c'],
    ['a/#', 'a'],
    ['$SYS/#', '$SYS/broker'],
  ])('%s takes %s', (filter, topic) => expect(matchesFilter(filter, topic)).toBe(true));

  it.each([
    ['a/b', 'a/c'],
    ['a/b', 'a/b/c'],
    ['a/b/c', 'a/b'],
    ['a/+', 'a/b/c'],
    ['a/+', 'a'],
    ['+', '/b'],
    ['a/b/#', 'a'],
    ['a/#', 'ab'],
    ['#', '$SYS/broker'],
    ['+/broker', '$SYS/broker'],
  ])('%s does not take %s', (filter, topic) => expect(matchesFilter(filter, topic)).toBe(false));
});

describe('topic to publish to', () => {
  it('may hold anything but wildcards and NUL', () => {
    expect(topicFault('meters/dsmr/haus 1/Ä')).toBeNull();
    expect(topicFault('x'.repeat(65_535))).toBeNull();
  });

  it.each([
    ['', 'empty'],
    ['a/+', 'wildcard'],
    ['a/#', 'wildcard'],
    ['a\0b', 'NUL'],
    ['ä'.repeat(32_768), 'longer than 65535 bytes'],
  ])('is refused as %j', (topic, fault) => expect(topicFault(topic)).toContain(fault));
});
