# CUnit programs of src/event
check_PROGRAMS += tests/unit/test_event
tests_unit_test_event_SOURCES = tests/unit/test_event.c
TESTS += tests/unit/test_event
