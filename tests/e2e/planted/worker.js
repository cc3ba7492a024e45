// Runs the cases that are posted to it through the npm package, and answers what it said.
import * as api from 'vault-aws-login';

import { run } from './run.mjs';

export default {
  async fetch(request) {
    return Response.json(await run(api, await request.json()));
  },
};
