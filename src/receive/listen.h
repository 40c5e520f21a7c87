/*
 * listen.h - the socket to listen on: an address, or one that systemd hands over.
 */
#ifndef RECTRACE_RECEIVE_LISTEN_H
#define RECTRACE_RECEIVE_LISTEN_H

#include "base/err.h"

enum { LISTEN_NAME = 128 };
/* `where`: PORT, HOST:PORT or [ADDRESS]:PORT; port 0 takes a free one. `name` is what was bound. The
 * descriptor, or -1. */
int listen_open(const char *where, char name[LISTEN_NAME], struct rt_err *err);
/* The first socket of socket activation, or -1: there is none. */
int listen_inherited(char name[LISTEN_NAME]);
/* Tells systemd (Type=notify) a state: "READY=1". Without systemd it does nothing. */
void listen_notify(const char *state);

#endif
