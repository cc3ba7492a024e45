import type { LoginRule } from './component/interfaces/vault-aws-login-inspector.js';
import type { TransportFailure } from './component/interfaces/vault-aws-login-lifecycle.js';
import type { InputField, InputRule } from './component/interfaces/vault-aws-login-signer.js';
import type { Refusal } from './inspect.js';

/** Why an input was refused. The list is complete; the package's WIT says when each arises and what mends it. */
export type Rule = InputRule | LoginRule;

/** The input that a refusal is about. */
export type Field = InputField;

/** An input that nothing can be made of. Never holds a secret. */
export class LoginError extends Error {
  override readonly name = 'LoginError';
  /** Why: for programs to branch on. */
  readonly rule: Rule;
  /** Which input; `undefined` for a login that cannot be explained. */
  readonly field: Field | undefined;

  constructor(refusal: { readonly rule: Rule; readonly field?: Field; readonly message: string }) {
    super(refusal.message);
    this.rule = refusal.rule;
    this.field = refusal.field;
  }
}

/** Calls into the component, whose refusals become a {@link LoginError}. */
export function refusable<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    // The generated code throws a class of its own, with the record of the contract in `payload`.
    const payload: unknown = error instanceof Error && 'payload' in error ? error.payload : undefined;
    if (typeof payload !== 'object' || payload === null) throw error;
    throw new LoginError(payload as ConstructorParameters<typeof LoginError>[0]);
  }
}

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
