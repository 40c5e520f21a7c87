# CUnit programs of src/report
