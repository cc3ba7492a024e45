import { readFileSync } from 'node:fs';

/** What every row signs. */
export const example = JSON.parse(readFileSync(new URL('../example.json', import.meta.url), 'utf8'));

/** Encodes a login as Vault's clients in JavaScript do, from the headers that were signed. */
export function encodeLogin(headers) {
  return JSON.stringify({
    iam_http_request_method: 'POST',
    iam_request_url: base64(`https://${example.host}/`),
    iam_request_body: base64(example.body),
    iam_request_headers: base64(JSON.stringify(headers)),
    role: example.role,
  });
}

function base64(text) {
  return Buffer.from(text).toString('base64');
}
