import { VaultError } from './errors.js';

/** A login's answer has a few thousand bytes, with many policies a few ten thousand. */
const LONGEST_ANSWER = 1024 * 1024;

/** Vault's own client waits as long. */
const DEFAULT_TIMEOUT_MILLISECONDS = 60_000;

/** The part of `fetch` that is used, so that any conforming one fits. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A server, and how to talk to it. */
export interface Server {
  /** Such as `https://vault.example.com:8200`. */
  readonly vaultAddr: string;
  /** Vault Enterprise's or OpenBao's namespace. */
  readonly namespace?: string | undefined;
  /** Absent: the platform's own. */
  readonly fetch?: Fetch | undefined;
  /** For the whole exchange. Absent: 60 seconds. */
  readonly timeoutMilliseconds?: number | undefined;
  /** Ends the exchange early. */
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  /** The `Date` header, by which the server's clock is known. */
  readonly date: string | undefined;
  readonly retryAfter: string | undefined;
  readonly body: string;
}

/** The address of an API path on a server. */
export function apiUrl(vaultAddr: string, path: string): URL {
  const base = URL.canParse(vaultAddr) ? new URL(vaultAddr) : undefined;
  if (!base || !/^https?:$/.test(base.protocol) || base.search || base.hash || base.username || base.password) {
    throw new TypeError(
      'invalid vaultAddr: expected a URL such as https://vault.example.com:8200, without user name, query or fragment',
    );
  }
  const wanted = `${base.pathname.replace(/\/+$/, '')}/v1/${path}`;
  const url = new URL(wanted, base);
  if (url.pathname !== wanted || url.origin !== base.origin) {
    throw new TypeError(`invalid path: expected one that a URL can carry, found \`${path}\``);
  }
  return url;
}

/** Sends JSON, and follows one redirect, as a standby server sends it. */
export async function post(url: URL, json: string, server: Server): Promise<Answer> {
  const timeout = AbortSignal.timeout(server.timeoutMilliseconds ?? DEFAULT_TIMEOUT_MILLISECONDS);
  const signal = server.signal ? AbortSignal.any([timeout, server.signal]) : timeout;
  const headers = {
    'Content-Type': 'application/json',
    // Vault Agent and proxies want it: a browser that was tricked into a request cannot send it.
    'X-Vault-Request': 'true',
    ...(server.namespace === undefined ? {} : { 'X-Vault-Namespace': server.namespace }),
  };
  // `redirect: 'error'` and 'follow' would both take the choice away.
  const init: RequestInit = { method: 'POST', headers, body: json, redirect: 'manual', signal };
  let response = await send(url, init, server);
  if (response.status === 307) {
    const target = redirectTarget(url, response.headers.get('Location'));
    await response.body?.cancel();
    response = await send(target, init, server);
    if (response.status === 307) {
      throw new VaultError(`expected an answer from ${target}, found a second redirect`, { status: 307 });
    }
  }
  return {
    status: response.status,
    date: response.headers.get('Date') ?? undefined,
    retryAfter: response.headers.get('Retry-After') ?? undefined,
    body: await read(response, url),
  };
}

async function send(url: URL, init: RequestInit, { fetch = globalThis.fetch }: Server): Promise<Response> {
  try {
    // Called without an owner: browsers and workerd refuse a `fetch` that is called as a method.
    return await fetch(url.href, init);
  } catch (error) {
    throw new VaultError(`cannot reach ${url}: ${reason(error)}`, { cause: error });
  }
}

/** Says where a redirect leads. The login goes with it, so never from https to http. */
export function redirectTarget(from: URL, location: string | null): URL {
  if (location === null || !URL.canParse(location, from)) {
    throw new VaultError(`expected a URL with the redirect of ${from}, found ${location ?? 'none'}`, { status: 307 });
  }
  const target = new URL(location, from);
  if (target.protocol !== 'https:' && (from.protocol === 'https:' || target.protocol !== 'http:')) {
    throw new VaultError(`expected a redirect from ${from} to stay on ${from.protocol}//, found ${target}`, {
      status: 307,
    });
  }
  return target;
}

async function read(response: Response, url: URL): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  const reader = response.body?.getReader();
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      length += part.value.byteLength;
      if (length > LONGEST_ANSWER) {
        await reader?.cancel();
        throw new VaultError(`expected an answer of at most ${LONGEST_ANSWER} bytes from ${url}, found more`, {
          status: response.status,
        });
      }
      text += decoder.decode(part.value, { stream: true });
    }
  } catch (error) {
    if (error instanceof VaultError) throw error;
    throw new VaultError(`cannot read the answer of ${url}: ${reason(error)}`, { status: response.status, cause: error });
  }
  return text + decoder.decode();
}

/** Node says `fetch failed` and hides why in the cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause;
  return inner instanceof Error && inner.message ? inner.message : error.message;
}
