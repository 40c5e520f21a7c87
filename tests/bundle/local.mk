# Bundles and redaction through the real command line.
TESTS += tests/bundle/check.sh
EXTRA_DIST += tests/bundle/check.sh tests/bundle/bundle.py tests/bundle/attack.py
