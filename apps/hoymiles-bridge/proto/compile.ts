/** Writes what the bridge needs of the `.proto` files: a descriptor, and the shapes of the messages. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';

const FOLDER = import.meta.dirname;
const DESCRIPTOR = join(FOLDER, '../src/protocol/messages.json');
const SHAPES = join(FOLDER, '../src/protocol/messages.ts');

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
    '// Made from proto/*.proto by proto/compile.ts.\n',
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

if (import.meta.main) for (const [path, text] of Object.entries(compile())) writeFileSync(path, text);
