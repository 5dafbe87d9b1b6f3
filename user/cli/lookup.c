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

int cmd_lookup(int argc, char **argv)
{
	static const struct option options[] = { CLI_COMMON_OPTIONS };
	char name[LOOKUP_NAME_SIZE];
	struct cli_common common;
	int option, status;

	cli_start(&common, argv);
	while ((option = getopt_long(argc, argv, CLI_COMMON_LETTERS, options, NULL)) != -1)
		if (cli_common_option(&common, option, &status))
			return status;
	if (optind < argc)
		return cli_usage(
			&common,
			"lookup accepts no arguments; it reads the name from standard input");
	if (common.json)
		return cli_usage(&common, "lookup prints no JSON");
	if (!fgets(name, sizeof(name), stdin))
		return CLI_FAILED;
	name[strcspn(name, "\r\n")] = '\0';
	status = lookup_answer(name);
	return fflush(stdout) ? CLI_FAILED : status;
}
