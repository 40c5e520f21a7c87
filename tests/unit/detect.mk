# CUnit programs of src/detect
check_PROGRAMS += tests/unit/test_detect_candidates tests/unit/test_detect_exact \
	tests/unit/test_detect_findings tests/unit/test_detect_parts tests/unit/test_detect_rules
tests_unit_test_detect_candidates_SOURCES = tests/unit/test_detect_candidates.c tests/unit/test_detect_world.h
tests_unit_test_detect_exact_SOURCES = tests/unit/test_detect_exact.c tests/unit/test_detect_world.h
tests_unit_test_detect_findings_SOURCES = tests/unit/test_detect_findings.c tests/unit/test_detect_kit.h
tests_unit_test_detect_parts_SOURCES = tests/unit/test_detect_parts.c tests/unit/test_detect_kit.h
tests_unit_test_detect_rules_SOURCES = tests/unit/test_detect_rules.c tests/unit/test_detect_kit.h
TESTS += tests/unit/test_detect_candidates tests/unit/test_detect_exact \
	tests/unit/test_detect_findings tests/unit/test_detect_parts tests/unit/test_detect_rules
