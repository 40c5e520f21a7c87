/* The page of a running receiver: the same report, read again when it changes; what goes on and what is due for
 * it; what was delivered, and what was refused; what appeared and was withdrawn. */
const badge = document.getElementById('live'), happened = document.getElementById('changes'), active = document.getElementById('active');
const deliveries = document.getElementById('deliveries'), counts = document.getElementById('counts'), banners = document.getElementById('banners');
const CHANGES_SHOWN = 30, ACTIVE_SHOWN = 40, DELIVERIES_SHOWN = 40, SILENCE = 15 * 60000, LATELY = 3600000;
/* One that left the channel is waited for as long as something is due. */
const OVER = /done|failed|expired|never-started/, LEFT = /exited/;
const say = (word, kind) => { badge.textContent = '● ' + word; badge.className = kind; };
const ask = async path => { const answer = await fetch(path, { cache: 'no-store' }); return answer.ok ? answer.json() : null; };
const line = (onclick, ...parts) => el('li', {}, el('button', { class: 'line', type: 'button', onclick }, ...parts));

/* ---- what is the time? That of the log, unless it is the present. ---- */
const logEnd = () => Math.max(...[...data.coverage.api, ...data.coverage.webhook].map(span => at(span[1])), -Infinity);
const now = () => { const end = logEnd(), wall = Date.now(); return Math.abs(wall - end) < LATELY ? Math.max(wall, end) : end; };

/* ---- what goes on ---- */
const progress = s => {
  const told = s.events.filter(e => e.fields && e.fields.progress !== undefined && e.source !== 'api').pop();
  return told && s.state !== 'done' ? 'uploaded ' + (Number(told.fields.progress) / 100).toFixed(0) + ' %' : null;
};
const dueOf = id => data.unchecked.filter(u => u.session === id && u.due).map(u => ({ at: at(u.due), what: u.awaits.length > 0 && u.awaits.length < 3 ? u.awaits.join(' or ') + ' due' : 'else ' + u.rule, rule: u.rule })).sort((a, b) => a.at - b.at);
const dueText = d => {
  const left = d.at - now();
  return left > 0 ? d.what + ' in ' + length(left) : '▲ ' + d.what + ', overdue ' + length(-left);
};
const tick = () => {
  for (const e of active.querySelectorAll('[data-due]')) {
    const d = { at: Number(e.dataset.due), what: e.dataset.what };
    e.textContent = dueText(d);
    e.className = 'due' + (d.at < now() ? ' warning' : ' quiet');
  }
  for (const e of active.querySelectorAll('[data-since]')) e.textContent = length(Math.max(now() - Number(e.dataset.since), 0));
  showBanners();
};
let running = [];
const showActive = () => {
  running = rows.filter(r => !OVER.test(r.s.state) && now() - r.last < 86400000 && (!LEFT.test(r.s.state) || dueOf(r.s.id).length)).sort((a, b) => b.last - a.last);
  active.replaceChildren(...running.slice(0, ACTIVE_SHOWN).map(r => {
    const due = dueOf(r.s.id)[0], upload = progress(r.s);
    return line(() => choose(r.s.id), el('span', { class: 'head' }, el('strong', {}, r.s.cname || r.s.id), el('span', { class: 'state' }, r.s.state),
      el('span', { class: 'time quiet', 'data-since': r.first }, '')), phaseBar(r.s),
    r.worst ? el('span', { class: r.worst }, marks[r.worst] + ' ' + r.of.map(f => f.id).join(', ')) : null, upload ? el('span', { class: 'quiet' }, upload) : null,
    due ? el('span', { 'data-due': due.at, 'data-what': due.what, title: due.rule }, '') : null);
  }));
  if (running.length > ACTIVE_SHOWN) active.append(el('li', { class: 'quiet' }, running.length - ACTIVE_SHOWN + ' more'));
  if (!running.length) active.append(el('li', { class: 'quiet' }, data.sessions.length ? 'None is running.' : 'Waiting for the first callback.'));
  document.getElementById('active-count').textContent = running.length || '';
  tick();
};

