/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes metrics in Prometheus' text format 0.0.4 or as JSON. */
#ifndef METRICS_OUT_H
#define METRICS_OUT_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

/* The caller sets one of the first two members; the others are private. */
struct metrics_out {
	FILE *text;
	json_t *json; /* an array; receives an object per family */
	const char *name, *help, *type;
	json_t *samples;
};

/*
 * Starts a family. Its heading is written with its first sample; a family without samples is
 * omitted.
 */
void metrics_out_counter(struct metrics_out *out, const char *name, const char *help);
void metrics_out_gauge(struct metrics_out *out, const char *name, const char *help);

/* Writes a sample of the family. Arguments: pairs of label name and value (UTF-8), then NULL. */
void metrics_out_sample(struct metrics_out *out, uint64_t value, ...) __attribute__((sentinel));

#endif
