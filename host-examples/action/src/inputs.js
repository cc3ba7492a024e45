import { X509Certificate } from 'node:crypto';

import { InputError } from './errors.js';
import { parseRequests } from './secrets.js';

/**
 * @typedef {object} Inputs
 * @property {string} url
 * @property {string | undefined} role
 * @property {string | undefined} serverId
 * @property {string | undefined} region
 * @property {string | undefined} stsEndpoint
 * @property {string | undefined} mount
 * @property {string | undefined} namespace
 * @property {string | undefined} caCertificate PEM.
 * @property {string | undefined} awsRole
 * @property {import('./secrets.js').SecretRequest[]} secrets
 * @property {boolean} exportEnv
 * @property {boolean} exportToken
 */

/**
 * Reads and checks the inputs of the step.
 *
 * @param {(name: string) => string} input What a workflow gives as `with:`, trimmed; empty if it gives nothing.
 * @returns {Inputs}
 */
export function readInputs(input) {
  const given = (/** @type {string} */ name) => input(name) || undefined;
  return {
    ...readServer(input),
    role: given('role'),
    serverId: given('server-id'),
    region: given('region'),
    stsEndpoint: given('sts-endpoint'),
    mount: given('mount'),
    awsRole: given('aws-role'),
    secrets: parseRequests(input('secrets')),
    exportEnv: flag('export-env', input('export-env'), true),
    exportToken: flag('export-token', input('export-token'), false),
  };
}

/**
 * Reads where the server is, which is all that revoking a token needs.
 *
 * @param {(name: string) => string} input
 */
export function readServer(input) {
  return {
    url: serverUrl(input('url')),
    namespace: input('namespace') || undefined,
    caCertificate: pem(input('ca-certificate')),
  };
}

/** @param {string} text */
function serverUrl(text) {
  const expected = 'expected the address of the server, such as https://vault.example.com:8200';
  if (text === '') throw new InputError('url', `${expected}, found nothing`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // Not shown: a secret may have slipped into its place.
  if (!url || !/^https?:$/.test(url.protocol)) throw new InputError('url', `${expected}, found something else`);
  if (url.username || url.password || url.search || url.hash) {
    throw new InputError('url', `${expected}, without a user name, query or fragment`);
  }
  return text;
}

/** @param {string} name @param {string} text @param {boolean} absent */
function flag(name, text, absent) {
  if (text === '') return absent;
  if (!/^(true|false)$/i.test(text)) throw new InputError(name, 'expected `true` or `false`, found something else');
  return text.toLowerCase() === 'true';
}

/** @param {string} text PEM, or base64 of it. @returns {string | undefined} */
function pem(text) {
  if (text === '') return undefined;
  const decoded = text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64').toString();
  try {
    new X509Certificate(decoded);
  } catch {
    throw new InputError('ca-certificate', 'expected a certificate in PEM, or base64 of one, found something else');
  }
  return decoded;
}
