import { shownOrigin, shownReason } from './echo.js';
import { exchange, TransportError, type Fetch, type Incoming } from './exchange.js';
import { VaultError } from './vault-error.js';

/** A login's answer has a few thousand bytes, with many policies a few ten thousand. */
const LONGEST_ANSWER = 1024 * 1024;

/** As long as Vault's own client waits. */
const DEFAULT_TIMEOUT_MILLISECONDS = 60_000;

/** A server, and how to talk to it. */
export interface Server {
  /** Such as `https://vault.example.com:8200`. */
  readonly vaultAddr: string;
  /** Vault Enterprise's or OpenBao's namespace. */
  readonly namespace?: string | undefined;
  /** Absent: the platform's own. */
  readonly fetch?: Fetch | undefined;
  /** For each request. Absent: 60 seconds. */
  readonly timeoutMilliseconds?: number | undefined;
  /** Ends the exchange early; its reason is thrown then. */
  readonly signal?: AbortSignal | undefined;
}

export interface VaultAnswer {
  readonly status: number;
  /** The `Date` header, by which the server's clock is known. */
  readonly date: string | undefined;
  readonly body: string;
}

/** Returns the URL of an API path on a server: below the path of `vaultAddr`, as a gateway may have one. */
export function apiUrl(vaultAddr: string, path: string): URL {
  const base = URL.canParse(vaultAddr) ? new URL(vaultAddr) : undefined;
  if (!base || !/^https?:$/.test(base.protocol) || base.search || base.hash || base.username || base.password) {
    throw new TypeError(
      'invalid vaultAddr: expected a URL such as https://vault.example.com:8200, without user name, query or fragment',
    );
  }
  const wanted = `${base.pathname.replace(/\/+$/, '')}/v1/${path}`;
  const url = URL.canParse(wanted, base) ? new URL(wanted, base) : undefined;
  if (url?.pathname !== wanted || url.origin !== base.origin) {
    // Not echoed: a secret may have slipped into a setting.
    throw new TypeError(`invalid path: expected one that a URL can carry, found one of ${path.length} characters`);
  }
  return url;
}

/** Sends JSON, and follows one redirect, as a standby server sends it. */
export async function post(url: URL, json: string, options: Server): Promise<VaultAnswer> {
  const server = shownOrigin(url);
  let answer = await send(url, json, options).catch((error: unknown) => {
    if (!(error instanceof TransportError)) throw error;
    throw new VaultError(`no answer from ${server}: ${shownReason(error.message, url)}`, { failure: error.failure });
  });
  if (answer.status === 307) {
    const target = redirectTarget(url, answer.headers.get('Location'));
    answer = await send(target, json, options).catch((error: unknown) => {
      if (!(error instanceof TransportError)) throw error;
      // The server chose the place, so neither it nor the reason, which may name it, is shown.
      throw new VaultError(`no answer from where ${server} redirects to`, { failure: error.failure });
    });
    if (answer.status === 307) {
      throw new VaultError(`expected an answer from where ${server} redirects to, found a second redirect`, { status: 307 });
    }
  }
  const { status, headers, body } = answer;
  return { status, date: headers.get('Date') ?? undefined, body: new TextDecoder().decode(body) };
}

function send(url: URL, json: string, server: Server): Promise<Incoming> {
  return exchange(url, {
    method: 'POST',
    headers: [
      ['Content-Type', 'application/json'],
      // Vault Agent and proxies want it: a browser that was tricked into a request cannot send it.
      ['X-Vault-Request', 'true'],
      ...(server.namespace === undefined ? [] : [['X-Vault-Namespace', server.namespace] as const]),
    ],
    body: json,
    timeoutMilliseconds: server.timeoutMilliseconds ?? DEFAULT_TIMEOUT_MILLISECONDS,
    limitBytes: LONGEST_ANSWER,
    signal: server.signal,
    fetch: server.fetch,
  });
}

/** Returns where a redirect leads. The login is sent there, so never from https to http. */
function redirectTarget(from: URL, location: string | null): URL {
  const server = shownOrigin(from);
  // Not shown, because a server may put the login into it.
  if (location === null || !URL.canParse(location, from)) {
    const found = location === null ? 'none' : 'something else';
    throw new VaultError(`expected a URL with the redirect of ${server}, found ${found}`, { status: 307 });
  }
  const target = new URL(location, from);
  if (target.protocol !== 'https:' && (from.protocol === 'https:' || target.protocol !== 'http:')) {
    throw new VaultError(`expected a redirect from ${server} to stay on ${from.protocol}//, found one that does not`, {
      status: 307,
    });
  }
  return target;
}
