import type { InputField, SignError, SignRule } from './component/interfaces/vault-aws-login-signer.js';

/** Why an input was refused. The list is complete; `wit/login.wit` says when each arises and what mends it. */
export type Rule = SignRule;

/** The input that a refusal is about. */
export type Field = InputField;

/** An input that no login can be made of. Never holds a secret. */
export class LoginError extends Error {
  override readonly name = 'LoginError';
  /** Why: for programs to branch on. */
  readonly rule: Rule;
  /** Which input. */
  readonly field: Field;

  constructor(refusal: SignError) {
    super(refusal.message);
    this.rule = refusal.rule;
    this.field = refusal.field;
  }
}

/** What a {@link VaultError} knows beside its message. */
export interface VaultErrorDetails {
  /** The status of the answer; absent when there was none. */
  status?: number | undefined;
  /** Vault's own words. */
  errors?: string[];
  cause?: unknown;
}

/** A login that Vault refused, or that never reached it. Never holds a secret. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
  /** The HTTP status of the answer; `undefined` when no answer came. */
  readonly status: number | undefined;
  /** Vault's own words, one string for each error; empty when it gave none. */
  readonly errors: readonly string[];

  constructor(message: string, { status, errors = [], cause }: VaultErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.errors = errors;
  }
}
