// group.js FILE SECRET - what bench-serve compares with: Node's http server that checks the signature, appends bodies to a file,
// many a sync, and answers after it. Prints its port.
'use strict';
const http = require('http');
const fs = require('fs');
const crypto = require('crypto');

const [file, secret] = process.argv.slice(2);
const fd = fs.openSync(file, 'a');
let waiting = [];
let busy = false;

function commit() {
    if (busy || waiting.length === 0)
        return;
    const batch = waiting;
    waiting = [];
    busy = true;
    fs.write(fd, Buffer.concat(batch.map((b) => b.body)), (failed) => {
        fs.fdatasync(fd, (alsoFailed) => {
            busy = false;
            for (const b of batch) {
                b.answer.writeHead(failed || alsoFailed ? 503 : 200, { 'Content-Type': 'application/json', 'Content-Length': 11 });
                b.answer.end('{"ok":true}');
            }
            commit();
        });
    });
}

const server = http.createServer((request, answer) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
        const body = Buffer.concat(parts);
        const given = Buffer.from(request.headers['agora-signature-v2'] || '', 'hex');
        const made = crypto.createHmac('sha256', secret).update(body).digest();
        if (given.length !== made.length || !crypto.timingSafeEqual(given, made)) {
            answer.writeHead(401);
            answer.end();
            return;
        }
        waiting.push({ body, answer });
        commit();
    });
});
server.keepAliveTimeout = 60000;
server.listen(0, '127.0.0.1', 1024, () => console.log(server.address().port));
