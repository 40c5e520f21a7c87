librectrace_a_SOURCES += src/report/compare.c src/report/compare.h src/report/csv.c src/report/junit.c src/report/otlp.c src/report/sarif.c \
	src/report/trace.c src/report/explain.c src/report/explain.h src/report/json.c src/report/json.h \
	src/report/jsonl.c src/report/layout.c src/report/layout.h src/report/md.c src/report/model.c \
	src/report/model.h src/report/redact.c src/report/redact.h src/report/table.c src/report/scrub.c src/report/scrub.h src/report/text.c \
	src/report/text_session.c src/report/text_why.c src/report/text_why.h src/report/writer.h \
	src/report/ticket.c src/report/ticket.h src/report/ticket_style.c src/report/ticket_style.h
