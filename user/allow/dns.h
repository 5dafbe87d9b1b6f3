/* SPDX-License-Identifier: GPL-2.0-only */
/* Host names and the addresses behind them, looked up while others work. */
#ifndef DNS_H
#define DNS_H

#include <stdbool.h>

#include "common/prefix_set.h"

struct dns;

/* -ENOMEM. The caller closes *out. */
int dns_open(struct dns **out);

/* The list of names anew: dns_begin(), dns_add() for each, dns_end() forgets all others. */
void dns_begin(struct dns *names);
int dns_add(struct dns *names, const char *name);
void dns_end(struct dns *names);

/* Begins a look-up of each name that is not being looked up. */
void dns_ask(struct dns *names);

/*
 * Takes in the answers that there are, and waits up to `milliseconds` for the rest; true if none
 * is awaited any more. A name keeps its last known addresses where a look-up fails; that is told
 * once.
 */
bool dns_settle(struct dns *names, unsigned int milliseconds);

/* Adds all that is known. 0 or -ENOMEM. */
int dns_read(const struct dns *names, struct prefix_set *out);

/* Never waits for an answer. Accepts NULL. */
void dns_close(struct dns *names);

#endif
