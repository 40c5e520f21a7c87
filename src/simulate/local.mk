librectrace_a_SOURCES += src/simulate/client.c src/simulate/client.h src/simulate/data.h \
	src/simulate/plan.c src/simulate/plan.h src/simulate/plan_read.c src/simulate/plan_read.h \
	src/simulate/plan_scenario.c src/simulate/plan_service.c src/simulate/random.c \
	src/simulate/random.h src/simulate/run.c src/simulate/run.h src/simulate/service.c \
	src/simulate/service.h src/simulate/token.c src/simulate/token.h
nodist_librectrace_a_SOURCES += src/simulate/data.c
BUILT_SOURCES += src/simulate/data.c
CLEANFILES += src/simulate/data.c
# The service before the scenarios, which name its answers.
SIMULATE_FILES = rules/simulate/service.yaml rules/simulate/scenarios.yaml
EXTRA_DIST += $(SIMULATE_FILES)

src/simulate/data.c: $(SIMULATE_FILES) tools/pack$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) src/simulate && tools/pack$(EXEEXT) simulate_pack simulate/data.h $(srcdir) $(SIMULATE_FILES) > $@.tmp && \
		mv $@.tmp $@
