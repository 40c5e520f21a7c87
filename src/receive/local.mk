librectrace_a_SOURCES += src/receive/access.c src/receive/admin.c src/receive/admin.h \
	src/receive/admin_internal.h src/receive/pages.c src/receive/stream.c \
	src/receive/changes.c src/receive/changes.h src/receive/deliveries.c \
	src/receive/deliveries.h src/receive/paging.c src/receive/paging.h \
	src/receive/follow.c src/receive/follow.h src/receive/live.c src/receive/live.h \
	src/receive/microhttpd.c src/receive/microhttpd.def src/receive/microhttpd.h \
	src/receive/retain.c src/receive/retain.h src/receive/routes.def src/receive/shipped.c \
	src/receive/shipped.h src/receive/answers.def src/receive/counters.c \
	src/receive/counters.def src/receive/counters.h src/receive/envelope.c \
	src/receive/envelope.h src/receive/answer.c src/receive/connection.c \
	src/receive/head.c src/receive/http.c src/receive/http.h src/receive/http_internal.h \
	src/receive/request.c src/receive/listen.c src/receive/listen.h src/receive/gauges.def \
	src/receive/metrics.c src/receive/metrics.h src/receive/spreads.def src/receive/near.c \
	src/receive/news.c src/receive/news.h \
	src/receive/private.c src/receive/private.h src/receive/pulse.c src/receive/pulse.h \
	src/receive/receiver.c src/receive/receiver.h src/receive/secrets.c \
	src/receive/secrets.h src/receive/signature.c src/receive/signature.h \
	src/receive/verdicts.def src/receive/batch.c src/receive/refusal.c \
	src/receive/writer.c src/receive/writer.h src/receive/writer_internal.h
