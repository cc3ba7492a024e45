import { compile } from './compile.js';
import { signLoginFrom } from './signer.js';

export * from './signer.js';

// Bundlers find the file by this expression.
export const signLogin = signLoginFrom(
  await compile(new URL('./signer/vault-aws-login-signer.core.wasm', import.meta.url)),
);
