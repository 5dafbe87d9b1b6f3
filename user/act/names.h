/* SPDX-License-Identifier: GPL-2.0-only */
/* Host names and the addresses behind them, looked up while others work. */
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>

#include "common/prefix_set.h"

struct names;

/* -ENOMEM. The caller closes *out. */
int names_open(struct names **out);

/* The list of names anew: names_begin(), names_add() for each, names_end() forgets all others. */
void names_begin(struct names *names);
int names_add(struct names *names, const char *name);
void names_end(struct names *names);

/* Begins a look-up of each name that is not being looked up. */
void names_ask(struct names *names);

/*
 * Takes in the answers that there are, and waits up to `milliseconds` for the rest; true if none
 * is awaited any more. A name keeps its last known addresses where a look-up fails; that is told
 * once.
 */
bool names_settle(struct names *names, unsigned int milliseconds);

/* Adds all that is known. 0 or -ENOMEM. */
int names_read(const struct names *names, struct prefix_set *out);

/* Never waits for an answer. Accepts NULL. */
void names_close(struct names *names);

#endif
