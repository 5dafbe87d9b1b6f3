/* SPDX-License-Identifier: GPL-2.0-only */
/* Plots made of characters, and short numbers for their scales. Pure. */
#ifndef TOP_PLOT_H
#define TOP_PLOT_H

#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

enum top_plot_style {
	TOP_PLOT_BRAILLE, /* two samples and four steps a cell */
	TOP_PLOT_BLOCKS,  /* one and eight */
	TOP_PLOT_ASCII,	  /* one and two */
};

/* A ring of the latest values, one per interval. */
#define TOP_SERIES_SIZE 1024
struct top_series {
	double values[TOP_SERIES_SIZE];
	unsigned int next;
	unsigned int count;
};

void top_series_add(struct top_series *series, double value);

/* The value `ago` intervals before the last; 0 if there is none. */
double top_series_at(const struct top_series *series, unsigned int ago);

/* The largest of the last `count`. */
double top_series_most(const struct top_series *series, unsigned int count);

/* How many samples a plot of so many cells shows. */
unsigned int top_plot_samples(enum top_plot_style style, unsigned int width);

/* The end of a scale from 0 that holds `most`: 1, 2 or 5 times a power of ten, at least 10. */
double top_plot_scale(double most);

/*
 * One line of a plot, the newest sample at the right: `width` characters into `out`, which ends
 * with a NUL. Line 0 is the uppermost of `height`.
 */
void top_plot_line(enum top_plot_style style, const struct top_series *series, double scale,
		   unsigned int width, unsigned int height, unsigned int line, wchar_t *out);

/* A bar of `width` characters, of which `share` (0 to 1) is full; ends with a NUL. */
void top_plot_bar(enum top_plot_style style, double share, unsigned int width, wchar_t *out);

#define TOP_NUMBER_SIZE 16

/* "0", "7.5", "950", "12.3k", "4.56M": at most 5 characters. Returns `text`. */
char *top_number(double value, char text[TOP_NUMBER_SIZE]);

/* "59s", "12m", "5h", "3d": at most 4 characters. Returns `text`. */
char *top_age(uint32_t seconds, char text[TOP_NUMBER_SIZE]);

#endif
