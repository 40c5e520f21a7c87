# CUnit programs of src/receive
check_PROGRAMS += tests/unit/test_receive
tests_unit_test_receive_SOURCES = tests/unit/test_receive.c
TESTS += tests/unit/test_receive
