# CUnit programs of src/report
check_PROGRAMS += tests/unit/test_report tests/unit/test_report_explain
tests_unit_test_report_SOURCES = tests/unit/test_report.c
tests_unit_test_report_explain_SOURCES = tests/unit/test_report_explain.c
TESTS += tests/unit/test_report tests/unit/test_report_explain
