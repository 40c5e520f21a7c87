# CUnit programs of src/rules
