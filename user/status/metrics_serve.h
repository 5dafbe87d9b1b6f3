/* SPDX-License-Identifier: GPL-2.0-only */
/* The metrics served over HTTP, to Prometheus. */
#ifndef METRICS_SERVE_H
#define METRICS_SERVE_H

#include <sys/socket.h>

/*
 * "ADDR:PORT", "[ADDR]:PORT" or "PORT", which is the loopback's. 0; -EINVAL: *why (a constant)
 * says what is wrong with it.
 */
int metrics_serve_parse(const char *text, struct sockaddr_storage *out, const char **why);

/* Serves until SIGTERM or SIGINT. `text` is what the address was parsed from. 0 or -errno (told).
 */
int metrics_serve(const char *pins, const struct sockaddr_storage *address, const char *text);

#endif
