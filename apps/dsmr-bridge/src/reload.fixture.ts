import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type CollectedMessage,
  type Collector,
  type LogRecord,
  type RunningApp,
  startApp,
} from '@meterbridge/testing';

export interface ConfigFolder extends Disposable {
  readonly path: string;
  file(name: string): string;
  /** Writes as a program does that knows no better. */
  write(name: string, content: object | string): void;
  /** Saves as editors do: into another file, which then takes the name. */
  save(name: string, content: object | string): void;
  remove(name: string): void;
}

/** A folder with a configuration in it. */
export function configFolder(): ConfigFolder {
  const path = mkdtempSync(join(tmpdir(), 'reload-'));
  const file = (name: string): string => join(path, name);
  const write = (name: string, content: object | string): void => {
    mkdirSync(dirname(file(name)), { recursive: true });
    writeFileSync(file(name), typeof content === 'string' ? content : JSON.stringify(content));
  };
  return {
    path,
    file,
    write,
    save(name, content) {
      write(`${name}.tmp`, content);
      renameSync(file(`${name}.tmp`), file(name));
    },
    remove: (name) => rmSync(file(name), { recursive: true }),
    [Symbol.dispose]: () => rmSync(path, { recursive: true }),
  };
}

/** Runs the bridge with the configuration of a folder. */
export async function runFrom(folder: ConfigFolder): Promise<RunningApp> {
  return await startApp('dsmr-bridge', ['run', '--config', folder.file('bridge.yaml')]);
}

/** Each call waits for the next line that fits, so that one event is never taken for two. */
export function logOf(app: RunningApp): (fits: (record: LogRecord) => boolean) => Promise<LogRecord> {
  const seen = new Set<string>();
  return async (fits) => {
    let found = '';
    await app.line((line) => {
      const isNew = line.startsWith('{') && !seen.has(line) && fits(JSON.parse(line));
      if (isNew) found = line;
      return isNew;
    });
    seen.add(found);
    return JSON.parse(found);
  };
}

/** What the broker keeps: the last retained payload of each topic; removed ones are not there. */
export function retained(seen: Collector): ReadonlyMap<string, string> {
  const kept = new Map<string, string>();
  for (const { topic, payload } of seen.messages) {
    if (payload === '') kept.delete(topic);
    else kept.set(topic, payload);
  }
  return kept;
}

export const power = ({ payload }: CollectedMessage): number => JSON.parse(payload).current_electricity_usage;
