/* ---- controls ---- */
const search = document.getElementById('search'), rule = document.getElementById('rule'), phase = document.getElementById('state');
const buttons = [...document.querySelectorAll('[data-severity]')];
const show = () => {
  search.value = state.q;
  rule.value = state.rule;
  phase.value = state.phase;
  for (const b of buttons) b.setAttribute('aria-pressed', String(!state.sev || state.sev.includes(b.dataset.severity)));
};
const filtered = () => { grid.scrollTop = 0; chosen = 0; show(); refresh(); };
search.addEventListener('input', () => { state.q = search.value; filtered(); });
rule.addEventListener('change', () => { state.rule = rule.value; filtered(); });
phase.addEventListener('change', () => { state.phase = phase.value; filtered(); });
document.getElementById('reset').addEventListener('click', () => { Object.assign(state, { q: '', sev: null, rule: '', phase: '', t: null }); filtered(); search.focus(); });
document.getElementById('zone').addEventListener('change', e => { local = e.target.value === 'local'; refresh(); if (state.s) choose(state.s); });
for (const b of buttons) b.addEventListener('click', () => {
  const all = buttons.map(one => one.dataset.severity), now = new Set(state.sev || all);
  if (now.has(b.dataset.severity)) now.delete(b.dataset.severity); else now.add(b.dataset.severity);
  state.sev = now.size === all.length ? null : [...now];
  filtered();
});
for (const b of document.querySelectorAll('[data-rule]')) b.addEventListener('click', () => {
  state.rule = b.dataset.rule;
  filtered();
  document.querySelector('.sessions').scrollIntoView({ block: 'start', behavior: calm });
});
document.addEventListener('keydown', e => {
  if (e.key === 'Escape') { if (state.s) close(); else document.activeElement.blur(); return; }
  if (/INPUT|SELECT|TEXTAREA/.test(e.target.tagName) || e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.key === '/') { e.preventDefault(); search.focus(); }
  if (e.key === 'j' || e.key === 'k') move(e.key === 'j' ? 1 : -1);
  if (e.key === 'Enter' && !/BUTTON|SUMMARY|A/.test(e.target.tagName) && shown[chosen]) choose(shown[chosen].s.id);
});
window.addEventListener('hashchange', () => { readHash(); show(); refresh(); if (state.s) choose(state.s); else if (!drawer.hidden) close(); });
new ResizeObserver(() => paint()).observe(grid);
const fill = (select, words) => { const was = select.value; select.append(...words.map(word => el('option', { value: word }, word))); select.value = was; };
fill(rule, [...new Set(data.findings.map(f => f.id))]);
fill(phase, [...new Set(rows.map(r => r.s.state))].sort());
document.documentElement.classList.add('js');
readHash();
const wanted = state.s;
show();
makeTable();
chooseTime();
refresh();
if (wanted) choose(wanted);
