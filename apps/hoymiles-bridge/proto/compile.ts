/** Writes what the bridge needs of the `.proto` files: a descriptor, the shapes of the messages, and a quick reader. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';

const FOLDER = import.meta.dirname;
const DESCRIPTOR = join(FOLDER, '../src/protocol/messages.json');
const SHAPES = join(FOLDER, '../src/protocol/messages.ts');
const QUICK = join(FOLDER, '../src/protocol/quick-messages.ts');
const MADE = '// Made from proto/*.proto by proto/compile.ts.\n';

/** Types of values as `toObject` gives them, by their types in the files. */
const PLAIN: Readonly<Record<string, string>> = { string: 'string', bytes: 'Uint8Array' };

/** Contents of the files that are made, by path. */
export function compile(): Readonly<Record<string, string>> {
  const root = new protobuf.Root();
  for (const file of readdirSync(FOLDER)
    .filter((name) => name.endsWith('.proto'))
    .sort()) {
    protobuf.parse(readFileSync(join(FOLDER, file), 'utf8'), root);
  }
  root.resolveAll();
  const types = root.lookup('hoymiles');
  if (!(types instanceof protobuf.Namespace)) throw new Error('the files have no package "hoymiles"');
  return {
    [DESCRIPTOR]: `${JSON.stringify(types.toJSON(), withoutSpelling, 2)}\n`,
    [SHAPES]: shapes(types.nestedArray.filter((type) => type instanceof protobuf.Type)),
    [QUICK]: quickReaders(types.lookupType('RealDataNew')),
  };
}

/** How a field is spelt in its file matters to nobody who reads bytes. */
function withoutSpelling(key: string, value: unknown): unknown {
  return key === 'protoName' ? undefined : value;
}

function shapes(types: readonly protobuf.Type[]): string {
  const interfaces = types.map(
    (type) => `export interface ${type.name} {\n${type.fieldsArray.map(member).join('')}}\n`,
  );
  const names = types.map(({ name }) => `  ${name}: ${name};\n`).join('');
  return [
    MADE,
    '/** Every message by its name. */',
    `export interface Messages {\n${names}}\n`,
    ...interfaces,
  ].join('\n');
}

function member(field: protobuf.Field): string {
  const single = field.resolvedType ? `${field.type} | null` : (PLAIN[field.type] ?? 'number');
  const type = field.repeated ? `readonly ${field.resolvedType ? field.type : single}[]` : single;
  return `  readonly ${field.name}: ${type};\n`;
}

/** Functions that read the one message of which many come, and those in it: straight on, a field after the other. */
function quickReaders(type: protobuf.Type): string {
  const inner = type.fieldsArray
    .map((field) => field.resolvedType)
    .filter((one) => one instanceof protobuf.Type);
  const types = [type, ...inner];
  return [
    `// biome-ignore-all lint/complexity/noExcessiveLinesPerFunction: a few lines for each field\n${MADE}`,
    `import type {\n${types
      .map(({ name }) => `  ${name},\n`)
      .sort()
      .join('')}} from './messages.ts';`,
    `import type { WireReader } from './wire.ts';\n`,
    types.map(quickReader).join('\n'),
  ].join('\n');
}

function quickReader({ name, fieldsArray }: protobuf.Type): string {
  const lists = fieldsArray.filter(({ repeated }) => repeated);
  return [
    `export function quick${name}(wire: WireReader, end: number): ${name} {`,
    ...lists.map((field) => `  const ${field.name}: ${field.type}[] = [];`),
    `  const message = {`,
    ...fieldsArray.map(
      (field) =>
        `    ${field.repeated ? field.name : `${field.name}: ${field.type === 'string' ? "''" : 0}`},`,
    ),
    `  };`,
    `  while (wire.at < end) {`,
    `    const tag = wire.tag();`,
    `    switch (tag) {`,
    ...fieldsArray.flatMap(quickCase),
    `      default:`,
    `        wire.skip(tag);`,
    `    }`,
    `  }`,
    `  wire.close(end);`,
    `  return message;`,
    `}\n`,
  ].join('\n');
}

/** How fields are read, and the wire type that they come with. */
const QUICK_TYPES: Readonly<Record<string, readonly [method: string, wireType: number]>> = {
  int32: ['int32', 0],
  uint32: ['uint32', 0],
  int64: ['int64', 0],
  uint64: ['uint64', 0],
  string: ['ascii', 2],
};

function quickCase({ id, name, type, repeated, resolvedType }: protobuf.Field): readonly string[] {
  const quick = QUICK_TYPES[type];
  const isList = repeated && resolvedType instanceof protobuf.Type;
  if (!isList && (repeated || !quick)) throw new Error(`no quick reader knows ${type} ${name}`);
  const [method, wireType] = quick ?? ['', 2];
  const read = isList ? `${name}.push(quick${type}(wire, wire.end()))` : `message.${name} = wire.${method}()`;
  return [`      case ${(id << 3) | wireType}:`, `        ${read};`, '        break;'];
}

if (import.meta.main) for (const [path, text] of Object.entries(compile())) writeFileSync(path, text);
