const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const VERSION = /^v?\d+(?:\.\d+){0,2}(?:[-+].*)?$/;

/** Reads what the form says of the server. What is not filled in is not known. */
export function readProfile(byId) {
  const text = (id) => byId(id).value.trim() || undefined;
  const choice = (id) => byId(id).value || undefined;
  const software = (id) => choice(id) && { flavour: choice(id), version: text(byId(id).dataset.version) };
  const profile = {
    mountConfig: choice('mount-config'),
    core: software('software'),
    authPlugin: software('plugin'),
    callerArn: text('caller'),
    role: readRole(byId, choice('role-kind')),
  };
  // What was never written holds nothing.
  if (profile.mountConfig === 'never-written') return profile;
  const serverId = choice('server-id');
  if (serverId) profile.serverId = serverId === 'none' ? null : text('server-id-value');
  const sts = choice('sts');
  if (sts === 'global' || sts === 'client-region') profile.stsEndpoint = sts;
  else if (sts && text(`sts-${sts}`)) profile.stsEndpoint = { [sts]: text(`sts-${sts}`) };
  const headers = choice('allowed-headers');
  if (headers) profile.allowedHeaders = headers === 'none' ? [] : words(byId('allowed-headers-value').value);
  return profile;
}

function readRole(byId, kind) {
  if (kind !== 'iam') return kind;
  return {
    principalArns: words(byId('bound-arns').value),
    uniqueIds: byId('unique-ids').value,
    inferredEntity: byId('inferred-entity').value,
  };
}

function words(text) {
  return text.split(/[\s,]+/).filter(Boolean);
}

/** Reads the path where the auth method is mounted, in any of the ways in which it is written. */
export function readMount(byId) {
  return byId('mount').value.trim().replace(/^\/*(?:auth\/+)?/, '').replace(/\/+$/, '') || 'aws';
}

/** Reads Vault's answer, as any client prints it, and the status where it is known by itself. */
export function readAnswer(byId) {
  const text = byId('answer').value.trim();
  const status = /^[1-5][0-9][0-9]$/.test(byId('status').value.trim()) ? Number(byId('status').value) : undefined;
  return text || status !== undefined ? { text, status } : undefined;
}

/** Reads a time, as the command does. Without one, or with one that cannot be read: now, by this machine's clock. */
export function readTime(byId, id) {
  const text = byId(id).value.trim();
  if (/^\d{1,11}$/.test(text)) return new Date(Number(text) * 1000);
  const time = TIME.test(text) ? new Date(text) : undefined;
  return Number.isNaN(time?.getTime()) ? undefined : time;
}

/** Says at their fields which of the inputs cannot be read. */
export function tellFaults(byId) {
  const tell = (id, wrong, message) => {
    byId(id).setAttribute('aria-invalid', String(wrong));
    byId(`${id}-fault`).textContent = wrong ? message : '';
  };
  for (const id of ['time', 'sign-time']) {
    const wrong = byId(id).value.trim() !== '' && !readTime(byId, id);
    tell(id, wrong, 'Expected Unix seconds or a time such as 2030-01-31T12:00:00Z. Now is taken.');
  }
  for (const id of ['version', 'plugin-version']) {
    const version = byId(id).value.trim();
    tell(id, version !== '' && !VERSION.test(version), 'Expected a version such as 1.20.3. It counts as not known.');
  }
}

/** Shows the mount in each path that the form names. */
export function showMount(mount) {
  for (const place of document.querySelectorAll('.mount')) place.textContent = mount;
}

/** Shows the fields that belong to what is chosen, and no others. */
export function showChosen(byId) {
  for (const field of document.querySelectorAll('[data-choice]')) {
    field.hidden = !field.dataset.shown.split(' ').includes(byId(field.dataset.choice).value);
  }
  for (const field of document.querySelectorAll('.configured')) {
    field.hidden = byId('mount-config').value === 'never-written';
  }
}

export function fill(byId, values) {
  for (const [id, value] of Object.entries(values)) byId(id).value = value;
}
