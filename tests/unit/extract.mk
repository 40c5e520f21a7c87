# CUnit programs of src/extract
check_PROGRAMS += tests/unit/test_extract
tests_unit_test_extract_SOURCES = tests/unit/test_extract.c
TESTS += tests/unit/test_extract
check_PROGRAMS += tests/unit/test_extract_token
tests_unit_test_extract_token_SOURCES = tests/unit/test_extract_token.c
TESTS += tests/unit/test_extract_token
check_PROGRAMS += tests/unit/test_extract_credential
tests_unit_test_extract_credential_SOURCES = tests/unit/test_extract_credential.c
TESTS += tests/unit/test_extract_credential
