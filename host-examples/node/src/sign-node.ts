import { readFileSync } from 'node:fs';

import { signLoginFrom } from './signer.js';

export * from './signer.js';

const file = new URL('./signer/vault-aws-login-signer.core.wasm', import.meta.url);

export const signLogin = signLoginFrom(new WebAssembly.Module(readFileSync(file)));
