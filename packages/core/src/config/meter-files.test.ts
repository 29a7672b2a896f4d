import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BridgeError } from '../errors/index.ts';
import { errorOf, MINIMAL, schema } from './load.fixture.ts';
import { type LoadedConfig, loadConfig } from './load.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
  mkdirSync(join(folder, 'config.d'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const FOLDER_ONLY = 'mqtt:\n  url: mqtt://localhost\nmeters_dir: ./config.d\n';
const WITH_FOLDER = `${MINIMAL}meters_dir: ./config.d\n`;

type Loaded = LoadedConfig<typeof schema>;

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

function load(main: string, before?: Loaded, env = {}): Loaded {
  write('bridge.yaml', main);
  return loadConfig(schema, { file: join(folder, 'bridge.yaml'), env }, before);
}

function linesOf(error: BridgeError): readonly string[] {
  return error.message.split('\n').map((line) => line.replace(`${folder}/`, ''));
}

const idsOf = ({ config }: Loaded): readonly string[] => config.meters.map(({ id }) => id);
const problems = (main: string, env = {}): readonly string[] =>
  linesOf(errorOf(() => load(main, undefined, env)));

describe('a folder of meters', () => {
  it('adds one meter per file, named as the file, in the order of the names', () => {
    write('config.d/b.yml', 'address: /dev/ttyS1\ninterval: 5s\n');
    write('config.d/a.yaml', 'address: /dev/ttyS0\n');
    const { config, broken } = load(WITH_FOLDER);
    expect(config.meters.map(({ id, interval }) => [id, interval])).toEqual([
      ['main', 30_000],
      ['a', 30_000],
      ['b', 5_000],
    ]);
    expect(broken).toEqual([]);
  });

  it('may be all there is, and may be empty', () => {
    expect(load(FOLDER_ONLY).config.meters).toEqual([]);
    write('config.d/a.yaml', 'address: /dev/ttyS0\n');
    expect(idsOf(load(FOLDER_ONLY))).toEqual(['a']);
    expect(idsOf(load(`${FOLDER_ONLY}meters: []\n`))).toEqual(['a']);
  });

  it('may be named by the environment', () => {
    write('config.d/a.yaml', 'address: /dev/ttyS0\n');
    const env = { MQTT__URL: 'mqtt://localhost', METERS_DIR: join(folder, 'config.d') };
    expect(idsOf(loadConfig(schema, { env }))).toEqual(['a']);
  });

  it.each([
    '.a.yaml.swp',
    '.a.yaml',
    'a.yaml~',
    '#a.yaml#',
    '.#a.yaml',
    'a.yaml.tmp',
    '4913',
    'README.md',
    '..data/a.yaml',
  ])('does not take %s for a meter', (name) => {
    write(`config.d/${name}`, 'nonsense: [');
    expect(load(FOLDER_ONLY).config.meters).toEqual([]);
  });

  it('may consist of links, as a ConfigMap does', () => {
    write('config.d/..2026_1/a.yaml', 'address: /dev/ttyS0\n');
    symlinkSync('..2026_1', join(folder, 'config.d/..data'));
    symlinkSync('..data/a.yaml', join(folder, 'config.d/a.yaml'));
    expect(idsOf(load(FOLDER_ONLY))).toEqual(['a']);
  });

  it('takes an id inside of a file that says the same as its name', () => {
    write('config.d/a.yaml', 'id: a\naddress: /dev/ttyS0\n');
    expect(idsOf(load(FOLDER_ONLY))).toEqual(['a']);
  });

  it('lets a secret of a meter stand in a file beside it', () => {
    write('config.d/a.yaml', 'address: /dev/ttyS0\nkey_file: a.key\n');
    write('config.d/a.key', '0badcafe\n');
    const { config, places } = load(FOLDER_ONLY);
    expect(config.meters[0]?.key).toBe('0badcafe');
    expect(places).toEqual({
      files: [join(folder, 'bridge.yaml'), join(folder, 'config.d/a.key')],
      folders: [join(folder, 'config.d')],
    });
  });
});

describe('a wrong folder of meters', () => {
  it('is told as a whole, each issue at its own file, line and column', () => {
    write('config.d/a.yaml', 'id: b\naddress: /dev/ttyS0\ninterval: soon\n');
    write('config.d/b.yaml', 'adress: /dev/ttyS0\n');
    write('config.d/c.yaml', 'address: [\n');
    write('config.d/d.yaml', '- address\n');
    write('config.d/e.yaml', '');
    write('config.d/main.yaml', 'address: /dev/ttyS0\n');
    write('config.d/x+y.yaml', 'address: /dev/ttyS0\n');
    mkdirSync(join(folder, 'config.d/z.yaml'));
    const said = problems(`${WITH_FOLDER}http: { port: x }\n`).map((line) => line.replace(/ such as.*/, ''));
    expect(said).toEqual([
      'bridge.yaml:7:15 http.port: must be a port number from 1 to 65535',
      'config.d/a.yaml:1:5 id: must be the name of the file without its ending, or left out',
      'config.d/a.yaml:3:11 interval: must be a duration',
      'config.d/b.yaml:1:1 address: is missing; must be like serial:///dev/ttyUSB0 or tcp://192.168.1.20:2001',
      'config.d/b.yaml:1:1 adress: is not a key; did you mean "address"?',
      expect.stringMatching(/^config\.d\/c\.yaml:2:1: /),
      'config.d/d.yaml:1:1: must hold keys with values,',
      'config.d/e.yaml:1:1 address: is missing; must be like serial:///dev/ttyUSB0 or tcp://192.168.1.20:2001',
      'config.d/main.yaml:1:1 id: is the id of meters[0] too; must be unique',
      'config.d/x+y.yaml:1:1 id: must be a name of 1 to 64 characters without + # / and control characters',
      'config.d/z.yaml:1:1: is a directory',
    ]);
  });

  it('is told of two files for the same meter at the later one', () => {
    write('config.d/a.yaml', 'address: /dev/ttyS0\n');
    write('config.d/a.yml', 'address: /dev/ttyS1\n');
    expect(problems(FOLDER_ONLY)).toEqual(['config.d/a.yml:1:1 id: is the id of a.yaml too; must be unique']);
  });

  it('is told when it is not there, or is a file', () => {
    expect(problems(FOLDER_ONLY.replace('config.d', 'other'))).toEqual([
      'bridge.yaml:3:13 meters_dir: names a folder that does not exist',
    ]);
    expect(problems(FOLDER_ONLY.replace('config.d', 'bridge.yaml'))).toEqual([
      'bridge.yaml:3:13 meters_dir: names a folder that is a file',
    ]);
  });

  it('is told as a syntax error when it is nothing else', () => {
    write('config.d/a.yaml', 'address: [\n');
    expect(errorOf(() => load(FOLDER_ONLY)).code).toBe('config/syntax');
  });
});

describe('a meter file that breaks while the bridge runs', () => {
  it('counts as what it was, and the others as what they are', () => {
    write('config.d/a.yaml', 'address: /dev/ttyS0\n');
    write('config.d/b.yaml', 'address: /dev/ttyS1\n');
    const before = load(FOLDER_ONLY);
    write('config.d/a.yaml', 'address: /dev/ttyS9\ninterval: soon\n');
    write('config.d/b.yaml', 'address: /dev/ttyS8\n');
    write('config.d/c.yaml', 'address: [\n');
    const after = load(FOLDER_ONLY, before);
    expect(after.config.meters.map(({ id, address }) => [id, address.url])).toEqual([
      ['a', 'serial:///dev/ttyS0'],
      ['b', 'serial:///dev/ttyS8'],
    ]);
    expect(after.broken.map(linesOf)).toEqual([
      ['config.d/a.yaml:2:11 interval: must be a duration such as 30s, 5m or 1h'],
      [expect.stringMatching(/^config\.d\/c\.yaml:2:1: /)],
    ]);
    expect(after.broken.map(({ code }) => code)).toEqual(['config/invalid', 'config/syntax']);

    // Still broken: still what it was.
    const later = load(FOLDER_ONLY, after);
    expect(later.config).toEqual(after.config);
    write('config.d/a.yaml', 'address: /dev/ttyS9\n');
    write('config.d/c.yaml', 'address: /dev/ttyS7\n');
    const mended = load(FOLDER_ONLY, later);
    expect(mended.broken).toEqual([]);
    expect(mended.config.meters.map(({ address }) => address.url)).toEqual([
      'serial:///dev/ttyS9',
      'serial:///dev/ttyS8',
      'serial:///dev/ttyS7',
    ]);
  });

  it('is left out if it is new and its meter stands elsewhere already', () => {
    const before = load(WITH_FOLDER);
    write('config.d/main.yaml', 'address: /dev/ttyS0\n');
    const after = load(WITH_FOLDER, before);
    expect(after.config).toEqual(before.config);
    expect(after.broken.flatMap(linesOf)).toEqual([
      'config.d/main.yaml:1:1 id: is the id of meters[0] too; must be unique',
    ]);
  });

  it('refuses everything when the main file is wrong, too, or claims the meter of a file', () => {
    write('config.d/main.yaml', 'address: /dev/ttyS0\n');
    const before = load(FOLDER_ONLY);
    expect(linesOf(errorOf(() => load(WITH_FOLDER, before)))).toEqual([
      'config.d/main.yaml:1:1 id: is the id of meters[0] too; must be unique',
    ]);
    write('config.d/main.yaml', 'address: 5\n');
    expect(linesOf(errorOf(() => load(`${FOLDER_ONLY}http: 5\n`, before)))).toHaveLength(2);
  });
});
