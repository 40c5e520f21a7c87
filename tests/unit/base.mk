# CUnit programs of src/base
check_PROGRAMS += tests/unit/test_base_text
tests_unit_test_base_text_SOURCES = tests/unit/test_base_text.c
TESTS += tests/unit/test_base_text
check_PROGRAMS += tests/unit/test_base_time
tests_unit_test_base_time_SOURCES = tests/unit/test_base_time.c
TESTS += tests/unit/test_base_time
check_PROGRAMS += tests/unit/test_base_out
tests_unit_test_base_out_SOURCES = tests/unit/test_base_out.c
TESTS += tests/unit/test_base_out
