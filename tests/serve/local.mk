# The receiver, run as a program: over real sockets, and over a disk that fails when it is told to.
check_PROGRAMS += tests/serve/faulty
tests_serve_faulty_SOURCES = tests/serve/faulty.c tests/serve/faulty_read.c $(rectrace_SOURCES)
tests_serve_faulty_CPPFLAGS = $(AM_CPPFLAGS) -Dmain=rectrace_main
tests_serve_faulty_CFLAGS = $(AM_CFLAGS) -Wno-missing-prototypes
tests_serve_faulty_LDADD = $(RT_LIBS)
EXTRA_PROGRAMS += tests/serve/timing
tests_serve_timing_SOURCES = tests/serve/timing.c
CLEANFILES += tests/serve/timing$(EXEEXT)
TESTS += tests/serve/kill.sh tests/serve/disk.sh tests/serve/powercut.sh tests/serve/hostile.sh tests/serve/live.sh tests/serve/shippers.sh \
	tests/serve/refusals.sh tests/serve/page.sh tests/serve/nth.sh tests/serve/ops.sh tests/serve/tls.sh \
	tests/serve/damage.sh tests/serve/beside.sh tests/serve/scarce.sh tests/serve/clock.sh tests/serve/meaning.sh tests/serve/down.sh
EXTRA_DIST += tests/serve/kit.py \
	tests/serve/kill.py tests/serve/disk.py tests/serve/powercut.py tests/serve/hostile.py tests/serve/live.py \
	tests/serve/refusals.py tests/serve/page.py tests/serve/nth.py tests/serve/ops.py tests/serve/tls.py \
	tests/serve/damage.py tests/serve/beside.py tests/serve/scarce.py tests/serve/clock.py tests/serve/meaning.py tests/serve/down.py tests/serve/down.sh \
	tests/serve/damage.sh tests/serve/beside.sh tests/serve/scarce.sh tests/serve/clock.sh tests/serve/meaning.sh \
	tests/serve/kill.sh tests/serve/disk.sh tests/serve/powercut.sh tests/serve/hostile.sh tests/serve/live.sh tests/serve/shippers.sh \
	tests/serve/refusals.sh tests/serve/page.sh tests/serve/nth.sh tests/serve/ops.sh tests/serve/tls.sh

# Faults in their long form: minutes. FAULT_ROUNDS kills, FAULT_CUTS power cuts of each kind; FAULT_FORM=short leaves out what takes
# long and has a short form in `make check`. docs/faults.md lists what is done and what must come of it.
FAULT_ROUNDS = 1000
FAULT_CUTS = 1000
FAULT_FORM = long
FAULT_RUN = srcdir=$(srcdir) RECTRACE=$(abs_builddir)/rectrace$(EXEEXT) FAULTY=$(abs_builddir)/tests/serve/faulty$(EXEEXT) \
	PYTHONDONTWRITEBYTECODE=1 sh $(srcdir)/tests/serve
.PHONY: check-faults
check-faults: rectrace$(EXEEXT) tests/serve/faulty$(EXEEXT) tests/serve/timing$(EXEEXT)
	tests/serve/timing$(EXEEXT)
	$(FAULT_RUN)/kill.sh $(FAULT_ROUNDS)
	$(FAULT_RUN)/powercut.sh $(FAULT_CUTS)
	$(FAULT_RUN)/crowd.sh
	test $(FAULT_FORM) = short || for t in disk nth damage beside scarce meaning; do $(FAULT_RUN)/$$t.sh long || exit 1; done
EXTRA_DIST += tests/serve/crowd.sh tests/serve/crowd.py

AM_TESTS_ENVIRONMENT += FAULTY='$(abs_builddir)/tests/serve/faulty$(EXEEXT)'; export FAULTY; \
	PYTHONDONTWRITEBYTECODE=1; export PYTHONDONTWRITEBYTECODE;

# Of a build with the thread sanitizer: what hands over between threads.
.PHONY: check-threads
check-threads: rectrace$(EXEEXT) tests/serve/faulty$(EXEEXT)
	for t in kill hostile beside live disk; do $(FAULT_RUN)/$$t.sh || exit 1; done
	RECTRACE=$(abs_builddir)/rectrace$(EXEEXT) sh $(srcdir)/tests/props/streams.sh
EXTRA_DIST += tests/serve/shippers.py tests/serve/steady.sh tests/serve/steady.py

# What the live view costs, with 10 000, 100 000 and 1 000 000 callbacks stored: prints it, and fails when it grows with the store.
.PHONY: bench-live
bench-live: rectrace$(EXEEXT)
	$(FAULT_RUN)/steady.sh $(BENCH_ROWS)
