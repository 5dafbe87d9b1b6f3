/* SPDX-License-Identifier: GPL-2.0-only */
/* Metrics as Prometheus reads them (text format 0.0.4), or the same as JSON. */
#ifndef METRICS_OUT_H
#define METRICS_OUT_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

/* Either of the first two is set by the caller; the rest is nobody's business. */
struct metrics_out {
	FILE *text;
	json_t *json; /* an array, which gets an object for each family */
	const char *name, *help, *type;
	json_t *samples;
};

/* A family begins. Its heading is written with its first sample: one without is left out. */
void metrics_out_counter(struct metrics_out *out, const char *name, const char *help);
void metrics_out_gauge(struct metrics_out *out, const char *name, const char *help);

/* One value of the family: pairs of a label's name and its value, which is UTF-8, then NULL. */
void metrics_out_sample(struct metrics_out *out, uint64_t value, ...) __attribute__((sentinel));

#endif
