/** Own words for what the YAML library finds: its messages repeat the text, which may be a password. */
const MESSAGES: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'begins with *, which marks an alias in YAML; must be in quotes if it is text',
  BAD_DIRECTIVE: 'is a directive that is not known here; must be removed',
  BAD_DQ_ESCAPE: 'holds a \\ in double quotes that means nothing in YAML; must be in single quotes',
  BAD_INDENT: 'is not indented like its neighbours, or a closing bracket is missing before it',
  BAD_SCALAR_START: 'begins with a character that has a meaning in YAML; must be in quotes',
  BLOCK_AS_IMPLICIT_KEY:
    'is a key inside of a value; must be indented like its neighbours, or in quotes if it is text',
  KEY_OVER_1024_CHARS: 'is a key of more than 1024 characters; must be shorter',
  MISSING_CHAR: 'lacks a character: a colon and a space behind a key, a comma, a closing quote or bracket',
  MULTILINE_IMPLICIT_KEY:
    'is a key of more than one line; must be in one line, followed by a colon and a space',
  MULTIPLE_DOCS: 'begins a second document (---); must be a file of its own',
  MULTIPLE_TAGS: 'begins with !, which marks a tag in YAML; must be in quotes if it is text',
  NON_STRING_KEY: 'is no name; must be a plain key',
  RESOURCE_EXHAUSTION: 'is nested too deeply; must be flatter',
  TAB_AS_INDENT: 'is indented with a tab; must be spaces',
  TAG_RESOLVE_FAILED: 'begins with !, which marks a tag in YAML; must be in quotes if it is text',
  UNEXPECTED_TOKEN:
    'does not belong here; quotes, brackets and commas before it must be in pairs and in place',
};

export const SYNTAX = {
  twin: (line: number) => `is there twice, first in line ${line}; must be there once`,
  noAnchor:
    'begins with *, which marks an alias in YAML, but nothing has that name; must be in quotes if it is text',
  aliases: 'holds too many aliases; what they stand for must be written out',
} as const;

export function explainSyntax(code: string): string {
  return MESSAGES[code] ?? 'is not valid YAML here; indentation, quotes and brackets must be in order';
}
