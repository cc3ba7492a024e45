import type { TransportFailure } from './component/interfaces/vault-aws-login-lifecycle.js';

export type { TransportFailure };

/** The part of `fetch` that is used, so that any conforming one fits. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Outgoing {
  readonly method: string;
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  readonly body: string | Uint8Array<ArrayBuffer> | undefined;
  /** For the whole exchange. */
  readonly timeoutMilliseconds: number;
  /** The longest answer that is read. */
  readonly limitBytes: number;
  readonly signal?: AbortSignal | undefined;
  readonly fetch?: Fetch | undefined;
}

export interface Incoming {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** An exchange without an answer, and why. */
export class TransportError extends Error {
  readonly failure: TransportFailure;

  constructor(failure: TransportFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

/** Sends one request and reads the answer, within its limits. Follows no redirect. */
export async function exchange(url: URL, outgoing: Outgoing): Promise<Incoming> {
  const { method, headers, body, timeoutMilliseconds, limitBytes, signal, fetch = globalThis.fetch } = outgoing;
  const timeout = AbortSignal.timeout(timeoutMilliseconds);
  const init: RequestInit = {
    method,
    headers: headers.map(([name, value]) => [name, value]),
    ...(body === undefined ? {} : { body }),
    redirect: 'manual',
    signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
  };
  let phase: TransportFailure = 'unreachable';
  try {
    // Called without an owner: browsers and workerd refuse a `fetch` that is called as a method.
    const response = await fetch(url.href, init);
    phase = 'interrupted';
    return { status: response.status, headers: response.headers, body: await read(response, limitBytes) };
  } catch (error) {
    if (error instanceof TransportError) throw error;
    if (signal?.aborted) throw signal.reason;
    // Without the error itself: Node's holds the bytes that it could not read.
    throw new TransportError(failureOf(error, phase), reason(error));
  }
}

async function read(response: Response, limitBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    length += part.value.byteLength;
    if (length > limitBytes) {
      await reader?.cancel();
      throw new TransportError('answer-too-large', `expected an answer of at most ${limitBytes} bytes, found more`);
    }
    parts.push(part.value);
  }
  const body = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    body.set(part, offset);
    offset += part.byteLength;
  }
  return body;
}

function failureOf(error: unknown, phase: TransportFailure): TransportFailure {
  if (error instanceof Error && error.name === 'TimeoutError') return 'timed-out';
  // Codes of Node and Bun, and Deno's words; browsers and workerd tell nothing.
  const code = String((inner(error) as { code?: unknown } | undefined)?.code ?? '');
  const words = reason(error);
  if (/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|^ERR_(TLS|SSL)/.test(code)) return 'untrusted';
  if (words.includes('client error (Connect): invalid peer certificate: ')) return 'untrusted';
  const isCut = /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/.test(code) || words.includes('client error (SendRequest): ');
  return isCut ? 'interrupted' : phase;
}

/** Node says `fetch failed` and hides why in the cause. It is not safe to print: hosts and names of a certificate are in it. */
function reason(error: unknown): string {
  const cause = inner(error);
  return cause instanceof Error ? cause.message : String(cause);
}

function inner(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return first instanceof Error && first.message ? first : error;
}
