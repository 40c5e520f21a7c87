# CUnit programs of src/pipeline
