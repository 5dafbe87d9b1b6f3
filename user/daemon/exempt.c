// SPDX-License-Identifier: GPL-2.0-only
/* Applies the allow list, as it changes, to a running daemon. */
#include "daemon/exempt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allow/load.h"
#include "common/log.h"
#include "common/output.h"
#include "common/suggest.h"
#include "daemon/closer.h"
#include "daemon/restore.h"
#include "daemon/starting.h"
#include "kernel/blocks_exempt.h"

#define EXEMPT_LOGGED_MAX 20 /* unblocked hosts that are logged one by one */

struct exempt {
	struct watcher *watcher;
	int fd; /* eventfd of the current watcher */
	struct prefix_set *set;
	bool looked; /* active blocks were checked against the set */
};

int exempt_open(struct daemon *daemon, struct exempt **out)
{
	struct exempt *exempt = calloc(1, sizeof(*exempt));
	int err;

	if (!exempt)
		return -ENOMEM;
	exempt->fd = -1;
	err = load_open(daemon->state, &daemon->policy.config, &exempt->watcher);
	if (!err) {
		exempt->fd = fcntl(watcher_fd(exempt->watcher), F_DUPFD_CLOEXEC, 0);
		err = exempt->fd < 0 ? -errno : starting_wait(daemon, exempt->fd, SOBIG_WAIT_ALLOW);
	}
	if (!err) {
		exempt->set = watcher_take(exempt->watcher);
		err = exempt->set ? 0 : -EIO;
	}
	if (err) {
		exempt_close(exempt);
		return err;
	}
	*out = exempt;
	return 0;
}

int exempt_reload(struct exempt *exempt, const struct daemon *daemon, const struct config *config)
{
	struct watcher *watcher;
	int err = load_open(daemon->state, config, &watcher);

	if (err)
		return err;
	if (dup3(watcher_fd(watcher), exempt->fd, O_CLOEXEC) < 0) {
		err = -errno;
		watcher_close(watcher);
		return err;
	}
	watcher_close(exempt->watcher);
	exempt->watcher = watcher;
	return 0;
}

int exempt_fd(const struct exempt *exempt)
{
	return exempt->fd;
}

const struct prefix_set *exempt_set(const struct exempt *exempt)
{
	return exempt->set;
}

struct exempt_unblocking {
	struct daemon *daemon;
	unsigned int count;
};

static void exempt_unblocked(void *context, const struct blocks_exempt_unblocked *unblocked)
{
	char address[ADDR_TEXT_SIZE], entry[ADDR_TEXT_SIZE];
	struct exempt_unblocking *unblocking = context;
	struct daemon *daemon = unblocking->daemon;

	addr_prefix_format(&unblocked->target, address);
	addr_prefix_format(&unblocked->entry, entry);
	restore_unblock(daemon->restore, &unblocked->target);
	if (unblocked->err)
		log_error("cannot block the rest of %s, in which %s is allowed: %s", address, entry,
			  strerror(-unblocked->err));
	daemon_event(daemon, "unblock",
		     json_pack("{s:s, s:s, s:o, s:I, s:b}", "address", address, "entry", entry,
			       "reason", output_text(unblocked->why), "pieces",
			       (json_int_t)unblocked->pieces, "dry_run", (int)unblocked->dry_run));
	if (++unblocking->count > EXEMPT_LOGGED_MAX)
		return;
	if (unblocked->pieces)
		log_notice(
			"unblocked %s in %s: it is allowed (%s); the rest stays blocked as %zu network%s",
			entry, address, unblocked->why, unblocked->pieces,
			suggest_plural(unblocked->pieces));
	else
		log_notice("unblocked %s: %s is allowed (%s)", address, entry, unblocked->why);
}

/* The entries of `set` that are not in `before` (NULL: empty). 0 or -ENOMEM. */
static int exempt_fresh(const struct prefix_set *set, const struct prefix_set *before,
			struct prefix_set **out)
{
	struct prefix_set *fresh;
	struct addr_prefix entry;
	const char *why;
	int err = prefix_set_new(&fresh);

