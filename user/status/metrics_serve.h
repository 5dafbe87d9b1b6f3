/* SPDX-License-Identifier: GPL-2.0-only */
/* Serves the metrics over HTTP for Prometheus. */
#ifndef METRICS_SERVE_H
#define METRICS_SERVE_H

#include <sys/socket.h>

/* Parses "ADDR:PORT", "[ADDR]:PORT" or "PORT" (loopback). 0 or -EINVAL. */
int metrics_serve_parse(const char *text, struct sockaddr_storage *out);

/*
 * Serves until SIGTERM or SIGINT. `text` is the string from which the address was parsed. 0 or
 * -errno (logged).
 */
int metrics_serve(const char *pins, const struct sockaddr_storage *address, const char *text);

#endif
