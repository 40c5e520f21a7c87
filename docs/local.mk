EXTRA_DIST += docs/report.schema.json docs/samples.md README.md ARCHITECTURE.md CONTRIBUTING.md CHANGES.md quickstart

# One scenario a file; docs/samples.md tells what happens in each.
EXTRA_DIST += samples/a-busy-morning.log.gz samples/access.log samples/blind-retry.log samples/died-at-start.log \
	samples/extension-service.log samples/gateway-refusals.log samples/healthy.log samples/ids-mixed-up.log \
	samples/network-jitter.log samples/nobody-published.log samples/pasted-answer.txt \
	samples/polled-after-stop.log.gz samples/restarted-without-stop.log samples/screenshots-only.log \
	samples/server-switch.log samples/start-repeated.log samples/start-too-late.log samples/stopped-twice.log \
	samples/storage.hooks.jsonl samples/storage.log samples/token-ends.hooks.jsonl samples/token-ends.log \
	samples/tokens.hooks.jsonl samples/tokens.log samples/two-lines-a-call.log samples/wrong-parameters.log

EXTRA_DIST += contrib/rectrace-serve.service
