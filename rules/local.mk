# The pack, in the order in which it is compiled in. A new file is one row here.
RULE_FILES = \
	rules/codes.yaml \
	rules/parameters.yaml \
	rules/webhooks.yaml \
	rules/credentials.yaml \
	rules/lifecycle.yaml \
	rules/causes.yaml \
	rules/words.yaml \
	rules/formats/access.yaml \
	rules/formats/json.yaml \
	rules/formats/wrappers.yaml \
	rules/patterns/callbacks.yaml \
	rules/patterns/content.yaml \
	rules/patterns/ending.yaml \
	rules/patterns/gateway.yaml \
	rules/patterns/hygiene.yaml \
	rules/patterns/identity.yaml \
	rules/patterns/joined.yaml \
	rules/patterns/notfound.yaml \
	rules/patterns/parameters.yaml \
	rules/patterns/polling.yaml \
	rules/patterns/receiver.yaml \
	rules/patterns/recorder.yaml \
	rules/patterns/request.yaml \
	rules/patterns/resource.yaml \
	rules/patterns/start.yaml \
	rules/patterns/stop.yaml \
	rules/patterns/storage.yaml \
	rules/patterns/symptoms.yaml \
	rules/patterns/together.yaml \
	rules/patterns/token.yaml \
	rules/patterns/traffic.yaml \
	rules/patterns/uploads.yaml \
	rules/patterns/web.yaml
EXTRA_DIST += $(RULE_FILES) rules/README.md
