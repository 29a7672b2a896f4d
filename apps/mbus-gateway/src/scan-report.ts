import type { FoundMeter, ScanStep } from './scan.ts';

/** One line of JSON for each step. */
export function reportJson({ progress, asked, found }: ScanStep): void {
  process.stdout.write(`${JSON.stringify({ progress: Number(progress.toFixed(6)), asked, found })}\n`);
}

/** Where nobody looks at a terminal: what is found. */
export function reportFound({ found }: ScanStep): void {
  if (found) process.stderr.write(`${described(found)}\n`);
}

export const ERASE_LINE = '\r\x1b[K';

/** What is found, and below it a bar that grows. */
export function reportBar({ progress, asked, found }: ScanStep): void {
  if (found) process.stderr.write(`${ERASE_LINE}${described(found)}\n`);
  process.stderr.write(`${ERASE_LINE}${progressBar(progress)} ${asked}`);
}

const WIDTH = 30;

/** `█████░░░░░  50.0 %` */
export function progressBar(progress: number): string {
  const full = Math.round(WIDTH * progress);
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${(100 * progress).toFixed(1).padStart(5)} %`;
}

function described({ primary, secondary, manufacturer, medium, problem }: FoundMeter): string {
  const where = [primary === null ? '' : `primary ${primary}`, secondary ?? ''].filter(Boolean).join(', ');
  return [where, manufacturer, medium?.replaceAll('_', ' '), problem].filter(Boolean).join(' · ');
}
