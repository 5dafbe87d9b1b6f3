// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp lookup: resolves a host name for the daemon, which has no access to the network. */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "cli/cli.h"

#define LOOKUP_NAME_SIZE 256

/* Prints one address per line, or "! CODE TEXT" with the error of getaddrinfo(3). */
static int lookup_answer(const char *name)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found, *each;
	char text[NI_MAXHOST];
	int error;

	error = getaddrinfo(name, NULL, &hints, &found);
	if (error) {
		printf("! %d %s\n", error, gai_strerror(error));
		return CLI_FAILED;
	}
	for (each = found; each; each = each->ai_next)
		if (!getnameinfo(each->ai_addr, each->ai_addrlen, text, sizeof(text), NULL, 0,
				 NI_NUMERICHOST))
			puts(text);
	freeaddrinfo(found);
	return CLI_DONE;
}

static int lookup_run(void *values)
{
	const struct cli_common *common = values;
	char name[LOOKUP_NAME_SIZE];
	int status;

	if (common->json)
		return cli_usage(common, "lookup prints no JSON");
	if (!fgets(name, sizeof(name), stdin))
		return CLI_FAILED;
	name[strcspn(name, "\r\n")] = '\0';
	status = lookup_answer(name);
	return fflush(stdout) ? CLI_FAILED : status;
}

const struct cli_command lookup_command = {
	"lookup",
	"resolve the host name on standard input; used by attach",
	.run = lookup_run,
	.internal = true,
};
