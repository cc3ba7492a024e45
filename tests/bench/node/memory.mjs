// Prints the resident bytes of one more instance of the npm package that has signed a login.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

import { example } from './example.mjs';

const INSTANCES = 200;
const entry = pathToFileURL(process.env.BENCH_NODE_PACKAGE);
const { fromModules } = await import(new URL('module.js', entry).href);
const compiled = (name) =>
  new WebAssembly.Module(readFileSync(new URL(`component/vault-aws-login.${name}.wasm`, entry)));
const modules = { core: compiled('core'), core2: compiled('core2'), core3: compiled('core3') };
const { accessKeyId, secretAccessKey, serverId, role } = example;

const signed = () => {
  const instance = fromModules(modules);
  instance.signLogin({ credentials: { accessKeyId, secretAccessKey }, serverId, role });
  return instance;
};
// The first ones make the heap as large as it will be.
const kept = Array.from({ length: 20 }, signed);
const before = process.memoryUsage.rss();
for (let i = 0; i < INSTANCES; i++) kept.push(signed());
console.log((process.memoryUsage.rss() - before) / INSTANCES);
