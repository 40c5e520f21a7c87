# CUnit programs of src/live
check_PROGRAMS += tests/unit/test_live
tests_unit_test_live_SOURCES = tests/unit/test_live.c
TESTS += tests/unit/test_live
