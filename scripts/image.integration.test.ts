import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasContainerEngine } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const BASE = 'node:24-trixie-slim';
const IMAGE = 'meterbridge-test/dsmr-bridge';

const docker = (...args: readonly string[]): string =>
  execFileSync('docker', args, {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 600_000,
  });
const sizeOf = (image: string): number => Number(docker('image', 'inspect', '-f', '{{.Size}}', image));

describe.skipIf(!hasContainerEngine('images', BASE))('an image', () => {
  it('is at most 15 MB larger than its base', () => {
    docker('build', '-f', 'apps/Dockerfile', '--build-arg', 'APP=dsmr-bridge', '-t', IMAGE, '.');
    expect(sizeOf(IMAGE) - sizeOf(BASE)).toBeLessThan(15e6);
  }, 620_000);
});

const hasBuildx = spawnSync('docker', ['buildx', 'version'], { stdio: 'ignore' }).status === 0;
if (!hasBuildx) console.warn('Skipping the test of docker-bake.hcl: there is no docker buildx');

it.skipIf(!hasBuildx)('docker-bake.hcl builds every app, for amd64 and arm64', () => {
  const { target } = JSON.parse(docker('buildx', 'bake', '--print'));
  const apps = readdirSync(join(ROOT, 'apps'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  expect(Object.keys(target).toSorted()).toEqual(apps.map(({ name }) => name).toSorted());
  for (const { name } of apps)
    expect(target[name]).toMatchObject({
      args: { APP: name },
      dockerfile: 'apps/Dockerfile',
      platforms: ['linux/amd64', 'linux/arm64'],
      tags: [`meterbridge/${name}:latest`],
    });
});
