import { BridgeError } from '../errors/index.ts';
import { codeOf, type Ending } from './ending.ts';
import type { MqttSettings, MqttTls } from './settings.ts';

interface Explanation {
  readonly detail: string;
  readonly hint?: string;
}

const FOREIGN = {
  detail: 'its certificate is signed by an authority that is not trusted here',
  hint: 'Name the certificate authority of the broker in mqtt.tls.ca_file.',
};
const SELF_SIGNED = {
  detail: 'its certificate is self-signed',
  hint: 'Name that certificate in mqtt.tls.ca_file, so that it is trusted.',
};
const WANTS_CERTIFICATE = {
  detail: 'it wants a certificate of this client',
  hint: 'Set mqtt.tls.cert_file and mqtt.tls.key_file.',
};
const CERTIFICATE_REFUSED = {
  detail: 'it does not accept the certificate of this client',
  hint: 'The certificate in mqtt.tls.cert_file must be signed by an authority that the broker trusts, and be valid now.',
};
const NO_TLS = {
  detail: 'it does not speak TLS on this port',
  hint: 'Use the port for TLS (often 8883), or mqtt:// instead of mqtts:// in mqtt.url.',
};

/** By the code of Node.js and OpenSSL. */
const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: SELF_SIGNED,
  SELF_SIGNED_CERT_IN_CHAIN: FOREIGN,
  UNABLE_TO_GET_ISSUER_CERT: FOREIGN,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: FOREIGN,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: FOREIGN,
  CERT_HAS_EXPIRED: {
    detail: 'its certificate has expired',
    hint: 'Renew the certificate of the broker; check the clock of both machines.',
  },
  CERT_NOT_YET_VALID: {
    detail: 'its certificate is not valid yet',
    hint: 'Check the clock of this machine and of the broker.',
  },
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: WANTS_CERTIFICATE,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: CERTIFICATE_REFUSED,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: CERTIFICATE_REFUSED,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: CERTIFICATE_REFUSED,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: {
    detail: 'it refused the handshake',
    hint: 'It may want a certificate of this client (mqtt.tls.cert_file), or other versions of TLS.',
  },
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: {
    detail: 'the certificate of this client and its key do not belong together',
    hint: 'mqtt.tls.key_file must hold the key of the certificate in mqtt.tls.cert_file.',
  },
};

/** What TLS had to do with the end of a connection that the broker did not accept, or null if nothing. */
export function tlsFailure(ending: Ending, settings: MqttSettings, tls: MqttTls): BridgeError | null {
  const found = explanation(ending, settings, tls);
  if (!found) return null;
  const { host, tcpPort } = settings;
  const { cause } = ending;
  const code = cause.kind === 'error' ? codeOf(cause.error) : '';
  return new BridgeError('mqtt/tls', `no encrypted connection to ${host}:${tcpPort}: ${found.detail}`, {
    facts: { host, tcpPort, ...(code && { reason: code }) },
    ...(found.hint !== undefined && { hint: found.hint }),
    ...(cause.kind === 'error' && { cause: cause.error }),
  });
}

function explanation({ stage, cause }: Ending, settings: MqttSettings, tls: MqttTls): Explanation | null {
  if (cause.kind === 'silent' || cause.kind === 'garbage') return null;
  const code = cause.kind === 'error' ? codeOf(cause.error) : '';
  const known = EXPLANATIONS[code];
  if (known) return known;
  if (cause.kind === 'error' && code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return wrongHost(cause.error, settings);
  if (cause.kind === 'closed' || code === 'ECONNRESET' || code === 'EPIPE') {
    // With TLS 1.3 a client learns only after its side of the handshake that its certificate was missed, if at all.
    if (stage === 'handshake') return tls.cert === undefined ? wantsCertificate() : null;
    return { detail: 'it ended the connection during the handshake', hint: NO_TLS.hint };
  }
  const isTls = /^(ERR_SSL|ERR_TLS|ERR_OSSL|CERT_|CRL_|UNABLE_TO|EPROTO|INVALID_|PATH_LENGTH|HOSTNAME)/.test(
    code,
  );
  return isTls && cause.kind === 'error' ? { detail: cause.error.message } : null;
}

function wantsCertificate(): Explanation {
  return {
    detail: 'it ended the connection after the handshake',
    hint: `It may want a certificate of this client: ${WANTS_CERTIFICATE.hint}`,
  };
}

function wrongHost(error: Error, { host }: MqttSettings): Explanation {
  const names = 'cert' in error ? alternativeNames(error.cert) : null;
  return {
    detail: `its certificate is not for "${host}"${names === null ? '' : ` but for ${names}`}`,
    hint: 'Write the host name in mqtt.url as it stands in the certificate, or renew the certificate.',
  };
}

function alternativeNames(cert: unknown): string | null {
  if (typeof cert !== 'object' || cert === null || !('subjectaltname' in cert)) return null;
  return typeof cert.subjectaltname === 'string' ? cert.subjectaltname : null;
}
