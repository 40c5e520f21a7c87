librectrace_a_SOURCES += src/rules/check.c src/rules/code.c src/rules/condition.c \
	src/rules/condition.h src/rules/digest.c src/rules/digest.h src/rules/format.c \
	src/rules/frozen.c src/rules/frozen.h src/rules/hook.c src/rules/inline.c src/rules/let.c \
	src/rules/lint.c src/rules/load.c src/rules/load.h src/rules/loader.h src/rules/lookup.c \
	src/rules/match.c src/rules/meanings.def src/rules/message.c src/rules/override.c \
	src/rules/pack.h src/rules/param.c src/rules/parameter.c src/rules/pattern.c \
	src/rules/pattern.h src/rules/rule_set.h src/rules/regex.c src/rules/regex.h \
	src/rules/scalar.c src/rules/sign.c src/rules/storage.c src/rules/step.c \
	src/rules/test_log.c src/rules/test_log.h src/rules/token.c src/rules/yaml.c \
	src/rules/yaml.h
nodist_librectrace_a_SOURCES = src/rules/pack_data.c
BUILT_SOURCES += src/rules/pack_data.c
CLEANFILES += src/rules/pack_data.c

# What makes the pack reads it as rectrace would, so it is made of the same parts.
EXTRA_PROGRAMS += tools/pack
tools_pack_SOURCES = tools/pack.c src/rules/digest.c src/rules/frozen.c src/rules/message.c src/rules/yaml.c $(BASE_FILES)
tools_pack_LDADD = $(YAML_LIBS) $(NETTLE_LIBS)
CLEANFILES += tools/pack$(EXEEXT)

src/rules/pack_data.c: $(RULE_FILES) tools/pack$(EXEEXT) rules/local.mk
	$(AM_V_GEN)$(MKDIR_P) src/rules && tools/pack$(EXEEXT) rule_pack rules/pack.h $(srcdir) $(RULE_FILES) > $@.tmp && mv $@.tmp $@
librectrace_a_SOURCES += src/rules/cause.c src/rules/header.c src/rules/private.c \
	src/rules/parameter_tree.c src/rules/relation.c src/rules/words.c
