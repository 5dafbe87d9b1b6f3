/* SPDX-License-Identifier: GPL-2.0-only */
/* Takes over the terminal for top, and restores it whatever happens. */
#ifndef TOP_TERM_H
#define TOP_TERM_H

#include <stdbool.h>

/* <curses.h> defines many macros; only files that draw include it. */
#include "top/top_plot.h"

/* Styles; everything else has the terminal's default colours. */
enum top_look {
	TOP_PLAIN,
	TOP_FAINT, /* of less importance */
	TOP_STRONG,
	TOP_GOOD,
	TOP_BAD,
	TOP_OK,	     /* a whole line */
	TOP_PROBLEM, /* the same */
	TOP_HEADING,
	TOP_SELECTED,
	TOP_KEY,
	TOP_LOOKS,
};

/*
 * Takes over the terminal: raw keys, alternate screen, no cursor. Standard error is captured
 * meanwhile. -ENOTTY: not a terminal; -ENODEV: unknown terminal type. Both are logged.
 */
int top_term_open(bool ascii);

/*
 * Restores the terminal and prints the captured standard error. May be called at any time, and
 * repeatedly.
 */
void top_term_close(void);

/* The terminal has a new size. */
void top_term_resize(void);

/* How plots can be drawn here. */
enum top_plot_style top_term_style(void);

/* Sets the style until the next call. */
void top_term_look(enum top_look look);

#endif
