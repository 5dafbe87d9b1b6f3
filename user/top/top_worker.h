/* SPDX-License-Identifier: GPL-2.0-only */
/* A thread that reads all hosts for top, so that keys need not wait. */
#ifndef TOP_WORKER_H
#define TOP_WORKER_H

#include "top/top_hosts.h"

struct top_worker;

/* 0 or -errno. `pins` must outlive it. The caller calls top_worker_stop(). */
int top_worker_start(const char *pins, struct top_worker **out);

/* A descriptor that is readable when there is a result. */
int top_worker_fd(const struct top_worker *worker);

/* Requests another reading, unless one is in progress. */
void top_worker_ask(struct top_worker *worker);

/* The newest reading, which the caller frees, or NULL; *err: why there is none. */
struct top_hosts *top_worker_take(struct top_worker *worker, int *err);

/* Accepts NULL. */
void top_worker_stop(struct top_worker *worker);

#endif
