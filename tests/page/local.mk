# The page in a headless Chromium; skipped where there is none.
TESTS += tests/page/check.sh
EXTRA_DIST += tests/page/check.sh tests/page/page.py tests/page/browser.py
.PHONY: check-page
check-page: all
	$(MAKE) check TESTS=tests/page/check.sh
