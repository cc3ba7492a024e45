import aws4 from 'aws4';

import { encodeLogin, example } from '../example.mjs';

const { accessKeyId, secretAccessKey } = example;

export default () => {
  const { headers } = aws4.sign(
    {
      service: 'sts',
      region: example.region,
      method: 'POST',
      host: example.host,
      path: '/',
      headers: { 'Content-Type': example.contentType, 'X-Vault-AWS-IAM-Server-ID': example.serverId },
      body: example.body,
    },
    { accessKeyId, secretAccessKey },
  );
  return encodeLogin(headers);
};
