# CUnit programs of src/pipeline
check_PROGRAMS += tests/unit/test_pipeline
tests_unit_test_pipeline_SOURCES = tests/unit/test_pipeline.c
TESTS += tests/unit/test_pipeline
