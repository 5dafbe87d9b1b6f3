/* SPDX-License-Identifier: GPL-2.0-only */
/* The terminal in top's hands, and out of them again whatever happens. */
#ifndef TOP_TERM_H
#define TOP_TERM_H

#include <stdbool.h>

/* <curses.h> has macros for everything; only those who draw include it. */
#include "top/top_plot.h"

/* What something looks like; the terminal's own colours but for these. */
enum top_look {
	TOP_PLAIN,
	TOP_FAINT, /* of less importance */
	TOP_STRONG,
	TOP_GOOD,
	TOP_BAD,
	TOP_ALL_WELL, /* a whole line */
	TOP_TROUBLE,  /* the same */
	TOP_HEADING,
	TOP_SELECTED,
	TOP_KEY,
	TOP_LOOKS,
};

/*
 * Takes the terminal: raw keys, another screen, no cursor. What is said on standard error in the
 * meantime is kept back. -ENOTTY: it is none; -ENODEV: its type is not known. Both were told.
 */
int top_term_open(bool ascii);

/* Gives it back as it was, and says what was kept back. May be called at any time, and again. */
void top_term_close(void);

/* The terminal has a new size. */
void top_term_resize(void);

/* How plots can be drawn here. */
enum top_plot_style top_term_style(void);

/* From here on, until the next call, all is drawn so. */
void top_term_look(enum top_look look);

#endif
