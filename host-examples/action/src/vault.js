import { rootCertificates } from 'node:tls';

import { getInput } from '@actions/core';
import { getProxyUrl } from '@actions/http-client/lib/proxy';
import { Agent, fetch as send, ProxyAgent } from 'undici';
import { apiUrl } from 'vault-aws-login/module';

import { ActionError } from './errors.js';
import { readServer } from './inputs.js';

const TIMEOUT_MILLISECONDS = 30_000;

/** @typedef {ReturnType<typeof readServer>} Server */

/**
 * Makes a `fetch` that trusts the certificate authority beside the public ones, and goes through the
 * proxy of the runner.
 *
 * @param {string | undefined} authority @returns {import('vault-aws-login').Fetch}
 */
export function fetchWith(authority) {
  const tls = authority === undefined ? {} : { ca: [...rootCertificates, authority] };
  const direct = new Agent({ connect: tls });
  return async (url, init) => {
    const proxy = getProxyUrl(new URL(url));
    const dispatcher = proxy ? new ProxyAgent({ uri: proxy.href, requestTls: tls }) : direct;
    const options = /** @type {import('undici').RequestInit} */ (/** @type {unknown} */ ({ ...init, dispatcher }));
    return /** @type {Response} */ (/** @type {unknown} */ (await send(url, options)));
  };
}

/**
 * Reads a path, and returns the JSON of the answer.
 *
 * @param {Server} server @param {string} token @param {string} path @returns {Promise<unknown>}
 */
export async function read(server, token, path) {
  const failed = (/** @type {string} */ why) => new ActionError('A secret was not read', `cannot read ${path}: ${why}`);
  const answer = await request(server, token, 'GET', path).catch(() => undefined);
  if (!answer) throw failed('no answer from the server');
  if (answer.status === 403) throw failed(`the policies of the token do not allow it to read this path (status 403)`);
  if (answer.status === 404) {
    const [mount, ...rest] = path.split('/');
    const hint = rest[0] === 'data' ? '' : `; version 2 of KV has it at ${mount}/data/${rest.join('/')}`;
    throw failed(`the server has nothing there (status 404)${hint}`);
  }
  // What a server answers else is not shown: it may hold the secret, or the token.
  if (answer.status !== 200) throw failed(`expected status 200, found ${answer.status}`);
  const body = await answer.json().catch(() => undefined);
  if (body === undefined) throw failed('expected JSON, found something else');
  return body;
}

/** Revokes a token. @param {string} token @returns {Promise<string | undefined>} What went wrong. */
export async function revoke(token) {
  const answer = await request(readServer(getInput), token, 'POST', 'auth/token/revoke-self').catch(() => undefined);
  if (!answer) return 'no answer from the server; the token is valid until its lease expires';
  if (answer.ok) return undefined;
  if (answer.status === 403) {
    return (
      'the server answered with status 403: the token has ended already, or its policies do not let it ' +
      '`update` auth/token/revoke-self, as the default policy does, and then it is valid until its lease expires'
    );
  }
  return `the server answered with status ${answer.status}; the token is valid until its lease expires`;
}

/** @param {Server} server @param {string} token @param {string} method @param {string} path */
function request({ url, namespace, caCertificate }, token, method, path) {
  const headers = {
    'X-Vault-Token': token,
    'X-Vault-Request': 'true',
    ...(namespace === undefined ? {} : { 'X-Vault-Namespace': namespace }),
  };
  const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
  // A redirect would take the token elsewhere.
  return fetchWith(caCertificate)(apiUrl(url, path).href, { method, headers, redirect: 'manual', signal });
}