/* ---- what was delivered ---- */
let delivered = [], paused = false, newest = NaN;
const LABELS = { probe: 'test of the console', foreign: 'other product', unknown: 'no callback', 'receiver-down': 'callbacks were not taken until then' };
const deliveryTitle = d => d.label === 'receiver-down' ? 'receiver' : (d.type === null ? '?' : d.type) + ' ' + (d.name || '');
const verdictOf = d => d.reason ? [d.reason + ' ▸ quarantine', 'error'] : d.copy_of ? ['copy with other bytes', 'warning'] : d.copies > 1 ? ['accepted, duplicate x' + (d.copies - 1), 'quiet']
  : LABELS[d.label] ? [LABELS[d.label], 'quiet'] : ['accepted', 'good'];
const kindOf = d => d.reason ? 'refused' : d.copies > 1 || d.copy_of ? 'copies' : 'accepted';
const showDeliveries = () => {
  const wanted = document.getElementById('delivery-kind').value;
  const list = delivered.filter(d => !wanted || kindOf(d) === wanted).slice(0, DELIVERIES_SHOWN);
  deliveries.replaceChildren(...list.map(d => {
    const [word, kind] = verdictOf(d);
    return line(() => showDelivery(d), el('span', { class: 'head' }, el('span', { class: 'time quiet' }, clock(at(d.received), true)),
      el('span', { class: 'name' }, deliveryTitle(d)), d.label === 'receiver-down' ? null : el('strong', {}, d.cname || d.app || '-')), el('span', { class: kind }, word));
  }));
  if (!list.length) deliveries.append(el('li', { class: 'quiet' }, delivered.length ? 'None of that kind.' : 'Nothing was delivered yet.'));
};
const readDeliveries = async () => {
  const [stored, refused] = await Promise.all([ask('/api/v1/deliveries?limit=' + DELIVERIES_SHOWN), ask('/api/v1/quarantine?limit=' + DELIVERIES_SHOWN)]);
  if (!stored || !refused) return;
  newest = Math.max(...stored.items.map(d => at(d.last)), -Infinity);
  if (paused) return;
  delivered = [...stored.items, ...refused.items].sort((a, b) => at(b.received) - at(a.received));
  showDeliveries();
};
const quoted = text => "'" + text.replaceAll("'", "'\\''") + "'";
const curlOf = d => 'curl -sS -X POST ' + quoted('http://127.0.0.1:8088/hook/' + (d.app || 'default')) + " \\\n  -H 'Content-Type: application/json' \\\n  -H 'Agora-Signature-V2: SIGNATURE' \\\n  --data-raw "
  + quoted(d.body);
/* Neither this page nor the receiver calls out: the command does, with a signature that the receiver of it can check. */
const replayOf = (d, url) => 'body=' + quoted(d.body) + '\nmark=$(printf %s "$body" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d" " -f1)\ncurl -sS -X POST --url ' + quoted(url)
  + " \\\n  -H 'Content-Type: application/json' -H \"Agora-Signature-V2: $mark\" \\\n  --data-raw \"$body\"";
