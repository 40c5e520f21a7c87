/* ---- one session ---- */
const drawer = document.getElementById('drawer');
const place = p => p.file + ':' + p.line;
const shortPlace = p => p.file.slice(p.file.lastIndexOf('/') + 1) + ':' + p.line;
const called = s => s.cname || s.id;
const failedCall = s => [...s.events].reverse().find(e => e.source === 'api' && e.ok === false);
const stamp = t => Number.isNaN(t) ? '-' : new Date(t).toISOString().replace('T', ' ').replace('Z', '');
/* The same parts as those of `rectrace ticket`, without the lines themselves, which are not in the page. */
const ticket = (s, of) => {
  const failed = failedCall(s), missing = s.steps.filter(one => one[2] === 'missing').map(one => one[0] + ' (' + one[4] + ')');
  const row = (k, v) => '| ' + k + ' | ' + String(v || '(none)').replaceAll('|', '\\|') + ' |';
  const out = ['### Cloud Recording: ' + (of.length ? of[0].id.replaceAll('-', ' ') : 'question about a recording'), '', '| | |', '|---|---|',
    row('App ID / channel / uid', [s.app_id, s.cname, s.uid].map(v => v || '(none)').join(' / ')), row('Resource ID', s.resource_id), row('sid', s.sid), row('Mode', s.mode),
    row(zoned ? 'UTC window' : 'Window, no zone', stamp(at(s.first_time)) + ' - ' + stamp(at(s.last_time)).slice(11)), row('State', s.state)];
  if (failed) out.push(row('Call that failed', failed.name + ' -> ' + result(failed)));
  out.push('');
  of.forEach((f, i) => {
    out.push('**' + (i ? 'Also' : 'What happened') + ':** ' + f.say, '');
    if (!i) out.push('**Why:** ' + f.why + ' (confidence: ' + f.confidence + '; rule ' + f.id + ')', '', '**What we will do:** ' + f.fix, '');
  });
  const excluded = of.flatMap(f => f.excluded || []);
  if (excluded.length) out.push('**Already excluded:** ' + excluded.join('; '), '');
  out.push('**Timeline (' + (zoned ? 'UTC' : 'no zone') + ')**', '```', ...s.events.map(e => stamp(at(e.time)).slice(11) + '  ' + (e.source === 'api' ? 'call' : 'hook') + '  ' + titleOf(e) + '  ' + result(e)), '```',
    '**Evidence:** ' + ([...new Set(of.flatMap(f => f.evidence.map(place)))].join(', ') || 'none'));
  if (missing.length) out.push('', '**Missing:** ' + missing.join(', '));
  return out.join('\n') + '\n';
};
/* For chrome://tracing and Perfetto: a lane for calls, one for callbacks, one for the parts. */
const trace = s => {
  const us = t => Math.round(t * 1000), out = [];
  ['phases', 'calls', 'callbacks', 'findings'].forEach((lane, i) => out.push({ ph: 'M', pid: 1, tid: i + 1, name: 'thread_name', args: { name: lane } }));
  out.push({ ph: 'M', pid: 1, name: 'process_name', args: { name: called(s) } });
  for (const [kind, from, to] of s.parts) out.push({ ph: 'X', pid: 1, tid: 1, name: data.parts[kind], ts: us(from), dur: us(to - from) });
  for (const e of s.events) {
    if (e.time === null) continue;
    const args = { result: result(e), place: place(e.at), ...e.fields };
    out.push(e.source === 'api' ? { ph: 'X', pid: 1, tid: 2, name: titleOf(e), ts: us(at(e.time)), dur: Math.max(us(at(e.end_time) - at(e.time)), 1), args } : { ph: 'i', s: 't', pid: 1, tid: 3, name: titleOf(e), ts: us(at(e.time)), args });
  }
  for (const f of s.findings.map(i => data.findings[i])) if (f.first_time !== null) out.push({ ph: 'i', s: 't', pid: 1, tid: 4, name: f.id, ts: us(at(f.first_time)), args: { say: f.say, fix: f.fix } });
  return JSON.stringify({ displayTimeUnit: 'ms', traceEvents: out });
};
const download = (file, text) => {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' })), a = el('a', { href: url, download: file });
  document.body.append(a);
  a.click();
  a.remove();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
};
const copier = (label, text) => el('button', { onclick: e => {
  const b = e.currentTarget, done = () => { b.textContent = 'copied'; setTimeout(() => { b.textContent = label; }, 1500); };
  const byHand = () => { const area = el('textarea'); area.value = text(); document.body.append(area); area.select(); document.execCommand('copy'); area.remove(); done(); };
  if (navigator.clipboard) navigator.clipboard.writeText(text()).then(done, byHand); else byHand();
} }, label);

/* ---- its parts ---- */
const stepStrip = s => el('ol', { class: 'steps', 'aria-label': 'steps of a recording' }, ...s.steps.map(([what, , kind, t, why]) =>
  el('li', { class: kind, title: why || null }, el('span', { class: 'mark' }, { seen: '✓', failed: '✖', missing: '◌', pending: '…', moot: '–' }[kind]), ' ' + what + ' ',
    el('span', { class: 'quiet' }, kind === 'seen' || (kind === 'failed' && t !== null) ? clock(at(t)) : kind === 'missing' ? why.split(':')[0] : kind === 'pending' ? 'not yet' : ''))));
