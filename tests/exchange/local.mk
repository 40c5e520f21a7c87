# Exchange formats against validators of others; skipped until `make check-exchange` has fetched them.
TESTS += tests/exchange/check.sh
EXTRA_DIST += tests/exchange/check.sh tests/exchange/otlp.js tests/exchange/package.json tests/exchange/package-lock.json
.PHONY: check-exchange
check-exchange: all
	SRCDIR=$(srcdir) RECTRACE=./rectrace sh $(srcdir)/tests/exchange/check.sh install

clean-local: clean-exchange
.PHONY: clean-exchange
clean-exchange:
	rm -rf tests/exchange/modules
