# Fuzz targets. Without --enable-fuzz they replay the corpus with a few hundred mutations a file.
check_PROGRAMS += tests/fuzz/fuzz_line tests/fuzz/fuzz_json tests/fuzz/fuzz_rules tests/fuzz/fuzz_match \
	tests/fuzz/fuzz_gzip tests/fuzz/fuzz_token tests/fuzz/fuzz_body tests/fuzz/fuzz_archive tests/fuzz/fuzz_scrub tests/fuzz/fuzz_report
tests_fuzz_fuzz_line_SOURCES = tests/fuzz/fuzz_line.c
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz_json.c
tests_fuzz_fuzz_rules_SOURCES = tests/fuzz/fuzz_rules.c
tests_fuzz_fuzz_match_SOURCES = tests/fuzz/fuzz_match.c
tests_fuzz_fuzz_gzip_SOURCES = tests/fuzz/fuzz_gzip.c
tests_fuzz_fuzz_token_SOURCES = tests/fuzz/fuzz_token.c
tests_fuzz_fuzz_body_SOURCES = tests/fuzz/fuzz_body.c
tests_fuzz_fuzz_archive_SOURCES = tests/fuzz/fuzz_archive.c
tests_fuzz_fuzz_scrub_SOURCES = tests/fuzz/fuzz_scrub.c
tests_fuzz_fuzz_report_SOURCES = tests/fuzz/fuzz_report.c
if FUZZ
tests_fuzz_fuzz_line_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_json_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_rules_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_match_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_gzip_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_token_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_body_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_archive_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_scrub_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_report_LDFLAGS = -fsanitize=fuzzer
else
tests_fuzz_fuzz_line_SOURCES += tests/fuzz/replay.c
tests_fuzz_fuzz_json_SOURCES += tests/fuzz/replay.c
tests_fuzz_fuzz_rules_SOURCES += tests/fuzz/replay.c
tests_fuzz_fuzz_match_SOURCES += tests/fuzz/replay.c
tests_fuzz_fuzz_gzip_SOURCES += tests/fuzz/replay.c
tests_fuzz_fuzz_token_SOURCES += tests/fuzz/replay.c
tests_fuzz_fuzz_body_SOURCES += tests/fuzz/replay.c
tests_fuzz_fuzz_archive_SOURCES += tests/fuzz/replay.c
tests_fuzz_fuzz_scrub_SOURCES += tests/fuzz/replay.c
tests_fuzz_fuzz_report_SOURCES += tests/fuzz/replay.c
TESTS += tests/fuzz/replay.sh
endif
EXTRA_DIST += tests/fuzz/replay.sh $(srcdir)/tests/fuzz/corpus/*/*
