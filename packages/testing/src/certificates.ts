import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A certificate and its private key, both PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  /** The private authority that signed all identities, PEM. */
  readonly ca: string;
  /** Another authority that signed none of them, PEM. */
  readonly foreignCa: string;
  /** For `localhost`, `127.0.0.1` and `::1`. */
  readonly server: Identity;
  /** As `server`, but its time is over. */
  readonly expired: Identity;
  /** For `broker.example` only. */
  readonly wrongHost: Identity;
  readonly client: Identity;
}

const LOCAL_NAMES = 'DNS:localhost,IP:127.0.0.1,IP:::1';
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
/** `openssl ca` is the one command that sets both dates in every OpenSSL since 1.1. */
const CA_CONFIG = `
[ca]
default_ca = test
[test]
certificate = ca.pem
private_key = ca.key
database = index.txt
new_certs_dir = .
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
`;

/** Makes everything a TLS test needs with the `openssl` command; nothing stays on disk. */
export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'certificates-'));
  try {
    await writeFile(join(folder, 'ca.cnf'), CA_CONFIG);
    await writeFile(join(folder, 'index.txt'), '');
    const { cert: ca } = await authority(folder, 'ca');
    const { cert: foreignCa } = await authority(folder, 'foreign');
    return {
      ca,
      foreignCa,
      server: await identity(folder, 'localhost', LOCAL_NAMES),
      expired: await identity(folder, 'localhost', LOCAL_NAMES, ['20200101000000Z', '20210101000000Z']),
      wrongHost: await identity(folder, 'broker.example', 'DNS:broker.example'),
      client: await identity(folder, 'meter-client', 'DNS:meter-client'),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function authority(folder: string, name: string): Promise<Identity> {
  const out = ['-keyout', `${name}.key`, '-out', `${name}.pem`];
  await openssl(folder, [
    'req',
    '-x509',
    ...KEY,
    ...out,
    '-days',
    '2',
    '-subj',
    `/CN=Test authority ${name}`,
  ]);
  return await identityIn(folder, name);
}

async function identity(
  folder: string,
  name: string,
  alternativeNames: string,
  [from, to]: readonly [string, string] = ['20200101000000Z', '20491231235959Z'],
): Promise<Identity> {
  const request = ['-keyout', 'new.key', '-out', 'new.csr', '-subj', `/CN=${name}`];
  await openssl(folder, ['req', ...KEY, ...request, '-addext', `subjectAltName=${alternativeNames}`]);
  const dates = ['-startdate', from, '-enddate', to];
  const files = ['-in', 'new.csr', '-out', 'new.pem'];
  await openssl(folder, ['ca', '-config', 'ca.cnf', '-batch', '-notext', ...dates, ...files]);
  return await identityIn(folder, 'new');
}

async function identityIn(folder: string, name: string): Promise<Identity> {
  const read = (ending: string): Promise<string> => readFile(join(folder, `${name}.${ending}`), 'utf8');
  return { cert: await read('pem'), key: await read('key') };
}

async function openssl(folder: string, options: readonly string[]): Promise<void> {
  await promisify(execFile)('openssl', options, { cwd: folder, timeout: 30_000 });
}
