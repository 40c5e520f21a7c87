/* The page of a running receiver: the same report, read again when it changes; what appeared and what was
 * withdrawn; what is due next; the newest deliveries. */
const badge = document.getElementById('live'), happened = document.getElementById('changes'), active = document.getElementById('active');
const deliveries = document.getElementById('deliveries'), counts = document.getElementById('counts');
const CHANGES_SHOWN = 30, DELIVERIES_SHOWN = 25, OVER = /done|failed|exited|expired|never-started|gone/;
const say = (word, kind) => { badge.textContent = '● ' + word; badge.className = kind; };
const note = (kind, f) => {
  const s = data.sessions.find(one => one.id === f.session), name = s ? s.cname || s.id : f.app_id || 'all inputs';
  const line = el('li', { class: kind === 'withdrawn' ? 'withdrawn' : '' }, el('span', { class: 'time quiet' }, clock(Date.now()) + ' '),
    el('span', { class: f.severity }, (marks[f.severity] || '') + ' ' + f.id), ' ' + name + (kind === 'withdrawn' ? ', withdrawn' : ''));
  if (s) line.addEventListener('click', () => choose(s.id));
  happened.prepend(line);
  while (happened.children.length > CHANGES_SHOWN) happened.lastChild.remove();
};
const showActive = () => {
  const open = rows.filter(r => !OVER.test(r.s.state)).sort((a, b) => b.last - a.last).slice(0, DELIVERIES_SHOWN);
  active.replaceChildren(...open.map(r => {
    const due = data.unchecked.filter(u => u.session === r.s.id).map(u => u.rule + ': ' + u.needs);
    return el('li', { onclick: () => choose(r.s.id) }, el('strong', {}, r.s.cname || r.s.id), ' ' + r.s.state + ' ',
      el('span', { class: 'time quiet' }, length(r.last - r.first)), due.length ? el('div', { class: 'quiet' }, due.join('; ')) : null);
  }));
  if (!open.length) active.append(el('li', { class: 'quiet' }, data.sessions.length ? 'none is running' : 'Waiting for the first callback.'));
};
const showDeliveries = () => {
  const hooks = rows.flatMap(r => r.s.events.filter(e => e.source !== 'api').map(e => [at(e.time), e, r]));
  hooks.sort((a, b) => b[0] - a[0]);
  deliveries.replaceChildren(...hooks.slice(0, DELIVERIES_SHOWN).map(([t, e, r]) => el('li', { onclick: () => choose(r.s.id) },
    el('span', { class: 'time quiet' }, clock(t, true) + ' '), e.name + ' ', el('strong', {}, r.s.cname || r.s.id), e.copies > 1 ? ' x' + e.copies : '', ' ' + result(e))));
};
const showCounts = c => { if (c) counts.textContent = Object.entries(c).filter(([, n]) => n > 0).map(([name, n]) => name.replaceAll('_', ' ') + ' ' + n).join('  ·  '); };
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
const showAll = () => { showCoverage(); showActive(); showDeliveries(); showFindings(); };
let asked = false, again = false;
const reload = async () => {
  if (asked) { again = true; return; }
  asked = true;
  try {
    const answer = await fetch('/api/v1/page', { cache: 'no-store' });
    if (answer.ok) {
      load(await answer.json());
      refresh();
      showAll();
      if (state.s && rows.some(r => r.s.id === state.s)) { const y = drawer.scrollTop; choose(state.s); drawer.scrollTop = y; }
      const bad = rows.filter(r => r.worst).length;
      const verdict = document.querySelector('.verdict');
      verdict.textContent = data.findings.length ? bad + ' of ' + rows.length + (rows.length === 1 ? ' session ' : ' sessions ') + (bad === 1 ? 'has' : 'have') + ' findings.'
        : 'No misuse was found in ' + rows.length + (rows.length === 1 ? ' session.' : ' sessions.');
      verdict.classList.toggle('good', !data.findings.length);
    }
  } catch (e) { say('reconnecting', 'quiet'); }
  asked = false;
  if (again) { again = false; reload(); }
};
const source = new EventSource('/api/v1/changes');
source.addEventListener('open', () => say('live', 'good'));
source.addEventListener('error', () => say('reconnecting', 'quiet'));
source.addEventListener('appeared', e => note('appeared', JSON.parse(e.data)));
source.addEventListener('withdrawn', e => note('withdrawn', JSON.parse(e.data)));
source.addEventListener('view', e => { showCounts(JSON.parse(e.data)); reload(); });
source.addEventListener('reset', () => reload());
showAll();
