librectrace_a_SOURCES += src/extract/body.c src/extract/call.c src/extract/call_build.c \
	src/extract/call_time.c src/extract/callback.c src/extract/choose.c src/extract/choose.h \
	src/extract/derive.c src/extract/exchange.c src/extract/extract.c src/extract/extract.h \
	src/extract/facts.c src/extract/dump.c src/extract/lenient.c src/extract/lenient_put.c \
	src/extract/lenient_reader.h src/extract/lenient.h src/extract/line.c src/extract/route.c \
	src/extract/route_cache.c src/extract/route.def src/extract/route.h src/extract/plan.c \
	src/extract/plan.h src/extract/poll_again.c src/extract/scan.c src/extract/scan.h \
	src/extract/scan_text.c src/extract/prose.c src/extract/document.h src/extract/answer.c \
	src/extract/braces.c src/extract/label.c src/extract/mention.c src/extract/retold.c \
	src/extract/waiting.c src/extract/unlabelled.c src/extract/unnamed.c src/extract/work.c \
	src/extract/work.h src/extract/wrap.c src/extract/zone.c src/extract/zone.h \
	src/extract/zone_rule.c src/extract/zone_rule.h
librectrace_a_SOURCES += src/extract/credential.c src/extract/exposed.c src/extract/foreign.c \
	src/extract/header.c src/extract/token.c src/extract/token.h src/extract/tree.c \
	src/extract/tree.h
librectrace_a_SOURCES += src/extract/leaves.c src/extract/relation.c src/extract/request.c \
	src/extract/request.h src/extract/spelling.c src/extract/value.c \
	src/extract/violation.c
