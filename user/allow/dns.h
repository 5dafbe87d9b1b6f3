/* SPDX-License-Identifier: GPL-2.0-only */
/* Resolves host names of the allow list in the background. */
#ifndef DNS_H
#define DNS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/prefix_set.h"

struct dns;

/* -ENOMEM. The caller closes *out. */
int dns_open(struct dns **out);

/* Replaces the list of names: dns_begin(), dns_add() for each; dns_end() drops all others. */
void dns_begin(struct dns *names);
int dns_add(struct dns *names, const char *name);
void dns_end(struct dns *names);

/* Marks each name without a look-up in flight for a new one, which dns_settle() starts. */
void dns_ask(struct dns *names);

/*
 * Collects the answers that have arrived and waits up to `milliseconds` for the rest. Returns true
 * if no look-up is in flight. If a look-up fails, the name keeps its last known addresses, and the
 * failure is logged once.
 */
bool dns_settle(struct dns *names, unsigned int milliseconds);

/* Adds all known addresses to `out`. 0 or -ENOMEM. */
int dns_read(const struct dns *names, struct prefix_set *out);

/*
 * The number of names of which no address is known, since their look-up failed; `text` receives
 * the first one and why, unless it holds something already.
 */
unsigned int dns_missing(const struct dns *names, char *text, size_t size);

/* Does not wait for answers. Accepts NULL. */
void dns_close(struct dns *names);

#endif