const replayer = d => {
  const url = el('input', { type: 'url', size: 36, value: 'http://127.0.0.1:8088/hook/' + (d.app || 'default'), 'aria-label': 'URL to replay to', spellcheck: 'false' });
  const box = el('p', { class: 'replay', hidden: '' }, url, ' ', copier('copy the command', () => replayOf(d, url.value)), ' ',
    el('span', { class: 'quiet' }, 'Run it where that URL is reached, with its secret in SECRET: it signs the bytes anew and sends them.'));
  return [el('button', { onclick: () => { box.hidden = !box.hidden; if (!box.hidden) url.focus(); } }, 'replay to URL…'), box];
};
const checksOf = d => d.label === 'receiver-down' ? ['no callback: this receiver notes that it took none for a while; what was sent meanwhile may be lost'] : d.reason ? ['the path names app ' + (d.app || '(none)'), 'signature V2 ' + (d.has_v2 ? 'was sent' : 'is missing') + ', V1 ' + (d.has_v1 ? 'was sent' : 'is missing'),
  d.reason === 'not JSON' ? 'the signature fits, but the body is not JSON' : 'compared with each secret of the app, over ' + d.bytes + ' raw bytes: ' + d.reason,
  d.near ? 'it nearly fits: ' + d.near : d.reason === 'not JSON' ? 'answered 400' : 'nothing near it fits; rectrace verify looks further',
  'answered without detail, kept apart from sessions']
  : ['the path names app ' + d.app, d.secret ? 'HMAC-SHA256 over ' + d.bytes + ' raw bytes fits secret “' + d.secret + '”' : 'no signature was checked: unsigned mode',
    d.copy_of ? 'the notice is known (row ' + d.copy_of + '), the bytes are others: kept beside it' : 'the notice was new: stored, synced, answered 200',
    d.copies > 1 ? 'sent again ' + (d.copies - 1) + ' times, last ' + clock(at(d.last), true) + ': counted, answered 200' : 'no copy came'];
const pretty = text => { try { return JSON.stringify(JSON.parse(text), null, 2); } catch (e) { return '(not JSON)'; } };
const showDelivery = async d => {
  const whole = await ask((d.reason ? '/api/v1/refusal?id=' : '/api/v1/delivery?id=') + d.id);
  if (!whole) { say('that delivery is gone', 'quiet'); return; }
  const s = rows.find(r => whole.sid && r.s.sid === whole.sid), list = el('dl', { class: 'facts' });
  for (const [name, value] of [['received', day(at(whole.received)) + ' ' + clock(at(whole.received), true) + (local ? ' local' : ' UTC')], ['result', verdictOf(whole)[0]], ['from', whole.from], ['app', whole.app],
    ['notice', whole.notice], ['channel', whole.cname], ['sid', whole.sid], ['sequence', whole.sequence], ['size', whole.bytes + ' bytes'],
    ['delay', whole.notified ? length(at(whole.received) - at(whole.notified)) + ' after it was sent' : null]])
    if (value !== null && value !== undefined && value !== '') list.append(el('dt', {}, name), el('dd', { class: 'id' }, String(value)));
  const hidden = name => name + ': ' + '•'.repeat(12) + ' (hidden)';
  const headers = ['Content-Type: application/json', ...(whole.reason ? [whole.has_v2 ? hidden('Agora-Signature-V2') : null, whole.has_v1 ? hidden('Agora-Signature') : null] : [whole.secret ? hidden('Agora-Signature-V2') : null])];
  state.s = null;
  writeHash();
  document.body.classList.add('opened');
  const [replay, replayBox] = replayer(whole);
  drawer.replaceChildren(el('header', {}, el('h2', { id: 'drawer-title' }, (whole.type === null ? '?' : whole.type) + ' ' + (whole.name || 'delivery')), el('span', {}, copier('copy as curl', () => curlOf(whole)), ' ', replay, ' ',
    s ? el('button', { onclick: () => choose(s.s.id) }, 'session') : '', ' ', el('button', { onclick: close, 'aria-label': 'close' }, '✕'))),
  replayBox, list, el('h3', {}, 'Checked'), el('ol', { class: 'checks' }, ...checksOf(whole).map(text => el('li', {}, text))),
  el('h3', {}, 'Headers that count'), el('pre', {}, headers.filter(h => h).join('\n')),
  el('div', { class: 'bodies' }, el('div', {}, el('h3', {}, 'Body'), el('pre', {}, pretty(whole.body))), el('div', {}, el('h3', {}, 'As it came' + (whole.kept < whole.bytes ? ', its beginning' : '')), el('pre', { class: 'raw' }, whole.body || ''))));
  drawer.hidden = false;
  drawer.scrollTop = 0;
};

