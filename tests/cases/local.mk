# Golden cases: a folder each; `make golden` rewrites what they want, to be reviewed like code.
TESTS += tests/cases/check.sh
EXTRA_DIST += tests/cases/check.sh tests/cases/run.sh $(srcdir)/tests/cases/*/*
AM_TESTS_ENVIRONMENT = SRCDIR='$(abs_srcdir)'; RECTRACE='$(abs_builddir)/rectrace$(EXEEXT)'; \
	SAMPLES='$(abs_srcdir)/samples'; export SRCDIR RECTRACE SAMPLES;

.PHONY: golden
golden: rectrace$(EXEEXT)
	@GOLDEN=1 SAMPLES=$(abs_srcdir)/samples sh $(srcdir)/tests/cases/run.sh $(abs_builddir)/rectrace$(EXEEXT) $(srcdir)/tests/cases/*/
	@for page in $(srcdir)/man/rectrace-*.1; do name=$${page##*rectrace-}; \
		$(abs_builddir)/rectrace$(EXEEXT) help --format mdoc $${name%.1} > $$page.tmp && mv $$page.tmp $$page || exit 1; done
