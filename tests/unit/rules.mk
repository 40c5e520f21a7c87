# CUnit programs of src/rules
check_PROGRAMS += tests/unit/test_rules_load tests/unit/test_rules_mistakes
tests_unit_test_rules_load_SOURCES = tests/unit/test_rules_load.c tests/unit/test_rules_kit.h
tests_unit_test_rules_mistakes_SOURCES = tests/unit/test_rules_mistakes.c tests/unit/test_rules_kit.h
TESTS += tests/unit/test_rules_load tests/unit/test_rules_mistakes
