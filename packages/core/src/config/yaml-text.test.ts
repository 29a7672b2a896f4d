import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseYaml } from './yaml-text.ts';

function problemsOf(text: string): readonly string[] {
  return parseYaml(text).problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

function readValue(text: string): unknown {
  expect(problemsOf(text)).toEqual([]);
  return parseYaml(text).value;
}

describe('YAML', () => {
  it('is YAML 1.2: only true and false are yes and no', () => {
    expect(
      readValue('a: no\nb: on\nc: yes\nd: true\ne: 0o17\nf: 017\ng: 1_000\nh: 12:30\ni: 2024-01-01'),
    ).toEqual({
      a: 'no',
      b: 'on',
      c: 'yes',
      d: true,
      e: 15,
      f: 17,
      g: '1_000',
      h: '12:30',
      i: '2024-01-01',
    });
    expect(readValue('%YAML 1.1\n---\na: no\nb: 0o17')).toEqual({ a: 'no', b: 15 });
  });

  it('may be empty, or nothing but comments', () => {
    expect([readValue(''), readValue('# nothing\n'), readValue('---\n')]).toEqual([null, null, null]);
  });

  it('may end its lines as Windows does', () => {
    const { value, locate } = parseYaml('a:\r\n  b: 1\r\n  c: 2\r\n');
    expect(value).toEqual({ a: { b: 1, c: 2 } });
    expect(locate(['a', 'c'], 'value')).toEqual({ line: 3, column: 6 });
  });

  it('takes keys for text and names of prototypes for plain keys', () => {
    const value = readValue(
      '1: a\nnull: b\n__proto__: { polluted: 1 }\nconstructor: { prototype: { polluted: 1 } }',
    );
    expect(Object.keys(Object(value))).toEqual(['1', 'null', '__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect({}).not.toHaveProperty('polluted');
  });

  it('may use aliases', () => {
    expect(readValue('a: &x [1]\nb: *x')).toEqual({ a: [1], b: [1] });
  });

  it.each([
    ['a: 1\nb: 2\na: 3', '3:1 is there twice, first in line 1; must be there once'],
    ['x: {a: 1, a: 2}', '1:11 is there twice, first in line 1; must be there once'],
    ['1: a\n"1": b', '2:1 is there twice, first in line 1; must be there once'],
    ['a:\n\tb: 1', '2:1 is indented with a tab; must be spaces'],
    ['a: 1\n---\nb: 2', '2:1 begins a second document (---); must be a file of its own'],
    ['a: @b', '1:4 begins with a character that has a meaning in YAML; must be in quotes'],
    ['a: !b c', '1:4 begins with !, which marks a tag in YAML; must be in quotes if it is text'],
    ['a: !!binary c', '1:4 begins with !, which marks a tag in YAML; must be in quotes if it is text'],
    ['a: "\\q"', '1:5 holds a \\ in double quotes that means nothing in YAML; must be in single quotes'],
    ['? [a]\n: 1', '1:3 is no name; must be a plain key'],
    ['%FOO\n---\na: 1', '1:1 is a directive that is not known here; must be removed'],
    ['a: "b', '1:6 lacks a character: a colon and a space behind a key, a comma, a closing quote or bracket'],
    ['a: [1', '1:6 is not indented like its neighbours, or a closing bracket is missing before it'],
    [
      'a: *b',
      '1:4 begins with *, which marks an alias in YAML, but nothing has that name; must be in quotes if it is text',
    ],
    [
      'a: b: c',
      '1:4 is a key inside of a value; must be indented like its neighbours, or in quotes if it is text',
    ],
  ])('refuses %j at its place', (text, problem) => {
    expect(problemsOf(text)).toContain(problem);
    expect(parseYaml(text).value).toBeUndefined();
  });

  it('names the path of a key that is there twice', () => {
    expect(parseYaml('meters:\n  - id: a\n    id: b').problems[0]?.path).toEqual(['meters', 0, 'id']);
  });

  it('refuses aliases that multiply themselves', () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `a${level + 1}: &a${level + 1} [${Array(9).fill(`*a${level}`).join(',')}]`,
    );
    expect(problemsOf(`a0: &a0 [x]\n${levels.join('\n')}`)).toEqual([
      '1:1 holds too many aliases; what they stand for must be written out',
    ]);
  });

  it.each([
    ['brackets', '['.repeat(200_000)],
    ['braces', '{'.repeat(200_000)],
    ['dashes', '- '.repeat(200_000)],
    ['question marks', '? '.repeat(200_000)],
    ['quotes', '"'.repeat(100_001)],
    ['aliases without an anchor', `[${'*a,'.repeat(50_000)}]`],
  ])('refuses a flood of %s without harm', (_, text) => {
    expect(problemsOf(text)).not.toEqual([]);
  });

  it('gives a value or problems for any text, and never throws', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '\t',
      '"',
      "'",
      '{',
      '}',
      '[',
      ']',
      ',',
      '&a',
      '*a',
      '!',
      '|',
      '>',
      '#',
      '---',
      '%',
      '?',
      '\\',
      '\u0000',
      '\ud800',
      '\r',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const { value, problems, locate } = parseYaml(pieces.join(''));
        expect(value === undefined).toBe(problems.length > 0);
        for (const { line, column } of [...problems, locate(['a', 0], 'value')]) {
          expect(Math.min(line, column)).toBeGreaterThan(0);
        }
      }),
    );
  });
});

describe('the place of a key', () => {
  const text = 'a:\n  - b: 1\n    c: &c { d: [x, y] }\n  - *c\ne:\nf: "q"\n';
  const { locate } = parseYaml(text);

  it.each([
    [['a', 0, 'b'], 'value', 2, 8],
    [['a', 0, 'b'], 'key', 2, 5],
    [['a', 0, 'c', 'd', 1], 'value', 3, 20],
    [['f'], 'value', 6, 4],
    [['f'], 'key', 6, 1],
  ] as const)('%j (%s) is in line %i, column %i', (path, part, line, column) => {
    expect(locate(path, part)).toEqual({ line, column });
  });

  it('is the anchor for what an alias stands for', () => {
    expect(locate(['a', 1, 'd', 0], 'value')).toEqual({ line: 3, column: 17 });
  });

  it('is the key where there is no value', () => {
    expect(locate(['e'], 'value')).toEqual({ line: 5, column: 1 });
  });

  it('is the section around it where it is not there at all', () => {
    expect(locate(['a', 0, 'z'], 'value')).toEqual({ line: 2, column: 5 });
    expect(locate(['a', 7], 'value')).toEqual({ line: 2, column: 3 });
    expect(locate(['z', 'y'], 'value')).toEqual({ line: 1, column: 1 });
    expect(parseYaml('').locate(['a'], 'value')).toEqual({ line: 1, column: 1 });
  });
});
