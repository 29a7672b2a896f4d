import { createHash } from 'node:crypto';
import { SCRIPT, STYLE } from './assets.ts';

export type * from './status.ts';

const ICON =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>" +
  "<rect width='16' height='16' rx='4' fill='%230b6e4f'/>" +
  "<path d='M3 11a5 5 0 0 1 10 0M8 11l2.5-4' fill='none' stroke='white' stroke-width='1.6' stroke-linecap='round'/></svg>";

export interface StatusPage {
  readonly html: string;
  /** Content security policy: nothing runs but the script and the style of this very page. */
  readonly policy: string;
}

/** @param app name of the bridge, from its code */
export function statusPage(app: string): StatusPage {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${app}</title>
<link rel="icon" href="${ICON}">
<style>${STYLE}</style>
</head>
<body>
<div id="app"><noscript><p>This page needs JavaScript. The same as JSON: <a href="status">/status</a></p></noscript></div>
<script type="module">${SCRIPT}</script>
</body>
</html>
`;
  const policy = [
    "default-src 'none'",
    `script-src '${digest(SCRIPT)}'`,
    `style-src '${digest(STYLE)}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return { html, policy };
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
