import { fromModule } from './module.js';

export * from './module.js';

// Not `compileStreaming`, which wants a media type that static servers often get wrong.
const answer = await fetch(new URL('./component/vault-aws-login.core.wasm', import.meta.url));

export const { signLogin, checkLogin, explainLogin, explainRefusal, clockOffset, login, createSession } = fromModule(
  await WebAssembly.compile(await answer.arrayBuffer()),
);
