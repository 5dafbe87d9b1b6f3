// SPDX-License-Identifier: GPL-2.0-only
/* Host names and the addresses behind them, looked up while others work. */
#include "act/names.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "act/resolve.h"
#include "common/hostname.h"
#include "common/log.h"

#define NAMES_AT_A_TIME 8 /* are asked for */

struct names_name {
	struct names_name *next;
	char text[HOSTNAME_SIZE];
	bool wanted; /* in the list that is being made */
	bool due;    /* to be asked for */
	bool failed; /* and it was told */
	struct resolve *asked;
	struct resolve_answer known;
};

struct names {
	struct names_name *first;
};

/*
 * What was known last of a name, by whoever asked in this process: another list of names, as a
 * reload makes it, is not to start from nothing while the DNS is dead.
 */
struct names_memo {
	struct names_memo *next;
	char text[HOSTNAME_SIZE];
	struct resolve_answer known;
};

static struct names_memo *names_memos;
static pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;

/* The memo of a name, made if there is none and it is to be `made`. Under the lock. */
static struct names_memo *names_memo(const char *text, bool made)
{
	struct names_memo *memo = names_memos;

	while (memo && strcmp(memo->text, text))
		memo = memo->next;
	if (memo || !made)
		return memo;
	memo = calloc(1, sizeof(*memo));
	if (!memo)
		return NULL;
	snprintf(memo->text, sizeof(memo->text), "%s", text);
	memo->next = names_memos;
	names_memos = memo;
	return memo;
}

static void names_remember(const struct names_name *name)
{
	struct names_memo *memo;

	pthread_mutex_lock(&names_lock);
	memo = names_memo(name->text, true);
	if (memo)
		memo->known = name->known;
	pthread_mutex_unlock(&names_lock);
}

static void names_recall(struct names_name *name)
{
	const struct names_memo *memo;

	pthread_mutex_lock(&names_lock);
	memo = names_memo(name->text, false);
	if (memo)
		name->known = memo->known;
	pthread_mutex_unlock(&names_lock);
}

int names_open(struct names **out)
{
	struct names *names = calloc(1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	*out = names;
	return 0;
}

void names_begin(struct names *names)
{
	for (struct names_name *name = names->first; name; name = name->next)
		name->wanted = false;
}

int names_add(struct names *names, const char *text)
{
	struct names_name *name;

	for (name = names->first; name; name = name->next) {
		if (!strcmp(name->text, text)) {
			name->wanted = true;
			return 0;
		}
	}
	name = calloc(1, sizeof(*name));
	if (!name)
		return -ENOMEM;
	snprintf(name->text, sizeof(name->text), "%s", text);
	names_recall(name);
	name->wanted = true;
	name->next = names->first;
	names->first = name;
	return 0;
}

void names_end(struct names *names)
{
	struct names_name **place = &names->first, *name;

	while ((name = *place)) {
		if (name->wanted) {
			place = &name->next;
			continue;
		}
		*place = name->next;
		resolve_drop(name->asked);
		free(name);
	}
}

void names_ask(struct names *names)
{
	for (struct names_name *name = names->first; name; name = name->next)
		name->due = !name->asked;
}

static void names_failed(struct names_name *name, const char *why)
{
	if (!name->failed)
		log_warning("cannot look up \"%s\", which is never to be blocked: %s; %s",
			    name->text, why,
			    name->known.count ? "its last known addresses stay"
					      : "it has none for now; trying again every 30 s");
	name->failed = true;
}

/* True if its answer is awaited still. */
static bool names_poll(struct names_name *name)
{
	struct resolve_answer answer;
	int err = resolve_poll(name->asked, &answer);

	if (err == -EAGAIN)
		return true;
	resolve_drop(name->asked);
	name->asked = NULL;
	if (err) {
		names_failed(name, answer.error);
		return false;
	}
	if (name->failed)
		log_notice("\"%s\" can be looked up again", name->text);
	name->failed = false;
	name->known = answer;
	names_remember(name);
	return false;
}

/* How many are awaited. */
static unsigned int names_take(struct names *names)
{
	unsigned int awaited = 0;

	for (struct names_name *name = names->first; name; name = name->next)
		awaited += name->asked && names_poll(name);
	for (struct names_name *name = names->first; name && awaited < NAMES_AT_A_TIME;
	     name = name->next) {
		if (!name->due || name->asked)
			continue;
		name->due = false;
		if (resolve_begin(name->text, &name->asked))
			names_failed(name, strerror(ENOMEM));
		else
			awaited++;
	}
	return awaited;
}

bool names_settle(struct names *names, unsigned int milliseconds)
{
	const struct timespec moment = { .tv_nsec = 5 * 1000 * 1000 };

	while (names_take(names)) {
		if (milliseconds < 5)
			return false;
		nanosleep(&moment, NULL);
		milliseconds -= 5;
	}
	return true;
}

int names_read(const struct names *names, struct prefix_set *out)
{
	char why[PREFIX_SET_WHY_SIZE];
	int err = 0;

	for (const struct names_name *name = names->first; name; name = name->next) {
		snprintf(why, sizeof(why), "host %.70s", name->text);
		for (unsigned int i = 0; i < name->known.count && !err; i++) {
			const struct addr *addr = &name->known.addrs[i];
			const struct addr_prefix whom = { .addr = *addr,
							  .length = addr_is_ipv4(addr) ? 32 : 128 };

			err = prefix_set_add(out, &whom, why);
		}
	}
	return err;
}

void names_close(struct names *names)
{
	if (!names)
		return;
	names_begin(names);
	names_end(names);
	free(names);
}
