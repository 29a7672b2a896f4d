import * as z from 'zod';

/** Says what would be right, for whatever a schema has no words of its own for. */
export const explain: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[isWhole(issue) ? 'int' : issue.expected] ?? `must be ${issue.expected}`;
    case 'invalid_value':
      return `must be ${listOf(issue.values.map(String))}${quotesOf(issue)}`;
    case 'too_small':
      return limit(issue.origin, issue.minimum, issue.inclusive === false ? 'more than' : 'at least');
    case 'too_big':
      return limit(issue.origin, issue.maximum, issue.inclusive === false ? 'less than' : 'at most');
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_union':
      return eitherOf(issue);
    case 'invalid_key':
      return 'has a key that is not allowed here';
    default:
      return 'must have another form';
  }
};

const TYPES: Readonly<Record<string, string>> = {
  string: 'must be text, in quotes if it looks like a number',
  number: 'must be a number',
  int: 'must be a whole number',
  boolean: 'must be true or false',
  array: 'must be a list',
  object: 'must be a section: keys with values',
  record: 'must be a section: keys with values',
};

/** `403` is a number in YAML. */
function quotesOf({ values, input }: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidValue>): string {
  const isNumber = typeof input === 'number' && values.some((value) => Number(value) === input);
  return isNumber ? ', in quotes as it looks like a number' : '';
}

/** For text in place of a whole number zod expects any number. */
function isWhole({ inst }: z.core.$ZodRawIssue): boolean {
  return inst instanceof z.ZodNumber && inst.isInt;
}

function limit(origin: string, bound: number | bigint, relation: string): string {
  if (origin === 'array') return `must have ${relation} ${bound} ${bound === 1 ? 'entry' : 'entries'}`;
  if (origin !== 'string') return `must be ${relation} ${bound}`;
  return relation === 'at least' && bound === 1
    ? 'must not be empty'
    : `must have ${relation} ${bound} characters`;
}

function eitherOf(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): string {
  if (Array.isArray(issue.options)) return `must be ${listOf(issue.options.map(String))}`;
  const messages = issue.errors.flat().map(({ message }) => message.replace(/^must be /, ''));
  return `must be ${[...new Set(messages)].join(', or ')}`;
}

function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
