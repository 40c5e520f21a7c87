# CUnit programs of src/extract
check_PROGRAMS += tests/unit/test_extract
tests_unit_test_extract_SOURCES = tests/unit/test_extract.c
TESTS += tests/unit/test_extract
