/* SPDX-License-Identifier: GPL-2.0-only */
/* Asks exim for the proxies from which it takes the addresses of its clients. */
#ifndef PROXIES_H
#define PROXIES_H

#include <stdbool.h>

#include "exim/relays.h"
#include "sobig.h"

#define PROXIES_TEXT_SIZE SOBIG_PROXIES_SIZE

/*
 * A connection by a proxy (hosts_proxy: the PROXY protocol; hosts_xclient: XCLIENT) has the address
 * of the client in exim's log, and of the proxy in its packets. Only accepted mail shows which it
 * was (" PRX=", with the log_selector +proxy); a rejection does not.
 */
struct proxies {
	char text[PROXIES_TEXT_SIZE]; /* "hosts_proxy = 192.0.2.1", cut; "": no proxies */
	bool all;		      /* every peer may be one: no line tells of a direct peer */
};

/*
 * Adds the proxies to relays->addresses, and calls relays->name() for their names. Returns 0, and
 * *out is set; or -errno as relays_ask(), and *out is unchanged.
 */
int proxies_ask(struct relays *relays, struct proxies *out);

/* The same for values of the two options as exim prints them; NULL: exim does not have the option.
 */
int proxies_parse(struct relays *relays, const char *hosts_proxy, const char *hosts_xclient,
		  struct proxies *out);

#endif
