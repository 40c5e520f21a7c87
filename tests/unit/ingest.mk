# CUnit programs of src/ingest
check_PROGRAMS += tests/unit/test_ingest
tests_unit_test_ingest_SOURCES = tests/unit/test_ingest.c
TESTS += tests/unit/test_ingest
