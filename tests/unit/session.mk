# CUnit programs of src/session
check_PROGRAMS += tests/unit/test_session_crowded tests/unit/test_session_engine tests/unit/test_session_join tests/unit/test_session_meter tests/unit/test_session_order \
	tests/unit/test_session_pace tests/unit/test_session_phase tests/unit/test_session_poll
tests_unit_test_session_crowded_SOURCES = tests/unit/test_session_crowded.c tests/unit/test_session_script.h
tests_unit_test_session_engine_SOURCES = tests/unit/test_session_engine.c tests/unit/test_session_script.h
tests_unit_test_session_join_SOURCES = tests/unit/test_session_join.c tests/unit/test_session_script.h
tests_unit_test_session_meter_SOURCES = tests/unit/test_session_meter.c tests/unit/test_session_script.h
tests_unit_test_session_order_SOURCES = tests/unit/test_session_order.c tests/unit/test_session_script.h
tests_unit_test_session_pace_SOURCES = tests/unit/test_session_pace.c tests/unit/test_session_script.h
tests_unit_test_session_phase_SOURCES = tests/unit/test_session_phase.c tests/unit/test_session_script.h
tests_unit_test_session_poll_SOURCES = tests/unit/test_session_poll.c tests/unit/test_session_script.h
TESTS += tests/unit/test_session_crowded tests/unit/test_session_engine tests/unit/test_session_join tests/unit/test_session_meter tests/unit/test_session_order \
	tests/unit/test_session_pace tests/unit/test_session_phase tests/unit/test_session_poll
