# CUnit programs of src/base
check_PROGRAMS += tests/unit/test_base_out tests/unit/test_base_str tests/unit/test_base_memory \
	tests/unit/test_base_instant tests/unit/test_base_document tests/unit/test_base_library
tests_unit_test_base_out_SOURCES = tests/unit/test_base_out.c
tests_unit_test_base_str_SOURCES = tests/unit/test_base_str.c
tests_unit_test_base_memory_SOURCES = tests/unit/test_base_memory.c
tests_unit_test_base_instant_SOURCES = tests/unit/test_base_instant.c
tests_unit_test_base_document_SOURCES = tests/unit/test_base_document.c
tests_unit_test_base_library_SOURCES = tests/unit/test_base_library.c
TESTS += tests/unit/test_base_out tests/unit/test_base_str tests/unit/test_base_memory \
	tests/unit/test_base_instant tests/unit/test_base_document tests/unit/test_base_library
