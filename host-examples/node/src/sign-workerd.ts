// Edge runtimes compile modules when the Worker is deployed, and forbid it later.
import module from './signer/vault-aws-login-signer.core.wasm';
import { signLoginFrom } from './signer.js';

export * from './signer.js';

export const signLogin = signLoginFrom(module);
