// node workerd.mjs MODE: the npm package in workerd
//   login   prints a login
//   warm    prints the nanoseconds of a login once everything is compiled
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { example } from './example.mjs';

const ROOT = new URL('../../../', import.meta.url);
const CALLS = 20_000;

const { accessKeyId, secretAccessKey, serverId, role } = example;
const options = { credentials: { accessKeyId, secretAccessKey }, serverId, role };

// The binary itself, which ends with its process.
const { default: workerd } = createRequire(new URL('host-examples/edge/', ROOT))('workerd');
const config = fileURLToPath(new URL('target/bench/edge/config.capnp', ROOT));
const process_ = spawn(workerd, ['serve', config, '--control-fd=1'], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const [line] = await new Promise((resolve) => createInterface(process_.stdout).once('line', (...all) => resolve(all)));
  await measure(`http://127.0.0.1:${JSON.parse(line).port}/`, process.argv[2]);
} finally {
  process_.kill();
}

async function measure(url, mode) {
  const sign = async (times) => {
    const started = performance.now();
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ times, options }) });
    const login = await answer.text();
    return { login, milliseconds: performance.now() - started };
  };
  if (mode === 'login') {
    console.log((await sign(1)).login);
  } else if (mode === 'warm') {
    await sign(CALLS);
    // The request itself takes as long whatever it asks for.
    const [one, all] = [await sign(1), await sign(CALLS + 1)];
    console.log(((all.milliseconds - one.milliseconds) / CALLS) * 1e6);
  } else {
    throw new TypeError(`expected login or warm, found ${mode}`);
  }
}
