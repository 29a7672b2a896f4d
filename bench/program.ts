import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..');
/** Of the kernel: clock ticks in a second. */
const TICKS_PER_S = 100;

/** An app as it runs in its container. */
export interface Program extends AsyncDisposable {
  readonly pid: number;
  /** Processor time since its start, user and system, all threads. */
  cpuMs(): number;
  residentMB(): number;
  /** The most it ever had. */
  peakMB(): number;
  /** @throws if it has ended by itself */
  expectAlive(): void;
}

/** How much JavaScript may have in the image. */
export function imageHeapMB(): number {
  return Number(
    image()
      .flags.find((flag) => flag.startsWith('--max-old-space-size='))
      ?.split('=')[1],
  );
}

/** Makes the one file that the image holds. @returns its size */
export async function bundle(app: string): Promise<number> {
  await promisify(execFile)(process.execPath, [join(ROOT, 'scripts/bundle.ts'), app, folderOf(app)]);
  return (await stat(join(folderOf(app), 'main.js'))).size;
}

/**
 * Starts the bundle of an app, in a folder of its own, with the flags and variables of its image.
 * @param heapMB bound of the heap; null: that of the image
 */
export async function startProgram(
  app: string,
  config: object,
  heapMB: number | null = null,
): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), `bench-${app}-`));
  const file = join(folder, `${app}.yaml`);
  await writeFile(file, JSON.stringify(config));
  const heap = heapMB === null ? [] : [`--max-old-space-size=${heapMB}`];
  return watch(folder, [...heap, join(folderOf(app), 'main.js'), '--config', file, 'run']);
}

/** Node.js alone, with the same flags: what there is before an app begins. */
export async function startBareNode(script: string): Promise<Program> {
  return watch(await mkdtemp(join(tmpdir(), 'bench-node-')), ['--eval', script]);
}

function watch(folder: string, args: readonly string[]): Program {
  const { flags, env } = image();
  const child = spawn(process.execPath, [...flags, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = once(child, 'close');
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said = (said + text.toString()).slice(-2_000);
  });
  return {
    pid: child.pid!,
    ...figuresOf(child),
    expectAlive() {
      if (child.exitCode === null && child.signalCode === null) return;
      throw new Error(`it ended with ${child.exitCode ?? child.signalCode}: ${said}`);
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function figuresOf({ pid }: ChildProcess): Pick<Program, 'cpuMs' | 'residentMB' | 'peakMB'> {
  const proc = (file: string): string => readFileSync(`/proc/${pid}/${file}`, 'utf8');
  const megabytes = (field: string): number =>
    (Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(proc('status'))?.[1]) * 1024) / 1e6;
  return {
    cpuMs() {
      // Behind the name of the program, which may hold blanks: proc_pid_stat(5), fields 14 and 15.
      const [user, system] = proc('stat').split(') ').at(-1)!.split(' ').slice(11, 13).map(Number);
      return (1000 * (user! + system!)) / TICKS_PER_S;
    },
    residentMB: () => megabytes('VmRSS'),
    peakMB: () => megabytes('VmHWM'),
  };
}

/** What the Dockerfile starts Node.js with. */
function image(): { readonly flags: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const dockerfile = readFileSync(join(ROOT, 'apps/Dockerfile'), 'utf8');
  const command: readonly string[] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '[]');
  const variables = [...dockerfile.matchAll(/\b(MALLOC_\w+)=(\S+)/g)];
  return {
    flags: command.filter((part) => part.startsWith('--')),
    env: Object.fromEntries(variables.map(([, name, value]) => [name, value])),
  };
}

function folderOf(app: string): string {
  return join(ROOT, 'apps', app, 'dist');
}