const caseOf = f => el('article', { class: 'case ' + f.severity },
  el('h3', {}, marks[f.severity] + ' ' + f.id + ' ', el('span', {}, f.severity + ', ' + f.confidence + (f.count > 1 ? ', ' + f.count + ' times' : ''))),
  el('dl', {}, el('dt', {}, 'What'), el('dd', {}, f.say), el('dt', {}, 'Why'), el('dd', {}, f.why), el('dt', {}, 'Do'), el('dd', {}, f.fix),
    ...(f.evidence.length ? [el('dt', {}, 'Evidence'), el('dd', { class: 'id' }, f.evidence.map(place).join(', '))] : []),
    ...(f.excluded && f.excluded.length ? [el('dt', {}, 'Excluded'), el('dd', { class: 'quiet' }, f.excluded.join('; '))] : [])));
const fieldsOf = e => Object.entries(e.fields).map(([k, v]) => k + ' ' + v).join('   ');
const eventRow = (e, since, proof) => {
  const t = at(e.time), tr = el('tr', { class: (e.ok === false ? 'fail' : '') + (proof.has(place(e.at)) ? ' proof' : ''), 'data-n': e.n, title: fieldsOf(e) });
  for (const [kind, words, title] of [['number', String(e.n)], ['time', clock(t, true)], ['time since', Number.isNaN(t) || Number.isNaN(since) ? '' : '+' + length(t - since)],
    ['', e.source === 'api' ? 'call' : 'hook'], ['event', titleOf(e)], ['result', result(e)], ['id quiet', shortPlace(e.at), place(e.at)]])
    tr.append(el('td', { class: kind, title: title || null }, words));
  return tr;
};
const holeRow = h => el('tr', { class: 'hole' }, el('td', { class: 'number' }, '◌'), el('td', {}, '-'), el('td'), el('td', {}, h.lane), el('td', { class: 'event' }, h.name), el('td', { colspan: 2 }, h.why));
const timeline = (s, of) => {
  const proof = new Set(of.flatMap(f => f.evidence.map(place))), table = el('tbody'), holes = holesOf(s).sort((a, b) => a.time - b.time);
  let since = NaN;
  for (const e of s.events) {
    const t = at(e.time);
    while (holes.length && !Number.isNaN(t) && holes[0].time < t) table.append(holeRow(holes.shift()));
    if (!Number.isNaN(since) && t - since > 60000) table.append(el('tr', { class: 'gap' }, el('td', { class: 'number' }, '·'), el('td'), el('td', { colspan: 5 }, length(t - since) + ' without anything')));
    table.append(eventRow(e, since, proof));
    if (!Number.isNaN(t)) since = e.repeated > 1 ? at(e.end_time) : t;
  }
  table.append(...holes.map(holeRow));
  if (s.dropped) table.append(el('tr', { class: 'gap' }, el('td'), el('td', { colspan: 6 }, s.dropped + ' more events were only counted')));
  return el('div', { class: 'scroll' }, el('table', { class: 'lines' }, el('caption', { class: 'hidden' }, 'timeline'),
    el('thead', {}, el('tr', {}, ...['#', 'time (' + zone() + ')', 'since', 'who', 'event', 'result', 'line'].map(n => el('th', { scope: 'col' }, n)))), table));
};
const facts = r => {
  const s = r.s, list = el('dl', { class: 'facts' });
  const span = Number.isNaN(r.first) ? null : day(r.first) + ' ' + clock(r.first) + ' – ' + (day(r.first) === day(r.last) ? '' : day(r.last) + ' ') + clock(r.last) + ' ' + zone() + ', ' + length(r.last - r.first);
  for (const [what, value, kind] of [['uid', s.uid, ''], ['mode', s.mode, ''], ['state', s.state, ''], ['time', span, ''], ['sid', s.sid, 'id'], ['resource id', s.resource_id, 'id'], ['app id', s.app_id, 'id']])
    list.append(el('dt', { class: kind }, what), el('dd', { class: kind }, value || '(none)'));
  return list;
};
let opener = null;
const close = () => {
  state.s = null;
  drawer.hidden = true;
  document.body.classList.remove('opened');
  writeHash();
  if (opener) opener.focus({ preventScroll: true });
  opener = null;
};
const choose = id => {
  const r = rows.find(one => one.s.id === id);
  if (!r) { close(); return; }
  const s = r.s, where = shown.indexOf(r);
  if (drawer.hidden) opener = document.activeElement;
  state.s = id;
  if (where >= 0) { chosen = where; paint(); }
  document.body.classList.add('opened');
  const cases = r.of.length ? r.of.map(caseOf) : [el('p', { class: 'good' }, '✓ No misuse found in this session.')];
  for (const u of data.unchecked.filter(one => one.session === s.id)) cases.push(el('p', { class: 'unknown' }, '? ' + u.rule + ' could not be checked: ' + u.needs));
  const table = timeline(s, r.of);
  const pick = n => {
    for (const one of table.querySelectorAll('.picked')) one.classList.remove('picked');
    const tr = table.querySelector('[data-n="' + n + '"]');
    tr.classList.add('picked');
    tr.scrollIntoView({ block: 'center', behavior: calm });
  };
  drawer.replaceChildren(
    el('header', {}, el('h2', { id: 'drawer-title' }, called(s)), el('span', { class: 'buttons' }, copier('copy ticket', () => ticket(s, r.of)), copier('copy link', () => location.href),
      el('button', { onclick: () => download('trace-' + called(s).replace(/[^\w.-]+/g, '_').slice(0, 60) + '.json', trace(s)) }, 'download trace'),
      el('button', { onclick: close, 'aria-label': 'close' }, '✕'))),
    facts(r), stepStrip(s), Number.isNaN(r.first) ? '' : drawAxis(s, pick), ...cases, table);
  drawer.hidden = false;
  drawer.scrollTop = 0;
  writeHash();
};
