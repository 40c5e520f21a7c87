librectrace_a_SOURCES += src/detect/condition.c src/detect/coverage.c src/detect/coverage.h src/detect/detect.c \
	src/detect/detect.h src/detect/claim.c src/detect/fallback.c src/detect/finding.c src/detect/finding.h \
	src/detect/folding.c src/detect/internal.h src/detect/sequence.c src/detect/match.h src/detect/rule_test.c \
	src/detect/rule_test.h src/detect/scope.c src/detect/scope.h src/detect/template.c src/detect/why.c
