# CUnit programs of src/report
check_PROGRAMS += tests/unit/test_report
tests_unit_test_report_SOURCES = tests/unit/test_report.c
TESTS += tests/unit/test_report
