check_PROGRAMS += tests/faults/alloc
tests_faults_alloc_SOURCES = tests/faults/alloc.c
TESTS += tests/faults/alloc.sh tests/props/check.sh
EXTRA_DIST += tests/faults/alloc.sh tests/faults/small.yaml tests/props/check.sh tests/props/props.py
