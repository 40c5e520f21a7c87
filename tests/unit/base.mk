# CUnit programs of src/base
