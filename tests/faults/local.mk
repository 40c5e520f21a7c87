check_PROGRAMS += tests/faults/alloc
tests_faults_alloc_SOURCES = tests/faults/alloc.c
TESTS += tests/faults/alloc.sh tests/faults/reading.sh tests/props/check.sh tests/props/streams.sh
EXTRA_DIST += tests/faults/alloc.sh tests/faults/reading.sh tests/faults/reading.py tests/faults/small.yaml tests/props/check.sh tests/props/streams.sh tests/props/props.py
