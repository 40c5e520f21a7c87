# CUnit programs of src/ingest
