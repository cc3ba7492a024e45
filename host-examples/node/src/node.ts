import { readFileSync } from 'node:fs';

import { fromModules } from './module.js';

export * from './module.js';

const compile = (name: string) =>
  new WebAssembly.Module(readFileSync(new URL(`./component/vault-aws-login.${name}.wasm`, import.meta.url)));

export const {
  signLogin,
  checkLogin,
  explainLogin,
  explainRefusal,
  explainPasted,
  clockOffset,
  login,
  createSession,
} = fromModules({ core: compile('core'), core2: compile('core2'), core3: compile('core3') });
