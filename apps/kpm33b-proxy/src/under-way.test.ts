import { beforeEach, describe, expect, it } from 'vitest';
import { UnderWay } from './under-way.ts';

let taken: string[];
let underWay: UnderWay;
const takes = (name: string) => (): void => void taken.push(name);

beforeEach(() => {
  taken = [];
  underWay = new UnderWay();
});

describe('a message under way', () => {
  it('is taken when it is kept', () => {
    const onKept = underWay.add('a', takes('1'));
    expect([taken, underWay.isEmpty]).toEqual([[], false]);
    onKept();
    expect([taken, underWay.isEmpty]).toEqual([['1'], true]);
  });

  it('is taken with its copies, however often it came again', () => {
    const onKept = underWay.add('a', takes('1'));
    underWay.addCopy('a', takes('1 again'));
    underWay.addCopy('a', takes('and again'));
    expect(taken).toEqual([]);
    onKept();
    expect(taken).toEqual(['1', '1 again', 'and again']);
  });

  it('keeps back copies of its own topic alone, until all of that is kept', () => {
    const [first, second] = [underWay.add('a', takes('1')), underWay.add('a', takes('2'))];
    underWay.addCopy('b', takes('other'));
    underWay.addCopy('a', takes('1 again'));
    second();
    expect(taken).toEqual(['other', '2']);
    first();
    expect(taken).toEqual(['other', '2', '1', '1 again']);
    underWay.addCopy('a', takes('late'));
    expect(taken.at(-1)).toBe('late');
  });

  it('is taken without the copies of a connection that is gone', () => {
    const onKept = underWay.add('a', takes('1'));
    underWay.addCopy('a', takes('1 again'));
    underWay.disconnected();
    underWay.addCopy('a', takes('and again'));
    onKept();
    expect(taken).toEqual(['1', 'and again']);
  });
});
