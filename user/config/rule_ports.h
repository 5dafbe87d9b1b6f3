/* SPDX-License-Identifier: GPL-2.0-only */
/* The ports that the blocks of rules close, and those that the filter protects for them. */
#ifndef RULE_PORTS_H
#define RULE_PORTS_H

#include "config/rules.h"

/* All ports are in host byte order; lists end at a 0 or after SOBIG_PORTS_MAX. */

/*
 * The ports that the rule's blocks shall close: as configured, or by default 25, and 465 and 587 as
 * well if it counts failed logins only. Empty: all protected ports.
 */
void rule_ports_wanted(const struct rule *rule, uint16_t out[SOBIG_PORTS_MAX]);

/* True if the blocks of `by` shall close all ports that those of `rule` shall close. */
bool rule_ports_cover(const struct rule *by, const struct rule *rule);

/*
 * Sets the protected ports to `given`, or, if that is empty, to all that the rules' blocks shall
 * close (25 if there are none), and what each rule's blocks close of them: all protected ports if
 * none of its own is protected. 0; -E2BIG: the rules have more than SOBIG_PORTS_MAX ports.
 */
int rule_ports_set(struct rules *rules, const uint16_t given[SOBIG_PORTS_MAX]);

/* The protected ports in `closes` (struct rule); empty: all, whatever they are. */
void rule_ports_closed(const struct rules *rules, uint8_t closes, uint16_t out[SOBIG_PORTS_MAX]);

/* True if a block with `closes` prevents connections to `port`, or if the port is not known (0). */
bool rule_ports_closes(const struct rules *rules, uint8_t closes, uint16_t port);

/* "25, 465"; "all ports" if the list is empty. Returns `text`. */
#define RULE_PORTS_TEXT_SIZE (SOBIG_PORTS_MAX * 7 + 1)
const char *rule_ports_format(const uint16_t ports[SOBIG_PORTS_MAX],
			      char text[RULE_PORTS_TEXT_SIZE]);

#endif
