/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds exim's log and what else exim alone knows of itself, by asking it. */
#ifndef ASK_H
#define ASK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Where it is set, the socket of a service that asks exim (scripts/systemd/ask-exim): what `exim
 * -bP` is to be asked goes in, its answer comes out.
 */
#define ASK_SERVICE "SOBIG_XDP_EXIM"

/*
 * A named list of hosts, as it stands in exim's configuration, "" where it is empty. 0; -ENOENT: no
 * exim here, or none that would say; -ETIMEDOUT: it took too long (it may look up its own name);
 * -ENAMETOOLONG.
 */
int ask_hostlist(const char *name, char *value, size_t size);

/*
 * Where exim writes its main log: what it says itself, else the first of the usual places that
 * exists. 0; -ENOENT: neither; -ENOTSUP: into syslog, or under names that change with the date.
 */
int ask_log(char *path, size_t size);

/*
 * True if the exim of this machine says that it refuses a HELO with characters that no host name
 * holds (helo_accept_junk_hosts, helo_allow_chars). That decides how its lines can be read; see
 * fields.h.
 */
bool ask_checks_helo(void);

#endif
