/**
 * Bundles one app into a single file, beside it the native binaries of serialport and all licences: bundle.ts APP FOLDER.
 * The folder is a package that npm can pack and install.
 */
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { noticeOf } from './notice.ts';

const [app, folder] = process.argv.slice(2);
if (!app || !folder) throw new Error('usage: bundle.ts APP FOLDER');

const root = join(import.meta.dirname, '..');
await mkdir(folder, { recursive: true });
const { metafile } = await build({
  absWorkingDir: root,
  metafile: true,
  entryPoints: [join(root, 'apps', app, 'src/main.ts')],
  outfile: resolve(folder, 'main.js'),
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // Bundled CommonJS packages expect these; serialport looks for its binaries from __dirname.
  banner: {
    js: [
      "import { createRequire as __createRequire } from 'node:module';",
      'const require = __createRequire(import.meta.url);',
      "const __dirname = import.meta.dirname + '/lib';",
      'const __filename = import.meta.filename;',
    ].join('\n'),
  },
});

const core = createRequire(join(root, 'packages/core/package.json'));
const serialport = createRequire(core.resolve('serialport'));
const bindings = dirname(dirname(serialport.resolve('@serialport/bindings-cpp')));
await cp(join(bindings, 'prebuilds'), join(folder, 'prebuilds'), {
  recursive: true,
  filter: (source) => !/prebuilds\/(?!linux)/.test(source),
});

const source = join(root, 'apps', app);
const { name, version, license, description } = JSON.parse(
  await readFile(join(source, 'package.json'), 'utf8'),
);
const manifest = {
  name,
  version,
  description,
  license,
  type: 'module',
  bin: { [app]: './main.js' },
  files: ['main.js', 'prebuilds', 'NOTICE'],
  engines: { node: '>=24' },
  os: ['linux'],
};
await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
await chmod(join(folder, 'main.js'), 0o755);

await cp(join(source, 'README.md'), join(folder, 'README.md'));
await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'));
// That of the page is text in the bundle.
const ofPage = await readFile(join(root, 'NOTICE'), 'utf8');
await writeFile(
  join(folder, 'NOTICE'),
  `${ofPage}\nThe program holds parts of:\n\n${noticeOf(metafile, root)}`,
);
