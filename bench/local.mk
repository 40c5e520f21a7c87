# Benchmarks: built and run by `make bench` only. BENCH_MIB, BENCH_RUNS, BENCH_DIR are passed on.
EXTRA_PROGRAMS = bench/gen bench/measure
bench_gen_SOURCES = bench/gen.c
bench_gen_LDADD =
bench_measure_SOURCES = bench/measure.c
bench_measure_LDADD =
EXTRA_DIST += bench/run.sh
CLEANFILES += bench/gen$(EXEEXT) bench/measure$(EXEEXT)

.PHONY: bench
bench: rectrace$(EXEEXT) bench/gen$(EXEEXT) bench/measure$(EXEEXT)
	@sh $(srcdir)/bench/run.sh $(abs_builddir)/rectrace$(EXEEXT) $(abs_builddir)/bench
