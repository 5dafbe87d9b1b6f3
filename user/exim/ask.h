/* SPDX-License-Identifier: GPL-2.0-only */
/* Asks exim for the path of its log and for other options (exim -bP). */
#ifndef ASK_H
#define ASK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The environment variable with the socket of a service that runs exim (scripts/systemd/ask-exim).
 * It reads the argument of `exim -bP` and writes the output. Unset: exim is run directly.
 */
#define ASK_SERVICE "SOBIG_XDP_EXIM"

/*
 * All functions below wait a few seconds for each answer, and log it once if exim takes long; they
 * may be called from any thread. ask_cancel() ends the questions of all threads, now and from now
 * on, with -ECANCELED: for a process that is about to end.
 */
void ask_cancel(void);

/*
 * Reads a main option of exim's configuration, unexpanded; "" if it is unset. 0; -ENOENT: no exim
 * was found, or none has the option; -ETIMEDOUT, -ENAMETOOLONG.
 */
int ask_option(const char *name, char *value, size_t size);

/*
 * Reads a named host list of exim's configuration, unexpanded; "" if it is empty. 0; -ENOENT: no
 * exim was found, or none has the list; -ETIMEDOUT: it took too long (exim may look up its own
 * name); -ENAMETOOLONG.
 */
int ask_hostlist(const char *name, char *value, size_t size);

/*
 * Finds exim's main log: the path that exim names, otherwise the first of the usual paths that
 * exists. 0; -ENOENT: not found; -ENOTSUP: exim logs to syslog, or to names with a date.
 */
int ask_log(char *path, size_t size);

/*
 * True if exim on this machine is configured to refuse a HELO with characters that are not valid in
 * a host name (helo_accept_junk_hosts, helo_allow_chars). This affects parsing; see fields.h.
 */
bool ask_checks_helo(void);

#endif
