import { pathToFileURL } from 'node:url';

import { example } from '../example.mjs';

const { signLogin } = await import(pathToFileURL(process.env.BENCH_NODE_PACKAGE).href);
const { accessKeyId, secretAccessKey, serverId, role } = example;

export default () => signLogin({ credentials: { accessKeyId, secretAccessKey }, serverId, role });
