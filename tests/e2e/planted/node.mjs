// Runs the cases of standard input, a line each, through the npm package, and prints what it said, a line a case.
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';

import * as api from 'vault-aws-login';

import { run } from './run.mjs';

const cases = readFileSync(0, 'utf8').trim().split('\n').map(JSON.parse);
const whole = { depth: Infinity, showHidden: true };
for (const said of await run(api, cases, (value) => inspect(value, whole))) console.log(JSON.stringify(said));
