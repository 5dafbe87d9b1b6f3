/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the open TCP connections to local ports and ends those of given peers (sock_diag(7)). */
#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"
#include "common/prefix_set.h"
#include "sobig.h"

/*
 * Only the network namespace of the caller is looked at. Logs nothing, leaves no descriptor open,
 * and may be called from any thread.
 */

struct connections;

/*
 * 0 if the kernel can end connections; -EOPNOTSUPP: it was built without
 * CONFIG_INET_DIAG_DESTROY; or another -errno.
 */
int connections_check(void);

/*
 * Lists the connections to the local `ports` (host byte order; 0: no more) that are established, or
 * about to be. 0 or -errno; the caller frees *out. The kernel sends these connections only,
 * whatever else is open.
 */
int connections_open(const uint16_t ports[SOBIG_PORTS_MAX], struct connections **out);

size_t connections_count(const struct connections *connections);

/*
 * Marks those whose peer is in `target` and whose local port is one of `ports`; no ports: any. An
 * IPv4 peer of an IPv6 socket counts as IPv4.
 */
void connections_mark(struct connections *connections, const struct addr_prefix *target,
		      const uint16_t ports[SOBIG_PORTS_MAX]);

/* Clears the mark of those whose peer is in an entry of `allowed`. */
void connections_spare(struct connections *connections, const struct prefix_set *allowed);

/*
 * Ends the marked ones: both sides see an error. *ended: how many. 0; -EPERM: CAP_NET_ADMIN is
 * missing; -EOPNOTSUPP; or the last -errno. Those that have ended by themselves are no error.
 */
int connections_end(struct connections *connections, uint64_t *ended);

/* Accepts NULL. */
void connections_free(struct connections *connections);

#endif
