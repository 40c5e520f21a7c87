/* Reads OTLP/JSON by the protocol's own definitions, as a receiver does: every member must be known, have its type, and come back
 * from the wire. usage: otlp.js FILE */
'use strict';
const fs = require('fs');
const path = require('path');
const root = require(path.join(path.dirname(require.resolve('@opentelemetry/otlp-transformer')), 'generated/root.js'));
const Request = root.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;

/* In JSON ids are hexadecimal; the definitions have bytes. */
const IDS = new Set(['traceId', 'spanId', 'parentSpanId']);
const asBytes = (value, key) => {
  if (Array.isArray(value)) return value.map(one => asBytes(one));
  if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, asBytes(v, k)]));
  if (!IDS.has(key)) return value;
  if (!/^([0-9a-f]{32}|[0-9a-f]{16})$/.test(value)) throw new Error('no id: ' + value);
  return Buffer.from(value, 'hex');
};
/* What the wire gives back, in the form of the file; numbers of 64 bits are texts in both. */
const same = (a, b, where) => {
  if (Buffer.isBuffer(a) || a instanceof Uint8Array) {
    if (Buffer.compare(Buffer.from(a), Buffer.from(b)) !== 0) throw new Error(where + ': another id');
  } else if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) throw new Error(where + ': another length');
    a.forEach((one, i) => same(one, b[i], where + '[' + i + ']'));
  } else if (a !== null && typeof a === 'object') {
    for (const k of Object.keys(a)) {
      if (b === undefined || b === null || !(k in b)) throw new Error(where + '.' + k + ': the protocol has no such member');
      same(a[k], b[k], where + '.' + k);
    }
  } else if (String(a) !== String(b)) {
    throw new Error(where + ': ' + a + ' became ' + b);
  }
};
const given = asBytes(JSON.parse(fs.readFileSync(process.argv[2], 'utf8')));
const wrong = Request.verify(given);
if (wrong && !/integer\|Long expected/.test(wrong)) throw new Error(wrong);
const back = Request.toObject(Request.decode(Request.encode(Request.fromObject(given)).finish()), { longs: String, defaults: true, arrays: true });
same(given, back, 'request');
const spans = given.resourceSpans.flatMap(r => r.scopeSpans).flatMap(s => s.spans);
console.log('ok - otlp: ' + spans.length + ' spans, ' + spans.reduce((n, s) => n + (s.events || []).length, 0) + ' events, as the protocol defines them');
