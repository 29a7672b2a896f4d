/** Makes one script and one style of the status page's sources and its libraries. With --check it only tells whether they are up to date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

const PAGE = join(import.meta.dirname, '../packages/core/src/page');
const FILE = join(PAGE, 'assets.ts');

const script = await bundle({ entryPoints: [join(PAGE, 'browser/main.ts')], format: 'esm' });
const style = await bundle({ entryPoints: [join(PAGE, 'page.css')] });
// What stands in HTML must not end the element that it stands in.
for (const text of [script, style])
  if (/<\/(?:script|style)|<!--/i.test(text)) throw new Error('unsafe in HTML');

const text = `// Made by scripts/generate-page.ts (pnpm page) of browser/ and page.css with preact (MIT), htm (Apache-2.0) and uPlot (MIT).
export const SCRIPT =
  ${JSON.stringify(script)};
export const STYLE =
  ${JSON.stringify(style)};
`;
if (!process.argv.includes('--check')) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) {
  process.stderr.write('packages/core/src/page/assets.ts is not up to date; pnpm page writes it\n');
  process.exitCode = 1;
}

async function bundle(options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    ...options,
    bundle: true,
    minify: true,
    write: false,
    target: ['chrome122', 'firefox127', 'safari17'],
    legalComments: 'none',
    charset: 'ascii',
  });
  return outputFiles?.[0]?.text.trim() ?? '';
}
