# CUnit programs of src/event
