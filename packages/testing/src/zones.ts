/**
 * Who may import what: the table of docs/ARCHITECTURE.md is made of it. A zone is named by its folder below `src`, `app` is
 * the rest of the same app. What is not listed is forbidden.
 */
export const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'core/errors': [],
  'core/time': [],
  'core/codec': ['core/errors'],
  'core/frames': ['core/codec', 'core/errors'],
  'core/model': ['core/codec', 'core/errors'],
  'core/config': ['core/errors', 'core/model', 'croner', 'zod', 'yaml', 'node:fs', 'node:path'],
  'core/transport': ['core/errors', 'core/time', 'core/model', 'serialport', 'node:*'],
  'core/mqtt': ['core/errors', 'core/time', 'mqtt', 'mqtt-packet', 'node:net', 'node:stream', 'node:tls'],
  'core/store': ['core/errors', 'core/time', 'core/mqtt', 'node:*'],
  'core/discovery': ['core/errors', 'core/model', 'core/mqtt'],
  'core/observe': [
    'core/errors',
    'core/model',
    'pino',
    'prom-client',
    'rotating-file-stream',
    'node:http',
    'node:net',
    'node:os',
  ],
  'core/page': ['node:crypto', 'htm', 'preact', 'preact/hooks', 'uplot'],
  'core/runtime': ['core/*', 'commander', 'croner', 'zod', 'node:*'],
  'app/protocol': [
    'core/errors',
    'core/codec',
    'core/frames',
    'core/model',
    'app/protocol',
    'protobufjs/light.js',
  ],
  'app/meters': ['core/errors', 'core/codec', 'core/frames', 'core/model', 'app/protocol', 'app/meters'],
  app: ['core/*', 'kpm33b', 'kpm33b/config', 'app', 'app/*', 'zod', 'node:*'],
  kpm33b: ['core/errors', 'core/codec', 'core/frames', 'core/model'],
  'kpm33b/config': ['core/config', 'core/errors', 'kpm33b', 'yaml', 'zod'],
};

/** The same as a table in Markdown. */
export function zoneTable(): string {
  const rows = Object.entries(ALLOWED).map(
    ([zone, targets]) => `| \`${zone}\` | ${targets.map((target) => `\`${target}\``).join(' ') || '–'} |`,
  );
  return ['| Zone | May import |', '|---|---|', ...rows].join('\n');
}
