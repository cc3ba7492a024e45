import type * as lifecycle from './component/interfaces/vault-aws-login-lifecycle.js';
import { refusable } from './errors.js';
import { exchange, TransportError, type Fetch } from './exchange.js';
import { apiUrl } from './post.js';
import { endpoint, identity, type Credentials, type LoginOptions, type StsEndpoint } from './sign.js';

export type { Destination, Healing, RefusalRule } from './component/interfaces/vault-aws-login-lifecycle.js';

/** Where the AWS credentials come from: from the host, or fetched by the session itself. */
export type CredentialSource =
  | (() => Promise<Credentials>)
  | 'instance-metadata'
  | { readonly containerEndpoint: ContainerEndpoint }
  | { readonly webIdentity: WebIdentity };

/** The container endpoint of ECS, EKS Pod Identity or a credential helper. */
export interface ContainerEndpoint {
  /** `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `AWS_CONTAINER_CREDENTIALS_FULL_URI`. */
  readonly uri: string;
  /** Reads the authorization token before each fetch, since such tokens rotate. Absent: none is sent. */
  readonly token?: (() => Promise<string>) | undefined;
}

/** `AssumeRoleWithWebIdentity`. */
export interface WebIdentity {
  readonly roleArn: string;
  readonly roleSessionName: string;
  /** The region of the STS endpoint that is called for the exchange. Absent: `us-east-1`. */
  readonly region?: string | undefined;
  readonly stsEndpoint?: StsEndpoint | undefined;
  /** Reads the web-identity token before each exchange. */
  readonly token: () => Promise<string>;
}

export interface SessionOptions extends Omit<LoginOptions, 'time'> {
  readonly vaultAddr: string;
  /** Vault Enterprise's or OpenBao's namespace. */
  readonly namespace?: string | undefined;
  /** Where the AWS auth method is mounted. Absent: `aws`. */
  readonly mount?: string | undefined;
  readonly credentials: CredentialSource;
  /** Absent: 10 seconds. */
  readonly requestTimeoutMilliseconds?: number | undefined;
  /** The longest wait between two tries. Absent: one minute. */
  readonly backOffCapMilliseconds?: number | undefined;
  /** Spreads the first logins of a fleet over this time. Absent: no spreading. */
  readonly startSpreadMilliseconds?: number | undefined;
  /** How far signing may depart from the clock after AWS has refused a login for its time. Absent: one hour. */
  readonly clockCorrectionLimitSeconds?: number | undefined;
  /** Absent: the platform's own. */
  readonly fetch?: Fetch | undefined;
  /** The token is new, or its lease is. */
  readonly onToken?: ((lease: Lease) => void) | undefined;
  /** The token of this generation is not to be used any more. */
  readonly onTokenEnded?: ((generation: number) => void) | undefined;
  /** A try failed; the session goes on. */
  readonly onRefusal?: ((refusal: SessionRefusal) => void) | undefined;
  /** Logins are signed for another time than the clock's; 0 when the clock is right again. */
  readonly onClockCorrection?: ((offsetSeconds: number, message: string) => void) | undefined;
  /** A function of `credentials` threw; it is called again after a minute. */
  readonly onCredentialError?: ((error: unknown) => void) | undefined;
}

/** A Vault token and how long it lives. */
export interface Lease {
  /** A secret. */
  readonly token: string;
  readonly accessor: string | undefined;
  /** Counts logins from 1; a renewal keeps it. */
  readonly generation: number;
  readonly renewable: boolean;
  readonly endsAt: Date;
}

/** A try that failed. Never holds a secret. */
export interface SessionRefusal extends Omit<lifecycle.Refusal, 'retryAt'> {
  readonly retryAt: Date;
}

/** A Vault token that is obtained, renewed and replaced until the session is closed. */
export interface VaultSession {
  /** Returns the token, and waits for it while there is none. Rejects when the session is closed. */
  token(options?: { readonly signal?: AbortSignal | undefined }): Promise<string>;
  /** Tells that a server refused the token (403); it is dropped if Vault does not know it either. */
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
    // Fails early if Vault's address is none.
    apiUrl(options.vaultAddr, '');
    const [seed = 0n] = crypto.getRandomValues(new BigUint64Array(1));
    this.#session = refusable(() => component.Session.create(config(options), seed));
    this.#options = options;
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
    (this.#session as Partial<Disposable>)[Symbol.dispose]?.();
  }

  /** Brings the session some news and does what it then says. News after the end is dropped. */
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
        later(onRefusal, { ...action.val, retryAt: date(action.val.retryAt) });
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

function config(options: SessionOptions): lifecycle.SessionConfig {
  const { mount = 'aws', namespace, role, serverId, region, stsEndpoint, credentials } = options;
  return {
    mount,
    namespace,
    login: { role, serverId, region, stsEndpoint: endpoint(stsEndpoint) },
    credentialSource: source(credentials),
    requestTimeoutMilliseconds: options.requestTimeoutMilliseconds,
    backOffCapMilliseconds: options.backOffCapMilliseconds,
    startSpreadMilliseconds: options.startSpreadMilliseconds,
    clockCorrectionLimitSeconds: options.clockCorrectionLimitSeconds,
  };
}

function source(credentials: CredentialSource): lifecycle.CredentialSource {
  if (typeof credentials === 'function') return { tag: 'pushed' };
  if (credentials === 'instance-metadata') return { tag: 'instance-metadata' };
  if ('containerEndpoint' in credentials) {
    const { uri, token } = credentials.containerEndpoint;
    return { tag: 'container-endpoint', val: { uri, authorization: token ? 'token' : 'none' } };
  }
  const { roleArn, roleSessionName, region, stsEndpoint } = credentials.webIdentity;
  return { tag: 'web-identity', val: { roleArn, roleSessionName, region, stsEndpoint: endpoint(stsEndpoint) } };
}

function tokenSource(credentials: CredentialSource): (() => Promise<string>) | undefined {
  if (typeof credentials !== 'object') return undefined;
  return 'containerEndpoint' in credentials ? credentials.containerEndpoint.token : credentials.webIdentity.token;
}

function readLease({ token, accessor, generation, renewable, endsAt }: lifecycle.Lease): Lease {
  return { token, accessor, generation: Number(generation), renewable, endsAt: date(endsAt) };
}

function now(): lifecycle.Instant {
  return {
    monotonicMilliseconds: BigInt(Math.floor(performance.now())),
    unixMilliseconds: BigInt(Date.now()),
  };
}

function date({ unixMilliseconds }: lifecycle.Instant): Date {
  return new Date(Number(unixMilliseconds));
}

/** Calls a listener outside the loop, which what it throws must not stop. */
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
