# Benchmarks: built and run by `make bench` only. BENCH_MIB, BENCH_RUNS, BENCH_DIR are passed on.
EXTRA_PROGRAMS += bench/gen bench/measure
bench_gen_SOURCES = bench/gen.c
bench_gen_LDADD =
bench_measure_SOURCES = bench/measure.c
bench_measure_LDADD =
EXTRA_PROGRAMS += bench/isal_off
bench_isal_off_SOURCES = bench/isal_off.c $(rectrace_SOURCES)
bench_isal_off_LDADD = $(RT_LIBS)
EXTRA_DIST += bench/run.sh
CLEANFILES += bench/gen$(EXEEXT) bench/measure$(EXEEXT) bench/isal_off$(EXEEXT)

.PHONY: bench
bench: rectrace$(EXEEXT) bench/gen$(EXEEXT) bench/measure$(EXEEXT) bench/isal_off$(EXEEXT)
	@sh $(srcdir)/bench/run.sh $(abs_builddir)/rectrace$(EXEEXT) $(abs_builddir)/bench

# The receiver under load, as ratios in one run.
EXTRA_PROGRAMS += bench/hook bench/serve_off bench/fill
bench_hook_SOURCES = bench/hook.c
bench_hook_LDADD = $(NETTLE_LIBS)
bench_serve_off_SOURCES = bench/writer_off.c $(rectrace_SOURCES)
bench_serve_off_LDADD = $(RT_LIBS)
bench_fill_SOURCES = bench/fill.c
bench_fill_LDADD = $(RT_LIBS)
EXTRA_DIST += bench/serve.sh bench/group.js
CLEANFILES += bench/hook$(EXEEXT) bench/serve_off$(EXEEXT) bench/fill$(EXEEXT)

.PHONY: bench-serve
bench-serve: rectrace$(EXEEXT) bench/hook$(EXEEXT) bench/serve_off$(EXEEXT) bench/fill$(EXEEXT)
	@sh $(srcdir)/bench/serve.sh $(abs_builddir)/rectrace$(EXEEXT) $(abs_builddir)/bench
