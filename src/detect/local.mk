librectrace_a_SOURCES += src/detect/absence.c src/detect/attempt.h src/detect/candidates.c \
	src/detect/candidates.h src/detect/claim.c src/detect/claims.c src/detect/column.c \
	src/detect/column.h src/detect/coverage.c src/detect/coverage.h src/detect/crowd.c \
	src/detect/crowd.h src/detect/detect.c src/detect/detect.h src/detect/exclude.c \
	src/detect/fallback.c src/detect/finding.c src/detect/finding.h src/detect/folding.c \
	src/detect/internal.h src/detect/latest.c src/detect/latest.h src/detect/match.c \
	src/detect/match.h src/detect/matcher.c src/detect/moment.h src/detect/mutate.c \
	src/detect/neighbours.c src/detect/neighbours.h src/detect/occurrence.c \
	src/detect/rates.c src/detect/roll.c src/detect/roll.h src/detect/rule_test.c \
	src/detect/rule_test.h src/detect/run.c src/detect/scope.c src/detect/scope.h \
	src/detect/sieve.c src/detect/sieve.h src/detect/subscription.c src/detect/survey.c \
	src/detect/survey.h src/detect/template.c src/detect/testimony.c \
	src/detect/testimony.h src/detect/trace.c src/detect/trial.c src/detect/trial.h \
	src/detect/unless.c src/detect/value_ids.c src/detect/value_ids.h src/detect/why.c \
	src/detect/wide.c src/detect/witness.c src/detect/witness.h
