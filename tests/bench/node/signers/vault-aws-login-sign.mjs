import { pathToFileURL } from 'node:url';

import { example } from '../example.mjs';

// The package's subpath `sign`, which loads the signer alone.
const entry = new URL('sign-node.js', pathToFileURL(process.env.BENCH_NODE_PACKAGE));
const { signLogin } = await import(entry.href);
const { accessKeyId, secretAccessKey, serverId, role } = example;

export default () => signLogin({ credentials: { accessKeyId, secretAccessKey }, serverId, role });
