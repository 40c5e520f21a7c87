# CUnit programs of src/detect