	if (err)
		return err;
	for (size_t i = 0; i < prefix_set_count(set) && !err; i++) {
		const struct addr_prefix *target = prefix_set_at(set, i, &why);

		/* Each entry is the narrowest one that covers itself. */
		if (!before || !prefix_set_find(before, target, &entry) ||
		    entry.length != target->length)
			err = prefix_set_add(fresh, target, why);
	}
	if (err) {
		prefix_set_free(fresh);
		return err;
	}
	prefix_set_seal(fresh);
	*out = fresh;
	return 0;
}

static void exempt_unblock(struct exempt *exempt, struct daemon *daemon,
			   const struct prefix_set *before)
{
	struct exempt_unblocking unblocking = { .daemon = daemon };
	struct prefix_set *fresh;
	int err = exempt_fresh(exempt->set, before, &fresh);

	if (!err) {
		err = blocks_exempt_blocks(daemon->blocks, exempt->set, fresh, exempt_unblocked,
					   &unblocking);
		prefix_set_free(fresh);
	}
	if (unblocking.count > EXEMPT_LOGGED_MAX)
		log_notice("unblocked %u more block%s", unblocking.count - EXEMPT_LOGGED_MAX,
			   suggest_plural(unblocking.count - EXEMPT_LOGGED_MAX));
	if (err)
		log_error(
			"cannot search for blocks of allowed hosts: %s; to unblock one: sobig-xdp unblock ADDR",
			strerror(-err));
}

/* Behind a proxy, the filter does not see the packets of the hosts in the log. */
static void exempt_note_proxies(const struct exempt *exempt, struct daemon *daemon)
{
	const struct proxies proxies = watcher_proxies(exempt->watcher);
	struct sobig_stats *stats = &daemon->stats;

	for (int i = 0; i < daemon->logs_count; i++)
		source_set_proxied(daemon->logs[i].source, proxies.all);
	if (!strcmp(proxies.text, stats->proxies) && proxies.all == (stats->proxied != 0))
		return;
	snprintf(stats->proxies, sizeof(stats->proxies), "%s", proxies.text);
	stats->proxied = proxies.all;
	if (proxies.all)
		log_warning(
			"exim may take the address of any client from a proxy (%s): no offence is judged, because the packets of a client behind a proxy have the proxy's address; attach the filter on the proxy",
			proxies.text);
	else if (*proxies.text)
		log_warning(
			"exim takes addresses of clients from proxies (%s): a block of a client behind one drops nothing, because its packets have the proxy's address; the proxies are allowed hosts",
			proxies.text);
	else
		log_notice("exim takes no addresses of clients from proxies any more");
}

/* The watcher has logged it. */
static void exempt_note_missing(const struct exempt *exempt, struct daemon *daemon)
{
	const struct sources_missing missing = watcher_missing(exempt->watcher);
	struct sobig_stats *stats = &daemon->stats;

	stats->allow_missing = missing.count;
	snprintf(stats->allow_error, sizeof(stats->allow_error), "%s", missing.text);
}

void exempt_read(struct exempt *exempt, struct daemon *daemon)
{
	struct prefix_set *fresh = watcher_take(exempt->watcher), *before = exempt->set;

	if (!fresh && exempt->looked)
		return;
	exempt_note_proxies(exempt, daemon);
	exempt_note_missing(exempt, daemon);
	if (fresh) {
		exempt->set = fresh;
		judge_allow(daemon->judge, fresh);
		if (closer_allow(daemon->closer, fresh))
			log_error("cannot apply the changed allow list: %s", strerror(ENOMEM));
	}
	exempt_unblock(exempt, daemon, exempt->looked ? before : NULL);
	exempt->looked = true;
	daemon->stats.allowed = prefix_set_count(exempt->set);
	daemon->changed = true;
	if (fresh)
		prefix_set_free(before);
}

void exempt_close(struct exempt *exempt)
{
	if (!exempt)
		return;
	watcher_close(exempt->watcher);
	if (exempt->fd >= 0)
		close(exempt->fd);
	prefix_set_free(exempt->set);
	free(exempt);
}
