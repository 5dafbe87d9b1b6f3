// SPDX-License-Identifier: GPL-2.0-only
/* Plots made of characters, and short numbers for their scales. Pure. */
#include "top/top_plot.h"

#include <stdio.h>

void top_series_add(struct top_series *series, double value)
{
	series->values[series->next] = value;
	series->next = (series->next + 1) % TOP_SERIES_SIZE;
	if (series->count < TOP_SERIES_SIZE)
		series->count++;
}

double top_series_at(const struct top_series *series, unsigned int ago)
{
	if (ago >= series->count)
		return 0;
	return series->values[(series->next + TOP_SERIES_SIZE - 1 - ago) % TOP_SERIES_SIZE];
}

double top_series_most(const struct top_series *series, unsigned int count)
{
	double most = 0;

	for (unsigned int ago = 0; ago < count && ago < series->count; ago++)
		if (top_series_at(series, ago) > most)
			most = top_series_at(series, ago);
	return most;
}

unsigned int top_plot_samples(enum top_plot_style style, unsigned int width)
{
	return style == TOP_PLOT_BRAILLE ? 2 * width : width;
}

double top_plot_scale(double most)
{
	double scale = 10;

	for (;; scale *= 10) {
		if (most <= scale)
			return scale;
		if (most <= 2 * scale)
			return 2 * scale;
		if (most <= 5 * scale)
			return 5 * scale;
	}
}

/* How many of the `steps` of this line are below the value; a value above 0 has at least one. */
static int top_plot_level(double value, double scale, unsigned int height, unsigned int line,
			  int steps)
{
	int level = value / scale * height * steps + 0.5;
	int below = (height - 1 - line) * steps;

	if (value > 0 && !level)
		level = 1;
	level -= below;
	return level < 0 ? 0 : level > steps ? steps : level;
}

/* Dots of a braille cell, left and right, filled from below: see Unicode's chart U+2800. */
static wchar_t top_plot_braille(int left, int right)
{
	static const unsigned char lefts[] = { 0x00, 0x40, 0x44, 0x46, 0x47 };
	static const unsigned char rights[] = { 0x00, 0x80, 0xa0, 0xb0, 0xb8 };

	/* wchar_t is unsigned on some machines: both results need one type. */
	const wchar_t dots = lefts[left] | rights[right];

	return dots ? 0x2800 + dots : L' ';
}

/* Without a sample, the cell is empty, not zero. */
static int top_plot_sample(const struct top_series *series, unsigned int ago, double scale,
			   unsigned int height, unsigned int line, int steps)
{
	return ago < series->count
		       ? top_plot_level(top_series_at(series, ago), scale, height, line, steps)
		       : 0;
}

void top_plot_line(enum top_plot_style style, const struct top_series *series, double scale,
		   unsigned int width, unsigned int height, unsigned int line, wchar_t *out)
{
	static const wchar_t blocks[] = L" ▁▂▃▄▅▆▇█", ascii[] = L" .#";

	for (unsigned int i = 0; i < width; i++) {
		unsigned int ago = width - 1 - i;

		switch (style) {
		case TOP_PLOT_BRAILLE:
			out[i] = top_plot_braille(
				top_plot_sample(series, 2 * ago + 1, scale, height, line, 4),
				top_plot_sample(series, 2 * ago, scale, height, line, 4));
			break;
		case TOP_PLOT_BLOCKS:
			out[i] = blocks[top_plot_sample(series, ago, scale, height, line, 8)];
			break;
		case TOP_PLOT_ASCII:
			out[i] = ascii[top_plot_sample(series, ago, scale, height, line, 2)];
			break;
		}
	}
	out[width] = L'\0';
}

void top_plot_bar(enum top_plot_style style, double share, unsigned int width, wchar_t *out)
{
	static const wchar_t eighths[] = L" ▏▎▍▌▋▊▉█";
	int steps = style == TOP_PLOT_ASCII ? 1 : 8;
	int full = share * width * steps + 0.5;

	if (share > 0 && !full)
		full = 1;
	for (unsigned int i = 0; i < width; i++, full -= steps) {
		int here = full < 0 ? 0 : full > steps ? steps : full;

		if (style == TOP_PLOT_ASCII)
			out[i] = here ? L'#' : L'.';
		else
			out[i] = here ? eighths[here] : L'·';
	}
	out[width] = L'\0';
}

char *top_number(double value, char text[TOP_NUMBER_SIZE])
{
	static const char units[] = "kMGTPE";
	int unit = -1;

	/* Compare after rounding: 999.5 is 1k. */
	for (; value >= (unit < 0 ? 99999.5 : 999.5) && units[unit + 1]; unit++)
		value /= 1000;
	if (unit < 0)
		snprintf(text, TOP_NUMBER_SIZE,
			 value < 9.95 && value != (int)value ? "%.1f" : "%.0f", value);
	else
		snprintf(text, TOP_NUMBER_SIZE,
			 value < 9.995	 ? "%.2f%c"
			 : value < 99.95 ? "%.1f%c"
					 : "%.0f%c",
			 value, units[unit]);
	return text;
}

char *top_age(uint32_t seconds, char text[TOP_NUMBER_SIZE])
{
	if (seconds < 60)
		snprintf(text, TOP_NUMBER_SIZE, "%us", seconds);
	else if (seconds < 3600)
		snprintf(text, TOP_NUMBER_SIZE, "%um", seconds / 60);
	else if (seconds < 48 * 3600)
		snprintf(text, TOP_NUMBER_SIZE, "%uh", seconds / 3600);
	else
		snprintf(text, TOP_NUMBER_SIZE, "%ud", seconds / 86400);
	return text;
}
