// SPDX-License-Identifier: GPL-2.0-only
/* Checks that the attached filters cover given ports. */
#include "cli/filter_ports.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/absence.h"
#include "common/log.h"
#include "common/number.h"
#include "status/overview.h"

#define FILTER_PORTS_WORD_SIZE 64

/* "25" or "smtp" */
static int filter_ports_port(const char *word, unsigned int *out)
{
	const struct servent *service;
	uint64_t number;

	if (*word >= '0' && *word <= '9') {
		if (number_parse(word, 0, UINT16_MAX, NULL, &number))
			return -EINVAL;
		*out = number;
		return 0;
	}
	service = getservbyname(word, "tcp");
	if (!service)
		return -EINVAL;
	*out = ntohs(service->s_port);
	return 0;
}

/* One port, or a range such as "1024:2048" (the syntax of iptables). */
static int filter_ports_range(char *word, unsigned int *first, unsigned int *last)
{
	char *colon = strchr(word, ':');
	int err;

	if (colon)
		*colon = '\0';
	err = filter_ports_port(word, first);
	if (!err)
		err = filter_ports_port(colon ? colon + 1 : word, last);
	if (colon)
		*colon = ':';
	return err || *first > *last ? -EINVAL : 0;
}

static bool filter_ports_has(const struct sobig_stats *stats, unsigned int port)
{
	for (int i = 0; i < SOBIG_PORTS_MAX && stats->ports[i]; i++)
		if (stats->ports[i] == port)
			return true;
	return false;
}

static void filter_ports_log(const struct overview_interface *interface, const char *word,
			     unsigned int port)
{
	char ports[SOBIG_PORTS_MAX * 8] = "none";
	size_t used = 0;

	for (int i = 0; i < SOBIG_PORTS_MAX && interface->stats.ports[i]; i++)
		used += snprintf(ports + used, sizeof(ports) - used, i ? ", %u" : "%u",
				 interface->stats.ports[i]);
	log_error(
		"port %u of \"%s\" is not protected on %s (protected ports: %s); add it to \"ports\" in [filter] of the configuration, or block with another program",
		port, word, interface->name, ports);
}

static int filter_ports_look(const struct overview *overview, char *word)
{
	unsigned int first, last;

	if (filter_ports_range(word, &first, &last)) {
		log_error(
			"--ports = \"%s\": expected numbers, names of TCP services or ranges, such as 25,submission,1024:2048",
			word);
		return -EINVAL;
	}
	for (int i = 0; i < overview->interfaces_count; i++) {
		const struct overview_interface *interface = &overview->interfaces[i];

		/* It is not attached yet, and its ports are not known. */
		if (interface->start.since && !interface->stats.ports[0])
			continue;
		for (unsigned int port = first; interface->present && port <= last; port++) {
			if (filter_ports_has(&interface->stats, port))
				continue;
			filter_ports_log(interface, word, port);
			return -ENOENT;
		}
	}
	return 0;
}

int filter_ports_check(const struct cli_common *common, const char *ports)
{
	static struct overview overview;
	char word[FILTER_PORTS_WORD_SIZE], text[ABSENCE_TEXT_SIZE];
	size_t length;
	int err = overview_read(common->pins, &overview);

	if (err)
		log_error("cannot find out which ports are protected: %s",
			  err == -ENOENT ? absence_text(common, false, text) : strerror(-err));
	else if (!ports[strspn(ports, " ,")]) {
		log_error("--ports = \"%s\": expected ports, such as 25,submission", ports);
		err = -EINVAL;
	}
	for (ports += strspn(ports, " ,"); !err && *ports; ports += strspn(ports, " ,")) {
		length = strcspn(ports, " ,");
		snprintf(word, sizeof(word), "%.*s", (int)length, ports);
		err = filter_ports_look(&overview, word);
		ports += length;
	}
	return err;
}
