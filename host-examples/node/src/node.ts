import { readFileSync } from 'node:fs';

import { fromModule } from './module.js';

export * from './module.js';

const core = readFileSync(new URL('./component/vault-aws-login.core.wasm', import.meta.url));

export const { signLogin, checkLogin, explainLogin, explainRefusal, clockOffset, login, createSession } =
  fromModule(new WebAssembly.Module(core));
