// SPDX-License-Identifier: GPL-2.0-only
/* Host names and the addresses behind them, looked up while others work. */
#include "act/names.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/hostname.h"
#include "common/log.h"

#define NAMES_ADDRESSES_MAX 64 /* of one name */

struct names_name {
	struct names_name *next;
	struct gaicb request; /* the C library's until it is answered */
	struct addrinfo hints;
	char text[HOSTNAME_SIZE];
	bool asked;
	bool wanted; /* in the list that is being made */
	bool failed; /* and it was told */
	struct addr addrs[NAMES_ADDRESSES_MAX];
	unsigned int count;
};

struct names {
	struct names_name *first;
	struct names_name *dropped; /* by us, while the C library still had them */
};

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
	name->wanted = true;
	name->next = names->first;
	names->first = name;
	return 0;
}

/* Frees those of a list that the C library does not hold. */
static void names_bury(struct names_name **place)
{
	struct names_name *name;

	while ((name = *place)) {
		if (name->asked && gai_error(&name->request) == EAI_INPROGRESS) {
			place = &name->next;
			continue;
		}
		*place = name->next;
		if (name->asked && name->request.ar_result)
			freeaddrinfo(name->request.ar_result);
		free(name);
	}
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
		name->next = names->dropped;
		names->dropped = name;
	}
	names_bury(&names->dropped);
}

void names_ask(struct names *names)
{
	for (struct names_name *name = names->first; name; name = name->next) {
		struct gaicb *request = &name->request;

		if (name->asked)
			continue;
		name->hints = (struct addrinfo){ .ai_socktype = SOCK_STREAM };
		*request = (struct gaicb){ .ar_name = name->text, .ar_request = &name->hints };
		name->asked = !getaddrinfo_a(GAI_NOWAIT, &request, 1, NULL);
	}
}

static void names_keep(struct names_name *name, const struct addrinfo *answer)
{
	static const struct addr mapped = { .bytes = { [10] = 0xff, [11] = 0xff } };

	name->count = 0;
	for (; answer && name->count < NAMES_ADDRESSES_MAX; answer = answer->ai_next) {
		struct addr addr = mapped;
		const void *from = answer->ai_addr;

		if (answer->ai_family == AF_INET)
			memcpy(addr.bytes + 12, &((const struct sockaddr_in *)from)->sin_addr, 4);
		else if (answer->ai_family == AF_INET6)
			memcpy(addr.bytes, &((const struct sockaddr_in6 *)from)->sin6_addr, 16);
		else
			continue;
		name->addrs[name->count++] = addr;
	}
}

static void names_answered(struct names_name *name, int error)
{
	struct addrinfo *answer = name->request.ar_result;

	name->asked = false;
	if (!error) {
		names_keep(name, answer);
		freeaddrinfo(answer);
		if (name->failed)
			log_notice("\"%s\" has an address again", name->text);
	} else if (!name->failed) {
		log_warning("cannot look up \"%s\", which is never to be blocked: %s; %s",
			    name->text, gai_strerror(error),
			    name->count ? "its last known addresses stay"
					: "it has none for now; trying again every 30 s");
	}
	name->failed = error;
}

/* True if an answer is awaited. */
static bool names_take(struct names *names)
{
	bool awaited = false;
	int error;

	for (struct names_name *name = names->first; name; name = name->next) {
		if (!name->asked)
			continue;
		error = gai_error(&name->request);
		if (error == EAI_INPROGRESS)
			awaited = true;
		else
			names_answered(name, error);
	}
	names_bury(&names->dropped);
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

int names_read(const struct names *names, struct prefixes *out)
{
	int err = 0;

	for (const struct names_name *name = names->first; name; name = name->next) {
		for (unsigned int i = 0; i < name->count && !err; i++) {
			const struct addr *addr = &name->addrs[i];
			const struct addr_prefix whom = { .addr = *addr,
							  .length = addr_is_ipv4(addr) ? 32 : 128 };

			err = prefixes_add(out, &whom, name->text);
		}
	}
	return err;
}

void names_close(struct names *names)
{
	struct names_name *name;

	if (!names)
		return;
	names_begin(names);
	for (name = names->first; name; name = name->next)
		if (name->asked)
			gai_cancel(&name->request);
	/* What is being looked up just now stays the C library's, which will write to it. */
	names_end(names);
	free(names);
}
