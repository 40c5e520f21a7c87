librectrace_a_SOURCES += src/detect/coverage.h src/detect/detect.h src/detect/finding.h src/detect/rule_test.h 
