librectrace_a_SOURCES += src/report/compare.c src/report/compare.h src/report/csv.c \
	src/report/junit.c src/report/otlp.c src/report/sarif.c src/report/trace.c \
	src/report/explain.c src/report/explain.h src/report/json.c src/report/json.h \
	src/report/jsonl.c src/report/layout.c src/report/layout.h src/report/md.c \
	src/report/model.c src/report/model.h src/report/redact.c src/report/redact.h \
	src/report/table.c src/report/scrub.c src/report/scrub_known.c src/report/scrub_names.c \
	src/report/scrub_parts.h src/report/scrub_put.c src/report/scrub.h \
	src/report/scrub_kinds.def src/report/pack.c src/report/pack.h src/report/needles.c \
	src/report/needles.h src/report/alias.c src/report/alias.h src/report/brief.c \
	src/report/brief.h src/report/text.c src/report/text_bar.c src/report/text_findings.c \
	src/report/text_head.c src/report/text_parts.h src/report/text_session.c \
	src/report/text_sessions.c src/report/text_timeline.c src/report/text_why.c \
	src/report/text_why.h src/report/writer.h src/report/ticket.c src/report/ticket.h \
	src/report/ticket_places.c src/report/ticket_style.c src/report/ticket_style.h
librectrace_a_SOURCES += src/report/disguise.c src/report/disguise.h src/report/scrub_form.c \
	src/report/scrub_form.h src/report/scrub_value.c src/report/scrub_value.h
librectrace_a_SOURCES += src/report/html.c src/report/html_parts.c src/report/html_parts.h \
	src/report/html_sessions.c src/report/html_live.c src/report/page_json.c src/report/page.h \
	src/report/course.c src/report/course.h
PAGE_JS = page/base.js page/filters.js page/table.js page/axis.js page/session.js page/controls.js
PAGE_FILES = page/report.css page/live.css $(PAGE_JS) page/live.js
nodist_librectrace_a_SOURCES += src/report/page_data.c
BUILT_SOURCES += src/report/page_data.c
CLEANFILES += src/report/page_data.c
EXTRA_DIST += $(PAGE_FILES) tools/page.sh

src/report/page_data.c: $(PAGE_FILES) tools/page.sh src/report/local.mk
	$(AM_V_GEN)$(MKDIR_P) src/report && sh $(srcdir)/tools/page.sh $(srcdir) $(PAGE_FILES) > $@.tmp && mv $@.tmp $@

# Words that a search for secrets cannot tell from our own.
WORD_FILES = src/report/csv.c src/report/html.c src/report/html_live.c src/report/html_parts.c src/report/html_sessions.c \
	src/report/json.c src/report/jsonl.c src/report/junit.c src/report/md.c src/report/otlp.c src/report/sarif.c src/report/text.c \
	src/report/text_session.c src/report/ticket.c src/report/ticket_style.c src/report/trace.c src/report/page_json.c \
	src/ingest/manifest.c $(PAGE_FILES) $(RULE_FILES)
nodist_librectrace_a_SOURCES += src/report/own_words.c
librectrace_a_SOURCES += src/report/own_words.h
BUILT_SOURCES += src/report/own_words.c
CLEANFILES += src/report/own_words.c
EXTRA_DIST += tools/words.sh

src/report/own_words.c: $(WORD_FILES) tools/words.sh src/report/local.mk
	$(AM_V_GEN)$(MKDIR_P) src/report && (cd $(srcdir) && sh tools/words.sh $(WORD_FILES)) > $@.tmp && mv $@.tmp $@
