# Simulated clients: what the rules find of them against what the model of the service says.
TESTS += tests/simulate/check.sh
EXTRA_DIST += tests/simulate/check.sh tests/simulate/simulate.py
