# CUnit programs of src/store
check_PROGRAMS += tests/unit/test_store
tests_unit_test_store_SOURCES = tests/unit/test_store.c
TESTS += tests/unit/test_store
