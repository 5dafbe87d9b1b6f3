// SPDX-License-Identifier: GPL-2.0-only
/* Resolves host names of the allow list in the background. */
#include "allow/dns.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "allow/dns_query.h"
#include "common/hostname.h"
#include "common/log.h"

#define DNS_AT_A_TIME 8 /* look-ups in flight */
#define DNS_STEP_MS   5
#define DNS_TELL_MS   1000 /* after which the wait is logged */

struct dns_name {
	struct dns_name *next;
	char text[HOSTNAME_SIZE];
	bool wanted; /* in the new list of names */
	bool due;    /* a look-up is to be started */
	bool failed; /* the last look-up failed, which was logged */
	char why[sizeof(((struct dns_query_answer *)NULL)->error)]; /* it failed */
	struct dns_query *asked;
	struct dns_query_answer known;
};

struct dns {
	struct dns_name *first;
};

/*
 * The last known addresses of a name in this process. A reload makes a new struct dns, which must
 * not start without addresses while the DNS does not answer.
 */
struct dns_memo {
	struct dns_memo *next;
	char text[HOSTNAME_SIZE];
	struct dns_query_answer known;
};

static struct dns_memo *dns_memos;
static pthread_mutex_t dns_lock = PTHREAD_MUTEX_INITIALIZER;

/* Finds the memo of a name, or adds it if `create` is set. The caller holds dns_lock. */
static struct dns_memo *dns_memo(const char *text, bool create)
{
	struct dns_memo *memo = dns_memos;

	while (memo && strcmp(memo->text, text))
		memo = memo->next;
	if (memo || !create)
		return memo;
	memo = calloc(1, sizeof(*memo));
	if (!memo)
		return NULL;
	snprintf(memo->text, sizeof(memo->text), "%s", text);
	memo->next = dns_memos;
	dns_memos = memo;
	return memo;
}

static void dns_remember(const struct dns_name *name)
{
	struct dns_memo *memo;

	pthread_mutex_lock(&dns_lock);
	memo = dns_memo(name->text, true);
	if (memo)
		memo->known = name->known;
	pthread_mutex_unlock(&dns_lock);
}

static void dns_recall(struct dns_name *name)
{
	const struct dns_memo *memo;

	pthread_mutex_lock(&dns_lock);
	memo = dns_memo(name->text, false);
	if (memo)
		name->known = memo->known;
	pthread_mutex_unlock(&dns_lock);
}

int dns_open(struct dns **out)
{
	struct dns *names = calloc(1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	*out = names;
	return 0;
}

void dns_begin(struct dns *names)
{
	for (struct dns_name *name = names->first; name; name = name->next)
		name->wanted = false;
}

int dns_add(struct dns *names, const char *text)
{
	struct dns_name *name;

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
	dns_recall(name);
	name->wanted = true;
	name->next = names->first;
	names->first = name;
	return 0;
}

void dns_end(struct dns *names)
{
	struct dns_name **place = &names->first, *name;

	while ((name = *place)) {
		if (name->wanted) {
			place = &name->next;
			continue;
		}
		*place = name->next;
		dns_query_drop(name->asked);
		free(name);
	}
}

void dns_ask(struct dns *names)
{
	for (struct dns_name *name = names->first; name; name = name->next)
		name->due = !name->asked;
}

static void dns_failed(struct dns_name *name, const char *why)
{
	if (!name->failed)
		log_warning(
			"cannot look up \"%s\" of the allow list: %s; %s; trying again every 30 s",
			name->text, why,
			name->known.count ? "its last known addresses stay allowed"
					  : "no address of it is known");
	name->failed = true;
	snprintf(name->why, sizeof(name->why), "%s", why);
}

/* True if the look-up is still in flight. */
static bool dns_poll(struct dns_name *name)
{
	struct dns_query_answer answer;
	int err = dns_query_poll(name->asked, &answer);

	if (err == -EAGAIN)
		return true;
	dns_query_drop(name->asked);
	name->asked = NULL;
	if (err) {
		dns_failed(name, answer.error);
		return false;
	}
	if (name->failed)
		log_notice("looking up \"%s\" works again", name->text);
	name->failed = false;
	name->known = answer;
	dns_remember(name);
	return false;
}

/* Collects answers and starts due look-ups. Returns the number of look-ups in flight. */
static unsigned int dns_take(struct dns *names)
{
	unsigned int in_flight = 0;

	for (struct dns_name *name = names->first; name; name = name->next)
		in_flight += name->asked && dns_poll(name);
	for (struct dns_name *name = names->first; name && in_flight < DNS_AT_A_TIME;
	     name = name->next) {
		if (!name->due || name->asked)
			continue;
		name->due = false;
		if (dns_query_begin(name->text, &name->asked))
			dns_failed(name, strerror(ENOMEM));
		else
			in_flight++;
	}
	return in_flight;
}

bool dns_settle(struct dns *names, unsigned int milliseconds)
{
	const struct timespec moment = { .tv_nsec = DNS_STEP_MS * 1000 * 1000 };
	unsigned int waited = 0, in_flight;

	while ((in_flight = dns_take(names))) {
		if (waited + DNS_STEP_MS > milliseconds)
			return false;
		nanosleep(&moment, NULL);
		waited += DNS_STEP_MS;
		if (waited == DNS_TELL_MS)
			log_notice(
				"waiting up to %u s for the DNS: look-ups of host names on the allow list: %u",
				milliseconds / 1000, in_flight);
	}
	return true;
}

int dns_read(const struct dns *names, struct prefix_set *out)
{
	char why[PREFIX_SET_WHY_SIZE];
	int err = 0;

	for (const struct dns_name *name = names->first; name; name = name->next) {
		snprintf(why, sizeof(why), "host %.70s", name->text);
		for (unsigned int i = 0; i < name->known.count && !err; i++) {
			const struct addr *addr = &name->known.addrs[i];
			const struct addr_prefix target = { .addr = *addr,
							    .length = addr_is_ipv4(addr) ? 32
											 : 128 };

			err = prefix_set_add(out, &target, why);
		}
	}
	return err;
}

unsigned int dns_missing(const struct dns *names, char *text, size_t size)
{
	unsigned int count = 0;

	for (const struct dns_name *name = names->first; name; name = name->next) {
		if (!name->failed || name->known.count)
			continue;
		count++;
		if (!*text)
			snprintf(text, size, "cannot look up \"%.120s\": %s", name->text,
				 name->why);
	}
	return count;
}

void dns_close(struct dns *names)
{
	if (!names)
		return;
	dns_begin(names);
	dns_end(names);
	free(names);
}
