/**
 * Makes one script and one style of the status page's sources and its libraries, and NOTICE of the licences of these.
 * With --check it only tells whether they are up to date.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { noticeOf } from './notice.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'packages/core/src/page');

const script = await bundle({ entryPoints: [join(PAGE, 'browser/main.ts')], format: 'esm' });
const style = await bundle({ entryPoints: [join(PAGE, 'page.css')] });
// What stands in HTML must not end the element that it stands in.
for (const { text } of [script, style])
  if (/<\/(?:script|style)|<!--/i.test(text)) throw new Error('unsafe in HTML');

settle(
  'packages/core/src/page/assets.ts',
  `// Made by scripts/generate-page.ts (pnpm page) of browser/ and page.css with preact (MIT), htm (Apache-2.0) and uPlot (MIT).
export const SCRIPT =
  ${JSON.stringify(script.text)};
export const STYLE =
  ${JSON.stringify(style.text)};
`,
);
settle(
  'NOTICE',
  `Meterbridge is under the licence in the file LICENSE. Its status page holds parts of:

${noticeOf(script.metafile, ROOT)}`,
);

function settle(file: string, text: string): void {
  const path = join(ROOT, file);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  if (!process.argv.includes('--check')) {
    writeFileSync(path, text);
    return;
  }
  process.stderr.write(`${file} is not up to date; pnpm page writes it\n`);
  process.exitCode = 1;
}

async function bundle(options: BuildOptions) {
  const { outputFiles, metafile } = await build({
    ...options,
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    target: ['chrome122', 'firefox127', 'safari17'],
    legalComments: 'none',
    charset: 'ascii',
  });
  return { text: outputFiles[0]?.text.trim() ?? '', metafile };
}