/* ---- what changed ---- */
const note = (kind, f) => {
  const s = data.sessions.find(one => one.id === f.session), name = s ? s.cname || s.id : f.app_id || 'all inputs';
  const row = line(() => { if (s) choose(s.id); }, el('span', { class: 'head' }, el('span', { class: 'time quiet' }, clock(Date.now())),
    el('span', { class: f.severity + (kind === 'withdrawn' ? ' gone' : '') }, (marks[f.severity] || '') + ' ' + f.id), el('strong', {}, name)), kind === 'withdrawn' ? el('span', { class: 'quiet' }, 'withdrawn: something late has come') : el('span', { class: 'quiet' }, f.say || ''));
  if (kind === 'withdrawn') row.className = 'withdrawn';
  happened.querySelector('.empty')?.remove();
  happened.prepend(row);
  while (happened.children.length > CHANGES_SHOWN) happened.lastChild.remove();
};
const showFindings = () => {
  const kinds = new Map();
  for (const f of data.findings) kinds.set(f.id, [...(kinds.get(f.id) || []), f]);
  const body = el('tbody');
  for (const [id, of] of kinds) {
    const f = of[0], times = of.map(one => at(one.last_time)).filter(t => !Number.isNaN(t));
    const show = () => { state.rule = id; rule.value = id; refresh(); grid.scrollIntoView({ block: 'nearest' }); };
    body.append(el('tr', {}, el('td', { class: f.severity }, marks[f.severity] + ' ' + f.severity),
      el('td', { class: 'say' }, el('strong', {}, id), el('br'), f.say, el('div', { class: 'actions' },
        el('details', {}, el('summary', {}, 'how to fix'), el('p', {}, f.fix), el('p', { class: 'quiet' }, f.why)), el('button', { onclick: show }, 'show ' + of.length))),
      el('td', { class: 'number' }, String(of.length)), el('td', { class: 'time' }, times.length ? clock(Math.max(...times)) : '-')));
  }
  const head = el('tr', {}, ...['severity', 'what', 'found', 'last'].map((name, i) => el('th', { scope: 'col', class: i === 2 ? 'number' : '' }, name)));
  document.getElementById('findings').replaceChildren(kinds.size ? el('section', {}, el('table', { class: 'findings' }, el('caption', {}, 'Findings now'), el('thead', {}, head), body)) : '');
  rule.replaceChildren(el('option', { value: '' }, 'all findings'), ...[...kinds.keys()].map(id => el('option', { value: id }, id)));
  rule.value = state.rule;
};
const showCoverage = () => {
  const spans = [['API log', data.coverage.api], ['callbacks', data.coverage.webhook]].map(([name, list]) => [name, list.map(([a, b]) => [at(a), at(b)])]);
  const all = spans.flatMap(([, list]) => list.flat());
  if (!all.length) return;
  const first = Math.min(...all), whole = Math.max(Math.max(...all) - first, 1);
  const parts = spans.flatMap(([name, list]) => [el('span', {}, name), el('span', { class: 'bar', role: 'img', 'aria-label': list.length ? 'covered in parts' : 'not covered' },
    ...list.map(([a, b]) => { const i = el('i', { title: clock(a) + ' .. ' + clock(b) }); i.style.left = (a - first) / whole * 100 + '%'; i.style.width = (b - a) / whole * 100 + '%'; return i; }))]);
  const box = document.querySelector('.cover');
  box.replaceChildren(...parts);
  if (box.nextElementSibling && box.nextElementSibling.textContent.includes('no times')) box.nextElementSibling.remove();
  document.querySelector('.top .window').textContent = day(first) + ' ' + clock(first) + ' .. ' + day(first + whole) + ' ' + clock(first + whole) + (local ? ' local' : ' UTC');
  document.querySelector('.tally').replaceChildren(...order.filter(o => data.totals.findings[o] > 0).map(o => el('li', { class: o }, data.totals.findings[o] + ' ' + o)));
};

