import type * as lifecycle from './component/interfaces/vault-aws-login-lifecycle.js';
import { refusable } from './errors.js';
import { exchange, TransportError } from './exchange.js';
import { translatedRefusal } from './inspect.js';
import { apiUrl } from './post.js';
import { config, tokenSource, type Lease, type SessionOptions, type SessionRefusal } from './session-options.js';
import { identity } from './sign.js';

/** The name in the generated code, also where the platform has no `Symbol.dispose` yet. */
const DISPOSE: symbol = Symbol.dispose ?? Symbol.for('dispose');

/** A Vault token that is obtained, renewed and replaced until the session is closed. */
export interface VaultSession {
  /** Returns the token, and waits for it while there is none. Rejects when the session is closed. */
  token(options?: { readonly signal?: AbortSignal | undefined }): Promise<string>;
  /**
   * Reports that a server refused the token (403). The session asks Vault with `auth/token/lookup-self`, at most once in 10
   * seconds, and drops the token if Vault says that it is dead. Where the role's tokens may not ask, `onRefusal` gets
   * `token-check-forbidden`, once, and the token stays.
   */
  tokenRefused(): void;
  /** Ends the session. The token is not revoked. */
  close(): void;
}

/**
 * Starts a session, which logs in at once. It keeps the process alive until it is closed.
 *
 * @throws {LoginError} if a setting breaks a rule.
 */
export type CreateSession = (options: SessionOptions) => VaultSession;

export function createSessionWith(component: typeof lifecycle): CreateSession {
  return (options) => new SessionLoop(component, options);
}

