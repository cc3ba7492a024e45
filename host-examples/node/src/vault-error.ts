import type { TransportFailure } from './component/interfaces/vault-aws-login-lifecycle.js';
import type { Refusal } from './inspect.js';

/** What a {@link VaultError} knows beside its message. */
export interface VaultErrorDetails {
  readonly status?: number | undefined;
  readonly failure?: TransportFailure | undefined;
  readonly refusal?: Refusal | undefined;
}

/**
 * A login that Vault refused, or that never reached it.
 *
 * Of the answer it holds the status and `refusal.quoted`, which is the server's words on one line without secrets. It
 * has no `cause`: those of some platforms hold the bytes that a server sent.
 */
export class VaultError extends Error {
  override readonly name = 'VaultError';
  /** The HTTP status of the answer; `undefined` when no answer came. */
  readonly status: number | undefined;
  /** Why no answer came; `undefined` when one did. */
  readonly failure: TransportFailure | undefined;
  /** What the answer means, what to change, and what the server said (`quoted`). */
  readonly refusal: Refusal | undefined;

  constructor(message: string, { status, failure, refusal }: VaultErrorDetails = {}) {
    super(message);
    this.status = status;
    this.failure = failure;
    this.refusal = refusal;
  }
}
