import type { CommonConfig } from '../config/index.ts';
import { messageOf } from '../errors/index.ts';
import { ask, urlOf } from './own-http.ts';

/** Asks the bridge that runs with this configuration how it is. 0: healthy; 1: not, and what is wrong on standard output. */
export async function askHealth({ http }: CommonConfig): Promise<number> {
  if (!http.enabled) {
    process.stdout.write('http.enabled is false: how the bridge is cannot be asked\n');
    return 0;
  }
  try {
    const response = await ask(http, '/health');
    process.stdout.write(await response.text());
    return response.ok ? 0 : 1;
  } catch (thrown) {
    process.stdout.write(`${urlOf(http, '/health')}: no answer (${messageOf(thrown)})\n`);
    return 1;
  }
}