/** The loop between the session, which decides, and the platform, which has clocks, timers and `fetch`. */
class SessionLoop implements VaultSession {
  readonly #session: lifecycle.Session;
  readonly #options: SessionOptions;
  readonly #closed = new AbortController();
  #waiting: Waiter[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(component: typeof lifecycle, options: SessionOptions) {
    // Fails early if Vault's address is invalid.
    apiUrl(options.vaultAddr, '');
    const [seed = 0n] = crypto.getRandomValues(new BigUint64Array(1));
    this.#session = refusable(() => component.Session.create(config(options), seed));
    this.#options = options;
    if (options.adopt) this.#session.adopt(writeLease(options.adopt), now());
    this.#advance();
  }

  async token({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<string> {
    signal?.throwIfAborted();
    this.#closed.signal.throwIfAborted();
    const lease = this.#session.liveLease(now());
    if (lease) return lease.token;
    const waiter = withResolvers();
    const abort = () => waiter.reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    this.#waiting.push(waiter);
    try {
      return await waiter.promise;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#waiting = this.#waiting.filter((other) => other !== waiter);
    }
  }

  tokenRefused(): void {
    this.#tell(() => this.#session.tokenRefused(now()));
  }

  close(): void {
    if (this.#closed.signal.aborted) return;
    clearTimeout(this.#timer);
    const reason = new Error('the session is closed');
    this.#closed.abort(reason);
    for (const { reject } of this.#waiting) reject(reason);
    // Wipes the credentials and the token from the component's memory.
    (this.#session as unknown as Record<symbol, () => void>)[DISPOSE]?.();
  }

  /** Tells the session what happened, and does what it asks for. After `close` it does nothing. */
  #tell(news: () => void): void {
    if (this.#closed.signal.aborted) return;
    news();
    this.#advance();
  }

  #advance(): void {
    clearTimeout(this.#timer);
    for (;;) {
      const action = this.#session.nextAction(now());
      if (action.tag === 'wait-until') {
        const wait = Number(action.val.monotonicMilliseconds - now().monotonicMilliseconds);
        this.#timer = setTimeout(() => this.#tell(() => {}), Math.max(wait, 0));
        return;
      }
      this.#perform(action);
    }
  }

  #perform(action: Exclude<lifecycle.Action, lifecycle.ActionWaitUntil>): void {
    const { credentials, onToken, onTokenEnded, onRefusal, onClockCorrection } = this.#options;
    switch (action.tag) {
      case 'send':
        void this.#send(action.val);
        return;
      case 'need-credentials':
        if (typeof credentials === 'function') {
          void this.#fetch(credentials, (found) => this.#session.pushCredentials(identity(found), now()));
        }
        return;
      case 'need-authorization-token': {
        const token = tokenSource(credentials);
        if (token) void this.#fetch(token, (found) => this.#session.pushAuthorizationToken(found));
        return;
      }
      case 'token-ready': {
        const { token } = action.val;
        for (const { resolve } of this.#waiting) resolve(token);
        later(onToken, readLease(action.val));
        return;
      }
      case 'token-ended':
        later(onTokenEnded, Number(action.val));
        return;
      case 'clock-corrected':
        later(onClockCorrection, Number(action.val.offsetSeconds), action.val.message);
        return;
      case 'refused':
        later(onRefusal, readRefusal(action.val));
        return;
      default:
        action satisfies never;
    }
  }

  async #send(request: lifecycle.Request): Promise<void> {
    const url = new URL(`${request.origin ?? this.#options.vaultAddr.replace(/\/+$/, '')}${request.pathAndQuery}`);
    try {
      const { status, headers, body } = await exchange(url, {
        method: request.method.toUpperCase(),
        headers: request.headers.map(({ name, value }) => [name, value]),
        body: request.body.length > 0 ? new Uint8Array(request.body) : undefined,
        timeoutMilliseconds: request.timeoutMilliseconds,
        limitBytes: request.answerLimitBytes,
        signal: this.#closed.signal,
        fetch: this.#options.fetch,
      });
      const list = [...headers].map(([name, value]) => ({ name, value }));
      this.#tell(() => this.#session.onResponse(request.id, now(), { status, headers: list, body }));
    } catch (error) {
      if (this.#closed.signal.aborted) return;
      if (!(error instanceof TransportError)) throw error;
      this.#tell(() => this.#session.onFailure(request.id, now(), error.failure));
    }
  }

  async #fetch<T>(source: () => Promise<T>, push: (found: T) => void): Promise<void> {
    try {
      const found = await source();
      this.#tell(() => refusable(() => push(found)));
    } catch (error) {
      if (!this.#closed.signal.aborted) later(this.#options.onCredentialError, error);
    }
  }
}

function readLease({ accessor, generation, incrementSeconds, startsAt, endsAt, ...same }: lifecycle.Lease): Lease {
  return {
    ...same,
    accessor,
    generation: Number(generation),
    incrementSeconds: Number(incrementSeconds),
    startsAt: date(startsAt),
    endsAt: date(endsAt),
  };
}

function readRefusal({ diagnosis, retryAt, ...same }: lifecycle.Refusal): SessionRefusal {
  return { ...same, diagnosis: diagnosis && translatedRefusal(diagnosis), retryAt: date(retryAt) };
}

function writeLease({ generation, incrementSeconds, startsAt, endsAt, ...same }: Lease): lifecycle.Lease {
  return {
    ...same,
    generation: BigInt(generation),
    incrementSeconds: BigInt(incrementSeconds),
    startsAt: instant(startsAt),
    endsAt: instant(endsAt),
  };
}

function now(): lifecycle.Instant {
  return {
    // From 1970 too, so that the instants of a lease from before this process are not below zero.
    monotonicMilliseconds: BigInt(Math.floor(performance.timeOrigin + performance.now())),
    unixMilliseconds: BigInt(Date.now()),
  };
}

/** The monotonic clock's time at a date, as far as both clocks have run alike. */
function instant(at: Date): lifecycle.Instant {
  const { monotonicMilliseconds, unixMilliseconds } = now();
  const then = BigInt(at.getTime());
  return { monotonicMilliseconds: monotonicMilliseconds + then - unixMilliseconds, unixMilliseconds: then };
}

function date({ unixMilliseconds }: lifecycle.Instant): Date {
  return new Date(Number(unixMilliseconds));
}

/** Calls a listener outside the loop, so that an exception of the listener does not stop the loop. */
function later<A extends unknown[]>(listener: ((...values: A) => void) | undefined, ...values: A): void {
  if (listener) queueMicrotask(() => listener(...values));
}

interface Waiter {
  readonly promise: Promise<string>;
  readonly resolve: (token: string) => void;
  readonly reject: (reason: unknown) => void;
}

/** Does what `Promise.withResolvers` does, which Node 20 lacks. */
function withResolvers(): Waiter {
  let resolve!: (token: string) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<string>((ok, failed) => {
    resolve = ok;
    reject = failed;
  });
  return { promise, resolve, reject };
}