/* ---- how it is ---- */
const WORDS = { stored: 'stored', refused_signature: 'bad signatures', copies: 'copies', probes: 'tests', foreign: 'other products', unsigned: 'unsigned', refused_busy: 'answered 503', lines: 'API log lines' };
let counted = null, health = null, connected = true;
const showCounts = () => {
  const parts = Number.isFinite(newest) ? ['last callback ' + length(Math.max(Date.now() - newest, 0)) + ' ago'] : [];
  for (const [name, word] of Object.entries(WORDS)) if (counted && counted[name] > 0) parts.push(word + ' ' + counted[name]);
  counts.textContent = parts.join('  ·  ');
};
const showBanners = () => {
  const list = [];
  if (health && !health.ready) list.push(['bad', health.disk_low || health.store === 'full' ? 'The disk is full: callbacks are answered 503.' : health.slow ? 'The disk is slow: callbacks may be answered 503.'
    : 'The store fails, callbacks are answered 503: ' + (health.why || health.store)]);
  if (running.length && Number.isFinite(newest) && Date.now() - newest > SILENCE)
    list.push(['amber', 'No callback for ' + length(Date.now() - newest) + ', while ' + running.length + (running.length === 1 ? ' recording runs.' : ' recordings run.')]);
  if (!connected) list.push(['grey', 'Reconnecting. What is shown is as of ' + clock(seen) + '.']);
  banners.replaceChildren(...list.map(([kind, text]) => el('p', { class: 'banner ' + kind }, text)));
  showCounts();
};
let seen = Date.now();
const readHealth = async () => {
  try {
    health = await ask('/api/v1/state');
    if (health) counted = health.counted;
  } catch (e) { health = null; }
  showBanners();
};

/* ---- reading again ---- */
let asked = false, again = false;
const showAll = () => { showCoverage(); showActive(); showFindings(); };
const showVerdict = () => {
  const bad = rows.filter(r => r.worst).length, verdict = document.querySelector('.verdict');
  verdict.textContent = data.findings.length ? bad + ' of ' + rows.length + (rows.length === 1 ? ' session ' : ' sessions ') + (bad === 1 ? 'has' : 'have') + ' findings.'
    : 'No misuse was found in ' + rows.length + (rows.length === 1 ? ' session.' : ' sessions.');
  verdict.classList.toggle('good', !data.findings.length);
};
const reload = async () => {
  if (asked) { again = true; return; }
  asked = true;
  const begun = performance.now();
  try {
    const [report] = await Promise.all([ask('/api/v1/page'), readDeliveries()]);
    if (report) {
      load(report);
      refresh();
      showAll();
      showVerdict();
      seen = Date.now();
      if (state.s && rows.some(r => r.s.id === state.s)) { const y = drawer.scrollTop; choose(state.s); drawer.scrollTop = y; }
    }
  } catch (e) { connected = false; say('reconnecting', 'quiet'); }
  /* A large report is not read all the time. */
  setTimeout(() => { asked = false; if (again) { again = false; reload(); } }, Math.min(3 * (performance.now() - begun), 5000));
};
const source = new EventSource('/api/v1/changes');
source.addEventListener('open', () => { if (!connected) { reload(); readHealth(); } connected = true; say('live', 'good'); showBanners(); });
source.addEventListener('error', () => { connected = false; say('reconnecting', 'quiet'); showBanners(); });
source.addEventListener('appeared', e => note('appeared', JSON.parse(e.data)));
source.addEventListener('withdrawn', e => note('withdrawn', JSON.parse(e.data)));
source.addEventListener('view', e => { counted = JSON.parse(e.data); reload(); });
source.addEventListener('reset', () => reload());
document.getElementById('pause').addEventListener('click', e => {
  paused = !paused;
  e.target.textContent = paused ? 'go on' : 'pause';
  e.target.setAttribute('aria-pressed', String(paused));
  if (!paused) readDeliveries();
});
document.addEventListener('keydown', e => { if (e.key === 'Escape' && !state.s && !drawer.hidden) close(); });
document.getElementById('delivery-kind').addEventListener('change', showDeliveries);
document.getElementById('zone').addEventListener('change', () => { showAll(); showDeliveries(); });
setInterval(tick, 1000);
setInterval(readHealth, 5000);
showAll();
readDeliveries();
readHealth();
