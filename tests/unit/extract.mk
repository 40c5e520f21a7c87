# CUnit programs of src/extract
