# The pack, in the order in which it is compiled in. A new file is one row here.
RULE_FILES = \
	rules/codes.yaml \
	rules/parameters.yaml \
	rules/webhooks.yaml \
	rules/formats/access.yaml \
	rules/formats/json.yaml
EXTRA_DIST += $(RULE_FILES) rules/README.md
