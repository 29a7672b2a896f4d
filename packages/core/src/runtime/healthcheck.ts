import type { BaseConfig } from '../config/index.ts';

const TIMEOUT_MS = 5_000;

/** Asks the bridge that runs with this configuration how it is. 0: healthy; 1: not, and what is wrong on standard output. */
export async function askHealth({ http }: BaseConfig): Promise<number> {
  // A server on all addresses is reached on the loopback one.
  const host = http.host === '0.0.0.0' ? '127.0.0.1' : http.host === '::' ? '[::1]' : http.host;
  const url = `http://${host}:${http.port}/health`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    process.stdout.write(await response.text());
    return response.ok ? 0 : 1;
  } catch (thrown) {
    process.stdout.write(`${url}: no answer (${thrown instanceof Error ? thrown.message : thrown})\n`);
    return 1;
  }
}
