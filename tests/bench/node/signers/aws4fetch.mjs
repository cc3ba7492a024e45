import { AwsV4Signer } from 'aws4fetch';

import { encodeLogin, example } from '../example.mjs';

const { accessKeyId, secretAccessKey } = example;
// As its client does for all of its requests.
const cache = new Map();

export default async () => {
  const signer = new AwsV4Signer({
    method: 'POST',
    url: `https://${example.host}/`,
    headers: { 'Content-Type': example.contentType, 'X-Vault-AWS-IAM-Server-ID': example.serverId },
    body: example.body,
    accessKeyId,
    secretAccessKey,
    service: 'sts',
    region: example.region,
    cache,
    allHeaders: true,
  });
  const { headers } = await signer.sign();
  return encodeLogin(Object.fromEntries(headers));
};
