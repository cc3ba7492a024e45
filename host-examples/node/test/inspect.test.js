import assert from 'node:assert/strict';
import { test } from 'node:test';

import { checkLogin, clockOffset, explainLogin, explainPasted, explainRefusal, LoginError, signLogin } from 'vault-aws-login';

const credentials = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: 'AQoDYXdzEJrEXAMPLETOKEN',
};
const time = 1440938160;
const login = signLogin({ credentials, role: 'dev', serverId: 'vault.example.com', time });
const known = {
  serverId: 'vault.example.com',
  stsEndpoint: 'global',
  allowedHeaders: [],
  mountConfig: 'written',
  core: { flavour: 'vault', version: '1.18.5' },
};
const refused = (options) =>
  checkLogin(login, { time, ...options })
    .filter(({ severity }) => severity === 'refused')
    .map(({ rule }) => rule);

test('login of our own has no refused finding for the server that it was made for', () => {
  assert.deepEqual(refused({ profile: known }), []);
});

test('profile decides what is refused', () => {
  for (const [profile, rules] of [
    [{ serverId: 'other.example.com' }, ['server-id-differs']],
    [{ serverId: null }, []],
    [{ stsEndpoint: { region: 'eu-west-1' } }, ['scope-region-differs']],
    [{ stsEndpoint: { url: 'https://sts.eu-west-1.amazonaws.com' } }, ['scope-region-differs']],
    [{ stsEndpoint: 'client-region' }, []],
    [{ role: 'missing' }, ['role-unknown']],
    [{ role: 'ec2' }, ['role-wants-ec2']],
  ]) {
    assert.deepEqual(refused({ profile: { ...known, ...profile } }), rules, JSON.stringify(profile));
  }
});

test('time is a Date or seconds, and now when left out', () => {
  assert.deepEqual(refused({ profile: known, time: new Date((time + 901) * 1000) }), ['signature-expired']);
  assert.deepEqual(refused({ profile: known, time: time + 901 }), ['signature-expired']);
  assert.deepEqual(refused({ profile: known, time: undefined }), ['signature-expired']);
});

test('finding says what is wrong and what mends it', () => {
  const [finding] = checkLogin(login, { profile: { ...known, serverId: 'other.example.com' }, time });
  assert.deepEqual(Object.keys(finding).sort(), ['fix', 'message', 'rule', 'severity']);
  assert.match(finding.message, /other\.example\.com/);
});

test('explanation has dates and no secret', () => {
  const explanation = explainLogin(login);
  assert.deepEqual(explanation.signedAt, new Date('2015-08-30T12:36:00Z'));
  assert.deepEqual(explanation.acceptedUntil, new Date('2015-08-30T12:51:00Z'));
  assert.deepEqual(explanation.scope, { date: '20150830', region: 'us-east-1', service: 'sts' });
  assert.equal(explanation.role, 'dev');
  assert.match(explanation.canonicalRequest, /^POST\n\/\n\n/);
  const [, signature] = /Signature=([0-9a-f]{64})/.exec(atob(JSON.parse(login).iam_request_headers));
  const text = JSON.stringify(explanation);
  assert.ok(!text.includes(signature) && !text.includes(credentials.sessionToken));
});

test('login that cannot be decoded is a LoginError', () => {
  assert.throws(() => explainLogin('{"iam_request_url":'), (error) => {
    assert.ok(error instanceof LoginError);
    assert.deepEqual([error.rule, error.field], ['json-malformed', undefined]);
    return true;
  });
});

test('refusal for the time tells the skew, and the offset to correct it by', () => {
  const words =
    'error making upstream request: received error code 403 from STS: <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\n  <Error>\n' +
    '    <Type>Sender</Type>\n    <Code>SignatureDoesNotMatch</Code>\n    <Message>Signature expired: 20150830T123600Z is now earlier than ' +
    '20150830T124000Z (20150830T125500Z - 15 min.)</Message>\n  </Error>\n  <RequestId>r</RequestId>\n</ErrorResponse>\n';
  const answer = { status: 400, body: JSON.stringify({ errors: [words] }) };
  const refusal = explainRefusal(answer, { login, time });
  assert.deepEqual([refusal.refusedBy, refusal.rule], ['sts', 'signature-expired']);
  assert.deepEqual(refusal.awsClock, new Date('2015-08-30T12:55:00Z'));
  assert.equal(refusal.skewSeconds, 19 * 60);
  assert.equal(clockOffset(answer, { time }), 19 * 60);
  assert.equal(clockOffset({ status: 403, body: '' }, { time }), undefined);
});

test('answer is found in what a client printed', () => {
  const refusal = explainPasted('Error making API request.\n\nCode: 400. Errors:\n\n* entry for role dev not found', { time });
  assert.deepEqual([refusal.refusedBy, refusal.rule], ['vault', 'role-unknown']);
  assert.equal(explainPasted('no healthy upstream', { status: 503, login, time }).rule, 'answer-not-vaults');
});

test('answer that never came is the host or the way', () => {
  const refusal = explainRefusal({});
  assert.deepEqual([refusal.refusedBy, refusal.rule], ['host', 'vault-unreachable']);
  assert.equal(refusal.awsClock, undefined);
});
