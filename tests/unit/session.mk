# CUnit programs of src/session
